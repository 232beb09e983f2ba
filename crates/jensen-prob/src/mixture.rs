//! Mixtures of the members of one family.

use burn::tensor::{Int, Tensor};

use crate::rows::{Meeting, meet_rows, places};
use crate::special::logsumexp;
use crate::{
    Categorical, Cdf, DetachParams, Distribution, Expand, Mean, Rng, RowValue, SelectRows, Variance,
};

/// A mixture of `K` members of a family `D` in each row, `p(x) = Σ_k π_k p_k(x)`.
///
/// # Rows
/// The components are component-major, the layout of samples: of `C` rows of `K` components each, component
/// `k` of row `r` is row `k·C + r` of `D`. Where the weights have another number of rows, the smaller divides
/// the larger as everywhere, so that `K` components may be shared by rows with weights of their own, and a
/// prior with one row meets any batch. Nothing of the components is repeated; a value of more rows than
/// they have is met by `K` times its rows.
///
/// A component is of a whole event: its dimensions share the choice. A mixture for each dimension by
/// itself is [`Independent`](crate::Independent) of mixtures of one number. Entropy and divergence have no
/// closed form; [`estimate_kl`](crate::estimate_kl) and its like estimate them. A draw chooses a
/// component, so it carries no gradient.
///
/// Source: McLachlan & Peel 2000, *Finite Mixture Models*.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Categorical, Distribution, Mixture, Normal};
///
/// let device = Device::flex();
/// let weights = Categorical::from_logits(Tensor::zeros([1, 2], &device));
/// let means = Tensor::<2>::from_data([[-3.0f32], [3.0]], &device); // one row of two components
/// let prior = Mixture::new(weights, Normal::new(means, Tensor::ones([1, 1], &device)));
///
/// let x = Tensor::<2>::from_data([[-3.0f32], [0.0], [3.0]], &device);
/// assert_eq!(prior.log_prob(&x).dims(), [3]);
/// let responsibility = prior.log_responsibilities(&x).exp().slice([2..3, 1..2]).into_scalar::<f32>();
/// assert!(responsibility > 0.999);
/// ```
#[derive(Clone, Debug)]
pub struct Mixture<D> {
    weights: Categorical,
    components: D,
    /// Rows of which the components hold `K` each.
    block: usize,
}

impl<D: Distribution> Mixture<D> {
    /// From weights `[rows, K]` and components of `K·rows` rows, component-major.
    ///
    /// # Panics
    /// If the components are not `K` for each row, or neither row count divides the other.
    pub fn new(weights: Categorical, components: D) -> Self {
        let ([rows, count], held) = (weights.log_probs().dims(), components.rows());
        assert!(held.is_multiple_of(count), "{held} rows of components are not {count} for each row");
        let block = held / count;
        meet_rows(rows, block);
        Self { weights, components, block }
    }

    /// `π`, which component, in each row.
    pub fn weights(&self) -> &Categorical {
        &self.weights
    }

    /// `p_k`, component-major.
    pub fn components(&self) -> &D {
        &self.components
    }

    /// `K`
    fn count(&self) -> usize {
        self.weights.log_probs().dims()[1]
    }

    /// A value as the rows of the components meet it.
    fn facing<V: RowValue>(&self, value: &V) -> V {
        let (larger, _) = meet_rows(value.rows(), self.block);
        if larger > self.block { value.repeat_blocks(self.block, self.count()) } else { value.clone() }
    }

    /// `Σ_k π_k t_k` of numbers `[K·C, event]` for each component, or `[S·K·C, event]` where they follow
    /// a value.
    fn average(&self, of_components: Tensor<2>) -> Tensor<2> {
        let ([held, event], count) = (of_components.dims(), self.count());
        let per_block = held / (count * self.block);
        let (rows, weighted) = (per_block * self.block, self.weights.rows());
        let (larger, _) = meet_rows(rows, weighted);
        let samples = larger / self.block;
        let weights = self.weights.log_probs().exp().repeat_dim(0, larger / weighted);
        let weights = weights.reshape([samples, self.block, count]).swap_dims(1, 2).unsqueeze_dim::<4>(3);
        let table = of_components.reshape([per_block, count, self.block, event]);
        let table = if per_block == 1 { table } else { table.repeat_dim(0, samples / per_block) };
        (weights * table).sum_dim(1).reshape([larger, event])
    }
}

impl<D: Distribution<Value: RowValue>> Mixture<D> {
    /// `log π_k p_k(value)`, `[rows, K]`.
    fn log_joint(&self, value: &D::Value) -> Tensor<2> {
        let densities = self.components.log_prob(&self.facing(value));
        let (rows, count) = (value.rows().max(self.block), self.count());
        let densities = densities.reshape([rows / self.block, count, self.block]);
        let densities = densities.swap_dims(1, 2).reshape([rows, count]);
        let weights = self.weights.log_probs();
        let meeting = Meeting::of(weights.dims(), [rows, count]);
        meeting.unfold(meeting.fold(weights) + meeting.fold(densities))
    }

    /// `log p(k | value) = log π_k p_k(value) − log p(value)`, `[rows, K]`: which component a value came
    /// from; not a number of a value that none can give.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    pub fn log_responsibilities(&self, value: &D::Value) -> Tensor<2> {
        let log_joint = self.log_joint(value);
        log_joint.clone() - logsumexp(log_joint, 1)
    }
}

impl<D: SelectRows<Value: RowValue>> Distribution for Mixture<D> {
    type Value = D::Value;

    fn rows(&self) -> usize {
        self.weights.rows().max(self.block)
    }

    /// Chooses a component, then draws from it alone: the cost is that of one member a row.
    fn sample(&self, rng: &Rng) -> D::Value {
        let rows = self.rows();
        let weights = self.weights.expand(rows / self.weights.rows());
        let chosen = weights.sample(&rng.fork("component"));
        let places = places(self.block, &chosen.device()).repeat_dim(0, rows / self.block);
        let held = chosen * self.block as u64 + places;
        self.components.select_rows(&held).sample(&rng.fork("value"))
    }

    fn log_prob(&self, value: &D::Value) -> Tensor<1> {
        let log_joint = self.log_joint(value);
        let [rows, _] = log_joint.dims();
        logsumexp(log_joint, 1).reshape([rows])
    }
}

impl<D: SelectRows + Mean + Distribution<Value = Tensor<2>>> Mean for Mixture<D> {
    /// `Σ_k π_k μ_k`
    fn mean(&self) -> Tensor<2> {
        self.average(self.components.mean())
    }
}

impl<D: SelectRows + Variance + Distribution<Value = Tensor<2>>> Variance for Mixture<D> {
    /// `Σ_k π_k (σ_k² + (μ_k − μ)²)` with the mean `μ` of the mixture: no difference of squares.
    fn variance(&self) -> Tensor<2> {
        let (means, mean) = (self.components.mean(), self.facing(&self.mean()));
        let meeting = Meeting::of(means.dims(), mean.dims());
        let distance = meeting.fold(means) - meeting.fold(mean);
        let variance = meeting.fold(self.components.variance()) + distance.square();
        self.average(meeting.unfold(variance))
    }
}

impl<D: SelectRows + Cdf> Cdf for Mixture<D> {
    /// `Σ_k π_k F_k(x_d)`: that of each dimension's marginal.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2> {
        let table = self.components.cdf(&self.facing(value));
        self.average(table)
    }
}

impl<D: SelectRows<Value: RowValue> + DetachParams> DetachParams for Mixture<D> {
    fn detach_params(&self) -> Self {
        Self {
            weights: self.weights.detach_params(),
            components: self.components.detach_params(),
            block: self.block,
        }
    }
}

impl<D: SelectRows<Value: RowValue> + Clone> Expand for Mixture<D> {
    /// Only the weights are repeated.
    fn expand(&self, samples: usize) -> Self {
        let times = samples * self.rows() / self.weights.rows();
        Self { weights: self.weights.expand(times), components: self.components.clone(), block: self.block }
    }
}

impl<D: SelectRows<Value: RowValue> + Clone> SelectRows for Mixture<D> {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let weights = self.weights.expand(self.rows() / self.weights.rows()).select_rows(rows);
        if self.block == 1 {
            return Self { weights, components: self.components.clone(), block: 1 };
        }
        let ([block], places) = (rows.dims(), rows.clone().remainder_scalar(self.block as u64));
        let held = (0..self.count()).map(|k| places.clone() + (k * self.block) as u64).collect();
        Self { weights, components: self.components.select_rows(&Tensor::cat(held, 0)), block }
    }
}
