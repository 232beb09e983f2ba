//! The quadratic of a Gaussian mean and scale.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor};
use jensen_infer::estimator::{Dimensions, Estimator, EstimatorConfig, EstimatorKind};
use jensen_infer::objective::{Objective, PowerMean};
use jensen_infer::{Evidence, Guide, InferError, JointModel};
use jensen_prob::{Factorized, Normal};

use super::certificate::measure;
use super::{Certificate, Certificates, Effort, each, exact, key, measured, objective_for};

/// Rows of a call.
const ROWS: usize = 4096;
/// What is observed in every dimension.
const OBSERVATION: f64 = 1.5;
/// The posterior's mean and log-deviation in every dimension: not the exact ones, 0.75 and −0.35.
const PARAMETERS: [f64; 2] = [0.2, -0.1];

/// `z ~ N(0, I)`, `x ~ N(z, I)`: the bound is quadratic in the posterior's mean and deviation.
#[derive(Module, Debug)]
pub struct Quadratic {
    dimensions: usize,
}

/// A normal posterior with parameters `[μ | log σ]` of its own in each row.
#[derive(Module, Debug)]
pub struct FreeNormal {
    parameters: Param<Tensor<2>>,
}

impl JointModel for Quadratic {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Normal;
    type Likelihood = Normal;

    fn prior(&self, (): &()) -> Normal {
        Normal::standard(1, self.dimensions, &Device::flex())
    }

    fn likelihood(&self, latent: &Tensor<2>, (): &()) -> Normal {
        Normal::new(latent.clone(), Tensor::ones([1, 1], &Device::flex()))
    }
}

impl Guide<Quadratic> for FreeNormal {
    type Posterior = Normal;

    fn posterior(&self, _: &Evidence<'_, Quadratic>) -> Normal {
        let parameters = self.parameters.val();
        let size = parameters.dims()[1] / 2;
        Normal::from_log_std(parameters.clone().narrow(1, 0, size), parameters.narrow(1, size, size))
    }

    fn exact_kl(&self, posterior: &Normal, prior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

/// Every estimator for continuous latents on `dimensions` copies of the quadratic, whose gradients are
/// `∂/∂μ = x − 2μ` and `∂/∂log σ = 1 − 2σ²` in each; those of the importance-weighted bound, for one dimension and two samples,
/// come from quadrature.
///
/// # Errors
/// None but for a change of the estimators.
pub fn gaussian(dimensions: usize, effort: Effort) -> Result<Certificates, InferError> {
    let has_quadrature = dimensions == 1 && effort.samples == 2;
    each(measured(has_quadrature), |kind| one(kind, dimensions, effort))
}

/// One of the built-in estimators on it.
pub(super) fn one(kind: EstimatorKind, dimensions: usize, effort: Effort) -> Result<Certificate, InferError> {
    let device = Device::flex().autodiff();
    let config = EstimatorConfig { kind, ..EstimatorConfig::default() };
    let rng = key().fork("weights");
    let sizes = Dimensions { features: dimensions, latents: dimensions, rng, device: &device };
    let mut estimator = config.continuous::<Quadratic, FreeNormal>(sizes)?;
    let objective = objective_for(kind, effort.samples, 1.0);
    certify(estimator.as_mut(), objective.as_ref(), dimensions, effort.draws, effort.preparation)
}

/// Any estimator of any power mean on the quadratic: of the ELBO in `dimensions` dimensions, of the others in one, with
/// two samples.
///
/// # Errors
/// If the estimator has no gradient of the objective.
///
/// # Panics
/// If the objective's gradient is not known here.
pub fn certify(
    estimator: &mut dyn Estimator<Quadratic, FreeNormal>,
    objective: &dyn Objective,
    dimensions: usize,
    draws: usize,
    preparation: usize,
) -> Result<Certificate, InferError> {
    let mean = objective.power_mean().expect("the gradient of a power mean is known");
    let beta = objective.beta();
    let [mean, log_std] = if mean.is_additive() {
        elbo(beta)
    } else {
        assert!(
            dimensions == 1 && objective.samples() == 2,
            "quadrature is over two samples of one dimension"
        );
        two_samples(mean, beta)
    };
    let exact = [vec![mean; dimensions], vec![log_std; dimensions]].concat();
    let device = Device::flex().autodiff();
    let [mean, log_std] = PARAMETERS.map(|value| Tensor::<2>::full([ROWS, dimensions], value, &device));
    let parameters = Tensor::cat(vec![mean, log_std], 1);
    let guide =
        FreeNormal { parameters: Param::initialized(ParamId::from(1), parameters).set_require_grad(true) };
    let rows: Vec<u64> = (0..ROWS as u64).collect();
    let evidence = Evidence {
        observation: Tensor::full([ROWS, dimensions], OBSERVATION, &Device::flex()),
        condition: (),
        rows: &rows,
        log_jacobian: &vec![0.0; ROWS],
    };
    let effort = Effort { draws, preparation, samples: objective.samples() };
    measure(estimator, objective, (&Quadratic { dimensions }, &guide), &evidence, &[exact], effort)
}

fn elbo(beta: f64) -> [f64; 2] {
    let [mean, log_std] = PARAMETERS;
    [OBSERVATION - (1.0 + beta) * mean, beta - (1.0 + beta) * (2.0 * log_std).exp()]
}

/// Of two samples in one dimension: the derivative under the integral, `Σ_k v_k d log w_k/dφ` at fixed noise.
fn two_samples(of: PowerMean, beta: f64) -> [f64; 2] {
    let [mean, log_std] = PARAMETERS;
    let std = log_std.exp();
    let log_weight = |noise: f64| {
        let z = mean + std * noise;
        beta * (log_std + 0.5 * noise * noise - 0.5 * z * z) - 0.5 * (OBSERVATION - z).powi(2)
    };
    // d log w/dz = x − (1 + β) z; log q at a reparameterised draw is −log σ − ε²/2.
    let slope_mean = |noise: f64| OBSERVATION - (1.0 + beta) * (mean + std * noise);
    let slope_log_std = |noise: f64| slope_mean(noise) * std * noise + beta;
    let weigh = |f: &dyn Fn(f64) -> f64| {
        exact::normal_pairs(|a, b| {
            let v = 1.0 / (1.0 + (of.order * (log_weight(b) - log_weight(a))).exp());
            v * f(a) + (1.0 - v) * f(b)
        })
    };
    [weigh(&slope_mean), weigh(&slope_log_std)]
}
