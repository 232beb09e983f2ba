use burn::tensor::{Device, Tensor, TensorData};
use jensen_prob::{Bernoulli, Categorical, KlDivergence, Normal};
use proptest::collection::vec;
use proptest::prelude::*;

/// Rounding near equality, and relative to the largest term of the sum.
const ROUNDING: f32 = 1e-6;

fn row(numbers: &[f32]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers.to_vec(), [1, numbers.len()]), &Device::flex())
}

fn is_divergence<Q: KlDivergence>(q: &Q, p: &Q) -> bool {
    let number = |kl: Tensor<1>| kl.into_scalar::<f32>();
    number(q.kl_divergence(p)) >= -ROUNDING && number(q.kl_divergence(q)) == 0.0
}

proptest! {
    #[test]
    fn normal(q in vec(-9f32..9.0, 2), p in vec(-9f32..9.0, 2)) {
        let at = |side: &[f32]| Normal::from_log_std(row(&side[..1]), row(&side[1..]));
        prop_assert!(is_divergence(&at(&q), &at(&p)));
    }

    /// Hardly apart, where terms cancel.
    #[test]
    fn near_normal(q in vec(-9f32..9.0, 2), by in vec(-1e-3f32..1e-3, 2)) {
        let near = [q[0] + by[0] * q[1].exp(), q[1] + by[1]];
        let at = |side: &[f32]| Normal::from_log_std(row(&side[..1]), row(&side[1..]));
        prop_assert!(is_divergence(&at(&q), &at(&near)));
    }

    #[test]
    fn bernoulli(q in -200f32..200.0, p in -200f32..200.0) {
        let at = |logit: f32| Bernoulli::from_logits(row(&[logit]));
        prop_assert!(is_divergence(&at(q), &at(p)));
    }

    #[test]
    fn categorical(q in vec(-20f32..20.0, 5), p in vec(-20f32..20.0, 5)) {
        let at = |logits: &[f32]| Categorical::from_logits(row(logits));
        prop_assert!(is_divergence(&at(&q), &at(&p)));
    }
}
