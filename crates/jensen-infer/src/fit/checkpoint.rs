//! One file that holds everything a run goes on from.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::Path;

use burn::tensor::{DType, TensorData};
use jensen_data::replace_file;

use super::Progress;
use crate::forensics::NonFinite;
use crate::{InferError, StateDict};

/// The learner's state and the loop's.
///
/// # File
/// A safetensors file: the arrays are the learner's state, the metadata holds the loop's
/// [`Progress`] as JSON and a CRC-32C of the whole file, taken with its own eight digits as zeros.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Where the run was.
    pub progress: Progress,
    /// The learner's state there.
    pub state: StateDict,
}

/// Raised whenever older files can no longer be read.
const FORMAT: &str = "2";

/// What stands before the eight digits of the checksum; the metadata is the first thing in the
/// header, and `checksum` the first of its keys.
const MARK: &[u8] = b"crc32c:";
const ZEROS: &[u8] = b"00000000";

impl Checkpoint {
    /// Writes the file in one piece: it is there completely or not at all.
    ///
    /// # Errors
    /// [`InferError::NonFinite`] if a weight is not finite, [`InferError::Io`] if the file cannot
    /// be written; what was there before is then untouched.
    pub fn write(&self, path: &Path) -> Result<(), InferError> {
        if let Some(name) = first_non_finite(&self.state) {
            let failure = NonFinite::new(format!("`{name}`"), self.progress.step, &[], 0);
            return Err(failure.of_parameter(name).into());
        }
        let bytes = self.to_bytes()?;
        let written = replace_file(path, |file| file.write_all(&bytes));
        written.map_err(|source| InferError::Io { action: "write", path: path.to_owned(), source })
    }

    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`InferError::Io`] if the file cannot be read, [`InferError::Damaged`] if it is not as it was
    /// written.
    pub fn read(path: &Path) -> Result<Self, InferError> {
        let bytes = fs::read(path).map_err(|source| InferError::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        Self::from_bytes(bytes).map_err(|detail| InferError::Damaged {
            path: path.to_owned(),
            detail,
            remedy: "delete it and go on from an older checkpoint",
        })
    }

    fn to_bytes(&self) -> Result<Vec<u8>, InferError> {
        let progress = serde_json::to_string(&self.progress).expect("numbers and text are JSON");
        let mark = [MARK, ZEROS].concat();
        let metadata = [
            ("checksum", String::from_utf8_lossy(&mark).into_owned()),
            ("format", FORMAT.to_owned()),
            ("progress", progress),
        ];
        let metadata: BTreeMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        let mut bytes = self.state.to_safetensors(&metadata)?;
        let digits = format!("{:08x}", crc32c::crc32c(&bytes));
        let at = digits_at(&bytes).expect("the mark was just written");
        bytes[at].copy_from_slice(digits.as_bytes());
        Ok(bytes)
    }

    fn from_bytes(mut bytes: Vec<u8>) -> Result<Self, String> {
        let at = digits_at(&bytes).ok_or("its header is not that of a checkpoint")?;
        let stored = bytes[at.clone()].to_owned();
        bytes[at].copy_from_slice(ZEROS);
        if stored != format!("{:08x}", crc32c::crc32c(&bytes)).into_bytes() {
            return Err("its checksum does not match its content".to_owned());
        }
        let (state, metadata) = StateDict::from_safetensors(&bytes)?;
        let entry = |key| metadata.get(key).ok_or(format!("its metadata has no `{key}`"));
        let format = entry("format")?;
        if format != FORMAT {
            return Err(format!("it has format {format}, this version reads {FORMAT}"));
        }
        let progress = serde_json::from_str(entry("progress")?).map_err(|e| format!("its progress: {e}"))?;
        Ok(Self { progress, state })
    }
}

/// Where the digits of the checksum stand; `None` if this is not the header of a checkpoint.
fn digits_at(bytes: &[u8]) -> Option<Range<usize>> {
    let length = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let header = bytes.get(8..usize::try_from(length).ok()?.checked_add(8)?)?;
    let at = 8 + header.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    (at + ZEROS.len() <= 8 + header.len()).then_some(at..at + ZEROS.len())
}

/// A state that is not finite is nothing to go on from.
fn first_non_finite(state: &StateDict) -> Option<&str> {
    let finite = |data: &TensorData| match data.dtype() {
        DType::F32 => data.as_slice::<f32>().is_ok_and(|values| values.iter().all(|x| x.is_finite())),
        DType::F64 => data.as_slice::<f64>().is_ok_and(|values| values.iter().all(|x| x.is_finite())),
        _ => true,
    };
    state.iter().find(|(_, data)| !finite(data)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fit::{Horizon, Provenance};

    fn checkpoint() -> Checkpoint {
        let provenance =
            Provenance { configuration: "crc32c:ffffffff \"".to_owned(), ..Provenance::default() };
        let mut progress = Progress::new(Horizon { steps_per_epoch: 2, total_steps: 8 }, 7, provenance);
        progress.step = 5;
        let mut state = StateDict::new();
        state.insert("crc32c:weight", TensorData::new(vec![1.5f32, -0.0, f32::MIN_POSITIVE], [3]));
        state.insert("adam.step", TensorData::new(vec![5u64], [1]));
        Checkpoint { progress, state }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoint");
        checkpoint().write(&path).expect("written");
        assert_eq!(Checkpoint::read(&path).expect("read"), checkpoint());
        let bytes = fs::read(&path).expect("bytes");
        safetensors::SafeTensors::deserialize(&bytes).expect("any reader of safetensors reads it");
        assert_eq!(bytes, checkpoint().to_bytes().expect("bytes"), "same state, same bytes");
    }

    proptest! {
        #[test]
        fn no_changed_bit_goes_unseen(at: prop::sample::Index, bit in 0..8u8) {
            let mut bytes = checkpoint().to_bytes().expect("bytes");
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(Checkpoint::from_bytes(bytes).is_err(), "bit {bit} of byte {at}");
        }

        #[test]
        fn no_cut_goes_unseen(at: prop::sample::Index) {
            let mut bytes = checkpoint().to_bytes().expect("bytes");
            bytes.truncate(at.index(bytes.len()));
            prop_assert!(Checkpoint::from_bytes(bytes).is_err());
        }
    }

    #[test]
    fn a_weight_that_is_not_finite_is_never_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoint");
        checkpoint().write(&path).expect("written");
        let mut broken = checkpoint();
        broken.state.insert("decoder.bias", TensorData::new(vec![0.0, f32::NAN], [2]));
        let error = broken.write(&path).expect_err("refused");
        assert!(error.to_string().contains("decoder.bias"), "{error}");
        assert_eq!(Checkpoint::read(&path).expect("the old file"), checkpoint());
    }
}
