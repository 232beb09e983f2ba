//! The toy problem of REBAR.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor};
use jensen_infer::estimator::{Dimensions, EstimatorConfig, EstimatorKind};
use jensen_infer::objective::PowerMean;
use jensen_infer::{Evidence, Guide, InferError, JointModel};
use jensen_prob::{Bernoulli, Factorized, Normal};

use super::certificate::measure;
use super::{Certificate, Certificates, Effort, each, exact, key, measured, objective_for};

/// Rows of a call.
const ROWS: usize = 4096;

/// `x ~ N(b, ½)` for a bit `b`: `log p(x = t | b) = −(b − t)² − ½ log π`, of which the constant is taken off.
#[derive(Module, Debug)]
struct Bit;

/// Bits with logits of their own in each row.
#[derive(Module, Debug)]
pub(super) struct FreeBits {
    pub(super) parameters: Param<Tensor<2>>,
}

impl FreeBits {
    /// `[rows, bits]` of these logits, on an autodiff device.
    pub(super) fn new(logits: Tensor<2>) -> Self {
        Self { parameters: Param::initialized(ParamId::from(1), logits).set_require_grad(true) }
    }
}

impl JointModel for Bit {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Bernoulli;
    type Likelihood = Normal;

    fn prior(&self, (): &()) -> Bernoulli {
        Bernoulli::from_logits(Tensor::zeros([1, 1], &Device::flex()))
    }

    fn likelihood(&self, latent: &Tensor<2>, (): &()) -> Normal {
        Normal::new(latent.clone(), Tensor::full([1, 1], std::f64::consts::FRAC_1_SQRT_2, &Device::flex()))
    }
}

impl FreeBits {
    /// `q(z)`, one row an example.
    pub(super) fn bits(&self) -> Bernoulli {
        Bernoulli::from_logits(self.parameters.val())
    }
}

impl Guide<Bit> for FreeBits {
    type Posterior = Bernoulli;

    fn posterior(&self, _: &Evidence<'_, Bit>) -> Bernoulli {
        self.bits()
    }

    fn exact_kl(&self, posterior: &Bernoulli, prior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

/// Every estimator for discrete latents on `max E_{b ~ Bernoulli(θ)}[−(b − t)²]` at `θ = ½` (Tucker et al. 2017, §5.1;
/// Grathwohl et al. 2018 with `t = 0.499`): the bound with the divergence left out.
///
/// # Errors
/// None but for a change of the estimators.
pub fn bernoulli(target: f64, effort: Effort) -> Result<Certificates, InferError> {
    each(measured(effort.samples == 2), |kind| one(kind, target, effort))
}

fn one(kind: EstimatorKind, target: f64, effort: Effort) -> Result<Certificate, InferError> {
    let device = Device::flex().autodiff();
    let config = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let sizes = Dimensions { features: 1, latents: 1, rng: key().fork("weights"), device: &device };
    let mut estimator = config.discrete::<Bit, FreeBits>(sizes)?;
    let objective = objective_for(kind, effort.samples, 0.0);
    let guide = FreeBits::new(Tensor::zeros([ROWS, 1], &device));
    let rows: Vec<u64> = (0..ROWS as u64).collect();
    let evidence = Evidence {
        observation: Tensor::full([ROWS, 1], target, &Device::flex()),
        condition: (),
        rows: &rows,
        // Takes the constant off the log-density: what is left is the paper's.
        log_jacobian: &vec![0.5 * std::f64::consts::PI.ln(); ROWS],
    };
    let mean = objective.power_mean().unwrap_or(PowerMean::GEOMETRIC);
    let log_likelihood = [0.0, 1.0].map(|b: f64| -(b - target).powi(2));
    let exact = exact::bits(mean, effort.samples, 0.0, &[0.0], &log_likelihood);
    measure(estimator.as_mut(), objective.as_ref(), (&Bit, &guide), &evidence, &[exact], effort)
}
