//! Draws as differentiable functions of the parameters.

use burn::tensor::{DType, Tensor};
use jensen_prob::{Distribution, Reparameterized};

use super::{Conformance, key, same};

impl<D: Reparameterized + Distribution<Value = Tensor<2>>> Conformance<D> {
    /// `rsample` is `sample` with a gradient, which agrees with central differences; the density
    /// that `rsample_with_log_prob` gives is that of its draw, with the same total gradient.
    pub fn reparameterized(self) -> Self {
        let rng = key().fork("rsample");
        let family = self.distribution();
        let (draw, log_prob) = family.rsample_with_log_prob(&rng);
        let outcome = same(&family.rsample(&rng), &family.sample(&rng))
            .and_then(|()| same(&draw, &family.rsample(&rng)))
            .and_then(|()| same(&log_prob, &family.log_prob(&draw)));

        let leaves: Vec<_> = self.parameters.iter().map(|p| p.clone().cast(DType::F32).autodiff()).collect();
        let leaves: Vec<_> = leaves.into_iter().map(Tensor::require_grad).collect();
        let tracked = (self.build)(&leaves);
        let detached = if tracked.sample(&rng).is_tracked() {
            Err("`sample` carries a gradient".to_owned())
        } else {
            Ok(())
        };
        let outcome = outcome.and(detached);

        self.record("rsample", outcome)
            .gradients("gradients of rsample", |family, _| weigh(family.rsample(&rng)))
            .gradients("gradients of rsample_with_log_prob", |family, _| {
                let (draw, log_prob) = family.rsample_with_log_prob(&rng);
                weigh(draw) + log_prob
            })
    }
}

/// A sum over each row with other weights everywhere, so that no error cancels.
pub(super) fn weigh(draw: Tensor<2>) -> Tensor<1> {
    let [rows, event] = draw.dims();
    let weights: Vec<f64> = (0..rows * event).map(|i| 1.0 + 0.3 * (i as f64).sin()).collect();
    let weights = crate::double(&[rows, event], &weights).cast(draw.dtype());
    (draw * weights).sum_dim(1).reshape([rows])
}
