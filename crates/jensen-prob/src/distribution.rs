//! What a distribution can do, one trait a capability.
//!
//! A capability that a family does not have is a trait that it does not implement: there is no
//! method that panics with "not implemented".
//!
//! # Rows
//! A distribution holds `rows()` independent distributions, one a row; an event is everything
//! behind the row axis. Where two row counts meet, the smaller divides the larger and repeats
//! **sample-major**: row `r` of the larger meets row `r % smaller` of the smaller. So `K` samples
//! of a batch are `K·batch` rows, and a prior with one row meets any batch.

use burn::tensor::{Int, Tensor};
use jensen_random::Rng;

/// Independent distributions over rows, with a density.
pub trait Distribution {
    /// One value a row: `Tensor<2>` is `[rows, event]`; composite latents are tuples.
    type Value;

    /// How many rows the distribution holds.
    fn rows(&self) -> usize;

    /// One draw a row, cut from the gradient graph.
    fn sample(&self, rng: &Rng) -> Self::Value;

    /// `log p(value)` of each row in nats, shape `[max(rows, rows of value)]`.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn log_prob(&self, value: &Self::Value) -> Tensor<1>;

    /// A draw and its `log_prob`, `[rows]`: of a flow without the inverse that [`log_prob`](Self::log_prob) of
    /// other values goes through. For measuring: a gradient of the density is not promised.
    fn sample_with_log_prob(&self, rng: &Rng) -> (Self::Value, Tensor<1>) {
        let value = self.sample(rng);
        let log_prob = self.log_prob(&value);
        (value, log_prob)
    }
}

/// A draw that is a differentiable function of the parameters (Kingma & Welling 2014, §2.4).
pub trait Reparameterized: Distribution {
    /// One draw a row that carries the gradient of the parameters.
    fn rsample(&self, rng: &Rng) -> Self::Value;

    /// The draw and its own `log_prob`, cheaper than both one after the other.
    fn rsample_with_log_prob(&self, rng: &Rng) -> (Self::Value, Tensor<1>) {
        let value = self.rsample(rng);
        let log_prob = self.log_prob(&value);
        (value, log_prob)
    }
}

/// A discrete distribution whose draws are a function of continuous, reparameterised ones: `b = H(z)`, `z = z(l, ε)`
/// with logits `l` (Tucker et al. 2017, REBAR).
///
/// So there are relaxed draws, `σ_λ(z)`, and draws of what `z` may have been given `b`.
pub trait ConditionalReparameterized: Distribution<Value = Tensor<2>> {
    /// The logits that draws are a function of, `[rows, event]`.
    fn logits(&self) -> Tensor<2>;

    /// The same family with other logits of the same shape.
    fn with_logits(&self, logits: Tensor<2>) -> Self;

    /// `z ~ p(z)`, `[rows, event]`, which carries the gradient of the logits; [`discretize`](Self::discretize)d it is
    /// what [`sample`](Distribution::sample) draws.
    fn continuous_sample(&self, rng: &Rng) -> Tensor<2>;

    /// `z ~ p(z | H(z) = value)`, which carries the gradient of the logits.
    fn continuous_sample_given(&self, value: &Tensor<2>, rng: &Rng) -> Tensor<2>;

    /// `H(z)`, off the graph.
    fn discretize(&self, continuous: &Tensor<2>) -> Tensor<2>;

    /// `σ_λ(z)`, which goes to `H(z)` with the temperature λ, `[1, 1]`.
    fn relax(&self, continuous: Tensor<2>, temperature: Tensor<2>) -> Tensor<2>;
}

/// A closed-form mean.
pub trait Mean: Distribution {
    /// `E[x]` of each row.
    fn mean(&self) -> Self::Value;
}

/// A closed-form variance.
pub trait Variance: Mean {
    /// `E[(x − E[x])²]` of each dimension of each row.
    fn variance(&self) -> Self::Value;
}

/// A most probable value.
pub trait Mode: Distribution {
    /// `argmax_x p(x)` of each row; of several, one.
    fn mode(&self) -> Self::Value;
}

/// A closed-form distribution function, dimension by dimension.
pub trait Cdf: Distribution<Value = Tensor<2>> {
    /// `P(x_d ≤ value_d)` of each dimension, `[rows, event]`.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn cdf(&self, value: &Tensor<2>) -> Tensor<2>;
}

/// A closed-form inverse of the distribution function.
pub trait Icdf: Cdf {
    /// The value of each dimension below which `probability` lies, `[rows, event]`, of counts the least up to
    /// which at least it does; infinite or the end of the support at 0 and 1.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn icdf(&self, probability: &Tensor<2>) -> Tensor<2>;
}

/// A best guess of the value, also where the distribution is a mixture of rows.
///
/// A guess under a mixture is not the mixture of guesses: the most probable level of a categorical
/// variable follows from its averaged probabilities. So it takes two steps, with any weighted average
/// of rows between them.
pub trait Predict: Distribution<Value = Tensor<2>> {
    /// What the guess follows from, in expectation: `[rows, statistics]`.
    fn expected_statistics(&self) -> Tensor<2>;

    /// The values that expected statistics `[rows, statistics]` stand for, `[rows, event]`; the
    /// parameters of `self` are not read.
    fn prediction(&self, statistics: Tensor<2>) -> Tensor<2>;
}

/// The best guess, in mean square, is the mean.
impl<D: Mean + Distribution<Value = Tensor<2>>> Predict for D {
    fn expected_statistics(&self) -> Tensor<2> {
        self.mean()
    }

    fn prediction(&self, statistics: Tensor<2>) -> Tensor<2> {
        statistics
    }
}

/// A closed-form entropy.
pub trait Entropy: Distribution {
    /// `H = −E[log p(x)]` of each row in nats, shape `[rows]`.
    fn entropy(&self) -> Tensor<1>;
}

/// An exact Kullback–Leibler divergence to `P`; Monte-Carlo estimates go by another name.
pub trait KlDivergence<P: Distribution = Self>: Distribution {
    /// `KL(self ‖ p) = E_self[log self(x) − log p(x)]` of each row in nats.
    fn kl_divergence(&self, p: &P) -> Tensor<1>;
}

/// A distribution whose dimensions are independent within a row; a dimension is a number of the event, of
/// [`Independent`](crate::Independent) a part of it.
pub trait Factorized<P: Distribution = Self>: KlDivergence<P> {
    /// `log p(value_d)` of each dimension in nats, shape `[rows, dimensions]`.
    fn log_prob_per_dim(&self, value: &Self::Value) -> Tensor<2>;

    /// `KL(self_d ‖ p_d)` of each dimension in nats, shape `[rows, dimensions]`: what free bits and
    /// active units are made of.
    fn kl_per_dim(&self, p: &P) -> Tensor<2>;
}

/// A distribution with few enough values to sum over.
pub trait Enumerable: Distribution {
    /// Every value, value-major: `[support · rows, event]`, the layout of samples.
    fn enumerate(&self) -> Self::Value;
}

/// The same distribution with parameters cut from the gradient graph, which
/// sticking-the-landing and doubly reparameterised gradients evaluate the density under.
pub trait DetachParams: Distribution {
    /// A copy without gradient.
    fn detach_params(&self) -> Self;
}

/// Repetition over Monte-Carlo samples.
pub trait Expand: Distribution {
    /// The distribution `samples` times over, sample-major: `[samples · rows]` rows.
    fn expand(&self, samples: usize) -> Self;
}

/// A distribution of some of the rows.
pub trait SelectRows: Distribution {
    /// The distribution whose row `i` is row `rows[i]` of this one; a row may be taken more than once.
    ///
    /// # Panics
    /// If a row does not exist.
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self;
}
