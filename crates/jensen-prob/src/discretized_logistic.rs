//! The discretized logistic distribution of images with a fixed number of grey levels.

use burn::tensor::{Int, Tensor};
use jensen_kernels::exponential;

use crate::noise::uniform;
use crate::rows::{Meeting, check_fits, expand, repeat_rows, select_rows, sum_event};
use crate::special::{log_sigmoid, log1mexp, sigmoid};
use crate::{DetachParams, Distribution, Expand, LogisticShape, Mean, Rng, SelectRows, Shape};

/// A logistic distribution rounded to the levels `x = k/(levels − 1)` of `[0, 1]`, with independent
/// dimensions `[rows, event]` (Salimans et al. 2017, arXiv:1701.05517, eq. 2).
///
/// With `h = ½/(levels − 1)` and `a, b = (x ± h − μ)/s`, a level between the ends has
///
/// `log p(x) = log(σ(a) − σ(b)) = log σ(a) + log σ(−b) + log(1 − e^{−2h/s})`,
///
/// the first one `log σ(a)` and the last one `log σ(−b)`: their bins reach to ∓∞. The product form
/// is exact in the tails too, where the difference underflows and its gradient with it. A value
/// between two levels counts as the nearest one.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use jensen_prob::{DiscretizedLogistic, Distribution};
///
/// let device = Device::flex();
/// let (location, log_scale) = (Tensor::full([1, 1], 0.3, &device), Tensor::full([1, 1], -3.0, &device));
/// let pixel = DiscretizedLogistic::new(location, log_scale, 256);
/// let levels = Tensor::from_data(
///     burn::tensor::TensorData::new((0..256).map(|k| k as f32 / 255.0).collect(), [256, 1]),
///     &device,
/// );
/// let total = pixel.log_prob(&levels).exp().sum().into_scalar::<f32>();
/// assert!((total - 1.0).abs() < 1e-5);
/// ```
#[derive(Clone, Debug)]
pub struct DiscretizedLogistic {
    location: Tensor<2>,
    log_scale: Tensor<2>,
    levels: usize,
}

impl DiscretizedLogistic {
    /// From the location `μ` in `[0, 1]` units, the logarithm of the scale `s`, which may be shared
    /// by rows, dimensions or both, and the number of levels (256 for 8 bits).
    ///
    /// Values and gradients are finite for `|log s| ≤ 40`.
    ///
    /// # Panics
    /// If `log_scale` does not broadcast to the shape of `location`, or there are fewer than two
    /// levels.
    pub fn new(location: Tensor<2>, log_scale: Tensor<2>, levels: usize) -> Self {
        assert!(levels >= 2, "{levels} levels: a discretized distribution has at least two");
        check_fits("a scale", &log_scale, "a location", &location);
        Self { location, log_scale, levels }
    }

    /// `μ`, `[rows, event]`: the median before rounding.
    pub fn location(&self) -> Tensor<2> {
        self.location.clone()
    }

    /// `log s`, `[rows, event]`.
    pub fn log_scale(&self) -> Tensor<2> {
        expand(self.log_scale.clone(), self.location.dims())
    }

    /// How many levels a dimension has.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// `log p(value_d)` of each dimension in nats, `[rows, event]`.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    pub fn log_prob_per_dim(&self, value: &Tensor<2>) -> Tensor<2> {
        let meeting = Meeting::of(self.location.dims(), value.dims());
        // In units of levels the edges of neighbours are the same number, so that whatever `f32`
        // does to a sharp distribution, its probabilities add up to 1.
        let level = (meeting.fold(value.clone()) * self.top()).round();
        let centred = level.clone() - meeting.fold(self.location.clone() * self.top());
        let level = expand(level, centred.dims());
        let first = level.clone().lower_elem(0.5);
        let last = level.greater_elem(self.top() - 0.5);
        let ends = first.clone().bool_or(last.clone());

        let per_scale = exponential(self.log_scale.clone().neg()) / self.top();
        let bin = expand(meeting.fold(log1mexp(per_scale.clone())), centred.dims());
        let per_scale = meeting.fold(per_scale);
        let below_upper = log_sigmoid((centred.clone() + 0.5) * per_scale.clone()).mask_fill(last, 0.0);
        let above_lower = log_sigmoid((centred.neg() + 0.5) * per_scale).mask_fill(first, 0.0);
        meeting.unfold(below_upper + above_lower + bin.mask_fill(ends, 0.0))
    }

    /// The index of the last level.
    fn top(&self) -> f64 {
        (self.levels - 1) as f64
    }
}

impl Distribution for DiscretizedLogistic {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.location.dims()[0]
    }

    /// `μ + s log(u/(1 − u))`, clamped to `[0, 1]` and rounded to a level.
    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let location = self.location.clone().inner();
        let logistic = LogisticShape::quantile(uniform(rng, &location));
        let value = location + self.log_scale.clone().inner().exp() * logistic;
        (value.clamp(0.0, 1.0) * self.top()).round() / self.top()
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        sum_event(self.log_prob_per_dim(value))
    }
}

impl Mean for DiscretizedLogistic {
    /// The exact mean of the rounded distribution, the sum of its survival function over the edges:
    /// `1/(levels − 1) Σ_k σ((μ − e_k)/s)`, `e_k = (k + ½)/(levels − 1)`.
    ///
    /// It costs `levels − 1` passes over the parameters; [`location`](Self::location) is the cheap
    /// picture of the distribution.
    fn mean(&self) -> Tensor<2> {
        let per_scale = self.log_scale.clone().neg().exp();
        let edges = (0..self.levels - 1).map(|k| (k as f64 + 0.5) / self.top());
        let survival = |edge: f64| sigmoid((self.location.clone() - edge) * per_scale.clone());
        edges.fold(self.location.zeros_like(), |sum, edge| sum + survival(edge)) / self.top()
    }
}

impl DetachParams for DiscretizedLogistic {
    fn detach_params(&self) -> Self {
        let [location, log_scale] = [&self.location, &self.log_scale].map(|t| t.clone().inner());
        Self { location, log_scale, levels: self.levels }
    }
}

impl Expand for DiscretizedLogistic {
    fn expand(&self, samples: usize) -> Self {
        let [location, log_scale] =
            [&self.location, &self.log_scale].map(|t| repeat_rows(t.clone(), self.rows(), samples));
        Self { location, log_scale, levels: self.levels }
    }
}

impl SelectRows for DiscretizedLogistic {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        let [location, log_scale] =
            [&self.location, &self.log_scale].map(|t| select_rows(t.clone(), self.rows(), rows));
        Self { location, log_scale, levels: self.levels }
    }
}
