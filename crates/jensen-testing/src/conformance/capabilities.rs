//! Divergence, independent dimensions, enumeration, detachment and addressed draws.

use burn::tensor::{DType, Tensor};
use jensen_prob::{DetachParams, Distribution, Enumerable, Factorized, KlDivergence};

use super::density::monte_carlo;
use super::{Conformance, DRAWS, key, numbers, rotate, same, same_numbers};
use crate::Value;

/// What rounding may put on a divergence near zero.
const NEAR_ZERO: f64 = 1e-6;

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// The divergence is 0 on itself, not negative between rows, and within five standard errors
    /// of `log q − log p` of draws (false alarm 6e-7).
    pub fn kl_divergence(self) -> Self
    where
        D: KlDivergence,
    {
        let at = |turn: bool, samples: usize| {
            let change = |p: &Tensor<2>| {
                let p = (self.cut)(p);
                (if turn { rotate(&p) } else { p }).cast(DType::F32).repeat_dim(0, samples)
            };
            (self.build)(&self.parameters.iter().map(change).collect::<Vec<_>>())
        };
        let itself = numbers(&at(false, 1).kl_divergence(&at(false, 1)));
        let divergence = numbers(&at(false, 1).kl_divergence(&at(true, 1)));
        let (q, p) = (at(false, DRAWS), at(true, DRAWS));
        let draws = q.sample(&key().fork("divergence"));
        let ratio = numbers(&(q.log_prob(&draws) - p.log_prob(&draws)));

        let outcome = if itself.iter().any(|kl| kl.is_nan() || kl.abs() > NEAR_ZERO) {
            Err(format!("from itself is {itself:?}"))
        } else if divergence.iter().any(|&kl| kl.is_nan() || kl < -NEAR_ZERO) {
            Err(format!("is {divergence:?}"))
        } else {
            monte_carlo(&ratio, &divergence)
        };
        self.record("divergence", outcome)
    }

    /// The densities and divergences of the dimensions add up to those of the event.
    pub fn factorized(self) -> Self
    where
        D: Factorized,
    {
        let (family, other) = (self.distribution(), self.rotated());
        let value = family.sample(&key().fork("factorized"));
        let sum = |per_dim: Tensor<2>| {
            let rows = per_dim.dims()[0];
            per_dim.sum_dim(1).reshape([rows])
        };
        let outcome = same(&sum(family.log_prob_per_dim(&value)), &family.log_prob(&value))
            .and_then(|()| same(&sum(family.kl_per_dim(&other)), &family.kl_divergence(&other)));
        self.record("factorized", outcome)
    }

    /// The enumerated values are value-major and have all the probability of each row.
    pub fn enumerable(self) -> Self
    where
        D: Enumerable,
    {
        let family = self.distribution();
        let rows = family.rows();
        let probabilities = numbers(&family.log_prob(&family.enumerate()).exp());
        let totals: Vec<f64> = (0..rows).map(|row| super::of_row(&probabilities, rows, row).sum()).collect();
        let outcome = same_numbers(&totals, &vec![1.0; rows]);
        self.record("enumerable", outcome)
    }

    /// Detached parameters give the same density without a gradient.
    pub fn detach_params(self) -> Self
    where
        D: DetachParams,
    {
        let leaves: Vec<_> =
            self.parameters.iter().map(|p| p.clone().cast(DType::F32).autodiff().require_grad()).collect();
        let family = (self.build)(&leaves);
        let value = family.sample(&key().fork("detach"));
        let detached = family.detach_params().log_prob(&value);
        let outcome = if !family.log_prob(&value).is_tracked() {
            Err("even the attached density has no gradient".to_owned())
        } else if detached.is_tracked() {
            Err("the density still has a gradient".to_owned())
        } else {
            same(&detached.inner(), &family.log_prob(&value).inner())
        };
        self.record("detach_params", outcome)
    }

    /// The same key gives the same draws, another key others, and rows draw for themselves.
    pub fn addressed(self) -> Self {
        let family = self.marginals(64);
        let draw = |purpose| family.sample(&key().fork(purpose)).numbers();
        let (first, again, other) = (draw("a"), draw("a"), draw("b"));
        let in_one = first.len() / 64;
        let outcome = if first != again {
            Err("the same key gives other draws".to_owned())
        } else if first == other {
            Err("another key gives the same draws".to_owned())
        } else if (0..in_one).all(|at| super::of_row(&first, in_one, at).all(|x| x == first[at])) {
            Err("every row gives the same draw".to_owned())
        } else {
            Ok(())
        };
        self.record("addressed draws", outcome)
    }
}
