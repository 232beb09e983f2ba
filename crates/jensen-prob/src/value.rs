//! Values with a row axis.

use burn::tensor::{Int, Tensor};

/// A value that has one entry a row, and whose rows can be laid out for a distribution to meet them.
pub trait RowValue: Clone {
    /// How many rows there are.
    fn rows(&self) -> usize;

    /// Each block of `block` rows `times` over, block after block: rows `a b | c d` in blocks of 2, twice,
    /// are `a b a b c d c d`.
    ///
    /// # Panics
    /// If the rows do not divide into blocks.
    fn repeat_blocks(&self, block: usize, times: usize) -> Self;
}

impl RowValue for Tensor<2> {
    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn repeat_blocks(&self, block: usize, times: usize) -> Self {
        let [rows, event] = self.dims();
        let blocks = self.clone().reshape([rows / block, 1, block * event]);
        blocks.expand([rows / block, times, block * event]).reshape([rows * times, event])
    }
}

impl RowValue for Tensor<1, Int> {
    fn rows(&self) -> usize {
        self.dims()[0]
    }

    fn repeat_blocks(&self, block: usize, times: usize) -> Self {
        let [rows] = self.dims();
        let blocks = self.clone().reshape([rows / block, 1, block]);
        blocks.expand([rows / block, times, block]).reshape([rows * times])
    }
}

/// Values side by side, row by row.
impl<A: RowValue, B: RowValue> RowValue for (A, B) {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn repeat_blocks(&self, block: usize, times: usize) -> Self {
        (self.0.repeat_blocks(block, times), self.1.repeat_blocks(block, times))
    }
}
