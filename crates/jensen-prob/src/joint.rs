//! Two distributions side by side.

use burn::tensor::{Int, Tensor};

use crate::{
    DetachParams, Distribution, Entropy, Expand, KlDivergence, Mean, Mode, Reparameterized, Rng, SelectRows,
    Variance,
};

/// `p(a, b) = p(a) p(b)`: a value is a pair, whose parts may be of different kinds.
///
/// Three are a pair of one and a pair. The parts draw from streams of their own.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Categorical, Distribution, Joint, KlDivergence, Normal, Rng};
///
/// let device = Device::flex();
/// let style = Normal::standard(1, 4, &device);
/// let class = Categorical::from_logits(Tensor::zeros([1, 10], &device));
/// let prior = Joint::new(style, class);
/// let (style, class) = prior.sample(&Rng::seed(0));
/// assert_eq!((style.dims(), class.dims()), ([1, 4], [1]));
/// assert_eq!(prior.kl_divergence(&prior).into_scalar::<f32>(), 0.0);
/// ```
#[derive(Clone, Debug)]
pub struct Joint<A, B> {
    first: A,
    second: B,
}

impl<A: Distribution, B: Distribution> Joint<A, B> {
    /// Both parts, with the same number of rows.
    ///
    /// # Panics
    /// If they have not.
    pub fn new(first: A, second: B) -> Self {
        let (rows, others) = (first.rows(), second.rows());
        assert_eq!(rows, others, "a part of {rows} rows stands beside one of {others}");
        Self { first, second }
    }

    /// `p(a)`
    pub fn first(&self) -> &A {
        &self.first
    }

    /// `p(b)`
    pub fn second(&self) -> &B {
        &self.second
    }
}

impl<A: Distribution, B: Distribution> Distribution for Joint<A, B> {
    type Value = (A::Value, B::Value);

    fn rows(&self) -> usize {
        self.first.rows()
    }

    fn sample(&self, rng: &Rng) -> Self::Value {
        (self.first.sample(&rng.fork("first")), self.second.sample(&rng.fork("second")))
    }

    fn log_prob(&self, (a, b): &Self::Value) -> Tensor<1> {
        self.first.log_prob(a) + self.second.log_prob(b)
    }
}

impl<A: Reparameterized, B: Reparameterized> Reparameterized for Joint<A, B> {
    fn rsample(&self, rng: &Rng) -> Self::Value {
        (self.first.rsample(&rng.fork("first")), self.second.rsample(&rng.fork("second")))
    }

    fn rsample_with_log_prob(&self, rng: &Rng) -> (Self::Value, Tensor<1>) {
        let (a, log_prob_a) = self.first.rsample_with_log_prob(&rng.fork("first"));
        let (b, log_prob_b) = self.second.rsample_with_log_prob(&rng.fork("second"));
        ((a, b), log_prob_a + log_prob_b)
    }
}

impl<A: Mean, B: Mean> Mean for Joint<A, B> {
    fn mean(&self) -> Self::Value {
        (self.first.mean(), self.second.mean())
    }
}

impl<A: Variance, B: Variance> Variance for Joint<A, B> {
    fn variance(&self) -> Self::Value {
        (self.first.variance(), self.second.variance())
    }
}

impl<A: Mode, B: Mode> Mode for Joint<A, B> {
    fn mode(&self) -> Self::Value {
        (self.first.mode(), self.second.mode())
    }
}

impl<A: Entropy, B: Entropy> Entropy for Joint<A, B> {
    fn entropy(&self) -> Tensor<1> {
        self.first.entropy() + self.second.entropy()
    }
}

impl<P: Distribution, Q: Distribution, A: KlDivergence<P>, B: KlDivergence<Q>> KlDivergence<Joint<P, Q>>
    for Joint<A, B>
{
    fn kl_divergence(&self, p: &Joint<P, Q>) -> Tensor<1> {
        self.first.kl_divergence(&p.first) + self.second.kl_divergence(&p.second)
    }
}

impl<A: DetachParams, B: DetachParams> DetachParams for Joint<A, B> {
    fn detach_params(&self) -> Self {
        Self { first: self.first.detach_params(), second: self.second.detach_params() }
    }
}

impl<A: Expand, B: Expand> Expand for Joint<A, B> {
    fn expand(&self, samples: usize) -> Self {
        Self { first: self.first.expand(samples), second: self.second.expand(samples) }
    }
}

impl<A: SelectRows, B: SelectRows> SelectRows for Joint<A, B> {
    fn select_rows(&self, rows: &Tensor<1, Int>) -> Self {
        Self { first: self.first.select_rows(rows), second: self.second.select_rows(rows) }
    }
}
