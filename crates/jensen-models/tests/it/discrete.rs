//! Autoencoders with discrete latents under every estimator.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::{Batch, Binarize, DataConfig, DataSpec, Dataset, Loader, Preprocessing, Role, Split};
use jensen_infer::estimator::{Capability, Dimensions};
use jensen_infer::evaluation::{ImportanceSampling, importance_weighted};
use jensen_infer::{
    Estimator, EstimatorConfig, EstimatorKind, Evidence, Guide, JointModel, Learner, ObjectiveConfig,
    ObjectiveKind, OptimizerConfig, StepContext, VariationalLearner, VariationalModel, parameters,
    with_parameters,
};
use jensen_models::nets::{Activation, ImageShape, NetConfig};
use jensen_models::{Autoencoder, CategoricalConfig, CategoricalVae, Sbn, SbnConfig, VaeConfig};
use jensen_prob::{ConditionalReparameterized, DetachParams, Distribution, Enumerable, Expand, Mean, Rng};

const SHAPE: ImageShape = ImageShape { height: 28, width: 28, channels: 1 };

/// One of four layers of bits, two of two, two choices of four.
#[derive(Clone, Copy, Debug)]
pub enum Latents {
    Bits,
    Layers,
    Choices,
}

const ALL: [Latents; 3] = [Latents::Bits, Latents::Layers, Latents::Choices];

/// 48 of them, and their mean.
pub fn digits() -> (Batch, Vec<f64>) {
    let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
    let rows = digits.rows(Split::Train).expect("a split");
    let config = DataConfig { binarize: Binarize::Static, ..DataConfig::default() };
    let preprocessing = Preprocessing::fit(&config, &digits, &rows).expect("digits");
    let loader = Loader::new(&digits, rows, &preprocessing, 48, Rng::seed(1)).expect("a loader");
    let batch = loader.ordered().next().expect("a batch").expect("read");
    (batch, loader.observation_mean().expect("finite"))
}

fn config(latent_dim: usize) -> VaeConfig {
    let net = NetConfig::Mlp { hidden: vec![16], activation: Activation::Tanh };
    VaeConfig { latent_dim, net, ..VaeConfig::default() }
}

/// A net of these layers.
pub fn sbn(layers: usize, bits: usize, mean: &[f64], device: &Device) -> Sbn {
    SbnConfig { layers }.init(&config(bits), SHAPE, mean, &Rng::seed(3), device).expect("valid")
}

pub fn choices(mean: &[f64], device: &Device) -> CategoricalVae {
    let of = CategoricalConfig { categories: 4 };
    of.init(&config(2), SHAPE, mean, &Rng::seed(3), device).expect("valid")
}

fn learner(latents: Latents, kind: EstimatorKind, mean: &[f64]) -> Box<dyn Learner> {
    let device = Device::flex().autodiff();
    match latents {
        Latents::Bits => Box::new(learning(sbn(1, 4, mean, &device), kind, 4, ObjectiveKind::Elbo)),
        Latents::Layers => Box::new(learning(sbn(2, 2, mean, &device), kind, 4, ObjectiveKind::ElboMc)),
        Latents::Choices => Box::new(learning(choices(mean, &device), kind, 8, ObjectiveKind::Elbo)),
    }
}

/// A net with discrete latents, as the estimators want it.
pub trait Discrete:
    VariationalModel<
        Model: JointModel<Observation = Tensor<2>, Condition = (), Latent = Tensor<2>, Prior: Expand>
                   + Module,
        Guide: Guide<
            <Self as VariationalModel>::Model,
            Posterior: ConditionalReparameterized + Enumerable + Mean + DetachParams + Expand + 'static,
        >,
    > + 'static
{
}

impl Discrete for Sbn {}

impl Discrete for CategoricalVae {}

pub type Learning<V> =
    VariationalLearner<V, Box<dyn Estimator<<V as VariationalModel>::Model, <V as VariationalModel>::Guide>>>;

/// Latents of so many numbers, and `additive` unless the estimator wants another objective.
pub fn learning<V: Discrete>(
    net: V,
    kind: EstimatorKind,
    latents: usize,
    additive: ObjectiveKind,
) -> Learning<V> {
    let device = Device::flex().autodiff();
    let of = Dimensions { features: 784, latents, rng: Rng::seed(5), device: &device };
    let estimator = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let objective = objective_of(kind, additive);
    let estimator = estimator.discrete::<V::Model, V::Guide>(of).expect("it fits");
    let objective = objective.init().expect("valid");
    let learner = VariationalLearner::new(net, estimator, objective, &OptimizerConfig::default());
    learner.expect("valid")
}

/// One that the estimator has the gradient of: `additive`, if it can be.
fn objective_of(kind: EstimatorKind, additive: ObjectiveKind) -> ObjectiveConfig {
    let kind = match kind {
        EstimatorKind::Vimco | EstimatorKind::ReweightedWakeSleep => ObjectiveKind::Iwae,
        EstimatorKind::WakeSleep => ObjectiveKind::ElboMc,
        _ => additive,
    };
    ObjectiveConfig { kind, samples: 3, ..ObjectiveConfig::default() }
}

fn steps(learner: &mut dyn Learner, batch: &[Batch], steps: std::ops::Range<u64>) -> Vec<f64> {
    let step = |step: u64| {
        let rng = Rng::seed(4).at(step);
        let context = StepContext { step, rng, learning_rate: 1e-2, warm_up: 1.0 };
        learner.step(batch, &context).expect("finite").objective
    };
    steps.map(step).collect()
}

/// The estimators of discrete latents.
pub fn kinds() -> impl Iterator<Item = EstimatorKind> {
    let has = [Capability::Density, Capability::Relaxable, Capability::Enumerable];
    EstimatorKind::ALL.into_iter().filter(move |kind| kind.check(&has, None).is_ok())
}

/// By five nats, several standard errors of the bound at a step.
#[test]
fn every_estimator_climbs_the_bound() {
    let (batch, mean) = digits();
    let batch = [batch];
    for latents in ALL {
        for kind in kinds() {
            let objectives = steps(learner(latents, kind, &mean).as_mut(), &batch, 0..40);
            let gain = objectives[39] - objectives[0];
            assert!(gain > 5.0, "{latents:?}, {kind}: {gain} nats in 40 updates");
        }
    }
}

/// What the estimator learns is part of the state: a learner that is taken up again ends in the same bits.
#[test]
fn learning_goes_on_to_the_same_bits_under_every_estimator() {
    let (batch, mean) = digits();
    let batch = [batch];
    for latents in ALL {
        for kind in kinds() {
            let mut whole = learner(latents, kind, &mean);
            steps(whole.as_mut(), &batch, 0..4);
            let mut first = learner(latents, kind, &mean);
            steps(first.as_mut(), &batch, 0..2);
            let mut second = learner(latents, kind, &mean);
            second.load_state(&first.state()).expect("it fits");
            steps(second.as_mut(), &batch, 2..4);
            assert_eq!(whole.state(), second.state(), "{latents:?}, {kind}");
        }
    }
}

#[test]
fn a_state_of_another_estimator_is_refused() {
    let (batch, mean) = digits();
    let of = |kind| learner(Latents::Bits, kind, &mean);
    let mut rebar = of(EstimatorKind::Rebar);
    steps(rebar.as_mut(), &[batch], 0..1);
    let mut relax = of(EstimatorKind::Relax);
    let before = relax.state();
    assert!(relax.load_state(&rebar.state()).is_err());
    assert!(of(EstimatorKind::Score).load_state(&rebar.state()).is_err());
    assert_eq!(before, relax.state());
}

/// `log p(x)` of 3 digits by the sum over all of `values`, against importance sampling with 4000 draws, which has a relative
/// deviation of a few percent: false alarms once in a million.
fn evidence_is_the_sum<V>(net: &V, values: &Tensor<2>, batch: &Batch)
where
    V: VariationalModel<
            Model: JointModel<Observation = Tensor<2>, Condition = (), Latent = Tensor<2>>,
            Guide: Guide<<V as VariationalModel>::Model, Posterior: Expand>,
        >,
{
    let device = Device::flex();
    let batch = batch.select(&[0, 1, 2]);
    let evidence = Evidence::read(&batch, &device).expect("read");
    let model = net.model();
    let x = batch.tensor(Role::Observation, &device).expect("read");
    let log_prior = model.prior(&()).log_prob(values);
    let total: f64 = log_prior.clone().exp().sum().into_scalar();
    assert!((total - 1.0).abs() < 1e-4, "the prior has {total}");
    let likelihood = model.likelihood(values, &());
    let sampling = ImportanceSampling { samples: 4000, rows_at_once: 1000 };
    let estimates = importance_weighted(net, &evidence, sampling, Rng::seed(8));
    for (row, estimate) in estimates.into_iter().enumerate() {
        let joint = likelihood.log_prob(&x.clone().narrow(0, row, 1)) + log_prior.clone();
        let joint: Vec<f64> = joint.into_data().iter().collect();
        let most = joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exact = most + joint.iter().map(|joint| (joint - most).exp()).sum::<f64>().ln();
        assert!((estimate - exact).abs() < 0.15, "{estimate} is not {exact}");
    }
}

#[test]
fn the_likelihood_of_layers_and_choices_is_the_sum_over_all_latents() {
    let (batch, mean) = digits();
    let device = Device::flex();
    let net = sbn(3, 2, &mean, &device);
    let x = batch.tensor(Role::Observation, &device).expect("read");
    let of_one = |x: &Tensor<2>| x.clone().narrow(0, 0, 1);
    evidence_is_the_sum(&net, &net.encode(of_one(&x)).enumerate(), &batch);
    let net = choices(&mean, &device);
    evidence_is_the_sum(&net, &net.encode(of_one(&x)).enumerate(), &batch);
}

/// Draws of the layers have the frequencies that the density says: 4000 of them, each of 16 probabilities within 5
/// standard errors, a false alarm once in 100,000.
#[test]
fn layers_are_drawn_from_the_top_down() {
    let device = Device::flex();
    let net = sbn(2, 2, &[0.5; 784], &device);
    let draws = net.sample_latents(4000, 1.0, &Rng::seed(6));
    let seen: Vec<f64> = draws.into_data().iter().collect();
    let values = net.encode(Tensor::zeros([1, 784], &device)).enumerate();
    let probabilities: Vec<f64> = net.prior(&()).log_prob(&values).exp().into_data().iter().collect();
    let values: Vec<f64> = values.into_data().iter().collect();
    for (value, p) in values.chunks(4).zip(probabilities) {
        let share = seen.chunks(4).filter(|draw| draw == &value).count() as f64 / 4000.0;
        let error = (p * (1.0 - p) / 4000.0).sqrt();
        assert!((share - p).abs() < 5.0 * error, "{value:?}: {share} is not {p} ± {error}");
    }
}

/// The net with these logits of its prior, which are 0 at first.
fn with_prior<V: Module>(net: V, logits: &[f32]) -> V {
    let mut state = parameters(&net);
    state.insert("prior_logits".to_owned(), TensorData::new(logits.to_vec(), [1, logits.len()]));
    with_parameters(net, &state).expect("its own")
}

/// That draws at temperature 0 are `expected`, and those at 1 are not all.
fn assert_coldest(sample: impl Fn(f64) -> Tensor<2>, expected: &[f64]) {
    let draws = |temperature: f64| sample(temperature).into_data().iter::<f64>().collect::<Vec<_>>();
    assert_eq!(draws(0.0), expected.repeat(64));
    assert_ne!(draws(1.0), expected.repeat(64));
}

/// From the top: the bits of a layer are the most probable given those above, whatever is below; by the sum over all values.
#[test]
fn at_temperature_0_every_layer_is_the_most_probable_given_the_one_above() {
    let device = Device::flex();
    for top in [[0.3, -0.2], [-0.3, 0.2], [0.1, 0.4], [-0.2, -0.1]] {
        let net = with_prior(sbn(3, 2, &[0.5; 784], &device), &top);
        let values = net.encode(Tensor::zeros([1, 784], &device)).enumerate();
        let probabilities: Vec<f64> = net.prior(&()).log_prob(&values).exp().into_data().iter().collect();
        let values: Vec<f64> = values.into_data().iter().collect();
        let mut above = Vec::new();
        for _ in 0..3 {
            let layers = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]].map(|layer| {
                let end = [&layer[..], &above].concat();
                let has_end = values.chunks(6).zip(&probabilities).filter(|(value, _)| value.ends_with(&end));
                (has_end.map(|(_, p)| p).sum::<f64>(), end)
            });
            let most = layers.into_iter().max_by(|a, b| a.0.total_cmp(&b.0));
            above = most.expect("four").1;
        }
        assert_coldest(|temperature| net.sample_latents(64, temperature, &Rng::seed(7)), &above);
    }
}

#[test]
fn at_temperature_0_every_choice_is_the_most_probable() {
    let device = Device::flex();
    let net = with_prior(choices(&[0.5; 784], &device), &[0.1, -0.3, 0.4, 0.2, 0.3, -0.1, 0.0, 0.2]);
    let expected = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    assert_coldest(|temperature| net.sample_latents(64, temperature, &Rng::seed(7)), &expected);
}
