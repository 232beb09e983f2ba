//! Two bits behind two bits.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use jensen_infer::estimator::Dimensions;
use jensen_infer::{Estimator, EstimatorConfig, Evidence, Guide, InferError, JointModel};
use jensen_prob::{Bernoulli, Factorized};

use super::toy::Toy;

/// The logit of a feature where no bit is set.
const REST: f64 = -0.5;

/// `z_d ~ Bernoulli(σ(b_d))`, `x_f ~ Bernoulli(σ(w_f · z − ½))`.
#[derive(Module, Debug)]
pub struct BitModel {
    prior: Param<Tensor<2>>,
    weight: Param<Tensor<2>>,
}

/// `q(z_d | x) = Bernoulli(σ(a_d + c_d x_d))`.
#[derive(Module, Debug)]
pub struct BitGuide {
    bias: Param<Tensor<2>>,
    slope: Param<Tensor<2>>,
}

pub struct Bits;

impl JointModel for BitModel {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Bernoulli;
    type Likelihood = Bernoulli;

    fn prior(&self, (): &()) -> Bernoulli {
        Bernoulli::from_logits(self.prior.val())
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Bernoulli {
        features(&self.weight.val(), z)
    }
}

/// `x_f ~ Bernoulli(σ(w_f · z − ½))`, the rows of the weights repeated to those of the bits.
pub fn features(weight: &Tensor<2>, z: &Tensor<2>) -> Bernoulli {
    let samples = z.dims()[0] / weight.dims()[0];
    let logit = |feature: usize| {
        let weight = weight.clone().narrow(1, 2 * feature, 2).repeat_dim(0, samples);
        (z.clone() * weight).sum_dim(1) + REST
    };
    Bernoulli::from_logits(Tensor::cat(vec![logit(0), logit(1)], 1))
}

impl BitGuide {
    pub fn new(bias: Param<Tensor<2>>, slope: Param<Tensor<2>>) -> Self {
        Self { bias, slope }
    }

    pub fn bits(&self, observation: &Tensor<2>) -> Bernoulli {
        Bernoulli::from_logits(self.bias.val() + self.slope.val() * observation.clone())
    }
}

impl Guide<BitModel> for BitGuide {
    type Posterior = Bernoulli;

    fn posterior(&self, evidence: &Evidence<'_, BitModel>) -> Bernoulli {
        self.bits(&evidence.observation)
    }

    fn exact_kl(&self, posterior: &Bernoulli, prior: &Bernoulli) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

/// `log Bernoulli(bit; σ(logit))`.
pub fn log_prob(bit: f64, logit: f64) -> f64 {
    let signed = if bit > 0.5 { logit } else { -logit };
    -(-signed).exp().ln_1p()
}

pub fn pairs() -> impl Iterator<Item = Vec<f64>> {
    (0..4).map(|value| vec![f64::from(value & 1), f64::from(value >> 1)])
}

/// Of the posterior.
fn logits(guide: &[f64], x: &[f64]) -> [f64; 2] {
    std::array::from_fn(|d| guide[d] + guide[2 + d] * x[d])
}

/// `log q(z | x)`.
pub fn log_guide(guide: &[f64], x: &[f64], z: &[f64]) -> f64 {
    let logits = logits(guide, x);
    log_prob(z[0], logits[0]) + log_prob(z[1], logits[1])
}

/// `log p(x | z)`.
pub fn log_features(weight: &[f64], z: &[f64], x: &[f64]) -> f64 {
    let logit = |f: usize| weight[2 * f] * z[0] + weight[2 * f + 1] * z[1] + REST;
    log_prob(x[0], logit(0)) + log_prob(x[1], logit(1))
}

/// All `(z, x)`, their probability given by its logarithm.
pub fn dreams(log_joint: impl Fn(&[f64], &[f64]) -> f64) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
    let all = pairs().flat_map(|z| pairs().map(move |x| (z.clone(), x)));
    all.map(|(z, x)| (log_joint(&z, &x).exp(), z, x)).collect()
}

impl Toy for Bits {
    type Model = BitModel;
    type Guide = BitGuide;

    const PARAMETERS: &'static [(&'static str, usize)] =
        &[("0.prior", 2), ("0.weight", 4), ("1.bias", 2), ("1.slope", 2)];
    const OF_MODEL: usize = 6;
    const VALUES: [&'static [f64]; 2] = [
        &[0.4, -0.3, 1.6, -1.1, 0.7, 2.0, 0.2, -0.6, 0.5, 1.2],
        &[-0.2, 0.1, -0.8, 1.9, 1.4, -1.5, -0.4, 0.3, 0.9, -2.0],
    ];
    const OBSERVATIONS: [&'static [f64]; 2] = [&[1.0, 0.0], &[1.0, 1.0]];
    const LATENTS: usize = 2;
    const SAMPLES: usize = 3;
    const FREE_BITS: Option<f64> = Some(0.1);

    fn module(parameters: Vec<Param<Tensor<2>>>) -> (BitModel, BitGuide) {
        let [prior, weight, bias, slope] = parameters.try_into().expect("four");
        (BitModel { prior, weight }, BitGuide::new(bias, slope))
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<BitModel, BitGuide>>, InferError> {
        config.discrete(of)
    }

    fn draws(parameters: &[f64], x: &[f64]) -> Vec<(f64, Vec<f64>)> {
        pairs().map(|z| (Self::log_posterior(parameters, x, &z).exp(), z)).collect()
    }

    fn log_posterior(parameters: &[f64], x: &[f64], z: &[f64]) -> f64 {
        log_guide(&parameters[Self::OF_MODEL..], x, z)
    }

    fn log_prior(parameters: &[f64], z: &[f64]) -> f64 {
        log_prob(z[0], parameters[0]) + log_prob(z[1], parameters[1])
    }

    fn log_likelihood(parameters: &[f64], z: &[f64], x: &[f64]) -> f64 {
        log_features(&parameters[2..], z, x)
    }

    fn divergences(parameters: &[f64], x: &[f64]) -> Vec<f64> {
        let of_bit = |(q, p): (f64, f64)| {
            [0.0, 1.0].map(|bit| log_prob(bit, q).exp() * (log_prob(bit, q) - log_prob(bit, p))).iter().sum()
        };
        let guide = logits(&parameters[Self::OF_MODEL..], x);
        guide.into_iter().zip(parameters[..2].iter().copied()).map(of_bit).collect()
    }

    fn dreams(parameters: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        dreams(|z, x| Self::log_prior(parameters, z) + Self::log_likelihood(parameters, z, x))
    }
}
