//! The lecture's comparison: how noise grows with the dimension.

use jensen_infer::InferError;
use jensen_infer::estimator::EstimatorKind;

use super::{Effort, gaussian};

/// The noise of an estimator on the quadratic in more and more dimensions.
#[derive(Clone, Debug)]
pub struct Growth {
    /// Which estimator.
    pub estimator: &'static str,
    /// Samples of each estimate.
    pub samples: usize,
    /// The dimension, and the variance of the estimate over the squared length of the gradient, `1/SNR²`.
    pub noise: Vec<(f64, f64)>,
}

/// The policy gradient and the reparameterised one, each with 1 and with 16 samples, in 1 to 64 dimensions.
///
/// The variance of the score function grows with the number of dimensions beside the one that is looked at, since the
/// whole bound is the signal of each; that of the reparameterised gradient does not.
///
/// # Errors
/// None but for a change of the estimators.
pub fn growth(effort: Effort) -> Result<Vec<Growth>, InferError> {
    let mut all = Vec::new();
    for kind in [EstimatorKind::Score, EstimatorKind::Pathwise] {
        for samples in [1, 16] {
            let noise = (0..7).map(|power| {
                let dimensions = 1 << power;
                let certificate = gaussian::one(kind, dimensions, Effort { samples, ..effort })?;
                Ok((f64::from(1u32 << power), certificate.snr.powi(-2)))
            });
            let noise = noise.collect::<Result<_, InferError>>()?;
            all.push(Growth { estimator: kind.name(), samples, noise });
        }
    }
    Ok(all)
}
