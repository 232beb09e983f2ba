//! One file that holds everything a run goes on from.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
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
/// [`Progress`] as JSON, the version of this form and a CRC-32C of the whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Where the run was.
    pub progress: Progress,
    /// The learner's state there.
    pub state: StateDict,
}

/// Raised whenever this version's files cannot be read by an older one.
const FORMAT: u32 = 3;

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
    /// written, [`InferError::Format`] if another version wrote it.
    pub fn read(path: &Path) -> Result<Self, InferError> {
        let bytes = fs::read(path).map_err(|source| InferError::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        let path = path.to_owned();
        Self::from_bytes(&bytes).map_err(|reason| match reason {
            Unreadable::Damaged(detail) => {
                InferError::Damaged { path, detail, remedy: "delete it and go on from an older checkpoint" }
            }
            Unreadable::OtherFormat(found) => InferError::Format { path, found, known: FORMAT },
        })
    }

    fn to_bytes(&self) -> Result<Vec<u8>, InferError> {
        let progress = serde_json::to_string(&self.progress).expect("numbers and text are JSON");
        let metadata = [("format", FORMAT.to_string()), ("progress", progress)];
        let metadata: BTreeMap<_, _> = metadata.map(|(key, value)| (key.to_owned(), value)).into();
        self.state.to_safetensors(&metadata)
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let damaged = |detail| Unreadable::Damaged(detail);
        let (state, metadata) = StateDict::from_safetensors(bytes).map_err(damaged)?;
        let entry =
            |key| metadata.get(key).ok_or(Unreadable::Damaged(format!("its metadata has no `{key}`")));
        match entry("format")?.parse::<u32>() {
            Ok(FORMAT) => {}
            Ok(format) => return Err(Unreadable::OtherFormat(format)),
            Err(_) => return Err(Unreadable::Damaged("its format is not a number".to_owned())),
        }
        let progress = serde_json::from_str(entry("progress")?);
        let progress = progress.map_err(|error| Unreadable::Damaged(format!("its progress: {error}")))?;
        Ok(Self { progress, state })
    }
}

/// Why some bytes are no checkpoint.
#[derive(Debug)]
enum Unreadable {
    Damaged(String),
    OtherFormat(u32),
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
        let configuration = [("crc32c:ffffffff \"".to_owned(), "crc32c:00000000".to_owned())].into();
        let provenance = Provenance { configuration, ..Provenance::default() };
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
            prop_assert!(Checkpoint::from_bytes(&bytes).is_err(), "bit {bit} of byte {at}");
        }

        #[test]
        fn no_cut_goes_unseen(at: prop::sample::Index) {
            let mut bytes = checkpoint().to_bytes().expect("bytes");
            bytes.truncate(at.index(bytes.len()));
            prop_assert!(Checkpoint::from_bytes(&bytes).is_err());
        }
    }

    #[test]
    fn another_version_s_file_is_not_called_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("checkpoint");
        for (format, remedy) in [("99", "update"), ("2", "version that wrote it")] {
            let metadata = [("format", format), ("progress", "{}")];
            let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            let bytes = checkpoint().state.to_safetensors(&metadata).expect("bytes");
            fs::write(&path, bytes).expect("written");
            let message = Checkpoint::read(&path).expect_err("refused").to_string();
            assert!(message.contains(&format!("format {format}")) && message.contains(remedy), "{message}");
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
