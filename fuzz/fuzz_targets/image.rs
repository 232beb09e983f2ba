#![no_main]

use libfuzzer_sys::fuzz_target;

// The first byte chooses the extension, which has to agree with the content.
fuzz_target!(|bytes: &[u8]| {
    if let Some((kind, image)) = bytes.split_first() {
        let extension = ["png", "jpg", "webp"][usize::from(*kind) % 3];
        jensen_fuzz::open_folder(extension, &format!("x.{extension}"), image);
    }
});
