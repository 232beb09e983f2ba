//! The fused kernels against formulas in f64.

mod bernoulli;
mod cholesky;
mod elementwise;
mod gamma;

use burn::tensor::{Tensor, TensorData};

/// The elements in row-major order.
fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().expect("f32 tensors")
}

fn matrix(values: &[f32], rows: usize) -> TensorData {
    TensorData::new(values.to_vec(), [rows, values.len() / rows])
}

/// Runs `f` on pools of one, two and four threads and requires the same bits of all.
fn same_bits_on_any_number_of_threads(f: impl Fn() -> Vec<f32> + Send + Sync) {
    let bits = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(&f).into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    let one = bits(1);
    assert!(one == bits(2) && one == bits(4));
}
