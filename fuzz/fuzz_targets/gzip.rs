#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = vec![0x1f, 0x8b];
    file.extend_from_slice(bytes);
    jensen_fuzz::open_file("x.gz", &file);
});
