//! Gradients against central differences, and at extremes.

use burn::tensor::{DType, Tensor};
use jensen_prob::{Distribution, Entropy, KlDivergence};

use super::{Conformance, key, numbers, rotate};
use crate::{Tolerance, Value, check_gradients};

/// An `f32` backward pass of a dozen operations.
pub(super) const TOLERANCE: Tolerance = Tolerance { relative: 1e-4, absolute: 2e-5 };

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// The gradient of `log_prob` for the parameters, at a draw.
    pub fn parameter_gradients(self) -> Self {
        let value = self.distribution().sample(&key().fork("gradients"));
        self.gradients("parameter gradients of log_prob", |family, parameters| {
            family.log_prob(&value.in_type_of(&parameters[0]))
        })
    }

    /// The gradient of `log_prob` for a continuous value, at a draw.
    pub fn value_gradients(self) -> Self
    where
        D: Distribution<Value = Tensor<2>>,
    {
        let value = self.distribution().sample(&key().fork("gradients")).cast(DType::F64);
        let log_prob = |inputs: &[Tensor<2>]| {
            let parameters = self.parameters.iter().map(|p| p.clone().cast(inputs[0].dtype()));
            (self.build)(&parameters.collect::<Vec<_>>()).log_prob(&inputs[0])
        };
        let outcome = check_gradients(&[value], log_prob, TOLERANCE).map_err(|e| e.to_string());
        self.record("value gradients of log_prob", outcome)
    }

    /// The gradient of the entropy.
    pub fn entropy_gradients(self) -> Self
    where
        D: Entropy,
    {
        self.gradients("gradients of the entropy", |family, _| family.entropy())
    }

    /// The gradients of the divergence to other rows for the parameters of both sides.
    pub fn kl_gradients(self) -> Self
    where
        D: KlDivergence,
    {
        let both: Vec<_> =
            self.parameters.iter().cloned().chain(self.parameters.iter().map(rotate)).collect();
        let kl = |inputs: &[Tensor<2>]| {
            let (q, p) = inputs.split_at(self.parameters.len());
            (self.build)(q).kl_divergence(&(self.build)(p))
        };
        let outcome = check_gradients(&both, kl, TOLERANCE).map_err(|e| e.to_string());
        self.record("gradients of the divergence", outcome)
    }

    /// What `f` computes and its gradients for the parameters are finite: for extreme parameters.
    pub fn finite(self, what: &str, f: impl Fn(&D) -> Tensor<1>) -> Self {
        let leaves: Vec<_> =
            self.parameters.iter().map(|p| p.clone().cast(DType::F32).autodiff().require_grad()).collect();
        let output = f(&(self.build)(&leaves));
        let values = numbers(&output.clone().inner());
        let gradients = output.sum().backward();
        let first_broken = |numbers: &[f64]| numbers.iter().position(|x| !x.is_finite());
        let mut outcome = match first_broken(&values) {
            Some(row) => Err(format!("row {row} is {}", values[row])),
            None => Ok(()),
        };
        for (input, leaf) in leaves.iter().enumerate() {
            let gradient = leaf.grad(&gradients).map(|g| g.numbers()).unwrap_or_default();
            if let Some(at) = first_broken(&gradient) {
                outcome = outcome.and(Err(format!(
                    "the gradient of parameter {input} at position {at} is {}",
                    gradient[at]
                )));
            }
        }
        self.record(&format!("finite {what}"), outcome)
    }

    pub(super) fn gradients(self, check: &str, f: impl Fn(&D, &[Tensor<2>]) -> Tensor<1>) -> Self {
        let f = |parameters: &[Tensor<2>]| f(&(self.build)(parameters), parameters);
        let outcome = check_gradients(&self.parameters, f, TOLERANCE).map_err(|e| e.to_string());
        self.record(check, outcome)
    }
}
