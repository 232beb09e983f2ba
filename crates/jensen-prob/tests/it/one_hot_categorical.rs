use burn::tensor::{DType, Device, Tensor};
use jensen_prob::{
    Bernoulli, Categorical, ConditionalReparameterized, Distribution, Entropy, Enumerable, Independent,
    KlDivergence, Mean, Mode, OneHotCategorical, Rng,
};
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
        .conditionally_reparameterized()
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

/// Two categories of three each: draws, values and what is behind them by parts.
#[test]
fn several_vectors_conform() -> Result<(), Nonconformance> {
    let logits = double(&[2, 6], &[0.0, -1.0, 0.4, 2.0, 0.1, -1.0, 1.0, 1.5, 0.0, -0.2, -2.0, 0.7]);
    Conformance::joint(&[logits], |p| {
        let [rows, _] = p[0].dims();
        Independent::new(OneHotCategorical::from_logits(p[0].clone().reshape([rows * 2, 3])), 2)
    })
    .basics()
    .moments()
    .entropy_and_gradients()
    .divergence()
    .enumerable()
    .conditionally_reparameterized()
    .verdict()
}

/// The first part changes fastest, and each row has all values.
#[test]
fn values_of_parts_are_listed() {
    let coins = Independent::new(Bernoulli::from_logits(Tensor::zeros([4, 1], &Device::flex())), 2);
    let values: Vec<f64> = coins.enumerate().into_data().iter().collect();
    assert_eq!(values, [0., 0., 0., 0., 1., 0., 1., 0., 0., 1., 0., 1., 1., 1., 1., 1.]);
}

#[test]
#[should_panic(expected = "too many to enumerate")]
fn too_many_values_of_parts_are_refused() {
    Independent::new(OneHotCategorical::from_logits(Tensor::zeros([7, 8], &Device::flex())), 7).enumerate();
}

/// A value that hardly ever is drawn is still what draws given it become.
#[test]
fn improbable_categories_keep_their_draws() {
    let rows = 20_000;
    let logits = Tensor::<2>::from_data([[0.0f32, 60.0]], &Device::flex()).repeat_dim(0, rows);
    let family = OneHotCategorical::from_logits(logits);
    let value = Tensor::<2>::from_data([[1.0f32, 0.0]], &Device::flex()).repeat_dim(0, rows);
    let given = family.continuous_sample_given(&value, &Rng::seed(5));
    assert_eq!(family.discretize(&given).into_data(), value.clone().into_data());
}
