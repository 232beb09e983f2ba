//! The squared norm of a tensor, for clipping gradients by their global norm.

use burn::backend::{Backend, Dispatch, Flex, backend_extension, tensor::FloatTensor};
use burn::tensor::Tensor;
use multiversion::multiversion;
use rayon::prelude::*;

use crate::flex::{PARALLEL_FROM, dense, is_fused};

/// Elements that are summed before their sum joins the others: fixed, so that the bits do not
/// depend on the number of threads.
const BLOCK: usize = 4096;
const LANES: usize = 8;

/// `Σ x²` over all elements, accumulated in f64.
///
/// NaN and infinities propagate. The bits do not depend on the number of threads.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// let gradient = Tensor::<1>::from_data([3.0, 4.0], &Device::flex());
/// assert_eq!(jensen_kernels::sum_of_squares(gradient).sqrt(), 5.0);
/// ```
pub fn sum_of_squares<const D: usize>(x: Tensor<D>) -> f64 {
    let x = x.inner();
    if is_fused(&x) {
        <Dispatch as Reductions>::sum_of_squares(x.into_dispatch())
    } else {
        x.into_data().iter::<f64>().map(|x| x * x).sum()
    }
}

/// Reductions to a number of the host.
#[backend_extension(Flex)]
pub trait Reductions: Backend {
    /// See [`sum_of_squares`](crate::sum_of_squares).
    fn sum_of_squares(x: FloatTensor<Self>) -> f64;
}

impl Reductions for Flex {
    fn sum_of_squares(x: FloatTensor<Self>) -> f64 {
        let x = dense(x);
        let x = x.storage::<f32>();
        if x.len() < PARALLEL_FROM {
            x.chunks(BLOCK).map(block_sum).sum()
        } else {
            x.par_chunks(BLOCK).map(block_sum).collect::<Vec<f64>>().into_iter().sum()
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn block_sum(x: &[f32]) -> f64 {
    let mut lanes = [0f64; LANES];
    let blocks = x.chunks_exact(LANES);
    let rest = blocks.remainder();
    for block in blocks {
        for i in 0..LANES {
            lanes[i] += f64::from(block[i]) * f64::from(block[i]);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, TensorData};

    fn tensor(values: Vec<f32>) -> Tensor<1> {
        let n = values.len();
        Tensor::from_data(TensorData::new(values, [n]), &Device::flex())
    }

    #[test]
    fn exact_where_f32_would_not_be() {
        let n = 1 << 20;
        let values: Vec<f32> = (0..n).map(|i| if i == 0 { 4096.0 } else { 1.0 }).collect();
        assert_eq!(sum_of_squares(tensor(values)), 4096.0 * 4096.0 + f64::from(n - 1));
        assert_eq!(sum_of_squares(tensor(vec![])), 0.0);
        assert!(sum_of_squares(tensor(vec![1.0, f32::NAN])).is_nan());
    }

    #[test]
    fn threads_do_not_move_a_bit() {
        let values: Vec<f32> = (0..200_001).map(|i| (i as f32 * 0.7).sin()).collect();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| sum_of_squares(tensor(values.clone())))
        };
        assert!(on(1) == on(2) && on(1) == on(4));
    }
}
