//! The row rule of [`Distribution`](crate::Distribution), as broadcasting.

use burn::tensor::{Device, Int, Tensor, TensorData};

/// Two row counts that meet: the smaller divides the larger.
///
/// Sample-major rows `[K·B, D]` are the same memory as `[K, B·D]`. So where `K·B` rows meet `B`
/// rows, both are *viewed* that way and broadcast over `K`: nothing is repeated.
pub(crate) struct Meeting {
    rows: usize,
    event: usize,
    /// Rows that lie side by side in one folded row; 1 where plain broadcasting does.
    block: usize,
}

impl Meeting {
    /// `[rows, event]` meets `[rows, event]`.
    ///
    /// # Panics
    /// If the events differ in size or neither row count divides the other.
    pub(crate) fn of(a: [usize; 2], b: [usize; 2]) -> Self {
        assert_eq!(a[1], b[1], "an event of {} numbers meets an event of {}", a[1], b[1]);
        let (rows, smaller) = meet_rows(a[0], b[0]);
        let block = if rows == smaller { 1 } else { smaller };
        Self { rows, event: a[1], block }
    }

    /// `[n | 1, event | 1]` in the shape in which both sides broadcast.
    pub(crate) fn fold(&self, tensor: Tensor<2>) -> Tensor<2> {
        if self.block == 1 {
            return tensor;
        }
        // A parameter shared by rows or dimensions must fill its block before it can be folded.
        let rows = tensor.dims()[0].max(self.block);
        let tensor = expand(tensor, [rows, self.event]);
        tensor.reshape([rows / self.block, self.block * self.event])
    }

    /// Back to `[rows, event]`, of one side alone too.
    pub(crate) fn unfold(&self, tensor: Tensor<2>) -> Tensor<2> {
        let shape = [self.rows, self.event];
        if self.block == 1 {
            return expand(tensor, shape);
        }
        expand(tensor, [self.rows / self.block, self.block * self.event]).reshape(shape)
    }
}

/// The larger and the smaller of two row counts.
///
/// # Panics
/// If neither divides the other.
pub(crate) fn meet_rows(a: usize, b: usize) -> (usize, usize) {
    let (larger, smaller) = (a.max(b), a.min(b));
    assert!(
        larger == smaller || (smaller > 0 && larger.is_multiple_of(smaller)),
        "{a} rows meet {b} rows: the smaller count must divide the larger"
    );
    (larger, smaller)
}

/// # Panics
/// If `parameter`, called `name`, does not broadcast to the shape of `other`.
pub(crate) fn check_fits(name: &str, parameter: &Tensor<2>, name_of_other: &str, other: &Tensor<2>) {
    let ([rows, event], [own_rows, own_event]) = (other.dims(), parameter.dims());
    assert!(
        (own_rows == rows || own_rows == 1) && (own_event == event || own_event == 1),
        "{name} of shape [{own_rows}, {own_event}] does not fit {name_of_other} of shape [{rows}, {event}]"
    );
}

/// Repeats axes of length 1 without a copy.
pub(crate) fn expand(tensor: Tensor<2>, shape: [usize; 2]) -> Tensor<2> {
    if tensor.dims() == shape { tensor } else { tensor.expand(shape) }
}

/// Repeats all rows `samples` times, sample-major; a single row that stands for all stays one.
pub(crate) fn repeat_rows(tensor: Tensor<2>, rows: usize, samples: usize) -> Tensor<2> {
    if tensor.dims()[0] == rows { tensor.repeat_dim(0, samples) } else { tensor }
}

/// The rows at `indices`; a single row that stands for all stays one.
pub(crate) fn select_rows(tensor: Tensor<2>, rows: usize, indices: &Tensor<1, Int>) -> Tensor<2> {
    if tensor.dims()[0] == rows { tensor.select(0, indices.clone()) } else { tensor }
}

/// `0, 1, … count − 1`
pub(crate) fn places(count: usize, device: &Device) -> Tensor<1, Int> {
    let places: Vec<i32> = (0i32..).take(count).collect();
    Tensor::from_data(TensorData::new(places, [count]), device)
}

/// The sum over the event, `[rows, event]` to `[rows]`.
pub(crate) fn sum_event(per_dim: Tensor<2>) -> Tensor<1> {
    let rows = per_dim.dims()[0];
    per_dim.sum_dim(1).reshape([rows])
}

/// Of positive numbers, for each the sum of the others in its row, which `1 − p` would round.
pub(crate) fn sum_of_others(tensor: Tensor<2>) -> Tensor<2> {
    let [_, event] = tensor.dims();
    let eye = Tensor::<2>::eye(event, &tensor.device().without_autodiff()).cast(tensor.dtype());
    tensor.matmul(eye.neg() + 1.0)
}

/// Rows that are 1 at the column given for each, `[rows, 1]`, and 0 elsewhere; in the width and type of
/// `like`, off the gradient graph.
pub(crate) fn one_hot(at: Tensor<2, Int>, like: &Tensor<2>) -> Tensor<2> {
    let shape = [at.dims()[0], like.dims()[1]];
    let columns = places(shape[1], &at.device()).reshape([1, shape[1]]);
    columns.expand(shape).equal(at.expand(shape)).float().cast(like.dtype())
}
