//! Faults planted in a mixture density network: which term and whose fault, and that nothing has changed.

use std::collections::BTreeMap;

use burn::tensor::{Device, TensorData};
use jensen_data::{Array, Batch, Dataset, Field, Role};
use jensen_infer::forensics::{Autopsy, NonFinite, StageKind};
use jensen_infer::{InferError, Learner, LikelihoodLearner, OptimizerConfig, StepContext};
use jensen_models::mdn::{MdnConfig, MixtureDensityNet};
use jensen_models::nets::Activation;
use jensen_random::Rng;

type MdnLearner = LikelihoodLearner<MixtureDensityNet>;

/// Of two components on one hidden unit, which passes on what is positive.
fn learner() -> MdnLearner {
    let config = MdnConfig { components: 2, hidden: vec![1], activation: Activation::Relu, min_std: 1e-6 };
    let net = config.init(1, 1, &[-1.0, 1.0], &Rng::seed(1), &Device::flex().autodiff()).expect("valid");
    LikelihoodLearner::new(net, &OptimizerConfig::default()).expect("valid")
}

/// Inputs and targets in rows 10, 11, …
fn batch(pairs: &[[f32; 2]]) -> Batch {
    let column = |name, role, place: usize| {
        let values = [[0.0; 2]; 10].iter().chain(pairs).map(|pair| pair[place]).collect();
        Field::new(name, role, vec![1], Array::F32(values)).expect("a field")
    };
    let fields = vec![column("x", Role::Observation, 0), column("y", Role::Target, 1)];
    let dataset = Dataset::from_fields("pairs", fields).expect("data");
    dataset.read(&(10..10 + pairs.len() as u64).collect::<Vec<_>>()).expect("rows")
}

fn context(step: u64, learning_rate: f64) -> StepContext<'static> {
    StepContext { step, rng: Rng::seed(0), learning_rate, warm_up: 1.0 }
}

fn set(learner: &mut MdnLearner, name: &str, values: &[f32]) {
    let mut state = learner.state();
    let shape = state.get(name).expect(name).shape().clone();
    state.insert(name, TensorData::new(values.to_vec(), shape));
    learner.load_state(&state).expect("same shapes");
}

/// Makes the step, which must fail and change nothing, and looks into it.
fn fails(learner: &mut MdnLearner, batches: &[Batch], context: &StepContext) -> (NonFinite, Autopsy) {
    let bytes = |learner: &MdnLearner| learner.state().to_safetensors(&BTreeMap::new()).expect("saved");
    let before = bytes(learner);
    let failure = match learner.step(batches, context) {
        Err(InferError::NonFinite(failure)) => *failure,
        other => panic!("{other:?}"),
    };
    let autopsy = learner.autopsy(batches, context).expect("looked into");
    assert_eq!(before, bytes(learner), "a failed step has changed the learner");
    (failure, autopsy)
}

fn origin(autopsy: &Autopsy) -> (&str, StageKind, Option<u64>) {
    let stage = autopsy.origin().expect("a fault");
    (&stage.name, stage.kind, stage.first.as_ref().and_then(|place| place.row))
}

#[test]
fn a_sound_step_shows_every_value_in_order() {
    let mut learner = learner();
    let batches = [batch(&[[0.0, 1.0], [1.0, -1.0]])];
    let autopsy = learner.autopsy(&batches, &context(0, 1e-3)).expect("looked into");
    assert_eq!(autopsy.origin(), None);
    let of_kinds = |kinds: &[StageKind]| -> Vec<&str> {
        let stages = autopsy.stages.iter().filter(|stage| kinds.contains(&stage.kind));
        stages.map(|stage| stage.name.as_str()).collect()
    };
    let expected = [
        "observation `x`",
        "target `y`",
        "log |dx'/dx|",
        "net.layers.0",
        "the logit of component 0",
        "the mean of component 0",
        "the deviation of component 0",
        "the logit of component 1",
        "the mean of component 1",
        "the deviation of component 1",
        "log p(y|x)",
        "the loss",
    ];
    assert_eq!(of_kinds(&[StageKind::Data, StageKind::Forward, StageKind::Term]), expected);
    assert_eq!(of_kinds(&[StageKind::Gradient]).len(), 8, "weights and biases of four layers");
    let term = autopsy.stages.iter().find(|stage| stage.name == "log p(y|x)").and_then(|stage| stage.mean);
    let report = learner.step(&batches, &context(0, 1e-3)).expect("finite");
    assert!((term.expect("finite") - report.objective).abs() < 1e-6, "what is shown is what the step does");
}

#[test]
fn a_huge_target_is_the_fault_of_its_row() {
    let batches = [batch(&[[0.0, 1.0]]), batch(&[[0.0, 1.0], [1.0, 1e30], [2.0, 0.5]])];
    let (failure, autopsy) = fails(&mut learner(), &batches, &context(3, 1e-3));
    assert_eq!((failure.term.as_str(), failure.step, failure.rows.as_slice()), ("log p(y|x)", 3, &[11][..]));
    assert_eq!(origin(&autopsy), ("batch 2: log p(y|x)", StageKind::Term, Some(11)));
    let target = autopsy.stages.iter().find(|stage| stage.name == "batch 2: target `y`").expect("the data");
    assert_eq!(target.largest.as_ref().expect("finite").row, Some(11));
}

#[test]
fn the_component_at_fault_is_told() {
    let batches = [batch(&[[0.0, 1.0], [10.0, 1.0]])];
    // A density that is infinitely wide is 0, which does a mixture no harm while another is not.
    for (head, weights, expected) in [
        ("logits", [0.0, 3e38], "the logit of component 1"),
        ("means", [0.0, 3e38], "the mean of component 1"),
        ("scales", [3e38, 3e38], "the deviation of component 0"),
    ] {
        let mut learner = learner();
        set(&mut learner, "model.net.layers.0.weight", &[1.0]);
        set(&mut learner, &format!("model.{head}.weight"), &weights);
        let (failure, autopsy) = fails(&mut learner, &batches, &context(0, 1e-3));
        assert_eq!((failure.rows.as_slice(), failure.examples), (&[11][..], 2), "{head}");
        assert_eq!(origin(&autopsy), (expected, StageKind::Forward, Some(11)));
    }
}

/// `∂/∂σ log N = (y − μ)²/σ³ − 1/σ` overflows where `(y − μ)²/σ²` does not.
#[test]
fn a_gradient_is_the_fault_of_its_row() {
    let mut learner = learner();
    for (name, values) in [
        ("means.weight", &[0.0, 0.0][..]),
        ("means.bias", &[0.0, 0.0]),
        ("scales.weight", &[0.0, 0.0]),
        ("scales.bias", &[-20.0, -20.0]),
    ] {
        set(&mut learner, &format!("model.{name}"), values);
    }
    let (failure, autopsy) = fails(&mut learner, &[batch(&[[0.0, 0.0], [0.0, 1e13]])], &context(0, 1e-3));
    assert_eq!(failure.rows, [11]);
    let (name, kind, _) = origin(&autopsy);
    assert_eq!((name, kind), (failure.term.as_str(), StageKind::Gradient));
    let is_sound = |head: &str| {
        let name = format!("the gradient of {head}.bias");
        autopsy.stages.iter().find(|stage| stage.name == name).expect("a stage").is_sound()
    };
    assert_eq!(["logits", "means", "scales"].map(is_sound), [true, true, false]);
}

#[test]
fn too_high_a_learning_rate_names_step_and_parameter() {
    let mut learner = learner();
    let batches = [batch(&[[0.0, 1.0], [1.0, -1.0]])];
    let (failure, autopsy) = fails(&mut learner, &batches, &context(0, 1e39));
    let parameter = failure.parameter.as_deref().expect("one");
    assert_eq!((failure.step, failure.term.as_str()), (0, &*format!("the update of {parameter}")));
    assert_eq!(origin(&autopsy).1, StageKind::Update);
}
