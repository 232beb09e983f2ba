#![no_main]

use libfuzzer_sys::fuzz_target;

// A zip archive of the bytes as its arrays, so that the checksums of zip do not hide them, or the bytes themselves.
fuzz_target!(|bytes: &[u8]| match bytes.split_first() {
    Some((0, raw)) => {
        let mut file = b"PK".to_vec();
        file.extend_from_slice(raw);
        jensen_fuzz::open_file("x.npz", &file);
    }
    Some((&cut, arrays)) => {
        let (x, y) = arrays.split_at(arrays.len() * usize::from(cut) / 256);
        let names = if cut % 2 == 0 { ["x.npy", "label.npy"] } else { ["x_train.npy", "x_test.npy"] };
        jensen_fuzz::open_file("x.npz", &jensen_fuzz::archive([(names[0], x), (names[1], y)]));
    }
    None => {}
});
