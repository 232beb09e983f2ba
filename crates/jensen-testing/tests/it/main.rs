//! The suite accepts a right family and rejects each kind of wrong one, naming the check.

mod astray;
mod broken;
mod crooked;

use broken::{Broken, Fault};
use jensen_testing::{Conformance, Nonconformance, Support, double};

fn verdict(fault: Fault) -> Result<(), Nonconformance> {
    let mean = double(&[4, 2], &[0.0, 1.5, -2.0, 0.3, 4.0, -0.7, 0.1, 0.0]);
    let std = double(&[4, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0, 1.1, 0.6]);
    let support = Support::Interval { low: -30.0, high: 30.0, points: 3001 };
    Conformance::new(&[mean, std], move |p| Broken::new(p[0].clone(), p[1].clone(), fault))
        .normalisation(&support)
        .draws(&support)
        .addressed()
        .mean()
        .entropy()
        .kl_divergence()
        .factorized()
        .events()
        .rows()
        .kl_rows()
        .expand()
        .select_rows()
        .detach_params()
        .parameter_gradients()
        .value_gradients()
        .entropy_gradients()
        .kl_gradients()
        .reparameterized()
        .verdict()
}

/// The fault is found, and by the check that is for it.
fn rejects(fault: Fault, check: &str) {
    let failures = verdict(fault).expect_err("a wrong family must not conform");
    assert!(failures.failures().iter().any(|f| f.starts_with(check)), "{fault:?} gives {failures}");
}

#[test]
fn the_right_family_conforms() {
    verdict(Fault::None).expect("nothing is wrong");
}

#[test]
fn a_density_off_by_a_constant() {
    rejects(Fault::DensityOffByConstant, "normalisation");
    rejects(Fault::DensityOffByConstant, "entropy");
}

#[test]
fn biased_draws() {
    rejects(Fault::BiasedDraws, "draws");
    rejects(Fault::BiasedDraws, "mean");
}

#[test]
fn draws_without_an_address() {
    rejects(Fault::SameDrawInEveryRow, "addressed");
}

#[test]
fn wrong_closed_forms() {
    rejects(Fault::Mean, "mean");
    rejects(Fault::Entropy, "entropy");
    rejects(Fault::ReverseKl, "divergence");
}

#[test]
fn rows_that_meet_in_the_wrong_order() {
    rejects(Fault::RowMajor, "rows");
    rejects(Fault::RowMajorExpand, "expand");
    rejects(Fault::SelectInOrder, "select_rows");
}

#[test]
fn lost_gradients() {
    rejects(Fault::LostGradient, "parameter gradients");
    rejects(Fault::LostRsampleGradient, "gradients of rsample");
    rejects(Fault::KeptGradient, "detach_params");
}

#[test]
fn a_density_that_is_not_that_of_the_draw() {
    rejects(Fault::RsampleLogProb, "rsample");
}

#[test]
fn infinite_gradients() {
    let failures = Conformance::new(&[double(&[1, 1], &[0.0]), double(&[1, 1], &[0.0])], |p| {
        Broken::new(p[0].clone(), p[1].clone(), Fault::None)
    })
    .finite("log_prob at deviation zero", |p| {
        use jensen_prob::Distribution;
        p.log_prob(&double(&[1, 1], &[1.0]).cast(burn::tensor::DType::F32))
    })
    .verdict()
    .expect_err("the density is infinite");
    assert!(failures.to_string().contains("finite log_prob at deviation zero: row 0 is"), "{failures}");
}
