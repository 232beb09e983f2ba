use burn::tensor::{Device, Tensor};
use jensen_prob::bijector::{
    Affine, AffineMaps, Bijector, Coupling, Exp, InverseAutoregressive, MaskedAutoregressive, Permutation,
    Planar, Radial, RationalQuadraticSpline, Sigmoid, SoftmaxCentered, SplineMaps, Tanh, TriangularAffine,
};
use jensen_prob::{Distribution, MultivariateNormal, Normal, Reparameterized, Rng, Transformed};
use jensen_testing::{Conformance, Nonconformance, Support, Tolerance, double};

use crate::bijector::{autoregressive, net, noise};

/// A family on the line.
fn line<B: Bijector + 'static>(
    parameters: &[Tensor<2>],
    support: &Support,
    build: impl Fn(&[Tensor<2>]) -> B + 'static,
) -> Result<(), Nonconformance> {
    let base = [double(&[3, 1], &[0.0, 0.5, -0.4]), double(&[3, 1], &[1.0, 0.5, 0.7])];
    let all: Vec<_> = base.into_iter().chain(parameters.iter().cloned()).collect();
    Conformance::joint(&all, move |p| {
        Transformed::new(Normal::new(p[0].clone(), p[1].clone()), build(&p[2..]))
    })
    .normalisation(support)
    .draws(support)
    .addressed()
    .rows()
    .expand()
    .detach_params()
    .parameter_gradients()
    .value_gradients()
    .reparameterized()
    .verdict()
}

#[test]
fn curves_make_distributions() -> Result<(), Nonconformance> {
    // Half the deviations, with which the densities vanish soon enough, or at the ends.
    let half = [double(&[1, 1], &[0.0]), double(&[1, 1], &[-0.7])];
    let halved = |p: &[Tensor<2>]| Affine::from_log_scale(p[0].clone(), p[1].clone());
    let support = Support::Interval { low: 1e-6, high: 60.0, points: 20_001 };
    line(&half, &support, move |p| halved(p).then(Exp::new()))?;
    let support = Support::Interval { low: 1e-6, high: 1.0 - 1e-6, points: 20_001 };
    line(&[], &support, |_| Sigmoid::new())?;
    let support = Support::Interval { low: -1.0 + 1e-6, high: 1.0 - 1e-6, points: 20_001 };
    line(&half, &support, move |p| halved(p).then(Tanh::new()))
}

#[test]
fn flows_on_the_line_conform() -> Result<(), Nonconformance> {
    let support = Support::Interval { low: -20.0, high: 20.0, points: 40_001 };
    let of = |seed| noise([3, 1], seed) * 0.7;
    line(&[of(1), of(2), of(3)], &support, |p| Planar::new(p[0].clone(), p[1].clone(), p[2].clone()))?;
    line(&[of(4), of(5), of(6)], &support, |p| Radial::new(p[0].clone(), p[1].clone(), p[2].clone()))?;
    line(&[noise([3, 14], 7) * 0.7], &support, |p| RationalQuadraticSpline::new(p[0].clone(), 5, 3.0))
}

/// A family in the plane, its map of weights that all rows share; slopes of splines have kinks, which ask
/// for more points.
fn plane<B: Bijector + 'static>(
    points: usize,
    weights: Tensor<2>,
    build: impl Fn(&Tensor<2>) -> B + 'static,
) -> Result<(), Nonconformance> {
    let base = [double(&[2, 2], &[0.0, 0.5, -0.4, 0.2]), double(&[2, 2], &[1.0, 0.5, 0.7, 0.9])];
    let parameters = [&base[0], &base[1], &weights].map(Tensor::clone);
    Conformance::joint(&parameters, move |p| {
        Transformed::new(Normal::new(p[0].clone(), p[1].clone()), build(&p[2]))
    })
    .normalisation_in_the_plane(-8.0, 8.0, points)
    .addressed()
    .rows()
    .expand()
    .detach_params()
    .parameter_gradients()
    .value_gradients()
    .reparameterized()
    .verdict()
}

#[test]
fn flows_in_the_plane_conform() -> Result<(), Nonconformance> {
    let affine = AffineMaps::default();
    let spline = SplineMaps { bins: 4, bound: 4.0 };
    plane(161, noise([1, 2], 1) * 0.5, move |w| {
        let layer = Coupling::new(net(w, 1), affine, 1);
        layer.clone().then(Permutation::reversal(2)).then(layer)
    })?;
    plane(481, noise([1, 11], 2) * 0.5, move |w| Coupling::new(net(w, 1), spline, 1))?;
    plane(161, noise([1, 8], 3) * 0.5, move |w| MaskedAutoregressive::new(autoregressive(w, 2, 2), affine))?;
    plane(481, noise([1, 44], 4) * 0.5, move |w| {
        InverseAutoregressive::new(autoregressive(w, 2, 11), spline)
    })?;
    plane(161, noise([1, 10], 5) * 0.5, |p| {
        let part = |start, count| p.clone().narrow(0, 0, 1).narrow(1, start, count);
        vec![Planar::new(part(0, 2), part(2, 2), part(4, 1)), Planar::new(part(5, 2), part(7, 2), part(9, 1))]
    })
}

/// `log p(x) = −½((log x − μ)/σ)² − log x − log σ − ½ log 2π`
#[test]
fn the_exponential_of_a_normal_draw_is_log_normal() {
    let x = double(&[5, 1], &[1e-8, 0.3, 1.0, 2.5, 1e8]);
    let (mean, std) = (0.4, 1.7f64);
    let family = Transformed::new(Normal::new(double(&[1, 1], &[mean]), double(&[1, 1], &[std])), Exp::new());
    let expected: Vec<f64> = x
        .to_data()
        .iter::<f64>()
        .map(|x| {
            -0.5 * ((x.ln() - mean) / std).powi(2) - x.ln() - std.ln() - 0.5 * std::f64::consts::TAU.ln()
        })
        .collect();
    let ours: Vec<f64> = family.log_prob(&x).into_data().iter().collect();
    assert_eq!(Tolerance::both(1e-13).first_difference(&ours, &expected), None);
}

#[test]
fn an_affine_map_of_standard_normal_draws_is_a_normal_distribution() {
    let device = Device::flex();
    let (mean, matrices) =
        (Rng::seed(1).normal([4, 3], &device), Rng::seed(2).normal([4, 9], &device).reshape([4, 3, 3]));
    let map = TriangularAffine::from_unconstrained(mean.clone(), matrices.clone());
    let flow = Transformed::new(Normal::standard(4, 3, &device), map);
    let family = MultivariateNormal::from_unconstrained(mean, matrices);
    let x = Rng::seed(3).normal([8, 3], &device);
    assert!(flow.log_prob(&x).all_close(family.log_prob(&x), Some(1e-5), Some(1e-5)));
    let rng = Rng::seed(4);
    assert!(flow.rsample(&rng).all_close(family.rsample(&rng), Some(1e-6), Some(1e-6)));
}

/// Two shares are one number between 0 and 1, by the measure of the first share.
#[test]
fn two_shares_are_one_share() {
    let device = Device::flex();
    let base = Normal::standard(1, 1, &device);
    let shares = Tensor::<2>::from_data([[0.1f32, 0.9], [0.5, 0.5], [0.999, 0.001]], &device);
    let both = Transformed::new(base.clone(), SoftmaxCentered).log_prob(&shares);
    let one = Transformed::new(base, Sigmoid::new()).log_prob(&shares.narrow(1, 0, 1));
    assert!(both.all_close(one, Some(1e-5), Some(1e-5)));
}

#[test]
#[should_panic(expected = "a map of 4 rows needs as many of its base, which has 1")]
fn one_draw_for_many_maps_is_refused() {
    let device = Device::flex();
    let map = Affine::new(Tensor::zeros([4, 1], &device), Tensor::ones([4, 1], &device));
    Transformed::new(Normal::standard(1, 1, &device), map).sample(&Rng::seed(1));
}
