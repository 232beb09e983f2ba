//! Models and statistics as the states that are stored.

use burn::tensor::TensorData;
use jensen_infer::{InferError, StateDict};

use super::arrays::{Arrays, NamedArray};

/// The arrays of a model as the entries of a state.
pub(crate) fn to_state(model: &impl Arrays) -> StateDict {
    let mut state = StateDict::new();
    for NamedArray { name, shape, values } in model.to_arrays() {
        state.insert(name, TensorData::new(values, shape));
    }
    state
}

/// The model of a kind of the entries of a state.
///
/// # Errors
/// [`InferError::State`] if an array is missing, of another shape, or none of such a model.
pub fn from_state<M: Arrays>(kind: M::Kind, state: &StateDict) -> Result<M, InferError> {
    let arrays: Vec<(String, Vec<usize>, Vec<f64>)> = state
        .iter()
        .map(|(name, data)| (name.to_owned(), data.shape().to_vec(), data.iter::<f64>().collect()))
        .collect();
    let find = |name: &'static str| {
        let (_, shape, values) = arrays.iter().find(|(own, ..)| own == name)?;
        Some((&shape[..], &values[..]))
    };
    M::from_arrays(kind, find).map_err(|error| InferError::State { detail: error.to_string() })
}
