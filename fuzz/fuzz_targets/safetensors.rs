#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| jensen_fuzz::open_file("x.safetensors", bytes));
