//! Estimates of divergences against their closed forms.

use burn::tensor::{Device, Tensor};
use jensen_prob::{
    Categorical, Distribution, Entropy, Estimate, Expand, Kernel, KlDivergence, Mixture, Normal,
    RenyiDivergence, Rng, estimate_entropy, estimate_jensen_shannon, estimate_kl, estimate_kl_of_neighbours,
    estimate_renyi, estimate_squared_mmd, jensen_shannon_divergence,
};
use jensen_testing::{MonteCarlo, Tolerance, check_gradients, double};

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

/// Of normal draws and the Gaussian kernel `E k(x, y) = Π_d h/√v e^{−δ²/2v}` with `v = h² + σ² + τ²`: the mean of 400
/// estimates lies within five standard errors (false alarm 6e-7), also where there is nothing to find.
#[test]
fn the_maximum_mean_discrepancy_has_no_bias() {
    let h = 0.8f64;
    let (means, stds) = ([[0.3, -0.2], [0.0, 0.1]], [[0.8, 1.0], [1.0, 1.1]]);
    let kernel = |a: usize, b: usize| -> f64 {
        (0..2)
            .map(|d| {
                let v = h * h + f64::powi(stds[a][d], 2) + f64::powi(stds[b][d], 2);
                let apart: f64 = means[a][d] - means[b][d];
                h / v.sqrt() * (-0.5 * apart * apart / v).exp()
            })
            .product()
    };
    for (q, p) in [(0, 1), (0, 0)] {
        let exact = kernel(q, q) - 2.0 * kernel(q, p) + kernel(p, p);
        let draws = |side: usize, count: usize, rng: Rng| {
            let family = Normal::new(double(&[1, 2], &means[side]), double(&[1, 2], &stds[side]));
            family.expand(count).sample(&rng)
        };
        let estimates = (0..400).map(|i| {
            let rng = Rng::seed(8).at(i);
            let (x, y) = (draws(q, 12, rng.fork("x")), draws(p, 9, rng.fork("y")));
            numbers(&estimate_squared_mmd(&x, &y, Kernel::Gaussian { bandwidth: h }))[0]
        });
        let estimate = MonteCarlo::of(estimates);
        assert!(estimate.agrees(exact, 5.0, 0.0), "{estimate:?}, not {exact}");
    }
}

#[test]
fn the_maximum_mean_discrepancy_by_hand_and_its_gradients() {
    let (x, y) = (double(&[2, 2], &[0.0, 0.0, 1.0, 0.0]), double(&[3, 2], &[0.0, 2.0, 0.0, 0.0, 3.0, 0.0]));
    let kernel = Kernel::InverseMultiquadric { scale: 2.0 };
    let of = |square: f64| 2.0 / (2.0 + square);
    let across = of(4.0) + of(0.0) + of(9.0) + of(5.0) + of(1.0) + of(4.0);
    let by_hand = of(1.0) + (of(4.0) + of(13.0) + of(9.0)) / 3.0 - across / 3.0;
    let estimate = numbers(&estimate_squared_mmd(&x, &y, kernel))[0];
    assert!((estimate - by_hand).abs() < 1e-14, "{estimate}, not {by_hand}");
    for kernel in [kernel, Kernel::Gaussian { bandwidth: 1.5 }] {
        let f = |i: &[Tensor<2>]| estimate_squared_mmd(&i[0], &i[1], kernel);
        check_gradients(&[x.clone(), y.clone()], f, Tolerance::both(1e-5)).expect("the gradient");
    }
}

#[test]
#[should_panic(expected = "it takes two of each")]
fn a_single_draw_is_refused() {
    let one = Tensor::zeros([1, 2], &Device::flex());
    estimate_squared_mmd(&one, &one, Kernel::Gaussian { bandwidth: 1.0 });
}

#[test]
fn estimates_carry_no_gradient() {
    let device = Device::flex().autodiff();
    let mean = Tensor::<2>::zeros([1, 1], &device).require_grad();
    let q = Normal::new(mean, Tensor::ones([1, 1], &device));
    let estimate = estimate_kl(&q, &Normal::standard(1, 1, &Device::flex()), 8, &Rng::seed(0));
    assert!(!estimate.mean.is_tracked() && !estimate.standard_error.is_tracked());
}
