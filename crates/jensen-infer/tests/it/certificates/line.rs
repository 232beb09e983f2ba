//! A number behind a number.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use jensen_infer::estimator::Dimensions;
use jensen_infer::{Estimator, EstimatorConfig, Evidence, Guide, InferError, JointModel};
use jensen_prob::{Factorized, Normal};

use super::toy::Toy;

/// The deviation of an observation.
const NOISE: f64 = 0.8;

/// `z ~ N(m, 1)`, `x ~ N(tanh(w z) + b, 0.8²)`.
#[derive(Module, Debug)]
pub struct LineModel {
    prior: Param<Tensor<2>>,
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<2>>,
}

/// `q(z | x) = N(a + c x, s²)`.
#[derive(Module, Debug)]
pub struct LineGuide {
    bias: Param<Tensor<2>>,
    slope: Param<Tensor<2>>,
    log_std: Param<Tensor<2>>,
}

pub struct Line;

impl JointModel for LineModel {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Normal;
    type Likelihood = Normal;

    fn prior(&self, (): &()) -> Normal {
        Normal::new(self.prior.val(), Tensor::ones([1, 1], &Device::flex()))
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Normal {
        let samples = z.dims()[0] / self.weight.dims()[0];
        let [weight, bias] = [&self.weight, &self.bias].map(|p| p.val().repeat_dim(0, samples));
        Normal::new((z.clone() * weight).tanh() + bias, Tensor::full([1, 1], NOISE, &Device::flex()))
    }
}

impl Guide<LineModel> for LineGuide {
    type Posterior = Normal;

    fn posterior(&self, evidence: &Evidence<'_, LineModel>) -> Normal {
        let mean = self.bias.val() + self.slope.val() * evidence.observation.clone();
        Normal::from_log_std(mean, self.log_std.val())
    }

    fn exact_kl(&self, posterior: &Normal, prior: &Normal) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

/// `log N(x; mean, e^{log_std}²)`.
fn log_prob(x: f64, mean: f64, log_std: f64) -> f64 {
    let distance = (x - mean) / log_std.exp();
    -0.5 * distance * distance - log_std - 0.5 * std::f64::consts::TAU.ln()
}

/// Nodes and weights of the trapezoidal rule for a standard normal number; it converges faster than any power here.
fn noise() -> impl Iterator<Item = (f64, f64)> + Clone {
    const STEP: f64 = 0.2;
    (-40..=40).map(|i| f64::from(i) * STEP).map(|e| (log_prob(e, 0.0, 0.0).exp() * STEP, e))
}

fn mean(parameters: &[f64], x: &[f64]) -> f64 {
    parameters[3] + parameters[4] * x[0]
}

impl Toy for Line {
    type Model = LineModel;
    type Guide = LineGuide;

    const PARAMETERS: &'static [(&'static str, usize)] =
        &[("0.prior", 1), ("0.weight", 1), ("0.bias", 1), ("1.bias", 1), ("1.slope", 1), ("1.log_std", 1)];
    const OF_MODEL: usize = 3;
    const VALUES: [&'static [f64]; 2] =
        [&[0.2, 0.9, 0.1, -0.1, 0.6, -0.4], &[-0.3, 1.3, -0.2, 0.3, 0.2, -0.1]];
    const OBSERVATIONS: [&'static [f64]; 2] = [&[0.7], &[-0.9]];
    const LATENTS: usize = 1;
    const SAMPLES: usize = 2;
    const FREE_BITS: Option<f64> = Some(2.0);

    fn module(parameters: Vec<Param<Tensor<2>>>) -> (LineModel, LineGuide) {
        let [prior, weight, bias, guide_bias, slope, log_std] = parameters.try_into().expect("six");
        (LineModel { prior, weight, bias }, LineGuide { bias: guide_bias, slope, log_std })
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<LineModel, LineGuide>>, InferError> {
        config.continuous(of)
    }

    fn draws(parameters: &[f64], x: &[f64]) -> Vec<(f64, Vec<f64>)> {
        let (mean, std) = (mean(parameters, x), parameters[5].exp());
        noise().map(|(weight, e)| (weight, vec![mean + std * e])).collect()
    }

    fn log_posterior(parameters: &[f64], x: &[f64], z: &[f64]) -> f64 {
        log_prob(z[0], mean(parameters, x), parameters[5])
    }

    fn log_prior(parameters: &[f64], z: &[f64]) -> f64 {
        log_prob(z[0], parameters[0], 0.0)
    }

    fn log_likelihood(parameters: &[f64], z: &[f64], x: &[f64]) -> f64 {
        log_prob(x[0], (parameters[1] * z[0]).tanh() + parameters[2], NOISE.ln())
    }

    fn divergences(parameters: &[f64], x: &[f64]) -> Vec<f64> {
        let (distance, log_std) = (mean(parameters, x) - parameters[0], parameters[5]);
        vec![0.5 * ((2.0 * log_std).exp() + distance * distance - 1.0) - log_std]
    }

    fn dreams(parameters: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        let dream = |(weight, e): (f64, f64)| {
            let z = parameters[0] + e;
            let center = (parameters[1] * z).tanh() + parameters[2];
            noise().map(move |(other, e)| (weight * other, vec![z], vec![center + NOISE * e]))
        };
        noise().flat_map(dream).collect()
    }
}
