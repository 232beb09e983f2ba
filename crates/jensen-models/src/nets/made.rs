//! Masked autoencoders: nets of which each output sees the inputs before it alone.

use burn::{
    module::Module,
    nn::Linear,
    tensor::{Int, Tensor, TensorData},
};
use jensen_prob::bijector::{Conditioner, SelectMaps};

use super::{Activation, GivenContext, Scope, activation::glorot_bound};

/// A masked autoencoder for distribution estimation (Germain et al. 2015): fully connected layers whose
/// weights are masked so that the outputs for dimension `i` depend on the dimensions before `i`, and on a
/// context where there is one.
///
/// Each unit has a degree, the number of dimensions that it may see: input `i` has degree `i`, counted from 1,
/// the context 0, hidden units take the degrees in turn. A weight between layers counts where the degree does
/// not fall, one to an output where it grows.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use jensen_models::nets::{Activation, Made, Scope};
/// use jensen_prob::bijector::{AffineMaps, MapFamily, MaskedAutoregressive};
/// use jensen_prob::{Distribution, Normal, Transformed};
/// use jensen_random::Rng;
///
/// let device = Device::flex();
/// let (scope, maps) = (Scope::new(Rng::seed(1), &device), AffineMaps::default());
/// let made = Made::init(3, 0, &[32, 32], maps.width(), Activation::Tanh, &scope);
/// let flow = Transformed::new(Normal::standard(1, 3, &device), MaskedAutoregressive::new(made, maps));
/// assert_eq!(flow.log_prob(&Tensor::zeros([8, 3], &device)).dims(), [8]);
/// ```
#[derive(Module, Debug)]
pub struct Made {
    layers: Vec<Linear>,
    /// Of the inputs, of the units of each layer, of the outputs.
    #[module(skip)]
    degrees: Vec<Vec<usize>>,
    context: usize,
    #[module(skip)]
    activation: Activation,
}

impl Made {
    /// A net on `dims` dimensions and `context` further numbers, with hidden layers of the given widths and
    /// `outputs` numbers for each dimension: first one for every dimension, then the next.
    ///
    /// # Panics
    /// If there are no dimensions.
    pub fn init(
        dims: usize,
        context: usize,
        widths: &[usize],
        outputs: usize,
        activation: Activation,
        scope: &Scope,
    ) -> Self {
        assert!(dims > 0, "a masked autoencoder has dimensions");
        let mut degrees = vec![[vec![0; context], (1..=dims).collect()].concat()];
        // Without a context a unit of degree 0 sees nothing; one of degree `dims` no output sees.
        let lowest = usize::from(context == 0).min(dims - 1);
        let hidden = |width: &usize| (lowest..dims).cycle().take(*width).collect();
        degrees.extend(widths.iter().map(hidden));
        degrees.push((1..=dims).cycle().take(dims * outputs).collect());
        let scope = scope.child("layers");
        let layers = degrees
            .windows(2)
            .enumerate()
            .map(|(i, pair)| {
                let (from, to) = (pair[0].len(), pair[1].len());
                let (fan_in, fan_out) = (from as f64, to as f64);
                let bound = if i < widths.len() {
                    activation.weight_bound(fan_in, fan_out)
                } else {
                    glorot_bound(fan_in, fan_out)
                };
                scope.child(i).linear_within(from, to, bound)
            })
            .collect();
        Self { layers, degrees, context, activation }
    }

    /// # Shapes
    /// `[rows, context + dims]`, the context first, to `[rows, outputs · dims]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.layers.len() - 1;
        self.layers.iter().enumerate().fold(x, |x, (i, layer)| {
            let x = self.layer(i, layer, x);
            if i == last { x } else { self.activation.apply(x) }
        })
    }

    fn layer(&self, i: usize, layer: &Linear, x: Tensor<2>) -> Tensor<2> {
        let weight = layer.weight.val();
        let device = weight.device().without_autodiff();
        let degrees = |of: &[usize], shape: [usize; 2]| {
            let degrees: Vec<f32> = of.iter().map(|&degree| degree as f32).collect();
            Tensor::<2>::from_data(TensorData::new(degrees, shape), &device).expand(weight.dims())
        };
        let [inputs, outputs] = weight.dims();
        let from = degrees(&self.degrees[i], [inputs, 1]);
        let to = degrees(&self.degrees[i + 1], [1, outputs]);
        let is_blind = if i + 1 == self.layers.len() { to.lower_equal(from) } else { to.lower(from) };
        let y = x.matmul(weight.mask_fill(is_blind, 0.0));
        match &layer.bias {
            Some(bias) => y + bias.val().unsqueeze(),
            None => y,
        }
    }

    /// The net at a context `[rows, context]`, whose rows meet those of the dimensions sample-major.
    ///
    /// # Panics
    /// If the context has another width.
    pub fn given(&self, context: Tensor<2>) -> GivenContext<Self> {
        let [rows, width] = context.dims();
        assert_eq!(
            width, self.context,
            "a context of shape [{rows}, {width}] meets a net for {}",
            self.context
        );
        GivenContext::new(self.clone(), context)
    }
}

impl Conditioner for Made {
    fn parameters(&self, x: Tensor<2>) -> Tensor<2> {
        self.forward(x)
    }

    fn detach_params(&self) -> Self {
        self.valid()
    }
}

/// All rows share the net.
impl SelectMaps for Made {
    fn select_maps(&self, _: &Tensor<1, Int>) -> Self {
        self.clone()
    }
}
