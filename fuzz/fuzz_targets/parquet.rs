#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = b"PAR1".to_vec();
    file.extend_from_slice(bytes);
    jensen_fuzz::open_file("x.parquet", &file);
});
