#![no_main]

use libfuzzer_sys::fuzz_target;

// The magic number stands: without it the file is another format.
fuzz_target!(|bytes: &[u8]| {
    let mut file = vec![0, 0];
    file.extend_from_slice(bytes);
    jensen_fuzz::open_file("x.idx", &file);
});
