//! Named arrays: the common form of weights, averages and optimizer states.

use std::collections::{BTreeMap, HashMap};

use burn::tensor::{DType, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::{InferError, checksum};

/// The one metadata key of a file: `safetensors` keeps several keys in no fixed order, which
/// would cost the same bits from the same run.
const METADATA: &str = "jensen";

/// The metadata entry of the file's checksum; it sorts before the others, so that its mark is the
/// first thing in the header.
const CHECKSUM: &str = "checksum";

/// Arrays by name, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateDict {
    entries: BTreeMap<String, TensorData>,
}

impl StateDict {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an array, or replaces the one of this name.
    pub fn insert(&mut self, name: impl Into<String>, data: TensorData) {
        self.entries.insert(name.into(), data);
    }

    /// The array of this name.
    pub fn get(&self, name: &str) -> Option<&TensorData> {
        self.entries.get(name)
    }

    /// Every array with its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TensorData)> {
        self.entries.iter().map(|(name, data)| (name.as_str(), data))
    }

    /// How many arrays there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many numbers all arrays hold together.
    pub fn num_values(&self) -> usize {
        self.entries.values().map(TensorData::num_elements).sum()
    }

    /// Adds every array of `other` as `prefix.name`.
    pub fn extend_prefixed(&mut self, prefix: &str, other: Self) {
        self.entries.extend(other.entries.into_iter().map(|(name, data)| (format!("{prefix}.{name}"), data)));
    }

    /// The arrays named `prefix.name`, as `name`.
    pub fn with_prefix_removed(&self, prefix: &str) -> Self {
        let strip = |name: &str| name.strip_prefix(prefix)?.strip_prefix('.').map(str::to_owned);
        let entries = self.entries.iter().filter_map(|(name, data)| Some((strip(name)?, data.clone())));
        Self { entries: entries.collect() }
    }

    /// The arrays whose names are wanted.
    pub fn filter(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.entries.retain(|name, _| wanted(name));
        self
    }

    /// Holds this state against the names and shapes of `expected`.
    ///
    /// # Errors
    /// [`InferError::State`] at the first entry that is missing, unknown or of another shape.
    pub fn check_against(&self, expected: &Self) -> Result<(), InferError> {
        let refuse = |detail| Err(InferError::State { detail });
        for (name, data) in &expected.entries {
            match self.entries.get(name) {
                None => return refuse(format!("`{name}` is missing")),
                Some(own) if own.shape() != data.shape() => {
                    return refuse(format!(
                        "`{name}` has shape {:?}, not {:?}",
                        own.shape().as_slice(),
                        data.shape().as_slice()
                    ));
                }
                Some(own) if own.dtype() != data.dtype() => {
                    return refuse(format!("`{name}` is {:?}, not {:?}", own.dtype(), data.dtype()));
                }
                Some(_) => {}
            }
        }
        match self.entries.keys().find(|name| !expected.entries.contains_key(*name)) {
            Some(name) => refuse(format!("`{name}` is unknown")),
            None => Ok(()),
        }
    }

    /// The bytes of a safetensors file; the same state and metadata give the same bytes.
    ///
    /// Its metadata gain an entry `checksum`, a CRC-32C of the whole file.
    ///
    /// # Errors
    /// If an array has an element type that the format lacks.
    pub fn to_safetensors(&self, metadata: &BTreeMap<String, String>) -> Result<Vec<u8>, InferError> {
        let mut views = Vec::with_capacity(self.entries.len());
        for (name, data) in &self.entries {
            let refuse = |reason: String| InferError::State { detail: format!("`{name}`: {reason}") };
            let dtype = to_safetensors_dtype(data.dtype())
                .ok_or_else(|| refuse(format!("{:?} cannot be saved", data.dtype())))?;
            let view = TensorView::new(dtype, data.shape().to_vec(), data.as_bytes())
                .map_err(|e| refuse(e.to_string()))?;
            views.push((name.as_str(), view));
        }
        let mut metadata = metadata.clone();
        metadata.insert(CHECKSUM.to_owned(), checksum::blank());
        let metadata = serde_json::to_string(&metadata)
            .map_err(|e| InferError::State { detail: format!("its metadata: {e}") })?;
        let mut bytes = safetensors::serialize(views, Some(HashMap::from([(METADATA.to_owned(), metadata)])))
            .map_err(|e| InferError::State { detail: e.to_string() })?;
        checksum::seal(&mut bytes);
        Ok(bytes)
    }

    /// Reads the bytes that [`to_safetensors`](Self::to_safetensors) made, and their metadata.
    ///
    /// # Errors
    /// If one bit is not as it was written, or the bytes are not such a file; the message says what
    /// is wrong.
    pub fn from_safetensors(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), String> {
        checksum::verify(bytes)?;
        Self::from_unsealed_safetensors(bytes)
    }

    /// Reads a safetensors file with or without a checksum, as other programs write them.
    ///
    /// # Errors
    /// If the bytes are not such a file; the message says what is wrong.
    pub fn from_unsealed_safetensors(bytes: &[u8]) -> Result<(Self, BTreeMap<String, String>), String> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let mut metadata: BTreeMap<_, _> = match header.metadata().as_ref().and_then(|m| m.get(METADATA)) {
            Some(json) => serde_json::from_str(json).map_err(|e| format!("its metadata is not JSON: {e}"))?,
            None => BTreeMap::new(),
        };
        metadata.remove(CHECKSUM);
        let file = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let mut state = Self::new();
        for (name, view) in file.iter() {
            let dtype = from_safetensors_dtype(view.dtype())
                .ok_or_else(|| format!("`{name}` has the unsupported type {:?}", view.dtype()))?;
            state
                .insert(name, TensorData::from_bytes_vec(view.data().to_vec(), view.shape().to_vec(), dtype));
        }
        Ok((state, metadata))
    }
}

/// The element types that states are made of.
const DTYPES: [(DType, Dtype); 6] = [
    (DType::F32, Dtype::F32),
    (DType::F64, Dtype::F64),
    (DType::I32, Dtype::I32),
    (DType::I64, Dtype::I64),
    (DType::U64, Dtype::U64),
    (DType::U8, Dtype::U8),
];

fn to_safetensors_dtype(dtype: DType) -> Option<Dtype> {
    DTYPES.iter().find(|(own, _)| *own == dtype).map(|(_, other)| *other)
}

fn from_safetensors_dtype(dtype: Dtype) -> Option<DType> {
    DTYPES.iter().find(|(_, other)| *other == dtype).map(|(own, _)| *own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> StateDict {
        let mut state = StateDict::new();
        state.insert("b.weight", TensorData::new(vec![1f32, -2.5, f32::MIN_POSITIVE, 0.0], [2, 2]));
        state.insert("a.step", TensorData::new(vec![7u64], [1]));
        state
    }

    #[test]
    fn safetensors_round_trip_keeps_every_bit() {
        let metadata = BTreeMap::from([("x".to_owned(), "1".to_owned()), ("y".to_owned(), "ü".to_owned())]);
        let bytes = state().to_safetensors(&metadata).expect("saved");
        assert_eq!(bytes, state().to_safetensors(&metadata).expect("saved"), "same state, same bytes");
        let (read, read_metadata) = StateDict::from_safetensors(&bytes).expect("read");
        assert_eq!((read, read_metadata), (state(), metadata));
    }

    proptest::proptest! {
        #[test]
        fn no_changed_bit_of_weights_goes_unseen(at: proptest::sample::Index, bit in 0..8u8) {
            let metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
            let mut bytes = state().to_safetensors(&metadata).expect("saved");
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            proptest::prop_assert!(StateDict::from_safetensors(&bytes).is_err(), "bit {bit} of byte {at}");
        }
    }

    /// Found by fuzzing: the digits were taken to stand behind the first text of their kind.
    #[test]
    fn metadata_may_look_like_a_checksum() {
        let look = "\"checksum\":\"crc32c:00000000";
        let metadata =
            BTreeMap::from(["a", "checksu", "\"checksum"].map(|key| (key.to_owned(), look.to_owned())));
        let bytes = state().to_safetensors(&metadata).expect("saved");
        let (found, found_metadata) = StateDict::from_safetensors(&bytes).expect("read");
        assert_eq!((found, found_metadata), (state(), metadata));
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let bytes = state().to_safetensors(&BTreeMap::new()).expect("saved");
        for end in [0, 4, 8, bytes.len() / 2, bytes.len() - 1] {
            assert!(StateDict::from_safetensors(&bytes[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_difference_is_named() {
        let detail = |own: &StateDict| own.check_against(&state()).expect_err("refused").to_string();
        let mut other = state();
        other.insert("c", TensorData::new(vec![0f32], [1]));
        assert!(detail(&other).contains("`c` is unknown"));
        let mut other = state();
        other.insert("b.weight", TensorData::new(vec![0f32], [1]));
        assert!(detail(&other).contains("`b.weight` has shape"));
        assert!(detail(&StateDict::new()).contains("`a.step` is missing"));
        assert!(state().check_against(&state()).is_ok());
    }

    #[test]
    fn prefixes_nest() {
        let mut outer = StateDict::new();
        outer.extend_prefixed("model", state());
        assert!(outer.get("model.b.weight").is_some());
        assert_eq!(outer.with_prefix_removed("model"), state());
    }
}
