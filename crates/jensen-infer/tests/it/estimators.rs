//! What is said of estimators, on a model whose posterior is known.

use burn::tensor::{Device, Tensor};
use jensen_infer::estimator::{DoublyReparameterized, Phase, StickingTheLanding, Surrogate, WakeSleep};
use jensen_infer::objective::{DivergenceForm, Elbo, Iwae, Objective, PowerMean};
use jensen_infer::{Estimator, Evidence, Pathwise, Problem, Sampling};
use jensen_prob::Rng;

use crate::linear_gaussian::{LinearGaussian, LinearGuide, LinearModel};

const EXAMPLES: [[f64; 3]; 2] = [[0.5, -1.0, 0.2], [2.0, 3.0, -1.0]];

type Any = dyn Estimator<LinearModel, LinearGuide>;

fn surrogate(estimator: &Any, objective: &dyn Objective, module: &LinearGaussian, seed: u64) -> Surrogate {
    let rows = [3, 8];
    let evidence = Evidence {
        observation: Tensor::from_data(EXAMPLES, &Device::flex()),
        condition: (),
        rows: &rows,
        log_jacobian: &[0.0, 0.5],
    };
    let sampling = Sampling { rng: Rng::seed(seed), warm_up: 1.0 };
    let (model, guide) = (&module.model, &module.guide);
    estimator.surrogate(&Problem { objective, model, guide, evidence: &evidence, sampling }).expect("valid")
}

fn elbo_mc(samples: usize) -> Elbo {
    Elbo { divergence: DivergenceForm::Sampled, samples, ..Elbo::new() }
}

/// The gradient of the bound for the guide's bias and log-deviation.
fn guide_gradient(surrogate: Surrogate, module: &LinearGaussian) -> Vec<f64> {
    let mut gradients = surrogate.gradients(&module.guide);
    let mut of = |name| {
        let slopes =
            gradients.remove(name).map_or(vec![0.0; 2], |slopes| slopes.into_data().iter().collect());
        slopes.into_iter().map(|slope: f64| -slope).collect::<Vec<_>>()
    };
    [of("bias"), of("log_std")].concat()
}

/// Roeder, Wu & Duvenaud 2017: no variance at the optimum, which the plain reparameterised gradient has.
#[test]
fn sticking_the_landing_has_no_variance_at_the_exact_posterior() {
    let module = LinearGaussian::exact(&Device::flex().autodiff());
    let largest = |estimator: &Any| {
        let gradients = (0..20)
            .flat_map(|seed| guide_gradient(surrogate(estimator, &elbo_mc(1), &module, seed), &module));
        gradients.fold(0.0, |largest: f64, slope| largest.max(slope.abs()))
    };
    assert!(largest(&StickingTheLanding) < 1e-4, "{}", largest(&StickingTheLanding));
    assert!(largest(&DoublyReparameterized) < 1e-4, "{}", largest(&DoublyReparameterized));
    assert!(largest(&Pathwise) > 0.5);
}

/// Rainforth et al. 2018: with more samples the signal of the posterior's gradient drowns; Tucker et al. 2019: with the
/// doubly reparameterised one it does not. From 4 to 64 samples the first falls by about `√16`, the second rises by as much.
#[test]
fn more_samples_help_the_doubly_reparameterised_gradient_alone() {
    let module = LinearGaussian::exact(&Device::flex().autodiff()).with_wrong_guide(0.1, 1.1);
    let ratio = |estimator: &Any, samples: usize| {
        let draws: Vec<f64> = (0..300)
            .map(|seed| guide_gradient(surrogate(estimator, &Iwae::new(samples), &module, seed), &module)[0])
            .collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|draw| (draw - mean).powi(2)).sum::<f64>() / (n - 1.0);
        mean.abs() / variance.sqrt()
    };
    let [few, many] = [4, 64].map(|samples| ratio(&DoublyReparameterized, samples));
    assert!(many > 2.0 * few, "doubly reparameterised: {few}, then {many}");
    let [few, many] = [4, 64].map(|samples| ratio(&Pathwise, samples));
    assert!(many < 0.7 * few, "reparameterised: {few}, then {many}");
}

#[test]
fn a_leave_one_out_bound_is_that_of_the_others() {
    let device = Device::flex();
    let log_weights = Tensor::<2>::from_data([[0.3], [-2.0], [1.5]], &device);
    let numbers = |t: Tensor<2>| -> Vec<f64> { t.into_data().iter().collect() };
    let geometric = numbers(PowerMean::GEOMETRIC.leave_one_out(log_weights.clone()));
    for (got, expected) in geometric.iter().zip([-0.25, 0.9, -0.85]) {
        assert!((got - expected).abs() < 1e-6, "{geometric:?}");
    }
    let arithmetic = numbers(PowerMean::ARITHMETIC.leave_one_out(log_weights));
    let bound = |weights: [f64; 3]| (weights.map(f64::exp).iter().sum::<f64>() / 3.0).ln();
    for (got, expected) in
        arithmetic.iter().zip([[-0.25, -2.0, 1.5], [0.3, 0.9, 1.5], [0.3, -2.0, -0.85]].map(bound))
    {
        assert!((got - expected).abs() < 1e-6, "{arithmetic:?}");
    }
}

/// The wake phase's gradient for the posterior vanishes where it is exact, in expectation; so does the sleep phase's. Five
/// standard errors (false alarm 6e-7 each).
#[test]
fn wake_and_sleep_agree_that_the_exact_posterior_is_one() {
    let exact = LinearGaussian::exact(&Device::flex().autodiff());
    let wrong = LinearGaussian::exact(&Device::flex().autodiff()).with_wrong_guide(0.5, 1.0);
    for phase in [Phase::Wake, Phase::Sleep] {
        let deviation = |module: &LinearGaussian| {
            let draws: Vec<f64> = (0..300)
                .map(|seed| {
                    let surrogate = surrogate(&WakeSleep::new(phase), &Iwae::new(8), module, seed);
                    guide_gradient(surrogate, module)[0]
                })
                .collect();
            let estimate = jensen_testing::MonteCarlo::of(draws);
            estimate.mean / estimate.standard_error
        };
        assert!(deviation(&exact).abs() < 5.0, "{phase:?}: {}", deviation(&exact));
        // The bias of the posterior is too large, so the gradient points down.
        assert!(deviation(&wrong) < -5.0, "{phase:?}: {}", deviation(&wrong));
    }
}
