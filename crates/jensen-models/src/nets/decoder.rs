//! From a latent variable to the likelihood of an observation.

use std::sync::Arc;

use burn::{
    module::{Module, Param},
    nn::Linear,
    tensor::Tensor,
};
use jensen_infer::InferError;

use super::{
    ImageShape, Mlp, NetConfig, Scope, TransposedConvolutions, activation::glorot_bound,
    convolutions::halved, encoder::check_latent_dim,
};
use crate::likelihood::{Likelihood, LikelihoodConfig, Spread};
use crate::table::TableLayout;

/// A checked configuration of a [`Decoder`].
#[derive(Clone, Debug, PartialEq)]
pub struct DecoderConfig {
    net: NetConfig,
    shape: ImageShape,
    table: Option<Arc<TableLayout>>,
    latent_dim: usize,
    likelihood: LikelihoodConfig,
}

impl DecoderConfig {
    /// A decoder of `latent_dim` dimensions into observations of `shape`; `net` is in the encoder's
    /// order and is mirrored here.
    ///
    /// # Errors
    /// [`InferError::Option`] if the net does not fit the shape, anything has width 0, a number of the
    /// likelihood is out of range, or the likelihood is that of a table.
    pub fn new(
        net: NetConfig,
        shape: ImageShape,
        latent_dim: usize,
        likelihood: LikelihoodConfig,
    ) -> Result<Self, InferError> {
        if likelihood.is_table() {
            return Err(InferError::Option {
                option: "likelihood.family",
                value: "table".to_owned(),
                expected: "another family for data that are no table",
            });
        }
        Self::checked(net, shape, latent_dim, likelihood)
    }

    /// A decoder into the rows of a table.
    ///
    /// # Errors
    /// [`InferError::Option`] if the net is convolutional, anything has width 0, or the likelihood is not
    /// that of a table.
    pub fn of_table(
        net: NetConfig,
        layout: Arc<TableLayout>,
        latent_dim: usize,
        likelihood: LikelihoodConfig,
    ) -> Result<Self, InferError> {
        if !likelihood.is_table() {
            return Err(InferError::Option {
                option: "likelihood.family",
                value: "one for arrays".to_owned(),
                expected: "`table` for a table of mixed columns",
            });
        }
        let shape = ImageShape { height: 1, width: layout.outputs(), channels: 1 };
        Ok(Self { table: Some(layout), ..Self::checked(net, shape, latent_dim, likelihood)? })
    }

    fn checked(
        net: NetConfig,
        shape: ImageShape,
        latent_dim: usize,
        likelihood: LikelihoodConfig,
    ) -> Result<Self, InferError> {
        net.check(shape)?;
        likelihood.check()?;
        check_latent_dim(latent_dim)?;
        Ok(Self { net, shape, table: None, latent_dim, likelihood })
    }

    /// A decoder with fresh weights under the path of `scope`.
    pub fn init(&self, scope: &Scope) -> Decoder {
        let Self { net, shape, table, latent_dim, likelihood } = self;
        let (channels, activation) = (net.channels(), net.activation());
        let mut widths: Vec<usize> = net.hidden().iter().rev().copied().collect();
        let maps = if likelihood.spread() == Spread::PerFeature { 2 } else { 1 };
        let (output, convolutions) = if channels.is_empty() {
            let (inputs, outputs) = (*widths.last().unwrap_or(latent_dim), maps * shape.features());
            let bound = glorot_bound(inputs as f64, shape.features() as f64);
            (Some(scope.child("output").linear_within(inputs, outputs, bound)), None)
        } else {
            widths.push(halved(*shape, channels).features());
            let scope = scope.child("convolutions");
            (None, Some(TransposedConvolutions::init(*shape, maps, channels, activation, &scope)))
        };
        Decoder {
            net: Mlp::init(*latent_dim, &widths, activation, &scope.child("net")),
            convolutions,
            output,
            log_spread: match likelihood.spread() {
                Spread::Shared => Some(1),
                Spread::PerColumn => table.as_ref().map(|layout| layout.reals()).filter(|&reals| reals > 0),
                Spread::None | Spread::PerFeature => None,
            }
            .map(|spreads| scope.constant("log_spread", [1, spreads], 0.0)),
            shape: *shape,
            table: table.clone(),
            latent_dim: *latent_dim,
            likelihood: *likelihood,
        }
    }
}

/// The generative net `z ↦ p(x | z)`.
///
/// A fully connected net ends in `output`; a convolutional one in the last of its transposed
/// convolutions. Where each feature has a location and a spread, both come from that last layer:
/// first all locations, then all spreads.
#[derive(Module, Debug)]
pub struct Decoder {
    net: Mlp,
    convolutions: Option<TransposedConvolutions>,
    output: Option<Linear>,
    log_spread: Option<Param<Tensor<2>>>,
    #[module(skip)]
    shape: ImageShape,
    #[module(skip)]
    table: Option<Arc<TableLayout>>,
    latent_dim: usize,
    #[module(skip)]
    likelihood: LikelihoodConfig,
}

impl Decoder {
    /// The number of latent dimensions.
    pub fn latent_dim(&self) -> usize {
        self.latent_dim
    }

    /// The family of the likelihood.
    pub fn likelihood_config(&self) -> &LikelihoodConfig {
        &self.likelihood
    }

    /// The likelihood given each row of latents.
    ///
    /// # Shapes
    /// `[rows, latent_dim]` to a likelihood of `[rows, features]`, of a table `[rows, columns]`.
    pub fn forward(&self, z: Tensor<2>) -> Likelihood {
        let hidden = self.net.forward(z);
        let features = self.shape.features();
        let maps = match (&self.convolutions, &self.output) {
            (Some(convolutions), _) => channels_last(convolutions.forward(hidden), self.shape.channels),
            (None, Some(output)) => output.forward(hidden),
            (None, None) => hidden,
        };
        match self.likelihood.spread() {
            Spread::PerFeature => {
                let location = maps.clone().narrow(1, 0, features);
                self.likelihood.build(location, Some(maps.narrow(1, features, features)), None)
            }
            Spread::Shared | Spread::PerColumn | Spread::None => {
                self.likelihood.build(maps, self.log_spread.as_ref().map(Param::val), self.table.as_ref())
            }
        }
    }

    /// The values on the way to the likelihood's parameters, by the path of the layer that gives them:
    /// the latents, and each layer's before its activation.
    pub fn trace(&self, z: Tensor<2>) -> Vec<(String, Tensor<2>)> {
        let mut seen = vec![("the latents".to_owned(), z.clone())];
        let hidden = self.net.watch(z, |i, x| seen.push((format!("decoder.net.layers.{i}"), x)));
        if let Some(convolutions) = &self.convolutions {
            convolutions.watch(hidden, |i, x| seen.push((format!("decoder.convolutions.layers.{i}"), x)));
        } else if let Some(output) = &self.output {
            seen.push(("decoder.output".to_owned(), output.forward(hidden)));
        }
        seen
    }

    /// The same decoder with its output's bias at the mean of the data, where training starts many
    /// nats higher than at zero: the log-odds for a Bernoulli likelihood, of means clipped to
    /// `[0.001, 0.999]` as in the code of Burda, Grosse & Salakhutdinov (2016), else the mean itself.
    ///
    /// A convolutional decoder has one bias a channel, which starts at the mean over the pixels.
    ///
    /// # Panics
    /// If `mean` does not have one number for each feature.
    pub fn with_output_mean(mut self, mean: &[f64]) -> Self {
        let ImageShape { channels, .. } = self.shape;
        assert_eq!(mean.len(), self.shape.features(), "the mean of the data has one number for each feature");
        let pixels = (mean.len() / channels) as f64;
        let start = |mean: f64| self.likelihood.location_of_mean(mean) as f32;
        let per_channel = |c: usize| start(mean.iter().skip(c).step_by(channels).sum::<f64>() / pixels);
        let (features, channels): (Vec<f32>, Vec<f32>) =
            (mean.iter().map(|&m| start(m)).collect(), (0..channels).map(per_channel).collect());
        self.convolutions = self.convolutions.take().map(|layers| layers.with_output_bias(&channels));
        if let Some(output) = &mut self.output {
            output.bias = output.bias.take().map(|bias| with_values(bias, &features));
        }
        self
    }
}

/// `[rows, maps · channels, height, width]` to `[rows, maps · (height · width · channels)]`.
pub(super) fn channels_last(x: Tensor<4>, channels: usize) -> Tensor<2> {
    let [rows, all, height, width] = x.dims();
    x.reshape([rows, all / channels, channels, height, width])
        .permute([0, 1, 3, 4, 2])
        .reshape([rows, all * height * width])
}

/// The parameter with its first elements replaced; the others, of the spreads, stay.
pub(crate) fn with_values(parameter: Param<Tensor<1>>, values: &[f32]) -> Param<Tensor<1>> {
    let (old, device) = (parameter.val().inner(), parameter.val().device());
    let start = Tensor::<1>::from_data(values, &old.device());
    let new = old.slice_assign(0..values.len(), start);
    Param::initialized(parameter.id, Tensor::from_data(new.into_data(), &device)).set_require_grad(true)
}
