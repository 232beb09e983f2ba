use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{Categorical, Distribution, Entropy, KlDivergence, Mean, Mode, OneHotCategorical, Rng};
use jensen_testing::{Conformance, Nonconformance, Region, double};

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let logits = double(&[4, 3], &[0.0, -1.0, 0.4, 2.0, 0.1, -1.0, 1.0, 1.5, 0.0, -0.2, -2.0, 0.7]);
    Conformance::joint(&[logits], |p| OneHotCategorical::from_logits(p[0].clone()))
        .region(&Region::one_hot(3))
        .basics()
        .moments()
        .entropy_and_gradients()
        .divergence()
        .enumerable()
        .value_gradients()
        .verdict()
}

#[test]
fn extreme_logits_stay_finite() -> Result<(), Nonconformance> {
    let logits = double(&[3, 3], &[1e6, -1e6, 0.0, 88.0, -104.0, 90.0, 0.0, 0.0, 1e-30]);
    let other = double(&[3, 3], &[-1e6, 1e6, 3.0, 0.0, 0.0, 0.0, 1e6, 0.0, 0.0]).cast(DType::F32);
    Conformance::joint(&[logits], |p| OneHotCategorical::from_logits(p[0].clone()))
        .finite("log_prob", |p| p.log_prob(&Tensor::from_data([[0.0f32, 1.0, 0.0]], &Device::flex())))
        .finite("entropy", Entropy::entropy)
        .finite("mean", |p| p.mean().sum_dim(1).reshape([3]))
        .finite("KL", |q| q.kl_divergence(&OneHotCategorical::from_logits(other.clone())))
        .verdict()
}

/// The vector of a draw, an enumerated value and the mode is that of the number of the category.
#[test]
fn vectors_stand_for_categories() {
    let logits = Tensor::<2>::from_data([[0.0, 2.0, 1.0], [3.0, 0.0, 1.0]], (&Device::flex(), DType::F64));
    let vectors = OneHotCategorical::from_logits(logits.clone());
    let numbers = Categorical::from_logits(logits);
    let (vector, number) = (vectors.sample(&Rng::seed(3)), numbers.sample(&Rng::seed(3)));
    assert_eq!(vector.dtype(), DType::F64);
    assert_eq!(vector.clone().argmax(1).reshape([2]).into_data(), number.clone().into_data());
    assert_eq!(vectors.log_prob(&vector).into_data(), numbers.log_prob(&number).into_data());
    let modes: Vec<f64> = vectors.mode().into_data().iter().collect();
    assert_eq!(modes, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
}
