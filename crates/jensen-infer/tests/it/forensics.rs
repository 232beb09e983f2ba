//! Every kind of fault is planted in a real learner: what is said of it, what stays as it was, and
//! what a bundle shows again.

use std::collections::BTreeMap;

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData, activation::relu};
use jensen_data::{Array, Batch, Dataset, Field, Role};
use jensen_infer::fit::Provenance;
use jensen_infer::forensics::{Autopsy, Bundle, Circumstances, NonFinite, StageKind};
use jensen_infer::objective::Elbo;
use jensen_infer::{
    Evidence, Guide, InferError, JointModel, Learner, OptimizerConfig, OptimizerKind, Pathwise, StateDict,
    StepContext, VariationalLearner, VariationalModel,
};
use jensen_prob::{Distribution, Factorized, Normal, Rng};

/// `log p(x | r) = x log r − r`: a Poisson without its constant, with nothing to keep `r` from 0.
struct Bare {
    rate: Tensor<2>,
}

impl Distribution for Bare {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.rate.dims()[0]
    }

    fn sample(&self, _: &Rng) -> Tensor<2> {
        self.rate.clone().inner()
    }

    fn log_prob(&self, x: &Tensor<2>) -> Tensor<1> {
        (x.clone() * self.rate.clone().log() - self.rate.clone()).sum_dim(1).squeeze_dim(1)
    }
}

/// `r = max(0, w z + b)`.
#[derive(Module, Debug)]
struct Decoder {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<2>>,
}

/// `q(z | x) = N(a x, 0.01²)`.
#[derive(Module, Debug)]
struct Encoder {
    slope: Param<Tensor<2>>,
}

#[derive(Module, Debug)]
struct Counts {
    decoder: Decoder,
    encoder: Encoder,
}

impl Decoder {
    fn rate(&self, z: &Tensor<2>) -> Tensor<2> {
        relu(z.clone() * self.weight.val() + self.bias.val())
    }
}

impl JointModel for Decoder {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Normal;
    type Likelihood = Bare;

    fn prior(&self, (): &()) -> Normal {
        Normal::standard(1, 1, &Device::flex())
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Bare {
        Bare { rate: self.rate(z) }
    }

    fn trace(&self, z: &Tensor<2>, (): &()) -> Vec<(String, Tensor<2>)> {
        vec![("z".to_owned(), z.clone()), ("decoder.rate".to_owned(), self.rate(z))]
    }
}

impl Guide<Decoder> for Encoder {
    type Posterior = Normal;

    fn posterior(&self, evidence: &Evidence<'_, Decoder>) -> Normal {
        let mean = evidence.observation.clone() * self.slope.val();
        let log_std = mean.zeros_like() + 0.01f64.ln();
        Normal::from_log_std(mean, log_std)
    }

    fn exact_kl(&self, posterior: &Normal, prior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }

    fn trace(&self, evidence: &Evidence<'_, Decoder>) -> Vec<(String, Tensor<2>)> {
        vec![("encoder.mean".to_owned(), evidence.observation.clone() * self.slope.val())]
    }
}

impl VariationalModel for Counts {
    type Model = Decoder;
    type Guide = Encoder;

    fn model(&self) -> &Decoder {
        &self.decoder
    }

    fn guide(&self) -> &Encoder {
        &self.encoder
    }
}

fn learner(optimizer: &OptimizerConfig) -> VariationalLearner<Counts, Pathwise> {
    let device = Device::flex().autodiff();
    let param = |id: u64, value: f32| {
        Param::initialized(ParamId::from(id), Tensor::from_data([[value]], &device)).set_require_grad(true)
    };
    let module = Counts {
        decoder: Decoder { weight: param(1, 1.0), bias: param(2, 0.5) },
        encoder: Encoder { slope: param(3, 1.0) },
    };
    VariationalLearner::new(module, Pathwise, Box::new(Elbo::new()), optimizer).expect("valid")
}

/// Counts in rows 10, 11, …
fn batch(counts: &[f64]) -> Batch {
    let mut all = vec![1.0; 10];
    all.extend(counts);
    let field = Field::new("x", Role::Observation, vec![1], Array::F64(all)).expect("a field");
    let dataset = Dataset::from_fields("counts", vec![field]).expect("a data set");
    dataset.read(&(10..10 + counts.len() as u64).collect::<Vec<_>>()).expect("read")
}

fn context(step: u64, learning_rate: f64) -> StepContext<'static> {
    circumstances(step, learning_rate).context()
}

fn circumstances(step: u64, learning_rate: f64) -> Circumstances {
    let provenance = Provenance::default();
    Circumstances { step, epoch: 0, learning_rate, warm_up: 1.0, seed: 3, provenance }
}

fn with_parameter(learner: &mut dyn Learner, name: &str, value: f32) {
    let mut state = learner.state();
    state.insert(name, TensorData::new(vec![value], [1, 1]));
    learner.load_state(&state).expect("same shapes");
}

fn bytes(state: &StateDict) -> Vec<u8> {
    state.to_safetensors(&BTreeMap::new()).expect("saved")
}

/// Makes the step, which must fail and change nothing; then looks into it and replays it from a
/// bundle on the disk, on other threads and by another learner.
fn fails(learner: &mut dyn Learner, batches: &[Batch], context: &StepContext) -> (NonFinite, Autopsy) {
    let before = bytes(&learner.state());
    let failure = match learner.step(batches, context) {
        Err(InferError::NonFinite(failure)) => *failure,
        other => panic!("{other:?}"),
    };
    let autopsy = learner.autopsy(batches, context).expect("looked into");
    assert_eq!(before, bytes(&learner.state()), "a failed step has changed the learner");

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("step-0");
    let bundle = Bundle {
        circumstances: circumstances(context.step, context.learning_rate),
        failure: failure.clone(),
        autopsy: autopsy.clone(),
        state: learner.state(),
        batches: batches.to_vec(),
        documents: BTreeMap::from([("config.toml".to_owned(), "ü".to_owned())]),
    };
    bundle.write(&path).expect("written");
    let read = Bundle::read(&path).expect("read");
    assert_eq!((&read.failure, &read.circumstances), (&bundle.failure, &bundle.circumstances));
    assert_eq!((&read.autopsy, &read.documents), (&bundle.autopsy, &bundle.documents));
    assert_eq!(bytes(&read.state), bytes(&bundle.state));
    for threads in [1, 3] {
        let pool = rayon_pool(threads);
        let replay = pool.install(|| read.replay(&mut self::learner(&OptimizerConfig::default())));
        let replay = replay.expect("replayed");
        assert!(replay.is_reproduced && replay.is_bit_for_bit, "{threads} threads: {:?}", replay.failure);
    }
    (failure, autopsy)
}

fn rayon_pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}

fn origin(autopsy: &Autopsy) -> (&str, StageKind, Option<u64>) {
    let stage = autopsy.origin().expect("a fault");
    (&stage.name, stage.kind, stage.first.as_ref().and_then(|place| place.row))
}

#[test]
fn a_sound_step_has_a_sound_autopsy_with_every_value_in_order() {
    let mut learner = learner(&OptimizerConfig::default());
    let batches = [batch(&[1.0, 2.0, 3.0])];
    let autopsy = learner.autopsy(&batches, &context(0, 1e-3)).expect("looked into");
    assert_eq!(autopsy.origin(), None);
    let names: Vec<&str> = autopsy.stages.iter().map(|stage| stage.name.as_str()).collect();
    let expected = [
        "decoder.bias",
        "decoder.weight",
        "encoder.slope",
        "observation `x`",
        "log |dx'/dx|",
        "encoder.mean",
        "z",
        "decoder.rate",
        "KL(q‖p)",
        "log p(x|z)",
        "the bound",
        "the loss",
        "the gradient of decoder.bias",
        "the gradient of decoder.weight",
        "the gradient of encoder.slope",
        "the update of decoder.bias",
    ];
    assert_eq!(names[..expected.len()], expected);
    // What is shown is what the step does.
    let report = learner.step(&batches, &context(0, 1e-3)).expect("finite");
    let mean = |name: &str| {
        autopsy.stages.iter().find(|stage| stage.name == name).expect(name).mean.expect("finite")
    };
    assert!((mean("the bound") - report.objective).abs() < 1e-6);
    assert!((mean("KL(q‖p)") - report.term("kl").expect("a term")).abs() < 1e-6);
    let after = learner.state();
    let bias = after.get("model.decoder.bias").expect("there").iter::<f64>().next().expect("a number");
    assert_eq!(mean("the update of decoder.bias"), bias);
}

#[test]
fn the_log_of_zero_names_the_term_the_row_and_shows_the_zero() {
    let mut learner = learner(&OptimizerConfig::default());
    let (failure, autopsy) = fails(&mut learner, &[batch(&[1.0, 2.0, -3.0, 4.0])], &context(5, 1e-3));
    assert_eq!((failure.term.as_str(), failure.step), ("log p(x|z)", 5));
    assert_eq!((failure.rows.as_slice(), failure.at_fault, failure.examples), (&[12][..], 1, 4));
    assert_eq!(origin(&autopsy), ("log p(x|z)", StageKind::Term, Some(12)));
    let rate = autopsy.stages.iter().find(|stage| stage.name == "decoder.rate").expect("traced");
    assert_eq!(rate.min, Some(0.0), "the value on the way to it");
}

#[test]
fn an_exploding_decoder_is_found_where_it_begins() {
    let mut learner = learner(&OptimizerConfig::default());
    with_parameter(&mut learner, "model.decoder.weight", 3e38);
    let (failure, autopsy) = fails(&mut learner, &[batch(&[1.0, 2.0])], &context(0, 1e-3));
    assert_eq!((failure.term.as_str(), failure.at_fault), ("log p(x|z)", 1));
    assert_eq!(origin(&autopsy), ("decoder.rate", StageKind::Forward, Some(11)));
}

#[test]
fn a_bad_row_is_named() {
    let mut learner = learner(&OptimizerConfig::default());
    let (failure, autopsy) = fails(&mut learner, &[batch(&[1.0, 1e30, 2.0])], &context(0, 1e-3));
    assert_eq!((failure.term.as_str(), failure.rows.as_slice()), ("KL(q‖p)", &[11][..]));
    assert_eq!(origin(&autopsy), ("KL(q‖p)", StageKind::Term, Some(11)));
    let data = autopsy.stages.iter().find(|stage| stage.kind == StageKind::Data).expect("the data");
    assert_eq!(data.largest.as_ref().expect("finite").row, Some(11));
    assert!(failure.to_string().contains("look at these examples"), "{failure}");
}

#[test]
fn a_parameter_that_is_broken_before_the_step_is_the_origin() {
    let mut learner = learner(&OptimizerConfig::default());
    with_parameter(&mut learner, "model.decoder.bias", f32::NAN);
    let (failure, autopsy) = fails(&mut learner, &[batch(&[1.0, 2.0])], &context(0, 1e-3));
    assert_eq!((failure.term.as_str(), failure.at_fault), ("log p(x|z)", 2));
    assert_eq!(origin(&autopsy), ("decoder.bias", StageKind::Parameter, None));
}

/// `∂/∂r x log r = x / r` overflows where `x log r` does not.
#[test]
fn a_gradient_names_its_parameter_and_the_rows_it_comes_from() {
    let mut learner = learner(&OptimizerConfig::default());
    for (name, value) in [("decoder.weight", 0.0), ("decoder.bias", 1e-38), ("encoder.slope", 0.0)] {
        with_parameter(&mut learner, &format!("model.{name}"), value);
    }
    let (failure, autopsy) = fails(&mut learner, &[batch(&[0.0, 1e3, 0.0])], &context(2, 1e-3));
    assert_eq!(failure.parameter.as_deref(), Some("decoder.bias"));
    assert_eq!((failure.term.as_str(), failure.rows.as_slice()), ("the gradient of decoder.bias", &[11][..]));
    assert_eq!(origin(&autopsy), ("the gradient of decoder.bias", StageKind::Gradient, None));
}

#[test]
fn too_high_a_learning_rate_names_step_and_parameter() {
    let mut learner = learner(&OptimizerConfig::default());
    let batches = [batch(&[1.0, 2.0, 3.0])];
    // In single precision this rate is infinite: the first update would be.
    let (failure, autopsy) = fails(&mut learner, &batches, &context(0, 1e39));
    assert_eq!((failure.step, failure.parameter.as_deref()), (0, Some("decoder.bias")));
    assert_eq!(failure.term, "the update of decoder.bias");
    assert_eq!(origin(&autopsy), ("the update of decoder.bias", StageKind::Update, None));
    // This one is not; the step after it is.
    learner.step(&batches, &context(0, 1e30)).expect("finite");
    let (failure, _) = fails(&mut learner, &batches, &context(1, 1e30));
    assert_eq!(failure.step, 1);
}

/// The squared gradient overflows while everything else is finite, and Adam would stand still for
/// ever after.
#[test]
fn the_optimizers_own_overflow_is_refused() {
    let mut learner = learner(&OptimizerConfig::default());
    for (name, value) in [("decoder.weight", 0.0), ("decoder.bias", 1e-25), ("encoder.slope", 0.0)] {
        with_parameter(&mut learner, &format!("model.{name}"), value);
    }
    let (failure, autopsy) = fails(&mut learner, &[batch(&[1.0, 1.0])], &context(0, 1e-3));
    assert_eq!(failure.term, "the update of decoder.bias");
    assert_eq!(origin(&autopsy), ("the update of optimizer.decoder.bias.square", StageKind::Update, None));
    // Clipped, the same gradient is harmless.
    let clipped = OptimizerConfig { clip_norm: Some(1.0), ..OptimizerConfig::default() };
    let mut other = self::learner(&clipped);
    other.load_state(&learner.state()).expect("fits");
    other.step(&[batch(&[1.0, 1.0])], &context(0, 1e-3)).expect("finite");
}

#[test]
fn weight_decay_that_explodes_is_refused() {
    let adamw =
        OptimizerConfig { kind: OptimizerKind::Adamw, weight_decay: 1e20, ..OptimizerConfig::default() };
    let mut learner = learner(&adamw);
    with_parameter(&mut learner, "model.decoder.weight", 1e10);
    let before = bytes(&learner.state());
    let error = learner.step(&[batch(&[1.0, 1.0])], &context(0, 1e10)).expect_err("refused");
    assert!(error.to_string().contains("the update of decoder.weight"), "{error}");
    assert_eq!(before, bytes(&learner.state()));
}

#[test]
fn accumulated_batches_tell_which_one_it_was() {
    let mut learner = learner(&OptimizerConfig::default());
    let batches = [batch(&[1.0, 2.0]), batch(&[1.0, -2.0])];
    let (failure, autopsy) = fails(&mut learner, &batches, &context(0, 1e-3));
    assert_eq!(failure.rows, [11]);
    assert_eq!(origin(&autopsy).0, "batch 2: log p(x|z)");
}

#[test]
fn a_bundle_of_another_model_is_a_typed_error() {
    let mut learner = learner(&OptimizerConfig::default());
    let bundle = Bundle {
        circumstances: circumstances(0, 1e-3),
        failure: NonFinite::new("log p(x|z)", 0, &[10], 1),
        autopsy: Autopsy::default(),
        state: StateDict::new(),
        batches: vec![batch(&[1.0])],
        documents: BTreeMap::new(),
    };
    assert!(matches!(bundle.replay(&mut learner), Err(InferError::State { .. })));
}
