//! What an encoder sees of a table's rows.

use burn::tensor::Tensor;

use super::TableLayout;
use super::layout::indices;

impl TableLayout {
    /// The encoder's input, `[rows, columns]` in model space to `[rows, inputs]`: reals as they are,
    /// counts as `log(1 + x)` and bits, both centred at the training mean, 1 for the level of each
    /// categorical column, all 0 where nothing was observed; then 1 for each column that was observed.
    ///
    /// # Panics
    /// If there are not as many columns.
    pub fn input(&self, rows: Tensor<2>) -> Tensor<2> {
        let [_, columns] = rows.dims();
        assert_eq!(columns, self.columns, "a table of {} columns meets rows of {columns}", self.columns);
        let device = rows.device();
        let missing = rows.clone().is_nan();
        let seen = missing.clone().bool_not().float().cast(rows.dtype());
        // 0 in place of NaN, so that no arithmetic sees one.
        let rows = rows.mask_fill(missing, 0.0);
        let of_kind = |from: &Tensor<2>, columns: &[usize]| {
            from.clone().select(1, indices(columns.iter().copied(), &device))
        };
        let centred = |values: Tensor<2>, columns: &[usize], centre: Vec<f32>| {
            let centre = Tensor::<1>::from_data(&centre[..], &device).cast(values.dtype());
            (values - centre.unsqueeze()) * of_kind(&seen, columns)
        };
        let mut parts = Vec::new();
        if !self.reals.is_empty() {
            parts.push(of_kind(&rows, &self.reals));
        }
        if !self.counts.is_empty() {
            let centre = self.count_means.iter().map(|mean| mean.ln_1p() as f32).collect();
            parts.push(centred(of_kind(&rows, &self.counts).log1p(), &self.counts, centre));
        }
        if !self.binaries.is_empty() {
            let centre = self.binary_means.iter().map(|&mean| mean as f32).collect();
            parts.push(centred(of_kind(&rows, &self.binaries), &self.binaries, centre));
        }
        if !self.categoricals.is_empty() {
            let hot = self.one_hot(of_kind(&rows, &self.categoricals), of_kind(&seen, &self.categoricals));
            let present = self.padded_levels().into_iter().enumerate();
            let present = present.filter_map(|(at, place)| place.is_some().then_some(at));
            parts.push(hot.select(1, indices(present, &device)));
        }
        parts.push(seen);
        Tensor::cat(parts, 1)
    }
}
