//! The distance of Wasserstein, squared.

use burn::tensor::Tensor;

use crate::rows::{Meeting, sum_event};
use crate::{Distribution, LocationScale, Moments, Normal};

/// An exact squared Wasserstein distance of order 2 to `P`, for the Euclidean distance.
///
/// `W₂²(q, p) = min E|x − y|²` over all pairs of draws `x ~ q`, `y ~ p`. Independent dimensions add up. Squared,
/// as the distance itself has no gradient at 0.
pub trait SquaredWasserstein<P: Distribution = Self>: Distribution {
    /// `W₂²(self, p)` of each row, in the units of the value squared.
    ///
    /// # Panics
    /// If the row counts do not divide one another or the event sizes differ.
    fn squared_wasserstein(&self, p: &P) -> Tensor<1>;
}

impl SquaredWasserstein for Normal {
    /// `Σ_d (μ_q − μ_p)² + (σ_q − σ_p)²` (Dowson & Landau 1982).
    fn squared_wasserstein(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.mean().dims(), p.mean().dims());
        let between = |q: Tensor<2>, p: Tensor<2>| meeting.fold(q) - meeting.fold(p);
        let (mean, std) = (between(self.mean(), p.mean()), between(self.std(), p.std()));
        sum_event(meeting.unfold(mean.square() + std.square()))
    }
}

/// The best pairs of numbers have the same rank: `W₂² = E[(F_q⁻¹(u) − F_p⁻¹(u))²]`.
impl<S: Moments> SquaredWasserstein for LocationScale<S> {
    /// `Σ_d (δ + E[z] λ)² + Var[z] λ²` with `δ = μ_q − μ_p` and `λ = s_q − s_p`.
    fn squared_wasserstein(&self, p: &Self) -> Tensor<1> {
        let meeting = Meeting::of(self.location().dims(), p.location().dims());
        let between = |q: Tensor<2>, p: Tensor<2>| meeting.fold(q) - meeting.fold(p);
        let (location, scale) = (between(self.location(), p.location()), between(self.scale(), p.scale()));
        let mean = location + scale.clone() * S::MEAN;
        sum_event(meeting.unfold(mean.square() + scale.square() * S::VARIANCE))
    }
}
