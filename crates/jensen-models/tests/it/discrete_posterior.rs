//! Every discrete estimator brings the posterior nearer to the exact one, with a model that stands still.

use burn::tensor::{Device, Tensor};
use jensen_data::{Batch, Role};
use jensen_infer::{
    EstimatorKind, Evidence, Guide, JointModel, Learner, ObjectiveKind, StateDict, StepContext,
};
use jensen_prob::special::logsumexp;
use jensen_prob::{Distribution, Enumerable, Rng};

use crate::discrete::{Discrete, Latents, Learning, choices, digits, kinds, learning, sbn};

/// `updates` updates of what `learns` names.
fn learn<V: Discrete>(
    learner: &mut Learning<V>,
    batch: &[Batch],
    updates: u64,
    learns: impl Fn(&str) -> bool,
) {
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

/// Of the encoder, and of the nets above it where there are layers.
fn is_posteriors(name: &str) -> bool {
    name.starts_with("model.encoder.") || name.starts_with("model.upward.")
}

/// `KL(q(z | x) ‖ p(z | x))` in nats, the mean over the digits: `Σ_z q log q − log p(x, z)`, and `log p(x)`.
fn distance<V: Discrete>(net: &V, batch: &Batch) -> f64 {
    let net = net.valid();
    let evidence = Evidence::<V::Model>::read(batch, &Device::flex()).expect("digits");
    let posterior = net.guide().posterior(&evidence);
    let values = posterior.enumerate();
    let x = batch.tensor(Role::Observation, &Device::flex()).expect("digits");
    let by_value = |of_rows: Tensor<1>| {
        let [count] = of_rows.dims();
        of_rows.reshape([count / x.dims()[0], x.dims()[0]])
    };
    let log_q = by_value(posterior.log_prob(&values));
    let likelihood = net.model().likelihood(&values, &());
    let log_joint = by_value(likelihood.log_prob(&x) + net.model().prior(&()).log_prob(&values));
    let gap = (log_q.clone().exp() * (log_q - log_joint.clone())).sum_dim(0) + logsumexp(log_joint, 0);
    gap.mean().into_scalar()
}

/// At least three quarters of the way, the plain score function one.
fn improve<V: Discrete>(latents: Latents, batch: &[Batch], learner: impl Fn(EstimatorKind) -> Learning<V>) {
    // A model whose latents say something, and an encoder that knows nothing of it.
    let mut teacher = learner(EstimatorKind::Enumeration);
    learn(&mut teacher, batch, 60, |_| true);
    let model = teacher.state().filter(|name| name.starts_with("model.") && !is_posteriors(name));

    for kind in kinds() {
        let mut learner = learner(kind);
        learner.load_state(&with(learner.state(), &model)).expect("the same model");
        let before = distance(learner.module(), &batch[0]);
        learn(&mut learner, batch, 60, is_posteriors);
        let after = distance(learner.module(), &batch[0]);
        // The signal of the plain score function is the whole log-likelihood: chance decides some latents for good.
        let left = if kind == EstimatorKind::Score { 0.75 } else { 0.25 };
        assert!(after < left * before, "{latents:?}, {kind}: from {before} to {after} nats");
    }
}

#[test]
fn every_estimator_improves_the_posterior() {
    let (batch, mean) = digits();
    let (batch, device) = ([batch], Device::flex().autodiff());
    let (elbo, elbo_mc) = (ObjectiveKind::Elbo, ObjectiveKind::ElboMc);
    improve(Latents::Bits, &batch, |kind| learning(sbn(1, 4, &mean, &device), kind, 4, elbo));
    improve(Latents::Layers, &batch, |kind| learning(sbn(2, 2, &mean, &device), kind, 4, elbo_mc));
    improve(Latents::Choices, &batch, |kind| learning(choices(&mean, &device), kind, 8, elbo));
}
