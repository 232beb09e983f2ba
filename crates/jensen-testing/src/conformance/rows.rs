//! Where row counts meet: the rule at the head of `jensen_prob::Distribution`.

use burn::tensor::{DType, Device, Int, Tensor};
use jensen_prob::{Distribution, Expand, KlDivergence, SelectRows};

use super::{Conformance, key, numbers, same};
use crate::Value;

/// Samples for each row.
pub(super) const SAMPLES: usize = 3;

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// More values than distributions, and more distributions than values, agree with explicit
    /// sample-major repetition; a single distribution or value meets any number.
    pub fn rows(self) -> Self {
        let (family, repeated) = (self.distribution(), self.repeated(SAMPLES));
        let (rows, value) = (family.rows(), repeated.sample(&key().fork("rows")));
        let few = value.first(rows);

        let outcome = same(&family.log_prob(&value), &repeated.log_prob(&value))
            .and_then(|()| same(&repeated.log_prob(&few), &repeated.log_prob(&few.repeat(SAMPLES))))
            .and_then(|()| {
                let one = value.first(1);
                same(&family.log_prob(&one), &family.log_prob(&one.repeat(rows)))
            })
            .and_then(|()| {
                let one = self.at(|p| p.narrow(0, 0, 1));
                let all = self.at(|p| p.narrow(0, 0, 1).repeat_dim(0, rows * SAMPLES));
                same(&one.log_prob(&value), &all.log_prob(&value))
            });
        self.record("rows", outcome)
    }

    /// The divergence follows the same rule on both sides.
    pub fn kl_rows(self) -> Self
    where
        D: KlDivergence,
    {
        let (family, turned, repeated) = (self.distribution(), self.rotated(), self.repeated(SAMPLES));
        let once = numbers(&family.kl_divergence(&turned)).repeat(SAMPLES);
        let back = numbers(&turned.kl_divergence(&family)).repeat(SAMPLES);
        let outcome = super::same_numbers(&numbers(&repeated.kl_divergence(&turned)), &once)
            .and_then(|()| super::same_numbers(&numbers(&turned.kl_divergence(&repeated)), &back));
        self.record("rows of the divergence", outcome)
    }

    /// Independent dimensions: the density of an event is the product over its marginals.
    pub fn events(self) -> Self
    where
        D: Distribution<Value = Tensor<2>>,
    {
        let family = self.distribution();
        let value = family.sample(&key().fork("events"));
        let [rows, event] = value.dims();
        let marginal = self.marginals(1).log_prob(&value.clone().reshape([rows * event, 1]));
        let product = marginal.reshape([rows, event]).sum_dim(1).reshape([rows]);
        let outcome = same(&family.log_prob(&value), &product);
        self.record("events", outcome)
    }

    /// `expand` repeats sample-major.
    pub fn expand(self) -> Self
    where
        D: Expand,
    {
        let (family, expanded) = (self.distribution(), self.distribution().expand(SAMPLES));
        let value = self.repeated(SAMPLES).sample(&key().fork("expand"));
        let outcome = if expanded.rows() == SAMPLES * family.rows() {
            let draw = expanded.sample(&key().fork("expand")).numbers();
            same(&expanded.log_prob(&value), &family.log_prob(&value))
                .and_then(|()| super::same_numbers(&draw, &value.numbers()))
        } else {
            Err(format!("{} rows in place of {}", expanded.rows(), SAMPLES * family.rows()))
        };
        self.record("expand", outcome)
    }

    /// `select_rows` is the family of the parameters in those rows: the same density, and the same draws.
    pub fn select_rows(self) -> Self
    where
        D: SelectRows,
    {
        let family = self.distribution();
        // Backwards, and the first row once more.
        let mut indices: Vec<i32> = (0..).take(family.rows()).collect();
        indices.reverse();
        indices.push(0);
        let indices = Tensor::<1, Int>::from_data(indices.as_slice(), &Device::flex());
        let chosen = self.at(|p| if p.dims()[0] == 1 { p } else { p.select(0, indices.clone()) });
        let (selected, rng) = (family.select_rows(&indices), key().fork("select"));
        let outcome = if selected.rows() == chosen.rows() {
            let value = chosen.sample(&rng);
            same(&selected.log_prob(&value), &chosen.log_prob(&value))
                .and_then(|()| super::same_numbers(&selected.sample(&rng).numbers(), &value.numbers()))
        } else {
            Err(format!("{} rows in place of {}", selected.rows(), chosen.rows()))
        };
        self.record("select_rows", outcome)
    }

    /// The family with its parameters repeated outright.
    pub(super) fn repeated(&self, samples: usize) -> D {
        self.at(|p| p.repeat_dim(0, samples))
    }

    fn at(&self, change: impl Fn(Tensor<2>) -> Tensor<2>) -> D {
        let change = |p: &Tensor<2>| change(p.clone().cast(DType::F32));
        (self.build)(&self.parameters.iter().map(change).collect::<Vec<_>>())
    }
}
