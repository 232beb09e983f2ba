//! Compressed files.

use jensen_data::Array;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{
    assert_says, folder, gzip, idx, mnist, npy, open, path, refusal, whole, write_all, zstandard,
};

type Compress = fn(&[u8]) -> Vec<u8>;
const BOTH: [(&str, Compress); 2] = [("gz", gzip), ("zst", zstandard)];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever the name says: the content tells.
    #[test]
    fn compressed_files_hold_what_plain_ones_do(bytes in vec(any::<u8>(), 1..300), cut in any::<prop::sample::Index>()) {
        let rows = bytes.len() as u32;
        let table: String = std::iter::once("a\n".to_owned()).chain(bytes.iter().map(|byte| format!("{byte}\n"))).collect();
        for (plain, of) in [
            (idx(8, &[rows], &bytes), Array::U8(bytes.clone())),
            (npy("'|u1'", "False", &format!("({rows},)"), &bytes), Array::U8(bytes.clone())),
            (table.into_bytes(), Array::F64(bytes.iter().map(|&byte| byte.into()).collect())),
        ] {
            for (_, compress) in BOTH {
                let (first, second) = plain.split_at(cut.index(plain.len()));
                let members = [compress(first), compress(second)].concat();
                let files = folder(&[("whole.dat", &compress(&plain)), ("members.dat", &members)]);
                for name in ["whole.dat", "members.dat"] {
                    prop_assert_eq!(&whole(&open(&path(&files, name)).expect("a data set")), &of);
                }
            }
        }
    }
}

#[test]
fn mnist_files_in_either_compression() {
    for (ending, compress) in BOTH {
        let files: Vec<_> = mnist(7, 3)
            .into_iter()
            .map(|(name, bytes)| (format!("{name}.{ending}"), compress(&bytes)))
            .collect();
        let files: Vec<_> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        assert_eq!(open(write_all(&files).path()).expect("a data set").len(), 10);
    }
}

#[test]
fn a_stream_cut_anywhere_is_truncated() {
    let plain = idx(8, &[40, 30], &(0..1200).map(|i| (i * i % 251) as u8).collect::<Vec<_>>());
    for (name, compress) in BOTH {
        let file = compress(&plain);
        for keep in 4..file.len() {
            let message = refusal(&format!("short.{name}"), &file[..keep]);
            assert_says(&message, &["of the decompressed content", "truncated", "again"]);
        }
        let mut junk = file.clone();
        junk.extend(b"junk after the last member");
        assert_says(&refusal(&format!("junk.{name}"), &junk), &["byte 1212 of the decompressed", "again"]);
    }
}
