//! Rényi's divergence and what is a function of it.

mod blend;
mod closed_forms;
mod counts;
mod directions;
mod full_covariance;
mod low_rank;
mod rewritten;
mod with_ends;

use burn::tensor::Tensor;

use crate::Distribution;
use crate::special::expm1;

/// An exact Rényi divergence to `P` of any order.
///
/// `R_α(q ‖ p) = 1/(α − 1) log ∫ q(x)^α p(x)^{1−α} dx`, which grows with `α` from 0 at 0 over
/// `KL(q ‖ p)` at 1 (van Erven & Harremoës 2014, "Rényi divergence and Kullback–Leibler divergence").
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_prob::{Normal, RenyiDivergence};
///
/// let at = |mean: f32| {
///     let device = Device::flex();
///     Normal::new(Tensor::full([1, 1], mean, &device), Tensor::ones([1, 1], &device))
/// };
/// let of_order = |alpha| at(2.0).renyi_divergence(&at(0.0), alpha).into_scalar::<f32>();
/// assert_eq!((of_order(0.5), of_order(1.0), of_order(3.0)), (1.0, 2.0, 6.0)); // ½ α (μ_q − μ_p)²
/// ```
pub trait RenyiDivergence<P: Distribution = Self>: Distribution {
    /// `R_α(self ‖ p)` of each row in nats; of order 1 the Kullback–Leibler divergence.
    ///
    /// Of an order above 1 it is `+∞`, with gradient 0, where the integral diverges: where `p` has
    /// too light a tail for `q`, so that the natural parameter between theirs leaves its space.
    ///
    /// # Panics
    /// If `α` is negative or not finite, or the row counts do not divide one another.
    fn renyi_divergence(&self, p: &P, alpha: f64) -> Tensor<1>;

    /// `−log ∫ √(q p) = ½ R_½` of each row in nats (Bhattacharyya 1943).
    ///
    /// # Panics
    /// If the row counts do not divide one another.
    fn bhattacharyya_distance(&self, p: &P) -> Tensor<1> {
        self.renyi_divergence(p, 0.5) * 0.5
    }

    /// `H² = ½ ∫ (√q − √p)² = 1 − ∫ √(q p)` of each row, between 0 and 1.
    ///
    /// # Panics
    /// If the row counts do not divide one another.
    fn squared_hellinger(&self, p: &P) -> Tensor<1> {
        expm1(self.bhattacharyya_distance(p).neg()).neg()
    }
}

/// `D_α(q ‖ p) = (∫ q^α p^{1−α} − 1) / α(α − 1)` of each row, in the convention of Cichocki & Amari 2010
/// ("Families of alpha-, beta- and gamma-divergences"): `KL(q ‖ p)` of order 1, `KL(p ‖ q)` of order
/// 0, `4 H²` of order ½, half of Pearson's `χ²` of order 2. Amari's own order is `1 − 2α`.
///
/// `D_α(q ‖ p) = D_{1−α}(p ‖ q)`: orders below ½ are taken from the other side, where nothing cancels.
///
/// # Panics
/// If `α` is not finite, or the row counts do not divide one another.
pub fn alpha_divergence<Q: RenyiDivergence<P>, P: RenyiDivergence<Q>>(q: &Q, p: &P, alpha: f64) -> Tensor<1> {
    assert!(alpha.is_finite(), "a divergence of order {alpha}: the order must be a number");
    let order = alpha.max(1.0 - alpha);
    let renyi = if alpha < 0.5 { p.renyi_divergence(q, order) } else { q.renyi_divergence(p, order) };
    // expm1(εR)/ε with ε = α − 1 is R and the rest of the series where ε is next to nothing.
    let excess = order - 1.0;
    if excess.abs() < NEXT_TO_NOTHING { renyi } else { expm1(renyi * excess) / (excess * order) }
}

/// The distance of an order from 1 below which the divergence is that of order 1 in every digit: its slope
/// is half of a variance of `log q/p`.
const NEXT_TO_NOTHING: f64 = 1e-12;

/// `1 − α`, or nothing where the order is 1.
///
/// # Panics
/// If the order is negative or not finite.
fn distance_from_one(alpha: f64) -> Option<f64> {
    assert!(
        alpha >= 0.0 && alpha.is_finite(),
        "a Rényi divergence of order {alpha}: the order must be 0 or a positive number"
    );
    let distance = 1.0 - alpha;
    (distance.abs() > NEXT_TO_NOTHING).then_some(distance)
}
