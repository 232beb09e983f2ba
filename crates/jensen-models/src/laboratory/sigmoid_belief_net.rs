//! One layer of a sigmoid belief net on binarised digits.

use burn::tensor::{Device, Tensor, TensorData};
use jensen_data::{Binarize, DataConfig, DataSpec, Dataset, Loader, Preprocessing, Role, Split};
use jensen_infer::estimator::{Dimensions, Enumeration, EstimatorConfig, EstimatorKind};
use jensen_infer::objective::PowerMean;
use jensen_infer::{
    Evidence, Guide, InferError, JointModel, Learner, ObjectiveConfig, OptimizerConfig, StepContext,
    VariationalLearner, VariationalModel,
};
use jensen_prob::{Bernoulli, Distribution, Enumerable, Factorized};

use super::certificate::measure;
use super::rebar_toy::FreeBits;
use super::{Certificate, Certificates, Effort, each, exact, key, measured, objective_for};
use crate::nets::{Activation, ImageShape, NetConfig};
use crate::{LayeredBernoulli, Sbn, SbnConfig, VaeConfig};

/// Rows of a call, about: a multiple of the examples.
const ROWS: usize = 512;
/// Latents: few enough to sum over pairs of their values.
const BITS: usize = 6;
/// The largest logit: a chance of one in eight.
const UNCERTAIN: f64 = 2.0;
/// Updates before the gradients are looked at.
const UPDATES: usize = 300;
/// Digits whose posteriors are looked at.
const EXAMPLES: usize = 10;

impl Guide<Sbn> for FreeBits {
    type Posterior = Bernoulli;

    fn posterior(&self, _: &Evidence<'_, Sbn>) -> Bernoulli {
        self.bits()
    }

    fn exact_kl(&self, posterior: &Bernoulli, prior: &LayeredBernoulli) -> Option<Tensor<2>> {
        prior.single().map(|prior| posterior.kl_per_dim(prior))
    }
}

/// A trained net of few bits, and examples whose posteriors' gradients are measured.
#[derive(Debug)]
pub struct SigmoidBeliefNet {
    model: Sbn,
    /// Of the trained encoder, `[examples][bits]`.
    logits: Vec<Vec<f64>>,
    /// `log p(x, z)` of every value, `[examples][2^bits]`.
    log_joint: Vec<Vec<f64>>,
    observations: Tensor<2>,
}

impl SigmoidBeliefNet {
    /// A linear net of six bits, trained for a while on the embedded digits by exact gradients, and ten digits.
    ///
    /// # Errors
    /// None but for a change of the estimators.
    #[expect(clippy::missing_panics_doc, reason = "there are digits")]
    pub fn of_digits() -> Result<Self, InferError> {
        let digits = Dataset::open(&DataSpec::new("digits"))?;
        let rows = digits.rows(Split::Train)?;
        let config = DataConfig { binarize: Binarize::Static, ..DataConfig::default() };
        let preprocessing = Preprocessing::fit(&config, &digits, &rows)?;
        let mean = preprocessing.mean(&digits, &rows)?;
        let net = NetConfig::Mlp { hidden: Vec::new(), activation: Activation::default() };
        let config = VaeConfig { latent_dim: BITS, net, ..VaeConfig::default() };
        let shape = ImageShape { height: 28, width: 28, channels: 1 };
        let sbn = SbnConfig::default().init(
            &config,
            shape,
            &mean,
            &key().fork("sbn"),
            &Device::flex().autodiff(),
        )?;
        let (objective, optimizer) = (ObjectiveConfig::default(), OptimizerConfig::default());
        let mut learner = VariationalLearner::new(sbn, Enumeration, objective.init()?, &optimizer)?;
        let loader = Loader::new(&digits, rows, &preprocessing, 32, key())?;
        let batches = (0..).flat_map(|epoch| loader.epoch(epoch)).take(UPDATES);
        let mut last = None;
        for (step, batch) in batches.enumerate() {
            let batch = [batch?];
            let context = StepContext { step: step as u64, rng: key(), learning_rate: 1e-2, warm_up: 1.0 };
            learner.step(&batch, &context)?;
            last = batch.into_iter().next();
        }
        let some = last.expect("there are digits").select(&(0..EXAMPLES).collect::<Vec<_>>());
        Ok(Self::new(learner.module(), some.tensor(Role::Observation, &Device::flex())?))
    }

    /// From a net on an autodiff device, its bits made a little uncertain, and examples `[examples, features]`.
    fn new(net: &Sbn, observations: Tensor<2>) -> Self {
        let plain = burn::module::Module::valid(net);
        let model = plain.model();
        let posterior = plain.encode(observations.clone());
        // A trained posterior is nearly certain of some bits, whose other value no draw would see.
        let logits: Tensor<2> = (posterior.logits() * (1.0 / UNCERTAIN)).tanh() * UNCERTAIN;
        let [examples, bits] = logits.dims();
        let of_rows = |numbers: Tensor<2>| -> Vec<Vec<f64>> {
            let width = numbers.dims()[1];
            numbers.into_data().iter::<f64>().collect::<Vec<_>>().chunks(width).map(<[f64]>::to_vec).collect()
        };
        let values = Bernoulli::from_logits(Tensor::zeros([1, bits], &Device::flex())).enumerate();
        let prior = model.prior(&());
        let likelihood = model.likelihood(&values, &());
        let log_joint = (0..examples).map(|example| {
            let x = observations.clone().narrow(0, example, 1);
            let joint = likelihood.log_prob(&x) + prior.log_prob(&values);
            joint.into_data().iter::<f64>().collect()
        });
        Self { log_joint: log_joint.collect(), logits: of_rows(logits), model: net.clone(), observations }
    }

    /// Every estimator for discrete latents, for the logits of each example's posterior.
    ///
    /// # Errors
    /// None but for a change of the estimators.
    pub fn certificates(&self, effort: Effort) -> Result<Certificates, InferError> {
        each(measured(effort.samples == 2), |kind| self.one(kind, effort))
    }

    fn one(&self, kind: EstimatorKind, effort: Effort) -> Result<Certificate, InferError> {
        let device = Device::flex().autodiff();
        let (examples, bits) = (self.logits.len(), self.logits[0].len());
        let features = self.observations.dims()[1];
        let copies = ROWS / examples;
        let config = EstimatorConfig { kind, ..EstimatorConfig::default() };
        let sizes = Dimensions { features, latents: bits, rng: key().fork("weights"), device: &device };
        let mut estimator = config.discrete::<Sbn, FreeBits>(sizes)?;
        let objective = objective_for(kind, effort.samples, 1.0);
        let flat = TensorData::new(self.logits.concat(), [examples, bits]);
        let logits = Tensor::<2>::from_data(flat, &device);
        let guide = FreeBits::new(logits.repeat_dim(0, copies));
        let rows: Vec<u64> = (0..(copies * examples) as u64).collect();
        let evidence = Evidence {
            observation: self.observations.clone().repeat_dim(0, copies),
            condition: (),
            rows: &rows,
            log_jacobian: &vec![0.0; rows.len()],
        };
        let mean = objective.power_mean().unwrap_or(PowerMean::GEOMETRIC);
        let pairs = self.logits.iter().zip(&self.log_joint);
        let gradient = |(l, joint): (&Vec<f64>, &Vec<f64>)| exact::bits(mean, effort.samples, 1.0, l, joint);
        let exact: Vec<Vec<f64>> = pairs.map(gradient).collect();
        let pair = (&self.model, &guide);
        measure(estimator.as_mut(), objective.as_ref(), pair, &evidence, &exact, effort)
    }
}
