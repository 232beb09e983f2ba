//! What an estimator gives.

use std::fmt;

use burn::module::Module;
use burn::tensor::{Gradients, Tensor};

use crate::objective::Terms;
use crate::optimizer::NamedGradients;

/// A loss whose gradient estimates the gradient of a bound, beside what was measured on the way.
#[derive(Debug)]
pub struct Surrogate {
    /// The objective of each example in nats, cut from the graph, `[batch]`.
    pub bound: Tensor<1>,
    /// What it is made of, cut from the graph.
    pub terms: Terms,
    /// The scalar to minimise, a mean over the batch; where there is a remainder, a part of it alone.
    pub loss: Tensor<1>,
    /// What is left of the loss once the gradients of `loss` are known, where they enter.
    pub remainder: Option<Remainder>,
    /// The gradients of what the estimator itself learns, where it does.
    pub control: Option<Control>,
}

impl Surrogate {
    /// Of a loss that is complete and an estimator that learns nothing.
    pub fn new(bound: Tensor<1>, terms: Terms, loss: Tensor<1>) -> Self {
        Self { bound: bound.inner(), terms: terms.detach(), loss, remainder: None, control: None }
    }

    /// The gradients for the parameters of `module`, the remainder's among them; nothing is found for what the
    /// estimator itself learns.
    pub fn gradients<V: Module>(self, module: &V) -> NamedGradients {
        Surrogate { control: None, ..self }.all_gradients(module).0
    }

    /// The gradients for the parameters of `module`, and for what the estimator itself learns.
    pub fn all_gradients<V: Module>(self, module: &V) -> (NamedGradients, NamedGradients) {
        let gradients = self.loss.backward();
        let remainder = self.remainder.map(|remainder| remainder.loss(&gradients).backward());
        let control = self.control.map(|control| control.gradients(&gradients)).unwrap_or_default();
        let mut of_module = NamedGradients::of(module, gradients);
        if let Some(rest) = remainder {
            of_module.accumulate(NamedGradients::of(module, rest), 1.0);
        }
        (of_module, control)
    }
}

/// A second loss for the same parameters, made of the gradients of the first.
///
/// It lets an estimator weigh the gradient that comes out of the decoder before it goes into the encoder, with
/// one pass through each.
pub struct Remainder(Box<dyn FnOnce(&Gradients) -> Tensor<1>>);

impl Remainder {
    /// From what makes it.
    pub fn new(loss: impl FnOnce(&Gradients) -> Tensor<1> + 'static) -> Self {
        Self(Box::new(loss))
    }

    /// The loss, given the gradients of the first.
    pub fn loss(self, gradients: &Gradients) -> Tensor<1> {
        (self.0)(gradients)
    }
}

/// How what an estimator learns would be moved, given the gradients of the loss.
pub struct Control(Box<dyn FnOnce(&Gradients) -> NamedGradients>);

impl Control {
    /// From what finds them.
    pub fn new(gradients: impl FnOnce(&Gradients) -> NamedGradients + 'static) -> Self {
        Self(Box::new(gradients))
    }

    /// The gradients of the estimator's own parameters.
    pub fn gradients(self, of_loss: &Gradients) -> NamedGradients {
        (self.0)(of_loss)
    }
}

impl fmt::Debug for Remainder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remainder")
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Control")
    }
}
