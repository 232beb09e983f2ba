//! Every discrete estimator brings the posterior of a sigmoid belief net nearer to the exact one, with a model that stands still.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Role};
use jensen_infer::estimator::Dimensions;
use jensen_infer::{
    Estimator, EstimatorConfig, EstimatorKind, Evidence, Guide, JointModel, Learner, ObjectiveKind,
    OptimizerConfig, StateDict, StepContext, VariationalLearner,
};
use jensen_models::Sbn;
use jensen_prob::special::logsumexp;
use jensen_prob::{Distribution, Enumerable, Rng};

use crate::discrete::{digits, kinds, objective_of, sbn};

type Learning = VariationalLearner<Sbn, Box<dyn Estimator<Sbn, Sbn>>>;

/// Bits, few enough to sum over.
const BITS: usize = 4;
fn learner(kind: EstimatorKind, mean: &[f64]) -> Learning {
    let device = Device::flex().autodiff();
    let of = Dimensions { features: 784, latents: BITS, rng: Rng::seed(5), device: &device };
    let estimator = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let estimator = estimator.discrete::<Sbn, Sbn>(of).expect("it fits");
    let objective = objective_of(kind, ObjectiveKind::Elbo);
    let sbn = sbn(1, BITS, mean, &device);
    VariationalLearner::new(sbn, estimator, objective.init().expect("valid"), &OptimizerConfig::default())
        .expect("valid")
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
    let evidence = Evidence::<Sbn>::read(batch, &Device::flex()).expect("digits");
    let posterior = sbn.posterior(&evidence);
    let values = posterior.enumerate();
    let x = batch.tensor(Role::Observation, &Device::flex()).expect("digits");
    let by_value = |rows: Tensor<1>| rows.reshape([1 << BITS, x.dims()[0]]);
    let log_q = by_value(posterior.log_prob(&values));
    let likelihood = sbn.likelihood(&values, &());
    let log_joint = by_value(likelihood.log_prob(&x) + sbn.prior(&()).log_prob(&values));
    let gap = (log_q.clone().exp() * (log_q - log_joint.clone())).sum_dim(0) + logsumexp(log_joint, 0);
    gap.mean().into_scalar()
}

/// At least half of the way, which the plain score function is the slowest to go.
#[test]
fn every_estimator_improves_the_posterior() {
    let (batch, mean) = digits();
    let batch = [batch];
    // A model whose bits say something, and an encoder that knows nothing of it.
    let mut teacher = learner(EstimatorKind::Enumeration, &mean);
    learn(&mut teacher, &batch, 60, |_| true);
    let model = teacher.state().filter(|name| name.starts_with("model.") && !is_posteriors(name));

    for kind in kinds() {
        let mut learner = learner(kind, &mean);
        learner.load_state(&with(learner.state(), &model)).expect("the same model");
        let before = distance(learner.module(), &batch[0]);
        learn(&mut learner, &batch, 60, is_posteriors);
        let after = distance(learner.module(), &batch[0]);
        assert!(after < 0.5 * before, "{kind}: from {before} to {after} nats");
    }
}
