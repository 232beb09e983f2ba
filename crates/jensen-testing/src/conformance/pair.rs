//! Divergences between two families.

use burn::tensor::Tensor;
use jensen_prob::{Distribution, KlDivergence};

use super::density::monte_carlo;
use super::gradients::TOLERANCE;
use super::rows::SAMPLES;
use super::{Conformance, DRAWS, key, numbers, same_numbers};
use crate::{Value, check_gradients};

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// The divergence to another family, row by row: that of each marginal lies within five standard errors
    /// of `log q − log p` of draws (false alarm 6e-7), those of independent dimensions add up, more rows on
    /// either side repeat sample-major, and the gradients for the parameters of both sides are right.
    ///
    /// # Panics
    /// If the parameters of the two families have other shapes.
    pub fn divergence_to<P>(self, p: &Conformance<P>) -> Self
    where
        D: KlDivergence<P>,
        P: Distribution<Value = D::Value>,
    {
        let shapes = |parameters: &[Tensor<2>]| parameters.first().map(Tensor::dims);
        assert_eq!(
            shapes(&self.parameters),
            shapes(&p.parameters),
            "the rows of one meet those of the other"
        );
        let marginal = numbers(&self.marginals(1).kl_divergence(&p.marginals(1)));
        let family = self.marginals(DRAWS);
        let draws = family.sample(&key().fork("divergence"));
        let ratio = numbers(&(family.log_prob(&draws) - p.marginals(1).log_prob(&draws)));
        let against_draws = monte_carlo(&ratio, &marginal);

        let (q, other) = (self.distribution(), p.distribution());
        let divergence = numbers(&q.kl_divergence(&other));
        let event = marginal.len() / divergence.len();
        let sums: Vec<f64> = marginal.chunks(event).map(|dims| dims.iter().sum()).collect();
        let repeated = divergence.repeat(SAMPLES);
        let rows = same_numbers(&numbers(&self.repeated(SAMPLES).kl_divergence(&other)), &repeated)
            .and_then(|()| same_numbers(&numbers(&q.kl_divergence(&p.repeated(SAMPLES))), &repeated));

        let both: Vec<_> = self.parameters.iter().chain(&p.parameters).cloned().collect();
        let kl = |inputs: &[Tensor<2>]| {
            let (of_q, of_p) = inputs.split_at(self.parameters.len());
            (self.build)(of_q).kl_divergence(&(p.build)(of_p))
        };
        let gradients = check_gradients(&both, kl, TOLERANCE).map_err(|e| e.to_string());
        self.record("divergence to another family", against_draws)
            .record("events of the divergence to another family", same_numbers(&divergence, &sums))
            .record("rows of the divergence to another family", rows)
            .record("gradients of the divergence to another family", gradients)
    }
}
