use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Bernoulli, Categorical, Distribution, Joint, KlDivergence, Laplace, Normal, Reparameterized, Rng,
};
use jensen_testing::{Conformance, Nonconformance, double};

fn parameters() -> [Tensor<2>; 4] {
    [
        [0.0, 1.5, -2.0, 0.3, 4.0, -0.7],
        [1.0, 0.4, 2.0, 0.9, 0.5, 3.0],
        [0.2, 0.1, 0.0, -0.5, 1.0, 2.0],
        [0.7, 1.4, 1.0, 0.3, 0.5, 2.0],
    ]
    .map(|numbers| double(&[3, 2], &numbers))
}

/// A pair of normal and Laplace numbers.
#[test]
fn a_pair_conforms() -> Result<(), Nonconformance> {
    Conformance::new(&parameters(), |p| {
        Joint::new(Normal::new(p[0].clone(), p[1].clone()), Laplace::new(p[2].clone(), p[3].clone()))
    })
    .basics()
    .mode()
    .entropy_and_gradients()
    .divergence()
    .verdict()
}

/// A continuous part, a binary one and a category: a pair within a pair.
#[test]
fn parts_of_different_kinds_conform() -> Result<(), Nonconformance> {
    Conformance::new(&parameters(), |p| {
        let categories = Categorical::from_logits(Tensor::cat(vec![p[2].clone(), p[3].clone()], 1));
        let rest = Joint::new(Bernoulli::from_logits(p[2].clone()), categories);
        Joint::new(Normal::new(p[0].clone(), p[1].clone()), rest)
    })
    .basics()
    .entropy_and_gradients()
    .divergence()
    .verdict()
}

#[test]
fn parts_draw_from_streams_of_their_own() {
    let standard = || Normal::standard(4, 3, &Device::flex());
    let pair = Joint::new(standard(), standard());
    let (a, b) = pair.sample(&Rng::seed(0));
    assert_ne!(a.into_data(), b.into_data());
    let ((a, b), log_prob) = pair.rsample_with_log_prob(&Rng::seed(0));
    let (c, d) = pair.rsample(&Rng::seed(0));
    assert_eq!((a.to_data(), b.to_data()), (c.into_data(), d.into_data()));
    assert_eq!(log_prob.into_data(), pair.log_prob(&(a, b)).into_data());
}

#[test]
fn divergences_add_up() {
    let device = Device::flex();
    let at = |mean: f32| Normal::new(Tensor::full([1, 1], mean, &device), Tensor::ones([1, 1], &device));
    let (q, p) = (Joint::new(at(1.0), at(2.0)), Joint::new(at(0.0), at(0.0)));
    assert_eq!(q.kl_divergence(&p).into_scalar::<f32>(), 0.5 + 2.0);
}

#[test]
#[should_panic(expected = "a part of 2 rows stands beside one of 3")]
fn parts_of_other_rows_are_refused() {
    let device = Device::flex();
    Joint::new(Normal::standard(2, 1, &device), Normal::standard(3, 1, &device));
}
