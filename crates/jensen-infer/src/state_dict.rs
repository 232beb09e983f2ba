//! Named arrays: the common form of weights, optimizer states and averages, saved as safetensors.

use std::collections::BTreeMap;

use burn::tensor::TensorData;

use crate::InferError;

/// Arrays by name, in the order of their names.
#[derive(Clone, Debug, Default)]
pub struct StateDict {
    entries: BTreeMap<String, TensorData>,
}
