use burn::tensor::{Device, Tensor};
use jensen_prob::{Bernoulli, Distribution, Entropy, KlDivergence, Mean};
use jensen_testing::{Conformance, GoldenError, Nonconformance, Support, Tolerance, double};

use crate::golden;

/// A softplus is good to two roundings of `f32`; a divergence has four of them and a product.
const TOLERANCE: Tolerance = Tolerance { relative: 2e-6, absolute: 5e-7 };

#[test]
fn conforms() -> Result<(), Nonconformance> {
    let logits = double(&[4, 3], &[0.0, -1.0, 0.4, 2.0, 0.1, -3.0, 1.0, 1.5, 0.0, -0.2, -2.0, 0.7]);
    let support = Support::Points(vec![0.0, 1.0]);
    Conformance::new(&[logits], |p| Bernoulli::from_logits(p[0].clone()))
        .normalisation(&support)
        .draws(&support)
        .basics()
        .mean()
        .entropy_and_gradients()
        .independent_dimensions()
        .divergence()
        .enumerable()
        .conditionally_reparameterized()
        .verdict()
}

#[test]
fn extreme_logits_stay_finite() -> Result<(), Nonconformance> {
    let logits = double(&[6, 1], &[1e6, -1e6, 104.0, -104.0, 17.0, 0.0]);
    Conformance::new(&[logits], |p| Bernoulli::from_logits(p[0].clone()))
        .finite("log_prob of 0", |p| p.log_prob(&Tensor::zeros([1, 1], &Device::flex())))
        .finite("log_prob of 1", |p| p.log_prob(&Tensor::ones([1, 1], &Device::flex())))
        .finite("entropy", Bernoulli::entropy)
        .finite("mean", |p| p.mean().reshape([6]))
        .finite("KL", |q| {
            let logits = double(&[6, 1], &[-1e6, 1e6, 1e6, 50.0, 0.0, -300.0]);
            q.kl_divergence(&Bernoulli::from_logits(logits.cast(burn::tensor::DType::F32)))
        })
        .verdict()
}

#[test]
fn references() -> Result<(), GoldenError> {
    let table = golden(include_str!("../references/bernoulli_log_prob.json"));
    let bernoulli = Bernoulli::from_logits(table.tensor("logits", 1)?);
    table.compare("log_prob", &bernoulli.log_prob(&table.tensor("x", 1)?), TOLERANCE)?;

    let table = golden(include_str!("../references/bernoulli_entropy.json"));
    let bernoulli = Bernoulli::from_logits(table.tensor("logits", 1)?);
    table.compare("entropy", &bernoulli.entropy(), TOLERANCE)?;

    let table = golden(include_str!("../references/bernoulli_kl.json"));
    let [q, p] = ["q", "p"].map(|side| table.tensor(side, 1).map(Bernoulli::from_logits));
    table.compare("kl", &q?.kl_divergence(&p?), TOLERANCE)
}
