//! `log p(x)` of independent Bernoulli variables given by logits, and its gradient.

use burn::backend::{Dispatch, Flex, TensorMetadata, tensor::FloatTensor};
use burn::tensor::Tensor;
use multiversion::multiversion;
use rayon::prelude::*;

use crate::{
    backend::Kernels,
    elementary::{exp, log1p_unit},
    elementwise::softplus,
    flex::{PARALLEL_FROM, dense, from_vec, is_fused},
};

/// Partial sums of a row; fixed, so that the bits of a sum do not depend on the instruction set.
const LANES: usize = 16;

/// `Σ_d x_d·l_d − softplus(l_d)` of each row in nats: the log-probability of `x` under Bernoulli
/// variables with success probability `σ(l)`.
///
/// Computed as `x·l − max(l, 0) − log(1 + e^−|l|)`, which is exact at any finite logit; for `x` in
/// `[0, 1]` it is the negative of PyTorch's `binary_cross_entropy_with_logits`. A non-finite logit
/// gives a non-finite row. The gradient is `x − σ(l)` for the logits and `l` for `x`.
///
/// # Shapes
/// `logits` `[R, D]` and `x` `[B, D]`, where one of `R` and `B` divides the other: row `r` of the
/// larger meets row `r % smaller` of the smaller, without a copy. The result is `[max(R, B)]`.
///
/// # Panics
/// If the columns differ or the row counts do not divide one another.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// let device = Device::flex();
/// let logits = Tensor::<2>::from_data([[0.0, 100.0], [0.0, -100.0]], &device);
/// let x = Tensor::<2>::from_data([[1.0, 1.0]], &device);
/// let log_prob = jensen_kernels::bernoulli_log_prob(logits, x).into_data();
/// assert_eq!(log_prob.as_slice::<f32>().unwrap(), [-0.6931472, -100.6931472]);
/// ```
pub fn bernoulli_log_prob(logits: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
    let rows = RowPairs::new(logits.dims(), x.dims());
    if is_fused(&logits) && is_fused(&x) {
        let sums = <Dispatch as Kernels>::bernoulli_log_prob(logits.into_dispatch(), x.into_dispatch());
        Tensor::from_dispatch(sums)
    } else {
        let repeat =
            |t: Tensor<2>, own: usize| if own == rows.rows { t } else { t.repeat_dim(0, rows.rows / own) };
        let (logits, x) = (repeat(logits, rows.logits), repeat(x, rows.x));
        (x * logits.clone() - softplus(logits)).sum_dim(1).squeeze_dim(1)
    }
}

/// Which row of the logits meets which row of `x`.
#[derive(Clone, Copy)]
struct RowPairs {
    rows: usize,
    logits: usize,
    x: usize,
    columns: usize,
}

impl RowPairs {
    fn new([logits, columns]: [usize; 2], [x, x_columns]: [usize; 2]) -> Self {
        let rows = logits.max(x);
        let divides = |n: usize| n == rows || (n > 0 && rows.is_multiple_of(n));
        assert!(
            columns == x_columns && divides(logits) && divides(x),
            "bernoulli_log_prob: logits [{logits}, {columns}] and x [{x}, {x_columns}] do not match: \
             columns must be equal and one row count must divide the other"
        );
        Self { rows, logits, x, columns }
    }

    fn of(logits: &FloatTensor<Flex>, x: &FloatTensor<Flex>) -> Self {
        Self::new(logits.shape().dims(), x.shape().dims())
    }

    /// The values of row `row` of a tensor that has `own` rows.
    #[inline(always)]
    fn row<'a>(&self, values: &'a [f32], own: usize, row: usize) -> &'a [f32] {
        let start = row % own * self.columns;
        &values[start..start + self.columns]
    }

    /// Fills `own` rows in parallel; a row is never cut, so threads cannot move a bit.
    fn fill(&self, own: usize, width: usize, fill_row: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
        let mut out = vec![0.0; own * width];
        if out.is_empty() || self.columns == 0 {
            return out;
        }
        let each = |(row, out): (usize, &mut [f32])| fill_row(row, out);
        if self.rows * self.columns < PARALLEL_FROM {
            out.chunks_mut(width).enumerate().for_each(each);
        } else {
            let rows_per_task = (PARALLEL_FROM / 4 / self.columns).max(1);
            out.par_chunks_mut(width).enumerate().with_min_len(rows_per_task).for_each(each);
        }
        out
    }
}

/// The kernel behind [`bernoulli_log_prob`].
pub(crate) fn forward(logits: FloatTensor<Flex>, x: FloatTensor<Flex>) -> FloatTensor<Flex> {
    let pairs = RowPairs::of(&logits, &x);
    let (logits, x) = (dense(logits), dense(x));
    let (l, x) = (logits.storage::<f32>(), x.storage::<f32>());
    let sums = pairs.fill(pairs.rows, 1, |row, out| {
        out[0] = row_log_prob(pairs.row(l, pairs.logits, row), pairs.row(x, pairs.x, row));
    });
    from_vec(sums, [pairs.rows])
}

/// `Σ_k g_r·(x_r − σ(l))` over the rows `r` that a row of the logits meets.
pub(crate) fn logits_gradient(
    logits: FloatTensor<Flex>,
    x: FloatTensor<Flex>,
    gradient: FloatTensor<Flex>,
) -> FloatTensor<Flex> {
    let pairs = RowPairs::of(&logits, &x);
    let (logits, x, gradient) = (dense(logits), dense(x), dense(gradient));
    let (l, x, g) = (logits.storage::<f32>(), x.storage::<f32>(), gradient.storage::<f32>());
    let out = pairs.fill(pairs.logits, pairs.columns, |own, out| {
        for row in (own..pairs.rows).step_by(pairs.logits) {
            add_logits_gradient(out, g[row], pairs.row(l, pairs.logits, row), pairs.row(x, pairs.x, row));
        }
    });
    from_vec(out, [pairs.logits, pairs.columns])
}

/// `Σ_k g_r·l_r` over the rows `r` that a row of `x` meets.
pub(crate) fn x_gradient(
    logits: FloatTensor<Flex>,
    x: FloatTensor<Flex>,
    gradient: FloatTensor<Flex>,
) -> FloatTensor<Flex> {
    let pairs = RowPairs::of(&logits, &x);
    let (logits, gradient) = (dense(logits), dense(gradient));
    let (l, g) = (logits.storage::<f32>(), gradient.storage::<f32>());
    let out = pairs.fill(pairs.x, pairs.columns, |own, out| {
        for row in (own..pairs.rows).step_by(pairs.x) {
            for (out, l) in out.iter_mut().zip(pairs.row(l, pairs.logits, row)) {
                *out += g[row] * l;
            }
        }
    });
    from_vec(out, [pairs.x, pairs.columns])
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn row_log_prob(logits: &[f32], x: &[f32]) -> f32 {
    #[inline(always)]
    fn term(l: f32, x: f32) -> f32 {
        (x * l - l.max(0.0)) - log1p_unit(exp(-l.abs()))
    }
    let mut lanes = [0f32; LANES];
    let (l_blocks, x_blocks) = (logits.chunks_exact(LANES), x.chunks_exact(LANES));
    let (l_rest, x_rest) = (l_blocks.remainder(), x_blocks.remainder());
    for (l, x) in l_blocks.zip(x_blocks) {
        for i in 0..LANES {
            lanes[i] += term(l[i], x[i]);
        }
    }
    for ((lane, l), x) in lanes.iter_mut().zip(l_rest).zip(x_rest) {
        *lane += term(*l, *x);
    }
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[multiversion(targets("x86_64+avx512f+avx512vl", "x86_64+avx2"))]
fn add_logits_gradient(out: &mut [f32], gradient: f32, logits: &[f32], x: &[f32]) {
    for ((out, &l), &x) in out.iter_mut().zip(logits).zip(x) {
        // x − σ(l) from σ(−|l|), which keeps the digits that 1 − σ(l) would cancel.
        let e = exp(-l.abs());
        let tail = e / (1.0 + e);
        *out += gradient * if l > 0.0 { (x - 1.0) + tail } else { x - tail };
    }
}
