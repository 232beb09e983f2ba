//! How large a net is, before it is made.

use super::{ImageShape, NetConfig, convolutions};

/// What an encoder and its mirrored decoder take, counted from their configuration.
///
/// The decoder's output is counted once a feature, so both are lower bounds: a likelihood with a spread for
/// each feature has twice as many.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NetSize {
    /// Weights and biases of both.
    pub weights: f64,
    /// Numbers that the decoder computes for one row, over all its layers.
    pub activations: f64,
}

impl NetSize {
    /// Fully connected layers of these widths, the first that of what they see.
    pub(crate) fn dense(widths: &[usize]) -> Self {
        let pairs = widths.windows(2).map(|pair| (pair[0] as f64 + 1.0) * pair[1] as f64);
        Self { weights: pairs.sum(), activations: widths.iter().map(|&width| width as f64).sum() }
    }

    /// So many times as much.
    pub(crate) fn times(self, count: usize) -> Self {
        let count = count as f64;
        Self { weights: self.weights * count, activations: self.activations * count }
    }

    /// Both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { weights: self.weights + other.weights, activations: self.activations + other.activations }
    }

    /// The size for observations of `shape` and `latent_dim` latents. In floating point: a count may be beyond
    /// any integer.
    pub fn of(net: &NetConfig, shape: ImageShape, latent_dim: usize) -> Self {
        let (channels, latent) = (net.channels(), latent_dim as f64);
        let taps = convolutions::TAPS as f64;
        let (mut weights, mut activations) = (0.0, shape.features() as f64);
        let mut from = shape.channels as f64;
        for (level, &to) in channels.iter().enumerate() {
            let pixels = (shape.height >> (level + 1)) * (shape.width >> (level + 1));
            weights += 2.0 * taps * from * to as f64 + from + to as f64;
            activations += pixels as f64 * to as f64;
            from = to as f64;
        }
        let mut from = match channels {
            [] => shape.features() as f64,
            _ => convolutions::halved(shape, channels).features() as f64,
        };
        let flat = from;
        for &to in net.hidden() {
            let to = to as f64;
            weights += 2.0 * from * to + to;
            activations += to;
            from = to;
        }
        // The encoder ends in means and log-variances, the decoder begins with latents; every layer of the
        // decoder has biases.
        weights += 2.0 * (from + 1.0) * latent + latent * from;
        weights += net.hidden().iter().map(|&width| width as f64).sum::<f64>() + flat;
        Self { weights, activations }
    }
}

#[cfg(test)]
mod tests {
    use burn::module::Module;
    use burn::tensor::Device;
    use jensen_random::Rng;

    use super::*;
    use crate::VaeConfig;

    #[test]
    fn the_weights_are_those_that_are_made() {
        let shape = ImageShape { height: 9, width: 8, channels: 2 };
        let mlp = NetConfig::Mlp { hidden: vec![7, 5], activation: crate::nets::Activation::Relu };
        let linear = NetConfig::Mlp { hidden: vec![], activation: crate::nets::Activation::Relu };
        let conv = NetConfig::Conv {
            channels: vec![3, 4],
            fully_connected: 6,
            activation: crate::nets::Activation::Relu,
        };
        for net in [mlp, linear, conv] {
            let size = NetSize::of(&net, shape, 3);
            let config = VaeConfig { latent_dim: 3, net, ..VaeConfig::default() };
            let vae = config.init(shape, &[0.5; 144], &Rng::seed(0), &Device::flex()).expect("a net");
            assert_eq!(size.weights, vae.num_params() as f64, "{:?}", config.net);
        }
    }

    #[test]
    fn a_net_beyond_any_memory_has_a_size() {
        let net = NetConfig::Mlp { hidden: vec![usize::MAX; 3], activation: crate::nets::Activation::Relu };
        let size = NetSize::of(&net, ImageShape { height: 28, width: 28, channels: 1 }, 20);
        assert!(size.weights > 1e38 && size.weights.is_finite());
    }
}
