//! A natural parameter between that of `q` and that of `p`.

use burn::tensor::{Bool, Tensor};

use crate::special::{digamma_remainder, log_gamma_remainder};

/// Changes up to this share of a parameter are small.
const SMALL: f64 = 0.25;

/// `c_* = α c_q + ε c_p` of a positive parameter `c`, with `ε = 1 − α`.
///
/// The Rényi divergence in an exponential family with log-normaliser `A` is the gap `A(p) − A(q) − (A(*) −
/// A(q))/ε`, that is of `A` above its chord. For the gamma and beta families `A` is a sum of `log Γ`, each
/// taken apart into `c log c − c` and its remainder, as the former nearly cancel.
pub(super) struct Blend {
    q: Tensor<2>,
    p: Tensor<2>,
    /// `c_*`, and `c_q` where it is not positive.
    between: Tensor<2>,
    /// `(c_* − c_q)/c_q`, and 0 where `c_*` is not positive.
    change: Tensor<2>,
    is_outside: Tensor<2, Bool>,
    epsilon: f64,
}

impl Blend {
    pub(super) fn of(q: Tensor<2>, p: Tensor<2>, epsilon: f64) -> Self {
        let between = q.clone() * (1.0 - epsilon) + p.clone() * epsilon;
        let is_outside = between.clone().lower_equal_elem(0.0);
        let between = between.mask_where(is_outside.clone(), q.clone());
        let change = (p.clone() - q.clone()) / q.clone() * epsilon;
        // Rounding may put a change to next to nothing at −1, which the larger changes never use.
        let change = change.mask_fill(is_outside.clone(), 0.0);
        Self { q, p, between, change, is_outside, epsilon }
    }

    /// Where `c_*` is not positive.
    pub(super) fn is_outside(&self) -> Tensor<2, Bool> {
        self.is_outside.clone()
    }

    /// The gap of `c log(c/n)`: `c_p log(s_p/s_q) − c_* log(s_*/s_q)/ε` with the shares `s = c/n`.
    pub(super) fn gap_of_shares(&self, whole: &Self) -> Tensor<2> {
        let to_p = self.log_growth_to_p() - whole.log_growth_to_p();
        let on_the_way = (self.log_growth() - whole.log_growth()) / self.epsilon;
        self.p.clone() * to_p - self.between.clone() * on_the_way
    }

    /// The gap of `R(c) = log Γ(c) − c log c + c`. Of small changes its slope is the mean of `R′` between the
    /// ends, by the rule of Gauss & Legendre with four points: to 1e-9, as `R′` is singular only at 0.
    pub(super) fn gap_of_remainders(&self) -> Tensor<2> {
        const POINTS: [(f64, f64); 4] = [
            (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
            (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
            (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
            (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
        ];
        let is_large = self.change.clone().abs().greater_elem(SMALL);
        let small = self.change.clone().mask_fill(is_large.clone(), 0.0);
        let mean_slope = POINTS.map(|(point, weight)| {
            digamma_remainder(self.q.clone() * (small.clone() * point + 1.0)) * weight
        });
        let mean_slope = mean_slope.into_iter().reduce(|sum, term| sum + term).expect("four points");
        let at_q = log_gamma_remainder(self.q.clone());
        let chord = (log_gamma_remainder(self.between.clone()) - at_q.clone()) / self.epsilon;
        let chord = ((self.p.clone() - self.q.clone()) * mean_slope).mask_where(is_large, chord);
        log_gamma_remainder(self.p.clone()) - at_q - chord
    }

    /// `log(c_*/c_q)`
    fn log_growth(&self) -> Tensor<2> {
        log_growth(self.change.clone(), self.between.clone(), self.q.clone())
    }

    /// `log(c_p/c_q)`
    fn log_growth_to_p(&self) -> Tensor<2> {
        log_growth((self.p.clone() - self.q.clone()) / self.q.clone(), self.p.clone(), self.q.clone())
    }
}

/// `log(to/from)`, near 1 from the change.
fn log_growth(change: Tensor<2>, to: Tensor<2>, from: Tensor<2>) -> Tensor<2> {
    let is_large = change.clone().abs().greater_elem(SMALL);
    let small = change.mask_fill(is_large.clone(), 0.0);
    small.log1p().mask_where(is_large, to.log() - from.log())
}
