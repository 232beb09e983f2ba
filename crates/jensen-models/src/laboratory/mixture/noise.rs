//! How noisy the gradient is that a method climbs by.

use burn::tensor::Device;
use jensen_infer::{InferError, Learner, StepContext};
use jensen_random::Rng;

use super::course::{amortized, climber};
use super::{GaussianComponents, Method, Points, Settings};

/// Measurements that are averaged, each of some draws of the gradient.
const MEASUREMENTS: u64 = 16;

/// The variance of one estimate of the gradient, summed over all parameters of model and net, where all methods begin;
/// `None` for methods that do not sample.
///
/// The same points, parameters and number of draws for each: what differs is the estimator.
///
/// # Errors
/// If the gradient is not finite.
pub fn gradient_variance(
    method: Method,
    points: &Points,
    settings: Settings,
    rng: &Rng,
) -> Result<Option<f64>, InferError> {
    let Some(kind) = method.estimator().filter(|_| method.is_sampled()) else { return Ok(None) };
    let (start, device) = (points.beginning()?, Device::flex().autodiff());
    let pair = (GaussianComponents::new(&start, &device), amortized(&start, settings, rng, &device));
    let mut learner = climber(kind, pair, rng)?.with_noise_every(1);
    let batch = [points.batch()?];
    let mut sum = 0.0;
    for step in 0..MEASUREMENTS {
        let rng = rng.fork("noise").at(step);
        // A rate of zero: nothing moves.
        let context = StepContext { step, rng, learning_rate: 0.0, warm_up: 1.0 };
        let noise = learner.step(&batch, &context)?.gradient_noise;
        sum += noise.map_or(f64::NAN, |noise| noise.variance);
    }
    Ok(Some(sum / MEASUREMENTS as f64))
}
