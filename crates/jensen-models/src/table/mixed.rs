//! The likelihood of a table's rows.

use std::sync::Arc;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Bool, Tensor, TensorData};
use jensen_prob::{
    Bernoulli, DetachParams, Distribution, Expand, Factorized, Mean, Normal, Poisson, Predict, Rng,
};

use super::TableLayout;
use super::layout::indices;
use crate::nets::soft_limit;

/// The logit of a level that a column does not have: no chance, and finite, so that no gradient is NaN.
const NO_LEVEL: f64 = -1e30;

/// `p(x | z)` of the rows of a table: columns are independent, each of the family of its kind – normal
/// for reals, Poisson for counts, Bernoulli and categorical.
///
/// `log p(x) = Σ_{d observed} log p(x_d)`: an entry that is NaN is marginalised. It is masked before
/// anything is computed of it, so its gradient is exactly 0.
#[derive(Clone, Debug)]
pub struct Mixed {
    layout: Arc<TableLayout>,
    rows: usize,
    reals: Option<Normal>,
    counts: Option<Poisson>,
    binaries: Option<Bernoulli>,
    levels: Option<Levels>,
}

/// The categorical columns side by side, each padded to the most levels that one has.
#[derive(Clone, Debug)]
struct Levels {
    /// `[rows, columns · levels]`
    log_probs: Tensor<2>,
}

impl Mixed {
    /// The distribution that a decoder's output `[rows, outputs]` stands for, with `log σ` of the real
    /// columns, `[1, reals]`.
    ///
    /// Log-rates grow only logarithmically beyond ±20: a rate is always finite.
    pub fn new(layout: Arc<TableLayout>, output: Tensor<2>, log_std: Option<Tensor<2>>) -> Self {
        let [rows, _] = output.dims();
        let mut from = 0;
        let mut block = |width: usize| {
            let start = from;
            from += width;
            (width > 0).then(|| output.clone().narrow(1, start, width))
        };
        let reals = block(layout.reals.len()).zip(log_std);
        let counts = block(layout.counts.len());
        let binaries = block(layout.binaries.len());
        let levels = block(layout.levels.iter().sum());
        Self {
            rows,
            reals: reals.map(|(mean, log_std)| Normal::from_log_std(mean, log_std)),
            counts: counts.map(|log_rate| Poisson::from_log_rate(soft_limit(log_rate))),
            binaries: binaries.map(Bernoulli::from_logits),
            levels: levels.map(|logits| Levels::new(&layout, logits)),
            layout,
        }
    }

    /// Values of each kind, in the order of blocks, as a table: `[rows, columns]`.
    fn assemble(&self, blocks: [Option<Tensor<2>>; 4]) -> Tensor<2> {
        let blocks = Tensor::cat(blocks.into_iter().flatten().collect(), 1);
        let mut place = vec![0; self.layout.columns];
        for (at, column) in self.layout.blocks().enumerate() {
            place[column] = at;
        }
        let order = indices(place.into_iter(), &blocks.device());
        blocks.select(1, order)
    }
}

impl Distribution for Mixed {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.rows
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.assemble([
            self.reals.as_ref().map(|family| family.sample(&rng.fork("real"))),
            self.counts.as_ref().map(|family| family.sample(&rng.fork("count"))),
            self.binaries.as_ref().map(|family| family.sample(&rng.fork("binary"))),
            self.levels.as_ref().map(|family| family.sample(&self.layout, &rng.fork("categorical"))),
        ])
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let layout = &self.layout;
        let [rows, columns] = value.dims();
        assert_eq!(columns, layout.columns, "a table of {} columns meets rows of {columns}", layout.columns);
        let device = value.device();
        let value = value.clone().inner();
        let of_kind = |columns: &[usize]| {
            let block = value.clone().select(1, indices(columns.iter().copied(), &device));
            let missing = block.clone().is_nan();
            let seen = missing.clone().bool_not().float().cast(block.dtype());
            (block.mask_fill(missing, 0.0), seen)
        };
        let of_family = |family: &dyn Fn(&Tensor<2>) -> Tensor<2>, columns: &[usize]| {
            let (block, seen) = of_kind(columns);
            masked_sum(family(&block), seen)
        };
        let parts = [
            self.reals.as_ref().map(|p| of_family(&|x| p.log_prob_per_dim(x), &layout.reals)),
            self.counts.as_ref().map(|p| of_family(&|x| p.log_prob_per_dim(x), &layout.counts)),
            self.binaries.as_ref().map(|p| of_family(&|x| p.log_prob_per_dim(x), &layout.binaries)),
            self.levels.as_ref().map(|p| {
                let (index, seen) = of_kind(&layout.categoricals);
                masked_sum(repeat_to(p.log_probs.clone(), rows), layout.one_hot(index, seen))
            }),
        ];
        parts.into_iter().flatten().reduce(|sum, part| sum + part).expect("a table has columns")
    }
}

/// `Σ_d m_d t_d` of each row, `terms` `[K·batch, event]` and `mask` `[batch, event]`, sample-major.
fn masked_sum(terms: Tensor<2>, mask: Tensor<2>) -> Tensor<1> {
    let ([rows, event], [batch, _]) = (terms.dims(), mask.dims());
    let masked = terms.reshape([rows / batch, batch * event]) * mask.reshape([1, batch * event]);
    masked.reshape([rows, event]).sum_dim(1).reshape([rows])
}

/// At least `rows` rows, sample-major.
fn repeat_to(tensor: Tensor<2>, rows: usize) -> Tensor<2> {
    let times = rows / tensor.dims()[0];
    if times > 1 { tensor.repeat_dim(0, times) } else { tensor }
}

impl Predict for Mixed {
    /// Means of real columns, rates, chances of a one, and the chance of each level: `[rows, outputs]`.
    fn expected_statistics(&self) -> Tensor<2> {
        let parts = [
            self.reals.as_ref().map(Mean::mean),
            self.counts.as_ref().map(Mean::mean),
            self.binaries.as_ref().map(Mean::mean),
            self.levels.as_ref().map(|family| family.probabilities(&self.layout)),
        ];
        Tensor::cat(parts.into_iter().flatten().collect(), 1)
    }

    /// The mean of a real or count column, the more probable value of a binary one, the most probable
    /// level of a categorical one.
    fn prediction(&self, statistics: Tensor<2>) -> Tensor<2> {
        let layout = &self.layout;
        let block =
            |from: usize, width: usize| (width > 0).then(|| statistics.clone().narrow(1, from, width));
        let (reals, counts) = (layout.reals.len(), layout.counts.len());
        let binaries = block(reals + counts, layout.binaries.len());
        let chances = block(layout.levels_from(), layout.levels.iter().sum());
        self.assemble([
            block(0, reals),
            block(reals, counts),
            binaries.map(|chance| chance.greater_elem(0.5).float()),
            chances.map(|chances| layout.most_probable(layout.padded(chances, -1.0))),
        ])
    }
}

impl Levels {
    fn new(layout: &TableLayout, logits: Tensor<2>) -> Self {
        let [rows, _] = logits.dims();
        let (columns, most) = (layout.levels.len(), layout.most_levels());
        let logits = layout.padded(logits, NO_LEVEL).reshape([rows, columns, most]);
        Self { log_probs: log_softmax(logits, 2).reshape([rows, columns * most]) }
    }

    /// By the Gumbel-max trick, `[rows, columns]`.
    fn sample(&self, layout: &TableLayout, rng: &Rng) -> Tensor<2> {
        let log_probs = self.log_probs.clone().inner();
        // Of 24 bits: at 0 the key would fall below that of a level that the column does not have.
        let uniform = rng.uniform(log_probs.dims(), &log_probs.device()).clamp_min(2f64.powi(-25));
        let uniform = uniform.cast(log_probs.dtype());
        layout.most_probable(log_probs - uniform.log().neg().log())
    }

    /// `[rows, levels of all columns]`
    fn probabilities(&self, layout: &TableLayout) -> Tensor<2> {
        let places = layout.padded_levels().into_iter().enumerate();
        let present = places.filter_map(|(at, place)| place.is_some().then_some(at));
        self.log_probs.clone().exp().select(1, indices(present, &self.log_probs.device()))
    }
}

impl TableLayout {
    /// Numbers of each level `[rows, levels of all columns]` as `[rows, columns · most levels]`, with
    /// `filler` for the levels that a column does not have.
    fn padded(&self, levels: Tensor<2>, filler: f64) -> Tensor<2> {
        let places = self.padded_levels();
        if places.iter().all(Option::is_some) {
            return levels;
        }
        let [rows, _] = levels.dims();
        let device = levels.device();
        let absent: Vec<bool> = places.iter().map(Option::is_none).collect();
        let absent = TensorData::new(absent, [1, places.len()]);
        let absent = Tensor::<2, Bool>::from_data(absent, &device.clone().without_autodiff());
        let order = indices(places.into_iter().map(|place| place.unwrap_or(0)), &device);
        levels.select(1, order).mask_fill(absent.repeat_dim(0, rows), filler)
    }

    /// The index of the largest of each column's levels, `[rows, columns · most levels]` to
    /// `[rows, columns]`.
    fn most_probable(&self, padded: Tensor<2>) -> Tensor<2> {
        let [rows, _] = padded.dims();
        let (columns, most) = (self.levels.len(), self.most_levels());
        padded.reshape([rows, columns, most]).argmax(2).reshape([rows, columns]).float()
    }

    /// 1 at the level that each categorical column has, 0 elsewhere and where it is missing:
    /// `[rows, columns]` to `[rows, columns · most levels]`.
    pub(super) fn one_hot(&self, index: Tensor<2>, seen: Tensor<2>) -> Tensor<2> {
        let [rows, columns] = index.dims();
        let most = self.most_levels();
        let each = |tensor: Tensor<2>| tensor.unsqueeze_dim::<3>(2).repeat_dim(2, most);
        let levels: Vec<f32> = (0..most).map(|level| level as f32).collect();
        let levels = Tensor::<1>::from_data(&levels[..], &index.device()).cast(index.dtype());
        let levels = levels.reshape([1, 1, most]).repeat_dim(0, rows).repeat_dim(1, columns);
        let hot = each(index).equal(levels).float().cast(seen.dtype());
        (hot * each(seen)).reshape([rows, columns * most])
    }
}

impl DetachParams for Mixed {
    fn detach_params(&self) -> Self {
        Self {
            layout: self.layout.clone(),
            rows: self.rows,
            reals: self.reals.as_ref().map(DetachParams::detach_params),
            counts: self.counts.as_ref().map(DetachParams::detach_params),
            binaries: self.binaries.as_ref().map(DetachParams::detach_params),
            levels: self.levels.as_ref().map(|p| Levels { log_probs: p.log_probs.clone().inner() }),
        }
    }
}

impl Expand for Mixed {
    fn expand(&self, samples: usize) -> Self {
        let levels = |p: &Levels| Levels { log_probs: p.log_probs.clone().repeat_dim(0, samples) };
        Self {
            layout: self.layout.clone(),
            rows: self.rows * samples,
            reals: self.reals.as_ref().map(|p| p.expand(samples)),
            counts: self.counts.as_ref().map(|p| p.expand(samples)),
            binaries: self.binaries.as_ref().map(|p| p.expand(samples)),
            levels: self.levels.as_ref().map(levels),
        }
    }
}
