//! How far a step trusts the model.

/// The quadratic schedule of Tassa, Erez & Todorov 2012, section II-F: `μ` grows faster with each failure in a row and
/// falls faster with each success.
#[derive(Clone, Debug)]
pub(crate) struct Regularization {
    pub(crate) mu: f64,
    factor: f64,
}

const FACTOR: f64 = 2.0;
const SMALLEST: f64 = 1e-6;
const LARGEST: f64 = 1e10;

impl Regularization {
    /// None, so that a linear system with a quadratic cost is solved by the first step.
    pub(crate) fn none() -> Self {
        Self { mu: 0.0, factor: 1.0 }
    }

    /// After a failure; `false` when there is no more to try.
    #[must_use]
    pub(crate) fn increase(&mut self) -> bool {
        self.factor = FACTOR.max(self.factor * FACTOR);
        self.mu = SMALLEST.max(self.mu * self.factor);
        self.mu <= LARGEST
    }

    /// After a success.
    pub(crate) fn decrease(&mut self) {
        self.factor = FACTOR.recip().min(self.factor / FACTOR);
        let mu = self.mu * self.factor;
        self.mu = if mu < SMALLEST { 0.0 } else { mu };
    }
}
