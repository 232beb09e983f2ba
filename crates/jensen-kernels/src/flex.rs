//! Reading and writing the memory of Flex tensors.

use burn::backend::{Flex, TensorMetadata, tensor::FloatTensor};
use burn::tensor::{DType, Device, Shape, Tensor, TensorData};

/// From this many elements on, an elementwise pass is shared between threads.
pub(crate) const PARALLEL_FROM: usize = 1 << 15;

/// Whether the fused kernels apply: `f32` in main memory.
pub(crate) fn is_fused<const D: usize>(x: &Tensor<D>) -> bool {
    x.dtype() == DType::F32 && x.device() == Device::flex()
}

/// Whether the kernels of small matrices apply: in main memory, in single or double precision.
pub(crate) fn is_on_cpu<const D: usize>(x: &Tensor<D>) -> bool {
    matches!(x.dtype(), DType::F32 | DType::F64) && x.device() == Device::flex()
}

/// The tensor as one dense block; a copy only if it is a view.
pub(crate) fn dense(x: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let is_whole = x.is_contiguous()
        && x.layout().start_offset() == 0
        && x.storage::<f32>().len() == x.shape().num_elements();
    if is_whole { x } else { x.to_contiguous() }
}

/// A tensor that takes over `values`.
pub(crate) fn from_vec(values: Vec<f32>, shape: impl Into<Shape>) -> FloatTensor<Flex> {
    FloatTensor::<Flex>::from_data(TensorData::new(values, shape))
}
