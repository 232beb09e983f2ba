//! What is known of a model whose expectations are sums.

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
use jensen_infer::estimator::Dimensions;
use jensen_infer::{Estimator, EstimatorConfig, Guide, InferError, JointModel};

/// A model and a posterior, and the same two again as functions of plain numbers.
///
/// Every example has parameters of its own, the model's among them, one row of each parameter: so one call gives as many
/// independent estimates as it has rows.
pub trait Toy {
    type Model: JointModel<Observation = Tensor<2>, Condition = ()> + Module;
    type Guide: Guide<Self::Model> + Module;

    /// The path of each parameter in `(model, guide)` and its size, the model's first.
    const PARAMETERS: &'static [(&'static str, usize)];
    /// How many numbers are the model's.
    const OF_MODEL: usize;
    /// The numbers of each example.
    const VALUES: [&'static [f64]; 2];
    /// What is observed of each.
    const OBSERVATIONS: [&'static [f64]; 2];
    /// Numbers of a latent.
    const LATENTS: usize;
    /// Samples of an estimate.
    const SAMPLES: usize;
    /// Calls of a certificate.
    const CALLS: u64 = 8;
    /// Free bits more than the mean divergence of some dimension, of several not of all; nothing where the divergence has
    /// no closed form.
    const FREE_BITS: Option<f64>;

    /// Of parameters in the order of [`PARAMETERS`](Self::PARAMETERS).
    fn module(parameters: Vec<Param<Tensor<2>>>) -> (Self::Model, Self::Guide);

    fn estimator(
        config: &EstimatorConfig,
        of: Dimensions<'_>,
    ) -> Result<Box<dyn Estimator<Self::Model, Self::Guide>>, InferError>;

    /// Draws of the posterior with their probability; those of a continuous one are a function of its parameters.
    fn draws(parameters: &[f64], x: &[f64]) -> Vec<(f64, Vec<f64>)>;

    fn log_posterior(parameters: &[f64], x: &[f64], z: &[f64]) -> f64;

    fn log_prior(parameters: &[f64], z: &[f64]) -> f64;

    fn log_likelihood(parameters: &[f64], z: &[f64], x: &[f64]) -> f64;

    /// The divergence from the prior of each dimension, where there are free bits of it.
    fn divergences(parameters: &[f64], x: &[f64]) -> Vec<f64>;

    /// Draws `(z, x)` of the model with their probability.
    fn dreams(parameters: &[f64]) -> Vec<(f64, Vec<f64>, Vec<f64>)>;
}

/// Model and posterior with `rows` rows, those of the two examples in turn.
pub fn module<T: Toy>(rows: usize) -> (T::Model, T::Guide) {
    let device = Device::flex().autodiff();
    let mut at = 0;
    let parameter = |(id, (_, size)): (usize, &(&str, usize))| {
        let of_examples: Vec<f64> = T::VALUES.iter().flat_map(|all| &all[at..at + size]).copied().collect();
        at += size;
        let value = Tensor::from_data(TensorData::new(of_examples.repeat(rows / 2), [rows, *size]), &device);
        Param::initialized(ParamId::from(id as u64 + 1), value).set_require_grad(true)
    };
    T::module(T::PARAMETERS.iter().enumerate().map(parameter).collect())
}

/// The observations of as many rows.
pub fn observation<T: Toy>(rows: usize) -> Tensor<2> {
    let size = T::OBSERVATIONS[0].len();
    let data = TensorData::new(T::OBSERVATIONS.concat().repeat(rows / 2), [rows, size]);
    Tensor::from_data(data, &Device::flex())
}
