//! `log Γ` and its derivatives.
//!
//! On the CPU in `f64`, rounded once: near its zeros at 1 and 2 a logarithm of `Γ` in `f32` has no
//! digits left. Elsewhere composed in the type of the tensor. Both use the series of Stirling
//! (Abramowitz & Stegun 6.1.41, 6.3.18, 6.4.12) from 8 on, where its terms below are exact to 1e-14, and
//! the recurrence `Γ(x + 1) = x Γ(x)` before.

use burn::tensor::Tensor;

use crate::elementwise::{Digamma, DigammaRemainder, Function, LogGamma, LogGammaRemainder};
use crate::scalar::{self, DIGAMMA, FROM, HALF_LOG_TAU, LOG_GAMMA};

/// Functions with their slopes, computed in `f64` and rounded once.
macro_rules! rounded {
    ($($function:ident: $value:path, $slope:path;)*) => {
        $(impl Function for $function {
            const SAVES_OUTPUT: bool = false;

            fn value(x: f32) -> f32 {
                $value(f64::from(x)) as f32
            }

            fn slope(x: f32) -> f32 {
                $slope(f64::from(x)) as f32
            }
        })*
    };
}

rounded! {
    LogGamma: scalar::log_gamma, scalar::digamma;
    Digamma: scalar::digamma, scalar::trigamma;
    LogGammaRemainder: scalar::log_gamma_remainder, scalar::digamma_remainder;
    DigammaRemainder: scalar::digamma_remainder, scalar::trigamma_remainder;
}

/// `log Γ` from Burn's own operations.
pub(crate) fn composed_log_gamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let shifted = Shifted::of(x);
    let x = shifted.x.clone();
    x.clone() * x.clone().log() - x + shifted.log_gamma_remainder() - shifted.log_product()
}

/// `log Γ(x) − x log x + x` from Burn's own operations.
pub(crate) fn composed_log_gamma_remainder<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let shifted = Shifted::of(x);
    let leading = shifted.where_small(|x| {
        let next = x.clone() + FROM;
        next.clone() * next.log() - x.clone() * x.log() - FROM
    });
    shifted.log_gamma_remainder() - shifted.log_product() + leading
}

/// `ψ` from Burn's own operations.
pub(crate) fn composed_digamma<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let shifted = Shifted::of(x);
    shifted.x.clone().log() + shifted.digamma_remainder() - shifted.sum_of_inverses()
}

/// `ψ(x) − log x` from Burn's own operations.
pub(crate) fn composed_digamma_remainder<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let shifted = Shifted::of(x);
    let leading = shifted.where_small(|x| (x.clone() + FROM).log() - x.log());
    shifted.digamma_remainder() - shifted.sum_of_inverses() + leading
}

/// Arguments of the series, and those that had to be shifted to become one.
struct Shifted<const D: usize> {
    /// At least 8.
    x: Tensor<D>,
    /// The argument where it is below 8, else 1: masked before anything is computed of it.
    small: Tensor<D>,
    is_small: Tensor<D, burn::tensor::Bool>,
}

impl<const D: usize> Shifted<D> {
    fn of(x: Tensor<D>) -> Self {
        // Added, so that the slope is no number either.
        let outside = x.zeros_like().mask_fill(x.clone().lower_elem(0.0), f64::NAN);
        let x = x + outside;
        let is_small = x.clone().lower_elem(FROM);
        let small = x.clone().mask_fill(is_small.clone().bool_not(), 1.0);
        let x = x.clone().mask_where(is_small.clone(), x + FROM);
        Self { x, small, is_small }
    }

    /// What the recurrence takes from the value at the shifted argument.
    fn where_small(&self, f: impl FnOnce(Tensor<D>) -> Tensor<D>) -> Tensor<D> {
        f(self.small.clone()).mask_fill(self.is_small.clone().bool_not(), 0.0)
    }

    /// `log x (x + 1) … (x + 7)`, of arguments below 8: no overflow.
    fn log_product(&self) -> Tensor<D> {
        self.where_small(|x| (1..8).fold(x.clone(), |product, i| product * (x.clone() + f64::from(i))).log())
    }

    /// `1/x + … + 1/(x + 7)`
    fn sum_of_inverses(&self) -> Tensor<D> {
        self.where_small(|x| {
            (1..8).fold(x.clone().recip(), |sum, i| sum + (x.clone() + f64::from(i)).recip())
        })
    }

    fn log_gamma_remainder(&self) -> Tensor<D> {
        self.series(LOG_GAMMA) * self.x.clone() - self.x.clone().log() * 0.5 + HALF_LOG_TAU
    }

    fn digamma_remainder(&self) -> Tensor<D> {
        self.series(DIGAMMA) - self.x.clone().recip() * 0.5
    }

    fn series(&self, coefficients: [f64; 6]) -> Tensor<D> {
        let square = self.x.clone().square().recip();
        let [first @ .., last] = coefficients;
        first.iter().rev().fold(square.clone() * last, |sum, &c| (sum + c) * square.clone())
    }
}
