use burn::tensor::{DType, Device, Int, Tensor};
use jensen_prob::{Categorical, Distribution, Entropy, Enumerable, KlDivergence};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

/// `f32` rounds a log-probability to 6e-8 of the largest logit in its row.
const TOLERANCE: Tolerance = Tolerance { relative: 2e-6, absolute: 2e-6 };

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let logits = double(&[4, 3], &[0.0, -1.0, 0.4, 2.0, 0.1, -1.0, 1.0, 1.5, 0.0, -0.2, -2.0, 0.7]);
    let support = Support::Points(vec![0.0, 1.0, 2.0]);
    Conformance::new(&[logits], |p| Categorical::from_logits(p[0].clone()))
        .normalisation(&support)
        .draws(&support)
        .basics()
        .entropy_and_gradients()
        .divergence()
        .enumerable()
        .verdict()
}

#[test]
fn extreme_logits_stay_finite() -> Result<(), Nonconformance> {
    let logits = double(&[3, 3], &[1e6, -1e6, 0.0, 88.0, -104.0, 90.0, 0.0, 0.0, 1e-30]);
    let other = double(&[3, 3], &[-1e6, 1e6, 3.0, 0.0, 0.0, 0.0, 1e6, 0.0, 0.0]).cast(DType::F32);
    Conformance::new(&[logits], |p| Categorical::from_logits(p[0].clone()))
        .finite("log_prob", |p| p.log_prob(&Tensor::<1, Int>::from_data([1], &Device::flex())))
        .finite("entropy", Categorical::entropy)
        .finite("KL", |q| q.kl_divergence(&Categorical::from_logits(other.clone())))
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/categorical.json"));
    let [p, other] = ["logits", "other"].map(|name| table.tensor(name, 4).map(Categorical::from_logits));
    let (p, other) = (p?, other?);
    // Enumeration is value-major, the table row-major.
    let log_prob = p.log_prob(&p.enumerate()).reshape([4, p.rows()]).transpose();
    table.compare("log_prob", &log_prob, TOLERANCE)?;
    table.compare("entropy", &p.entropy(), TOLERANCE)?;
    table.compare("kl", &p.kl_divergence(&other), TOLERANCE)
}

#[test]
#[should_panic(expected = "3")]
fn a_category_that_does_not_exist_is_refused() {
    let device = Device::flex();
    let fair = Categorical::from_logits(Tensor::zeros([2, 3], &device));
    fair.log_prob(&Tensor::from_data([0, 3], &device));
}
