//! The variational autoencoder on real digits.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Binarize, DataConfig, DataSpec, Dataset, Preprocessing, Split};
use jensen_infer::objective::Elbo;
use jensen_infer::{
    Learner, OptimizerConfig, Pathwise, StepContext, VariationalLearner, parameters, with_parameters,
};
use jensen_models::likelihood::LikelihoodConfig;
use jensen_models::nets::{Activation, ImageShape, NetConfig};
use jensen_models::{Autoencoder, Vae, VaeConfig};
use jensen_prob::Rng;

const DIGIT: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

fn small(likelihood: LikelihoodConfig) -> VaeConfig {
    let net = NetConfig::Mlp { hidden: vec![32], activation: Activation::Tanh };
    VaeConfig { latent_dim: 3, net, likelihood, ..VaeConfig::default() }
}

/// 64 training digits as the likelihood wants them, and the mean of each pixel.
fn digits(likelihood: &LikelihoodConfig) -> (Batch, Vec<f64>) {
    let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
    let rows = digits.rows(Split::Train).expect("a split");
    let binarize = if *likelihood == LikelihoodConfig::default() { Binarize::Static } else { Binarize::None };
    let config = DataConfig { binarize, ..DataConfig::default() };
    let mut preprocessing = Preprocessing::fit(&config, &digits, &rows).expect("digits");
    if likelihood.is_discrete() {
        preprocessing = preprocessing.for_discrete_likelihood();
    }
    let loader = jensen_data::Loader::new(&digits, rows, &preprocessing, 64, Rng::seed(1)).expect("a loader");
    let batch = loader.ordered().next().expect("a batch").expect("read");
    (batch, loader.observation_mean().expect("finite"))
}

fn learner(config: &VaeConfig, mean: &[f64]) -> VariationalLearner<Vae, Pathwise> {
    let vae = config.init(DIGIT, mean, &Rng::seed(3), &Device::flex().autodiff()).expect("valid");
    VariationalLearner::new(vae, Pathwise, Box::new(Elbo::new()), &OptimizerConfig::default()).expect("valid")
}

/// The objective before and after some updates on one batch.
fn climb(config: &VaeConfig, updates: u64) -> (VariationalLearner<Vae, Pathwise>, Vec<f64>) {
    let (batch, mean) = digits(&config.likelihood);
    let mut learner = learner(config, &mean);
    let batches = [batch];
    let objective = |step: u64| {
        let rng = Rng::seed(4).at(step);
        let context = StepContext { step, rng, learning_rate: 3e-3, warm_up: 1.0 };
        learner.step(&batches, &context).expect("finite").objective
    };
    let objectives = (0..updates).map(objective).collect();
    (learner, objectives)
}

#[test]
fn every_likelihood_and_net_climbs_its_bound() {
    let conv = NetConfig::Conv { channels: vec![4, 8], fully_connected: 16, activation: Activation::Relu };
    let bernoulli = small(LikelihoodConfig::default());
    for (config, gain) in [
        (bernoulli.clone(), 20.0),
        (VaeConfig { net: conv, ..bernoulli }, 20.0),
        (small(LikelihoodConfig::gaussian()), 50.0),
        (small(LikelihoodConfig::Logistic {}), 100.0),
    ] {
        let (_, objectives) = climb(&config, 40);
        let (first, last) = (objectives[0], objectives[39]);
        assert!(last > first + gain, "{:?}: from {first} to {last} nats", config.likelihood);
    }
}

/// Starting at the pixels' log-odds is worth hundreds of nats: at zero each pixel costs log 2.
#[test]
fn the_output_starts_at_the_data() {
    let config = small(LikelihoodConfig::default());
    let zero = VaeConfig { output_bias: jensen_models::OutputBias::Zero, ..config.clone() };
    let start = |config: &VaeConfig| climb(config, 1).1[0];
    assert!((-230.0..-190.0).contains(&start(&config)), "{}", start(&config));
    assert!((-570.0..-530.0).contains(&start(&zero)), "{}", start(&zero));
}

#[test]
fn training_gives_the_same_bits_for_any_number_of_threads() {
    let mlp = NetConfig::Mlp { hidden: vec![200], activation: Activation::Tanh };
    for net in [mlp, NetConfig::default_conv()] {
        let train = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let config = VaeConfig { net: net.clone(), ..small(LikelihoodConfig::default()) };
            pool.install(|| climb(&config, 3).0.state())
        };
        let one = train(1);
        assert_eq!(one, train(1), "twice in a row: {net:?}");
        assert_eq!(one, train(2), "with two threads: {net:?}");
        assert_eq!(one, train(4), "with four threads: {net:?}");
    }
}

#[test]
fn weights_have_the_names_and_layout_that_a_pytorch_user_expects() {
    let (learner, _) = climb(&small(LikelihoodConfig::default()), 1);
    let shapes: Vec<(String, Vec<usize>)> =
        learner.weights().iter().map(|(name, data)| (name.to_owned(), data.shape().to_vec())).collect();
    let expected = [
        ("decoder.net.layers.0.bias", vec![32]),
        ("decoder.net.layers.0.weight", vec![32, 3]),
        ("decoder.output.bias", vec![784]),
        ("decoder.output.weight", vec![784, 32]),
        ("encoder.log_variance.bias", vec![3]),
        ("encoder.log_variance.weight", vec![3, 32]),
        ("encoder.mean.bias", vec![3]),
        ("encoder.mean.weight", vec![3, 32]),
        ("encoder.net.layers.0.bias", vec![32]),
        ("encoder.net.layers.0.weight", vec![32, 784]),
    ];
    assert_eq!(shapes, expected.map(|(name, shape)| (name.to_owned(), shape)));
}

#[test]
fn saved_weights_give_the_same_model() {
    let config = small(LikelihoodConfig::default());
    let (learner, _) = climb(&config, 3);
    let (_, mean) = digits(&config.likelihood);
    let other = config.init(DIGIT, &mean, &Rng::seed(99), &Device::flex()).expect("valid");
    let loaded = with_parameters(other, &learner.weights()).expect("fits");
    assert_eq!(parameters(&loaded), learner.weights());
    let z = Tensor::<2>::from_data([[0.5, -1.0, 2.0]], &Device::flex());
    assert_eq!(loaded.decode(z.clone()).into_data(), learner.trained().decode(z).into_data());
}

#[test]
fn samples_are_addressed_and_scaled_by_temperature() {
    let config = small(LikelihoodConfig::default());
    let vae = config.init(DIGIT, &[0.5; 784], &Rng::seed(1), &Device::flex()).expect("valid");
    let draw = |n, temperature| -> Vec<f32> {
        vae.sample_latents(n, temperature, &Rng::seed(8)).into_data().iter::<f32>().collect()
    };
    assert_eq!(draw(2, 1.0)[..], draw(5, 1.0)[..6], "how many are drawn moves none");
    assert!(draw(5, 0.5).iter().zip(draw(5, 1.0)).all(|(cold, warm)| (cold - 0.5 * warm).abs() < 1e-7));
}
