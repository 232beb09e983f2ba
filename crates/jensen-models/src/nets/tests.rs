//! Encoders and decoders of all kinds: shapes, names, initial values, gradients.

use std::collections::BTreeSet;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use jensen_prob::{Distribution, Mean};
use jensen_random::Rng;

use super::{scope::parameter_id, *};
use crate::likelihood::{Likelihood, LikelihoodConfig, Variance};

const LATENT: usize = 3;

fn nets() -> [NetConfig; 3] {
    [
        NetConfig::Mlp { hidden: vec![], activation: Activation::Tanh },
        NetConfig::Mlp { hidden: vec![7, 5], activation: Activation::Gelu },
        NetConfig::Conv { channels: vec![3, 4, 2], fully_connected: 6, activation: Activation::Silu },
    ]
}

fn likelihoods() -> [LikelihoodConfig; 5] {
    let gaussian = |variance| LikelihoodConfig::Gaussian { variance, min_std: 0.01 };
    [
        LikelihoodConfig::Bernoulli {},
        gaussian(Variance::Fixed { std: 0.5 }),
        gaussian(Variance::Shared),
        gaussian(Variance::PerPixel),
        LikelihoodConfig::Logistic {},
    ]
}

fn image(height: usize, width: usize, channels: usize) -> ImageShape {
    ImageShape { height, width, channels }
}

fn encoder(net: &NetConfig, shape: ImageShape, seed: u64, device: &Device) -> Encoder {
    let config = EncoderConfig::new(net.clone(), shape, LATENT).expect("a valid net");
    config.init(&Scope::new(Rng::seed(seed), device).child("encoder"))
}

fn decoder(
    net: &NetConfig,
    likelihood: LikelihoodConfig,
    shape: ImageShape,
    seed: u64,
    device: &Device,
) -> Decoder {
    let config = DecoderConfig::new(net.clone(), shape, LATENT, likelihood).expect("a valid net");
    config.init(&Scope::new(Rng::seed(seed), device).child("decoder"))
}

fn values<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().expect("f32 tensors")
}

fn near(a: &[f32], b: &[f32], tolerance: f32) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= tolerance * (1.0 + b.abs()))
}

/// Names, ids and values of all parameters, in the order of the module.
#[derive(Default)]
struct Parameters {
    path: Vec<String>,
    all: Vec<(String, u64, Vec<f32>)>,
}

impl ModuleVisitor for Parameters {
    fn enter_module(&mut self, name: &str, _kind: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _kind: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.all.push((self.path.join("."), parameter.id.val(), values(parameter.val())));
    }
}

fn parameters(module: &impl Module) -> Vec<(String, u64, Vec<f32>)> {
    let mut visitor = Parameters::default();
    module.visit(&mut visitor);
    visitor.all
}

/// Requires a finite gradient, not all zero, of every parameter.
struct AllLearn<'a>(&'a Gradients);

impl ModuleVisitor for AllLearn<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let gradient = parameter.val().grad(self.0).expect("every parameter has a gradient");
        let gradient = values(gradient);
        assert!(gradient.iter().all(|g| g.is_finite()) && gradient.iter().any(|&g| g != 0.0));
    }
}

#[test]
fn any_image_goes_in_and_comes_out_and_every_parameter_learns() {
    let device = Device::flex().autodiff();
    for shape in [image(28, 28, 1), image(29, 37, 3), image(8, 15, 2)] {
        for net in nets() {
            let encoder = encoder(&net, shape, 1, &device);
            let rows = 4;
            let pixels = Rng::seed(2).uniform([rows, shape.features()], &Device::flex());
            let x = (pixels * 255.0).round() / 255.0;
            for likelihood in likelihoods() {
                let decoder = decoder(&net, likelihood, shape, 1, &device);
                let (mean, log_variance) = encoder.forward(x.clone());
                assert_eq!((mean.dims(), log_variance.dims()), ([rows, LATENT], [rows, LATENT]));
                let observed = decoder.forward(mean + log_variance);
                assert_eq!(observed.sample(&Rng::seed(3)).dims(), x.dims());
                let log_prob = observed.log_prob(&x);
                assert_eq!((observed.rows(), log_prob.dims()), (rows, [rows]));
                let gradients = log_prob.sum().backward();
                decoder.visit(&mut AllLearn(&gradients));
                encoder.visit(&mut AllLearn(&gradients));
            }
        }
    }
}

#[test]
fn weights_are_named_by_path_and_drawn_by_seed() {
    let device = Device::flex();
    for net in nets() {
        let shape = image(9, 10, 2);
        let of = |seed| {
            let mut all = parameters(&encoder(&net, shape, seed, &device));
            all.extend(parameters(&decoder(&net, LikelihoodConfig::gaussian(), shape, seed, &device)));
            all
        };
        let (all, again, other) = (of(1), of(1), of(2));
        assert!(all == again && all != other);
        let ids: BTreeSet<u64> = all.iter().map(|(_, id, _)| *id).collect();
        assert_eq!(ids.len(), all.len());
        let encoder_alone = parameters(&encoder(&net, shape, 1, &device)).len();
        for (i, (path, id, _)) in all.iter().enumerate() {
            let root = if i < encoder_alone { "encoder" } else { "decoder" };
            assert_eq!(*id, parameter_id(&format!("{root}.{path}")).val(), "the id of {root}.{path}");
        }
    }
    let [_, mlp, conv] = nets();
    let paths =
        |net| parameters(&encoder(net, image(9, 10, 2), 1, &device)).into_iter().map(|(path, ..)| path);
    assert_eq!(
        paths(&mlp).collect::<Vec<_>>(),
        [
            "net.layers.0.weight",
            "net.layers.0.bias",
            "net.layers.1.weight",
            "net.layers.1.bias",
            "mean.weight",
            "mean.bias",
            "log_variance.weight",
            "log_variance.bias"
        ]
    );
    assert!(paths(&conv).any(|path| path == "convolutions.layers.2.weight"));
}

/// Weights are uniform in ±bound: variance bound²/3, checked within 5 standard errors of a sample
/// variance of uniform draws, `σ²·√(0.8/n)`; false alarm 6e-7.
#[test]
fn initial_weights_have_the_stated_variance() {
    let device = Device::flex();
    for (activation, bound) in
        [(Activation::Tanh, (6f64 / 500.0).sqrt()), (Activation::Relu, (6f64 / 200.0).sqrt())]
    {
        let net = Mlp::init(200, &[300], activation, &Scope::new(Rng::seed(5), &device));
        let all = parameters(&net);
        let weights = &all[0].2;
        let variance = weights.iter().map(|w| f64::from(*w).powi(2)).sum::<f64>() / weights.len() as f64;
        let expected = bound * bound / 3.0;
        assert!((variance - expected).abs() < 5.0 * expected * (0.8 / weights.len() as f64).sqrt());
        assert!(weights.iter().all(|w| f64::from(w.abs()) <= bound * 1.000_001));
        assert!(all[1].2.iter().all(|&b| b == 0.0));
    }
}

/// A convolution written out as its definition.
#[test]
fn a_convolution_reads_pixels_in_the_order_height_width_channel() {
    let (shape, outputs) = (image(5, 6, 3), 2);
    let device = Device::flex();
    let net = Convolutions::init(shape, &[outputs], Activation::Relu, &Scope::new(Rng::seed(1), &device));
    let weight = &parameters(&net)[0].2;
    let x = Rng::seed(2).normals(1, shape.features());
    let mut expected = Vec::new();
    for o in 0..outputs {
        for i in 0..2usize {
            for j in 0..3usize {
                let mut sum = 0.0;
                for (c, k, l) in (0..48).map(|t| (t / 16, t / 4 % 4, t % 4)) {
                    let (row, column) = ((2 * i + k).wrapping_sub(1), (2 * j + l).wrapping_sub(1));
                    if row < shape.height && column < shape.width {
                        sum +=
                            weight[((o * 3 + c) * 4 + k) * 4 + l] * x[(row * shape.width + column) * 3 + c];
                    }
                }
                expected.push(sum.max(0.0));
            }
        }
    }
    let x = Tensor::from_data(TensorData::new(x, [1, shape.features()]), &device);
    assert!(near(&values(net.forward(x)), &expected, 1e-5));
}

/// Without biases and with the same weights the two are adjoint: `⟨C x, y⟩ = ⟨x, Cᵀ y⟩`.
#[test]
fn transposed_convolutions_mirror_convolutions() {
    let device = Device::flex();
    let scope = Scope::new(Rng::seed(1), &device);
    for shape in [image(5, 8, 3), image(7, 7, 1), image(4, 9, 2)] {
        let linear = |x: Tensor<2>| {
            let net = Convolutions::init(shape, &[3], Activation::Relu, &scope);
            // relu(a) − relu(−a) = a
            net.forward(x.clone()) - net.forward(-x)
        };
        let transposed = TransposedConvolutions::init(shape, 1, &[3], Activation::Relu, &scope);
        // The path, and so the draws, are the same; only the width of the distribution differs.
        let first = |all: Vec<(String, u64, Vec<f32>)>| all[0].2[0];
        let scale = first(parameters(&Convolutions::init(shape, &[3], Activation::Relu, &scope)))
            / first(parameters(&transposed));
        let x = Rng::seed(2).normal([1, shape.features()], &device);
        let forward = linear(x.clone());
        let y = Rng::seed(3).normal(forward.dims(), &device);
        let back = transposed.forward(y.clone()).permute([0, 2, 3, 1]).reshape([1, shape.features()]);
        let (left, right) = (values((forward * y).sum()), values((x * back).sum() * scale));
        assert!(near(&left, &right, 1e-4), "{left:?} is not {right:?}");
    }
}

#[test]
fn both_maps_of_a_convolutional_decoder_keep_their_pixels() {
    let x = Tensor::<1>::from_data((0..24).map(|i| i as f32).collect::<Vec<_>>().as_slice(), &Device::flex());
    // Two maps of two channels, three rows, two columns: channel, row, column to row, column, channel.
    let y = values(decoder::channels_last(x.reshape([1, 4, 3, 2]), 2));
    assert_eq!(y[..12], [0., 6., 1., 7., 2., 8., 3., 9., 4., 10., 5., 11.]);
    assert_eq!(y[12..15], [12., 18., 13.]);
}

#[test]
fn the_output_starts_at_the_mean_of_the_data() {
    let device = Device::flex().autodiff();
    let shape = image(8, 8, 2);
    let mean: Vec<f64> = (0..shape.features()).map(|i| if i % 2 == 0 { 0.0 } else { 0.25 }).collect();
    for net in nets() {
        for likelihood in likelihoods() {
            let before = decoder(&net, likelihood, shape, 1, &device);
            let after = before.clone().with_output_mean(&mean);
            let location = |decoder: &Decoder| {
                values(match decoder.forward(Tensor::ones([1, LATENT], &device)) {
                    Likelihood::Bernoulli(family) => family.logits(),
                    Likelihood::Normal(family) => Mean::mean(&family),
                    Likelihood::DiscretizedLogistic(family) => family.location(),
                    Likelihood::Mixed(_) => unreachable!("not among the likelihoods of arrays"),
                })
            };
            let moved: Vec<f32> = location(&after)
                .iter()
                .zip(location(&before))
                .map(|(after, before)| after - before)
                .collect();
            let expected = match likelihood {
                LikelihoodConfig::Bernoulli {} => [(0.001f32 / 0.999).ln(), (1f32 / 3.0).ln()],
                _ => [0.0, 0.25],
            };
            assert!(near(&moved, &expected.repeat(64), 1e-5));
            let identities =
                |d: &Decoder| parameters(d).into_iter().map(|(path, id, _)| (path, id)).collect::<Vec<_>>();
            assert_eq!(identities(&before), identities(&after));
        }
    }
}

/// `torch.nn.functional` 2 at −1 and 0.5.
#[test]
fn activations_are_those_of_pytorch() {
    for (activation, expected) in [
        (Activation::Relu, [0.0, 0.5]),
        (Activation::Tanh, [-0.761_594_2, 0.462_117_16]),
        (Activation::Elu, [-0.632_120_55, 0.5]),
        (Activation::Silu, [-0.268_941_43, 0.311_229_68]),
        (Activation::Gelu, [-0.158_655_26, 0.345_731_2]),
    ] {
        let x = Tensor::<1>::from_data([-1.0, 0.5], &Device::flex());
        assert!(near(&values(activation.apply(x)), &expected, 1e-6), "{activation:?}");
    }
}

#[test]
fn what_cannot_be_built_is_refused_with_its_name() {
    let refused = |net: NetConfig, shape| EncoderConfig::new(net, shape, 2).expect_err("refused").to_string();
    let conv = |channels| NetConfig::Conv { channels, fully_connected: 4, activation: Activation::Relu };
    let message = refused(conv(vec![4; 4]), image(28, 10, 1));
    assert!(message.contains("net.channels") && message.contains("28×10"), "{message}");
    assert!(refused(conv(vec![]), image(8, 8, 1)).contains("net.channels"));
    assert!(refused(conv(vec![8]), ImageShape::from_example(&[784]).expect("a vector")).contains("1×784"));
    let mlp = NetConfig::Mlp { hidden: vec![3, 0], activation: Activation::Tanh };
    assert!(refused(mlp, image(8, 8, 1)).contains("net.hidden"));
    assert!(EncoderConfig::new(NetConfig::default(), image(2, 2, 1), 0).is_err());
    let nan = LikelihoodConfig::Gaussian { variance: Variance::Shared, min_std: f64::NAN };
    assert!(DecoderConfig::new(NetConfig::default(), image(2, 2, 1), 2, nan).is_err());
    assert!(ImageShape::from_example(&[2, 3, 4, 5]).is_err() && ImageShape::from_example(&[0]).is_err());
}
