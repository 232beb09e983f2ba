//! The sigmoid belief net under every estimator.

use burn::tensor::Device;
use jensen_data::{Batch, Binarize, DataConfig, DataSpec, Dataset, Loader, Preprocessing, Split};
use jensen_infer::estimator::{Capability, Dimensions};
use jensen_infer::{
    Estimator, EstimatorConfig, EstimatorKind, Learner, ObjectiveConfig, ObjectiveKind, OptimizerConfig,
    StepContext, VariationalLearner,
};
use jensen_models::nets::{Activation, ImageShape, NetConfig};
use jensen_models::{BinaryDecoder, BinaryEncoder, Sbn, VaeConfig};
use jensen_prob::Rng;

type Learning = VariationalLearner<Sbn, Box<dyn Estimator<BinaryDecoder, BinaryEncoder>>>;

fn digits() -> (Batch, Vec<f64>) {
    let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
    let rows = digits.rows(Split::Train).expect("a split");
    let config = DataConfig { binarize: Binarize::Static, ..DataConfig::default() };
    let preprocessing = Preprocessing::fit(&config, &digits, &rows).expect("digits");
    let loader = Loader::new(&digits, rows, &preprocessing, 48, Rng::seed(1)).expect("a loader");
    let batch = loader.ordered().next().expect("a batch").expect("read");
    (batch, loader.observation_mean().expect("finite"))
}

fn learner(kind: EstimatorKind, mean: &[f64]) -> Learning {
    let device = Device::flex().autodiff();
    let net = NetConfig::Mlp { hidden: vec![16], activation: Activation::Tanh };
    let shape = ImageShape { height: 28, width: 28, channels: 1 };
    let config = VaeConfig { latent_dim: 4, net, ..VaeConfig::default() };
    let sbn = config.init_binary(shape, mean, &Rng::seed(3), &device).expect("valid");
    let of = Dimensions { features: 784, latents: 4, rng: Rng::seed(5), device: &device };
    let estimator = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let kind = match kind {
        EstimatorKind::Vimco | EstimatorKind::ReweightedWakeSleep => ObjectiveKind::Iwae,
        EstimatorKind::WakeSleep => ObjectiveKind::ElboMc,
        _ => ObjectiveKind::Elbo,
    };
    let objective = ObjectiveConfig { kind, samples: 3, ..ObjectiveConfig::default() };
    let estimator = estimator.discrete::<BinaryDecoder, BinaryEncoder>(of).expect("it fits");
    VariationalLearner::new(sbn, estimator, &objective, &OptimizerConfig::default()).expect("valid")
}

fn steps(learner: &mut Learning, batch: &[Batch], steps: std::ops::Range<u64>) -> Vec<f64> {
    let step = |step: u64| {
        let rng = Rng::seed(4).at(step);
        let context = StepContext { step, rng, learning_rate: 1e-2, warm_up: 1.0 };
        learner.step(batch, &context).expect("finite").objective
    };
    steps.map(step).collect()
}

fn kinds() -> impl Iterator<Item = EstimatorKind> {
    let has = [Capability::Density, Capability::Relaxable, Capability::Enumerable];
    EstimatorKind::ALL.into_iter().filter(move |kind| kind.check(&has, None).is_ok())
}

#[test]
fn every_estimator_climbs_the_bound() {
    let (batch, mean) = digits();
    let batch = [batch];
    for kind in kinds() {
        let objectives = steps(&mut learner(kind, &mean), &batch, 0..40);
        let gain = objectives[39] - objectives[0];
        assert!(gain > 8.0, "{kind}: {gain} nats in 40 updates");
    }
}

/// What the estimator learns is part of the state: a learner that is taken up again ends in the same bits.
#[test]
fn learning_goes_on_to_the_same_bits_under_every_estimator() {
    let (batch, mean) = digits();
    let batch = [batch];
    for kind in kinds() {
        let mut whole = learner(kind, &mean);
        steps(&mut whole, &batch, 0..4);
        let mut first = learner(kind, &mean);
        steps(&mut first, &batch, 0..2);
        let mut second = learner(kind, &mean);
        second.load_state(&first.state()).expect("it fits");
        steps(&mut second, &batch, 2..4);
        assert_eq!(whole.state(), second.state(), "{kind}");
    }
}

#[test]
fn a_state_of_another_estimator_is_refused() {
    let (batch, mean) = digits();
    let mut rebar = learner(EstimatorKind::Rebar, &mean);
    steps(&mut rebar, &[batch], 0..1);
    let mut relax = learner(EstimatorKind::Relax, &mean);
    let before = relax.state();
    assert!(relax.load_state(&rebar.state()).is_err());
    assert!(learner(EstimatorKind::Score, &mean).load_state(&rebar.state()).is_err());
    assert_eq!(before, relax.state());
}
