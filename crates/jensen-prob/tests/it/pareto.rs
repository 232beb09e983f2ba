use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Cdf, Distribution, Entropy, Icdf, KlDivergence, Mean, Pareto, Reparameterized, Rng, Variance,
};
use jensen_testing::{Conformance, Nonconformance, double};

fn build(p: &[Tensor<2>]) -> Pareto {
    Pareto::new(p[0].clone(), p[1].clone())
}

fn at(x: f32) -> Tensor<2> {
    Tensor::full([1, 1], x, &Device::flex())
}

/// The density jumps at the scale, where the trapezoidal rule is off: the distribution function takes the
/// place of the sum. A scale for all, so that the divergences between rows are finite; and a value moved
/// below it would have no density, so that its gradient is not compared with a difference.
#[test]
fn conforms() -> Result<(), Nonconformance> {
    Conformance::new(&[double(&[3, 2], &[6.0, 5.0, 9.0, 7.5, 12.0, 20.0])], |p| {
        Pareto::new(p[0].clone(), Tensor::<2>::full([1, 1], 2.0, &Device::flex()).cast(p[0].dtype()))
    })
    .basics()
    .moments()
    .cdf()
    .icdf()
    .entropy_and_gradients()
    .independent_dimensions()
    .divergence()
    .reparameterized()
    .verdict()
}

#[test]
fn conforms_with_heavy_tails_and_scales() -> Result<(), Nonconformance> {
    let scale = double(&[3, 2], &[1.0, 0.4, 2.0, 0.9, 0.5, 3.0]);
    Conformance::new(&[double(&[3, 2], &[0.5, 1.0, 2.0, 1.7, 0.8, 3.0]), scale], build)
        .addressed()
        .rows()
        .expand()
        .detach_params()
        .mode()
        .icdf()
        .entropy_and_gradients()
        .events()
        .reparameterized()
        .verdict()
}

#[test]
fn extreme_parameters_stay_finite() -> Result<(), Nonconformance> {
    let concentration = double(&[4, 1], &[1e-3, 1e3, 1.0, 1e6]);
    let scale = double(&[4, 1], &[1e-6, 1e6, 1e-30, 1.0]);
    let far = |q: &Pareto| q.scale().detach() * 2.0;
    Conformance::new(&[concentration, scale], build)
        .finite("log_prob", move |q| q.log_prob(&far(q)))
        .finite("cdf", move |q| q.cdf(&far(q)).reshape([4]))
        .finite("entropy", Entropy::entropy)
        .finite("rsample", |q| q.rsample(&Rng::seed(1)).reshape([4]))
        .verdict()
}

#[test]
fn the_ends_of_its_support_and_moments_that_are_infinite() {
    let family = |alpha: f32| build(&[at(alpha), at(3.0)]);
    assert_eq!(
        [-1.0, 2.999].map(|x| family(2.0).log_prob(&at(x)).into_scalar::<f32>()),
        [f32::NEG_INFINITY; 2]
    );
    assert!((family(2.0).log_prob(&at(3.0)).into_scalar::<f32>() - (2f32 / 3.0).ln()).abs() < 1e-6);
    assert_eq!([-1.0, 3.0, 6.0].map(|x| family(1.0).cdf(&at(x)).into_scalar::<f32>()), [0.0, 0.0, 0.5]);
    assert_eq!([0.0, 1.0].map(|p| family(1.0).icdf(&at(p)).into_scalar::<f32>()), [3.0, f32::INFINITY]);
    assert_eq!([1.0, 1.5].map(|a| family(a).mean().into_scalar::<f32>()), [f32::INFINITY, 9.0]);
    assert_eq!([2.0, 3.0].map(|a| family(a).variance().into_scalar::<f32>()), [f32::INFINITY, 6.75]);
}

/// `KL = log(α_q/α_p) + α_p/α_q − 1 + α_p log(m_q/m_p)`
#[test]
fn the_divergence_of_scales() {
    let kl = |q: [f32; 2], p: [f32; 2]| {
        build(&[at(q[0]), at(q[1])]).kl_divergence(&build(&[at(p[0]), at(p[1])])).into_scalar::<f32>()
    };
    let expected = (3f32 / 2.0).ln() + 2.0 / 3.0 - 1.0 + 2.0 * 4f32.ln();
    assert!((kl([3.0, 4.0], [2.0, 1.0]) - expected).abs() < 1e-6);
    assert_eq!(kl([3.0, 1.0], [2.0, 4.0]), f32::INFINITY);
}
