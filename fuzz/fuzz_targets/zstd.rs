#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = vec![0x28, 0xb5, 0x2f, 0xfd];
    file.extend_from_slice(bytes);
    jensen_fuzz::open_file("x.zst", &file);
});
