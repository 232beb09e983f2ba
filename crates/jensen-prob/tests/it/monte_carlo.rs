//! Estimates of divergences against their closed forms.

use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Categorical, Entropy, Estimate, KlDivergence, Mixture, Normal, RenyiDivergence, Rng, estimate_entropy,
    estimate_jensen_shannon, estimate_kl, estimate_kl_of_neighbours, estimate_renyi,
    jensen_shannon_divergence,
};
use jensen_testing::double;

fn numbers(tensor: &Tensor<1>) -> Vec<f64> {
    tensor.clone().into_data().iter().collect()
}

/// Within five standard errors, false alarm 6e-7 a row.
fn agrees(estimate: &Estimate, exact: &Tensor<1>) {
    let (means, errors, exact) = (numbers(&estimate.mean), numbers(&estimate.standard_error), numbers(exact));
    assert_eq!(means.len(), exact.len());
    for ((mean, error), exact) in means.into_iter().zip(errors).zip(exact) {
        assert!((mean - exact).abs() < 5.0 * error, "{mean} ± {error}, not {exact}");
        assert!(error < 0.05, "an error of {error} says nothing");
    }
}

/// Two rows of `q` meet one of `p`.
fn normals() -> (Normal, Normal) {
    let normal = |rows: usize, mean: &[f64], std: &[f64]| {
        Normal::new(double(&[rows, 2], mean), double(&[rows, 2], std))
    };
    (normal(2, &[0.3, -0.2, 0.9, 0.0], &[0.8, 1.0, 0.7, 0.9]), normal(1, &[0.0, 0.1], &[1.0, 1.1]))
}

const SAMPLES: usize = 20_000;

#[test]
fn estimates_agree_with_closed_forms() {
    let (q, p) = normals();
    let rng = Rng::seed(4);
    agrees(&estimate_kl(&q, &p, SAMPLES, &rng), &q.kl_divergence(&p));
    agrees(&estimate_kl_of_neighbours(&q, &p, SAMPLES, &rng), &q.kl_divergence(&p));
    agrees(&estimate_entropy(&q, SAMPLES, &rng), &q.entropy());
    for order in [0.5, 1.0, 1.5] {
        agrees(&estimate_renyi(&q, &p, order, SAMPLES, &rng), &q.renyi_divergence(&p, order));
    }
    let logits = |rows: usize, l: &[f64]| Categorical::from_logits(double(&[rows, 3], l));
    let (a, b) = (logits(1, &[0.0, 1.0, 2.0]), logits(2, &[1.0, 0.0, -1.0, 0.0, 0.9, 2.1]));
    agrees(&estimate_jensen_shannon(&a, &b, SAMPLES, &rng), &jensen_shannon_divergence(&a, &b));
    agrees(&estimate_kl(&a, &b, SAMPLES, &rng), &a.kl_divergence(&b));
}

/// Of a mixture whose components are one, which has no closed form by type, but a value.
#[test]
fn mixtures_have_estimates() {
    let (q, p) = normals();
    let weights = Categorical::from_logits(double(&[1, 2], &[0.4, -1.0]));
    let mixture = Mixture::new(weights, Normal::new(p.mean().repeat_dim(0, 2), p.std().repeat_dim(0, 2)));
    agrees(&estimate_kl(&q, &mixture, SAMPLES, &Rng::seed(1)), &q.kl_divergence(&p));
    agrees(&estimate_entropy(&mixture, SAMPLES, &Rng::seed(1)), &p.entropy());
}

/// The standard error is that of the estimate over many repetitions: of 400 standardised errors of each
/// row the mean square is 1 within five of its standard deviations, √(2/400). The narrower one stands on the
/// right, so that the ratio of densities is bounded.
#[test]
fn standard_errors_are_those_of_the_estimates() {
    let (q, p) = normals();
    let exact = numbers(&p.kl_divergence(&q))[0];
    let of = |f: &dyn Fn(&Rng) -> Estimate| {
        let squares = (0..400).map(|i| {
            let estimate = f(&Rng::seed(2).at(i));
            let (mean, error) = (numbers(&estimate.mean)[0], numbers(&estimate.standard_error)[0]);
            ((mean - exact) / error).powi(2)
        });
        squares.sum::<f64>() / 400.0
    };
    for square in
        [of(&|rng| estimate_kl(&p, &q, 500, rng)), of(&|rng| estimate_kl_of_neighbours(&p, &q, 500, rng))]
    {
        assert!((square - 1.0).abs() < 5.0 * (2.0f64 / 400.0).sqrt(), "{square}");
    }
}

/// Half as far apart, the plain error halves and the other falls to a quarter.
#[test]
fn the_error_of_neighbours_falls_with_the_divergence() {
    let device = Device::flex();
    let at = |mean: f64| Normal::new(Tensor::full([1, 1], mean, &device), Tensor::ones([1, 1], &device));
    let errors = |distance: f64| {
        let rng = Rng::seed(6);
        let error = |estimate: Estimate| numbers(&estimate.standard_error)[0];
        let plain = error(estimate_kl(&at(distance), &at(0.0), SAMPLES, &rng));
        (plain, error(estimate_kl_of_neighbours(&at(distance), &at(0.0), SAMPLES, &rng)))
    };
    let ((plain, near), (plain_half, near_half)) = (errors(0.1), errors(0.05));
    assert!((plain / plain_half - 2.0).abs() < 0.1, "{plain}, {plain_half}");
    assert!((near / near_half - 4.0).abs() < 0.4, "{near}, {near_half}");
    assert!(near < plain / 10.0);
}

#[test]
fn estimates_carry_no_gradient() {
    let device = Device::flex().autodiff();
    let mean = Tensor::<2>::zeros([1, 1], &device).require_grad();
    let q = Normal::new(mean, Tensor::ones([1, 1], &device));
    let estimate = estimate_kl(&q, &Normal::standard(1, 1, &Device::flex()), 8, &Rng::seed(0));
    assert!(!estimate.mean.is_tracked() && !estimate.standard_error.is_tracked());
}
