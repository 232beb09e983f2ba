//! Fully connected layers.

use burn::{module::Module, nn::Linear, tensor::Tensor};

use super::{Activation, Scope};

/// Fully connected layers, each followed by the activation.
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Linear>,
    #[module(skip)]
    activation: Activation,
}

impl Mlp {
    /// Layers of the given widths on `inputs` features; weights by Glorot or He, biases 0.
    pub fn init(inputs: usize, widths: &[usize], activation: Activation, scope: &Scope) -> Self {
        let scope = scope.child("layers");
        let inputs_of = std::iter::once(&inputs).chain(widths);
        let layers = inputs_of
            .zip(widths)
            .enumerate()
            .map(|(i, (&from, &to))| {
                scope.child(i).linear_within(from, to, activation.weight_bound(from as f64, to as f64))
            })
            .collect();
        Self { layers, activation }
    }

    /// # Shapes
    /// `[rows, inputs]` to `[rows, last width]`; without layers the input itself.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        self.layers.iter().fold(x, |x, layer| self.activation.apply(layer.forward(x)))
    }

    /// As [`forward`](Self::forward); `see` is shown what each layer gives before its activation.
    pub(crate) fn watch(&self, x: Tensor<2>, mut see: impl FnMut(usize, Tensor<2>)) -> Tensor<2> {
        self.layers.iter().enumerate().fold(x, |x, (i, layer)| {
            let x = layer.forward(x);
            see(i, x.clone());
            self.activation.apply(x)
        })
    }
}
