//! Every discrete estimator brings the posterior of a sigmoid belief net nearer to the exact one, with a model that stands still.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Binarize, DataConfig, DataSpec, Dataset, Loader, Preprocessing, Role, Split};
use jensen_infer::estimator::{Capability, Dimensions};
use jensen_infer::{
    Estimator, EstimatorConfig, EstimatorKind, Guide, JointModel, Learner, ObjectiveConfig, ObjectiveKind,
    OptimizerConfig, StateDict, StepContext, VariationalLearner, VariationalModel,
};
use jensen_models::nets::{Activation, ImageShape, NetConfig};
use jensen_models::{Sbn, VaeConfig};
use jensen_prob::special::logsumexp;
use jensen_prob::{Distribution, Enumerable, Rng};

type Model = <Sbn as VariationalModel>::Model;
type Posterior = <Sbn as VariationalModel>::Guide;
type Learning = VariationalLearner<Sbn, Box<dyn Estimator<Model, Posterior>>>;

/// Bits, few enough to sum over.
const BITS: usize = 4;
/// Examples.
const DIGITS: usize = 48;

fn digits() -> (Batch, Vec<f64>) {
    let digits = Dataset::open(&DataSpec::new("digits")).expect("embedded");
    let rows = digits.rows(Split::Train).expect("a split");
    let config = DataConfig { binarize: Binarize::Static, ..DataConfig::default() };
    let preprocessing = Preprocessing::fit(&config, &digits, &rows).expect("digits");
    let loader = Loader::new(&digits, rows, &preprocessing, DIGITS, Rng::seed(1)).expect("a loader");
    let batch = loader.ordered().next().expect("a batch").expect("read");
    (batch, loader.observation_mean().expect("finite"))
}

fn learner(kind: EstimatorKind, mean: &[f64]) -> Learning {
    let device = Device::flex().autodiff();
    let net = NetConfig::Mlp { hidden: vec![16], activation: Activation::Tanh };
    let shape = ImageShape { height: 28, width: 28, channels: 1 };
    let config = VaeConfig { latent_dim: BITS, net, ..VaeConfig::default() };
    let sbn = config.init_binary(shape, mean, &Rng::seed(3), &device).expect("valid");
    let of = Dimensions { features: 784, latents: BITS, rng: Rng::seed(5), device: &device };
    let estimator = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let kind = match kind {
        EstimatorKind::Vimco | EstimatorKind::ReweightedWakeSleep => ObjectiveKind::Iwae,
        EstimatorKind::WakeSleep => ObjectiveKind::ElboMc,
        _ => ObjectiveKind::Elbo,
    };
    let objective = ObjectiveConfig { kind, samples: 3, ..ObjectiveConfig::default() };
    let estimator = estimator.discrete::<Model, Posterior>(of).expect("it fits");
    VariationalLearner::new(sbn, estimator, &objective, &OptimizerConfig::default()).expect("valid")
}

/// `updates` updates of what `learns` names.
fn learn(learner: &mut Learning, batch: &[Batch], updates: u64, learns: impl Fn(&str) -> bool) {
    let kept = learner.state().filter(|name| name.starts_with("model.") && !learns(name));
    for step in 0..updates {
        let context = StepContext { step, rng: Rng::seed(4).at(step), learning_rate: 1e-2, warm_up: 1.0 };
        learner.step(batch, &context).expect("finite");
        learner.load_state(&with(learner.state(), &kept)).expect("its own");
    }
}

/// The first state with some entries of the other.
fn with(mut state: StateDict, entries: &StateDict) -> StateDict {
    for (name, data) in entries.iter() {
        state.insert(name.to_owned(), data.clone());
    }
    state
}

fn is_posteriors(name: &str) -> bool {
    name.starts_with("model.encoder.")
}

/// `KL(q(z | x) ‖ p(z | x))` in nats, the mean over the digits: `Σ_z q log q − log p(x, z)`, and `log p(x)`.
fn distance(sbn: &Sbn, batch: &Batch) -> f64 {
    let sbn = sbn.valid();
    let evidence = jensen_infer::Evidence::<Model>::read(batch, &Device::flex()).expect("digits");
    let posterior = sbn.guide().posterior(&evidence);
    let values = posterior.enumerate();
    let by_value = |rows: Tensor<1>| rows.reshape([1 << BITS, DIGITS]);
    let log_q = by_value(posterior.log_prob(&values));
    let x = batch.tensor(Role::Observation, &Device::flex()).expect("digits");
    let likelihood = sbn.model().likelihood(&values, &());
    let log_joint = by_value(likelihood.log_prob(&x) + sbn.model().prior(&()).log_prob(&values));
    let gap = (log_q.clone().exp() * (log_q - log_joint.clone())).sum_dim(0) + logsumexp(log_joint, 0);
    gap.mean().into_scalar()
}

#[test]
fn every_estimator_improves_the_posterior() {
    let (batch, mean) = digits();
    let batch = [batch];
    // A model whose bits say something, and an encoder that knows nothing of it.
    let mut teacher = learner(EstimatorKind::Enumeration, &mean);
    learn(&mut teacher, &batch, 60, |_| true);
    let model = teacher.state().filter(|name| name.starts_with("model.") && !is_posteriors(name));

    let has = [Capability::Density, Capability::Relaxable, Capability::Enumerable];
    for kind in EstimatorKind::ALL.into_iter().filter(|kind| kind.check(&has, None).is_ok()) {
        let mut learner = learner(kind, &mean);
        learner.load_state(&with(learner.state(), &model)).expect("the same model");
        let before = distance(learner.module(), &batch[0]);
        learn(&mut learner, &batch, 60, is_posteriors);
        let after = distance(learner.module(), &batch[0]);
        assert!(after < 0.4 * before, "{kind}: from {before} to {after} nats");
    }
}
