//! Two bits behind two bits, the second of which waits for the first.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use jensen_infer::estimator::Dimensions;
use jensen_infer::{Estimator, EstimatorConfig, Evidence, Guide, InferError, JointModel};
use jensen_prob::{Bernoulli, Distribution, Expand, Rng};

use super::bits::{BitGuide, dreams, features, log_features, log_guide, log_prob, pairs};
use super::toy::Toy;

/// `z_1 ~ Bernoulli(σ(a))`, `z_2 ~ Bernoulli(σ(b + c z_1))`, `x` given them as in [`Bits`](super::bits::Bits).
#[derive(Module, Debug)]
pub struct ChainModel {
    prior: Param<Tensor<2>>,
    weight: Param<Tensor<2>>,
}

pub struct Chain;

/// The prior of `(a, b, c)` a row.
#[derive(Clone, Debug)]
pub struct ChainPrior {
    parameters: Tensor<2>,
}

impl ChainPrior {
    fn parameter(&self, i: usize, rows: usize) -> Tensor<2> {
        self.parameters.clone().narrow(1, i, 1).repeat_dim(0, rows / self.rows())
    }

    fn first(&self, rows: usize) -> Bernoulli {
        Bernoulli::from_logits(self.parameter(0, rows))
    }

    fn second(&self, first: &Tensor<2>) -> Bernoulli {
        let rows = first.dims()[0];
        Bernoulli::from_logits(self.parameter(1, rows) + self.parameter(2, rows) * first.clone())
    }
}

impl Distribution for ChainPrior {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.parameters.dims()[0]
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let first = self.first(self.rows()).sample(rng);
        let second = self.second(&first).sample(&rng.fork("second"));
        Tensor::cat(vec![first, second], 1)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let [first, second] = [0, 1].map(|bit| value.clone().narrow(1, bit, 1));
        self.first(value.dims()[0]).log_prob(&first) + self.second(&first).log_prob(&second)
    }
}

impl Expand for ChainPrior {
    fn expand(&self, samples: usize) -> Self {
        Self { parameters: self.parameters.clone().repeat_dim(0, samples) }
    }
}

impl JointModel for ChainModel {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = ChainPrior;
    type Likelihood = Bernoulli;

    fn prior(&self, (): &()) -> ChainPrior {
        ChainPrior { parameters: self.prior.val() }
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Bernoulli {
        features(&self.weight.val(), z)
    }
}

impl Guide<ChainModel> for BitGuide {
    type Posterior = Bernoulli;

    fn posterior(&self, evidence: &Evidence<'_, ChainModel>) -> Bernoulli {
        self.bits(&evidence.observation)
    }
}

impl Toy for Chain {
    type Model = ChainModel;
    type Guide = BitGuide;

    const PARAMETERS: &'static [(&'static str, usize)] =
        &[("0.prior", 3), ("0.weight", 4), ("1.bias", 2), ("1.slope", 2)];
    const OF_MODEL: usize = 7;
    const VALUES: [&'static [f64]; 2] = [
        &[0.4, -1.2, 3.0, 1.6, -1.1, 0.7, 2.0, 0.2, -0.6, 0.5, 1.2],
        &[-0.2, 1.1, -2.8, -0.8, 1.9, 1.4, -1.5, -0.4, 0.3, 0.9, -2.0],
    ];
    const OBSERVATIONS: [&'static [f64]; 2] = [&[1.0, 0.0], &[1.0, 1.0]];
    const LATENTS: usize = 2;
    const SAMPLES: usize = 3;
    const CALLS: u64 = 4;
    const FREE_BITS: Option<f64> = None;

    fn module(parameters: Vec<Param<Tensor<2>>>) -> (ChainModel, BitGuide) {
        let [prior, weight, bias, slope] = parameters.try_into().expect("four");
        (ChainModel { prior, weight }, BitGuide::new(bias, slope))
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<ChainModel, BitGuide>>, InferError> {
        config.discrete(of)
    }

    fn draws(parameters: &[f64], x: &[f64]) -> Vec<(f64, Vec<f64>)> {
        pairs().map(|z| (Self::log_posterior(parameters, x, &z).exp(), z)).collect()
    }

    fn log_posterior(parameters: &[f64], x: &[f64], z: &[f64]) -> f64 {
        log_guide(&parameters[Self::OF_MODEL..], x, z)
    }

    fn log_prior(parameters: &[f64], z: &[f64]) -> f64 {
        log_prob(z[0], parameters[0]) + log_prob(z[1], parameters[1] + parameters[2] * z[0])
    }

    fn log_likelihood(parameters: &[f64], z: &[f64], x: &[f64]) -> f64 {
        log_features(&parameters[3..], z, x)
    }

    fn divergences(_: &[f64], _: &[f64]) -> Vec<f64> {
        unreachable!("there are no free bits of what has no closed form")
    }

    fn dreams(parameters: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        dreams(|z, x| Self::log_prior(parameters, z) + Self::log_likelihood(parameters, z, x))
    }
}
