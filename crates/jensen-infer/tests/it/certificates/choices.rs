//! Two choices among three behind a bit.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use jensen_infer::estimator::Dimensions;
use jensen_infer::{Estimator, EstimatorConfig, Evidence, Guide, InferError, JointModel};
use jensen_prob::{Bernoulli, Factorized, Independent, OneHotCategorical};

use super::bits::log_prob;
use super::toy::Toy;

/// Choices.
const CHOICES: usize = 2;
/// Categories of each.
const CATEGORIES: usize = 3;
/// Numbers of all one-hot vectors.
const SIZE: usize = CHOICES * CATEGORIES;

/// `z_n ~ Categorical(softmax(b_n))`, `x ~ Bernoulli(σ(w · z))`.
#[derive(Module, Debug)]
pub struct ChoiceModel {
    prior: Param<Tensor<2>>,
    weight: Param<Tensor<2>>,
}

/// `q(z_n | x) = Categorical(softmax(a_n + c_n (2 x − 1)))`.
#[derive(Module, Debug)]
pub struct ChoiceGuide {
    bias: Param<Tensor<2>>,
    slope: Param<Tensor<2>>,
}

pub struct Choices;

fn one_hot(logits: Tensor<2>) -> Independent<OneHotCategorical> {
    let [rows, _] = logits.dims();
    let logits = logits.reshape([rows * CHOICES, CATEGORIES]);
    Independent::new(OneHotCategorical::from_logits(logits), CHOICES)
}

impl JointModel for ChoiceModel {
    type Observation = Tensor<2>;
    type Condition = ();
    type Latent = Tensor<2>;
    type Prior = Independent<OneHotCategorical>;
    type Likelihood = Bernoulli;

    fn prior(&self, (): &()) -> Self::Prior {
        one_hot(self.prior.val())
    }

    fn likelihood(&self, z: &Tensor<2>, (): &()) -> Bernoulli {
        let weight = self.weight.val();
        let samples = z.dims()[0] / weight.dims()[0];
        Bernoulli::from_logits((z.clone() * weight.repeat_dim(0, samples)).sum_dim(1))
    }
}

impl Guide<ChoiceModel> for ChoiceGuide {
    type Posterior = Independent<OneHotCategorical>;

    fn posterior(&self, evidence: &Evidence<'_, ChoiceModel>) -> Self::Posterior {
        one_hot(self.bias.val() + self.slope.val() * (evidence.observation.clone() * 2.0 - 1.0))
    }

    fn exact_kl(&self, posterior: &Self::Posterior, prior: &Self::Posterior) -> Option<Tensor<2>> {
        Some(posterior.kl_per_dim(prior))
    }
}

/// The logarithms of the probabilities of each choice.
fn log_softmax(logits: &[f64]) -> Vec<Vec<f64>> {
    let of_choice = |logits: &[f64]| {
        let total = logits.iter().map(|logit| logit.exp()).sum::<f64>().ln();
        logits.iter().map(|logit| logit - total).collect()
    };
    logits.chunks(CATEGORIES).map(of_choice).collect()
}

fn log_prob_of_choices(logits: &[f64], z: &[f64]) -> f64 {
    log_softmax(logits).concat().iter().zip(z).map(|(log_p, z)| log_p * z).sum()
}

/// Of the posterior.
fn logits(parameters: &[f64], x: &[f64]) -> Vec<f64> {
    let (bias, slope) = parameters[Choices::OF_MODEL..].split_at(SIZE);
    bias.iter().zip(slope).map(|(a, c)| a + c * (2.0 * x[0] - 1.0)).collect()
}

/// All nine.
fn values() -> impl Iterator<Item = Vec<f64>> {
    let one = |category: usize| (0..CATEGORIES).map(move |c| f64::from(u8::from(c == category)));
    let first = 0..CATEGORIES;
    first.flat_map(move |a| (0..CATEGORIES).map(move |b| one(a).chain(one(b)).collect()))
}

impl Toy for Choices {
    type Model = ChoiceModel;
    type Guide = ChoiceGuide;

    const PARAMETERS: &'static [(&'static str, usize)] =
        &[("0.prior", SIZE), ("0.weight", SIZE), ("1.bias", SIZE), ("1.slope", SIZE)];
    const OF_MODEL: usize = 2 * SIZE;
    const VALUES: [&'static [f64]; 2] = [
        &[
            0.4, -0.3, 0.1, -0.5, 0.6, 0.2, //
            2.1, -1.3, 0.4, -2.2, 1.5, 0.6, //
            0.3, -0.6, 0.1, 0.5, -0.2, -0.7, //
            0.4, 0.9, -1.1, 0.2, -0.8, 0.7,
        ],
        &[
            -0.2, 0.5, 0.3, 0.7, -0.4, 0.1, //
            -1.8, 0.3, 2.4, 1.1, -2.0, -0.5, //
            -0.4, 0.2, 0.6, -0.1, 0.8, -0.3, //
            0.6, -0.5, 0.3, -0.9, 0.4, 1.0,
        ],
    ];
    const OBSERVATIONS: [&'static [f64]; 2] = [&[1.0], &[0.0]];
    const LATENTS: usize = SIZE;
    const SAMPLES: usize = 3;
    const CALLS: u64 = 2;
    const FREE_BITS: Option<f64> = Some(0.23);

    fn module(parameters: Vec<Param<Tensor<2>>>) -> (ChoiceModel, ChoiceGuide) {
        let [prior, weight, bias, slope] = parameters.try_into().expect("four");
        (ChoiceModel { prior, weight }, ChoiceGuide { bias, slope })
    }

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<ChoiceModel, ChoiceGuide>>, InferError> {
        config.discrete(of)
    }

    fn draws(parameters: &[f64], x: &[f64]) -> Vec<(f64, Vec<f64>)> {
        values().map(|z| (Self::log_posterior(parameters, x, &z).exp(), z)).collect()
    }

    fn log_posterior(parameters: &[f64], x: &[f64], z: &[f64]) -> f64 {
        log_prob_of_choices(&logits(parameters, x), z)
    }

    fn log_prior(parameters: &[f64], z: &[f64]) -> f64 {
        log_prob_of_choices(&parameters[..SIZE], z)
    }

    fn log_likelihood(parameters: &[f64], z: &[f64], x: &[f64]) -> f64 {
        let weight = &parameters[SIZE..Self::OF_MODEL];
        log_prob(x[0], weight.iter().zip(z).map(|(w, z)| w * z).sum())
    }

    fn divergences(parameters: &[f64], x: &[f64]) -> Vec<f64> {
        let [q, p] = [&logits(parameters, x), &parameters[..SIZE]].map(log_softmax);
        let of_choice =
            |(q, p): (&Vec<f64>, &Vec<f64>)| q.iter().zip(p).map(|(q, p)| q.exp() * (q - p)).sum();
        q.iter().zip(&p).map(of_choice).collect()
    }

    fn dreams(parameters: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)> {
        let dream = |z: Vec<f64>, x: f64| {
            let joint = Self::log_prior(parameters, &z) + Self::log_likelihood(parameters, &z, &[x]);
            (joint.exp(), z, vec![x])
        };
        values().flat_map(|z| [0.0, 1.0].map(|x| dream(z.clone(), x))).collect()
    }
}
