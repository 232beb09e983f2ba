//! The categorical distribution over one-hot vectors.

use burn::tensor::activation::softmax;
use burn::tensor::{Int, Tensor};

use crate::noise::uniform;
use crate::rows::{Meeting, one_hot, sum_event, sum_of_others};
use crate::special::softplus;
use crate::{
    Categorical, ConditionalReparameterized, DetachParams, Distribution, Entropy, Enumerable, Expand,
    GumbelShape, KlDivergence, Mean, Mode, Rng, SelectRows, Shape, Variance,
};

/// One of `C` categories a row as a vector that is 1 there and 0 elsewhere, `[rows, categories]`.
///
/// `log p(x) = Σ_c x_c log p_c`, and the same is what a vector of weights `x` gets. [`Categorical`] has the
/// number of the category in place of the vector.
///
/// Source: Bishop 2006, *Pattern Recognition and Machine Learning*, §2.2.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Distribution, OneHotCategorical};
///
/// let device = Device::flex();
/// let fair = OneHotCategorical::from_logits(Tensor::zeros([1, 4], &device));
/// let third = Tensor::from_data([[0.0f32, 0.0, 1.0, 0.0]], &device);
/// assert!((fair.log_prob(&third).into_scalar::<f32>() + 4f32.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct OneHotCategorical {
    category: Categorical,
}

impl OneHotCategorical {
    /// From finite logits `[rows, categories]`, each row up to a constant.
    pub fn from_logits(logits: Tensor<2>) -> Self {
        Self { category: Categorical::from_logits(logits) }
    }

    /// `log p` of every category, `[rows, categories]`.
    pub fn log_probs(&self) -> Tensor<2> {
        self.category.log_probs()
    }
}

impl Distribution for OneHotCategorical {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.category.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let categories = self.category.sample(rng);
        one_hot(categories.reshape([self.rows(), 1]), &self.log_probs())
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let meeting = Meeting::of(self.log_probs().dims(), value.dims());
        sum_event(meeting.unfold(meeting.fold(self.log_probs()) * meeting.fold(value.clone())))
    }
}

/// By Gumbel variables: `z_c = log p_c + g_c`, `H(z)` the one-hot vector of the largest.
impl ConditionalReparameterized for OneHotCategorical {
    /// `log p` of every category, which are logits too.
    fn logits(&self) -> Tensor<2> {
        self.log_probs()
    }

    fn with_logits(&self, logits: Tensor<2>) -> Self {
        Self::from_logits(logits)
    }

    fn continuous_sample(&self, rng: &Rng) -> Tensor<2> {
        self.category.perturbed(rng)
    }

    /// The largest is a Gumbel variable of the total probability, `z_k = g_k`, whatever `k`; the others are those of
    /// their own probabilities below it (Tucker et al. 2017, appendix), `−log(e^{−z_c} + e^{−z_k})` as
    /// `z_k − softplus(z_k − z_c)`.
    fn continuous_sample_given(&self, value: &Tensor<2>, rng: &Rng) -> Tensor<2> {
        let log_probs = self.log_probs();
        let noise = GumbelShape::quantile(uniform(rng, &log_probs));
        let chosen = value.clone().inner().greater_elem(0.5);
        let largest = (noise.clone() * chosen.clone().float().cast(noise.dtype())).sum_dim(1);
        // At least what rounding leaves apart in single precision.
        let apart = (largest.clone().abs() + 1.0) * f32::EPSILON;
        let below = softplus(largest.clone() - (log_probs + noise));
        let below = below.clone().max_pair(apart.expand(below.dims())).mask_fill(chosen, 0.0);
        largest - below
    }

    fn discretize(&self, continuous: &Tensor<2>) -> Tensor<2> {
        one_hot(continuous.clone().inner().argmax(1), continuous)
    }

    fn relax(&self, continuous: Tensor<2>, temperature: Tensor<2>) -> Tensor<2> {
        softmax(continuous / temperature, 1)
    }
}

impl Mean for OneHotCategorical {
    /// `p`
    fn mean(&self) -> Tensor<2> {
        self.log_probs().exp()
    }
}

impl Variance for OneHotCategorical {
    /// `p_c (1 − p_c)`
    fn variance(&self) -> Tensor<2> {
        self.mean() * sum_of_others(self.mean())
    }
}

impl Mode for OneHotCategorical {
    fn mode(&self) -> Tensor<2> {
        one_hot(self.log_probs().inner().argmax(1), &self.log_probs())
    }
}

impl Entropy for OneHotCategorical {
    fn entropy(&self) -> Tensor<1> {
        self.category.entropy()
    }
}

impl KlDivergence for OneHotCategorical {
    fn kl_divergence(&self, p: &Self) -> Tensor<1> {
        self.category.kl_divergence(&p.category)
    }
}

impl Enumerable for OneHotCategorical {
    fn enumerate(&self) -> Tensor<2> {
        let categories = self.category.enumerate();
        let [values] = categories.dims();
        one_hot(categories.reshape([values, 1]), &self.log_probs())
    }
}

impl DetachParams for OneHotCategorical {
    fn detach_params(&self) -> Self {
        Self { category: self.category.detach_params() }
    }
}

impl Expand for OneHotCategorical {
    fn expand(&self, samples: usize) -> Self {
        Self { category: self.category.expand(samples) }
    }
}

impl SelectRows for OneHotCategorical {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { category: self.category.select_rows(rows) }
    }
}
