//! A natural parameter between that of `q` and that of `p`.

use burn::tensor::{Bool, Tensor};

use crate::special::{digamma_remainder, log_gamma_remainder, ratio_excess};

/// Changes up to this share of a parameter are small.
const SMALL: f64 = 0.25;

/// `c_* = α c_q + ε c_p` of a positive parameter `c`, with `ε = 1 − α`.
///
/// The Rényi divergence in an exponential family with log-normaliser `A` is the gap `A(p) − A(q) − (A(*) −
/// A(q))/ε`, that is of `A` below its chord. For the gamma and beta families `A` is a sum of `log Γ`, each
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
        let change = change.mask_fill(is_outside.clone(), 0.0);
        Self { q, p, between, change, is_outside, epsilon }
    }

    /// Where `c_*` is not positive.
    pub(super) fn is_outside(&self) -> Tensor<2, Bool> {
        self.is_outside.clone()
    }

    /// Where the change is large.
    fn is_large(&self) -> Tensor<2, Bool> {
        self.change.clone().abs().greater_elem(SMALL)
    }

    /// The gap of `c log(c/n)`: with the shares `s = c/n` and `E(u) = u − 1 − log u` as `c_p E(s_*/s_p) +
    /// (1 − ε)/ε c_q E(s_*/s_q)`, where nothing of size `c` cancels, since `ε c_p + (1 − ε) c_q = n_* s_*`.
    pub(super) fn gap_of_shares(&self, whole: &Self) -> Tensor<2> {
        let share = self.between.clone() / whole.between.clone();
        let of_p = share.clone() / (self.p.clone() / whole.p.clone());
        let of_q = share / (self.q.clone() / whole.q.clone());
        // Near 1 from the difference of the changes, which are as small as `ε`.
        let is_large = self.is_large().bool_or(whole.is_large());
        let [up, down] = [self, whole].map(|c| c.change.clone().mask_fill(is_large.clone(), 0.0));
        let near = excess_beyond_one((up - down.clone()) / (down + 1.0));
        let far = ratio_excess(of_q.mask_fill(is_large.clone().bool_not(), 1.0));
        let of_q = near.mask_where(is_large, far) * ((1.0 - self.epsilon) / self.epsilon);
        self.p.clone() * ratio_excess(of_p) + self.q.clone() * of_q
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
        let is_large = self.is_large();
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
}

/// `v = α + ε r²` of the ratio `r` of the deviations of `q` and `p`: what lies between two variances, in units of that
/// of `p`.
pub(super) struct VarianceBetween {
    /// `v`, and 1 where it is not positive.
    pub(super) value: Tensor<2>,
    /// `log(v)/ε`
    pub(super) log_by_epsilon: Tensor<2>,
    /// Where `v` is not positive.
    pub(super) is_outside: Tensor<2, Bool>,
}

impl VarianceBetween {
    pub(super) fn of(ratio: Tensor<2>, epsilon: f64) -> Self {
        // Below order 1 a sum of positive terms, above it a difference that is exact near 1.
        let change = (ratio.clone() - 1.0) * (ratio.clone() + 1.0) * epsilon;
        let value =
            if epsilon > 0.0 { ratio.square() * epsilon + (1.0 - epsilon) } else { change.clone() + 1.0 };
        let is_outside = value.clone().lower_equal_elem(0.0);
        let value = value.mask_fill(is_outside.clone(), 1.0);
        let is_far = change.clone().abs().greater_elem(0.5);
        let near = change.mask_fill(is_far.clone(), 0.0).log1p();
        let log_by_epsilon = near.mask_where(is_far, value.clone().log()) / epsilon;
        Self { value, log_by_epsilon, is_outside }
    }
}

/// `w − log(1 + w)`, near 0 as `w²/2 − w³/3 + …` to 3e-7 of itself.
fn excess_beyond_one(w: Tensor<2>) -> Tensor<2> {
    const TINY: f64 = 0.03;
    let is_tiny = w.clone().abs().lower_elem(TINY);
    let tiny = w.clone().mask_fill(is_tiny.clone().bool_not(), 0.0);
    let series = [-1.0 / 5.0, 1.0 / 4.0, -1.0 / 3.0, 1.0 / 2.0]
        .into_iter()
        .fold(tiny.zeros_like(), |sum, coefficient| sum * tiny.clone() + coefficient);
    (w.clone() - w.log1p()).mask_where(is_tiny, series * tiny.square())
}
