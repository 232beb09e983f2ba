//! How noisy the gradient of a step is.

use std::time::Instant;

use jensen_data::Batch;

use super::VariationalLearner;
use crate::estimator::Estimator;
use crate::learner::GradientNoise;
use crate::optimizer::NamedGradients;
use crate::{InferError, StepContext, VariationalModel};

/// Estimates that a measurement takes.
const REDRAWS: u64 = 8;

impl<V, E> VariationalLearner<V, E>
where
    V: VariationalModel,
    E: Estimator<V::Model, V::Guide>,
{
    /// The spread of the gradient of these examples over draws of the latents alone; nothing is learned from it.
    pub(super) fn measure_noise(
        &self,
        batches: &[Batch],
        context: &StepContext,
    ) -> Result<GradientNoise, InferError> {
        let examples: usize = batches.iter().map(Batch::len).sum();
        let begin = Instant::now();
        let (mut sum, mut squares) = (NamedGradients::default(), 0.0);
        for redraw in 0..REDRAWS {
            let context = StepContext { rng: context.rng.fork("noise").at(redraw), ..*context };
            let mut gradient = NamedGradients::default();
            for batch in batches {
                let (surrogate, _) = self.surrogate(batch, &context)?;
                gradient.accumulate(surrogate.gradients(self.module()), batch.len() as f64 / examples as f64);
            }
            squares += gradient.norm().powi(2);
            sum.accumulate(gradient, 1.0);
        }
        let n = REDRAWS as f64;
        let mean_squared = sum.norm().powi(2) / (n * n);
        let variance = ((squares - n * mean_squared) / (n - 1.0)).max(0.0);
        // The square of a mean is too long by the mean's own variance.
        let signal = (mean_squared - variance / n).max(0.0);
        let seconds = begin.elapsed().as_secs_f64() / n;
        let snr = (variance > 0.0).then(|| (signal / variance).sqrt());
        Ok(GradientNoise { variance, snr, seconds })
    }
}
