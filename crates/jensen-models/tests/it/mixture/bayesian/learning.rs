//! What is learned of data.

use jensen_models::mixture::{
    Arrays, BLOCK, BayesianMixture, BayesianOptions, Covariance, ExpectationMaximisation, Fitted,
    GaussianMixture, MixtureError, NormalWishart, Rows, Summary, WeightPrior,
};
use jensen_random::Rng;

use super::{WEIGHT_PRIORS, bound, prior};
use crate::mixture::{KINDS, clusters, finder};

#[test]
fn the_bound_never_falls() {
    for seed in 0..8 {
        for kind in KINDS {
            for weights in WEIGHT_PRIORS {
                let rng = Rng::seed(seed);
                let columns = 2 + seed as usize % 3;
                let values = clusters(&rng, 120, columns, if seed % 2 == 0 { 0.25 } else { 0.0 });
                let counts: Vec<_> =
                    rng.fork("weights").uniforms(120, 1).into_iter().map(f64::from).collect();
                let rows = Rows::new(&values, columns).unwrap().with_weights(&counts).unwrap();
                let start = BayesianMixture::new(4, weights, prior(kind, columns)).unwrap();
                let start = start.initialise(4, rows, &Summary::of(&rows).unwrap(), 1, &rng).unwrap();
                let fitted = start.em(&rows, &(), 60, 0.0).unwrap();
                for (at, pair) in fitted.history.windows(2).enumerate() {
                    assert!(
                        pair[1] >= pair[0] - 1e-12 * pair[0].abs(),
                        "{kind:?}, {weights:?}, seed {seed}, iteration {at}: {pair:?}"
                    );
                }
                assert!(fitted.history[60] > fitted.history[0] + 1e-4, "{kind:?}, {weights:?}, seed {seed}");
            }
        }
    }
}

/// Three clusters of some shape that all kinds of covariances have.
fn three(rows: usize) -> Vec<f64> {
    let (means, weights) = (vec![0.0, 0.0, 5.0, 1.0, -1.0, 6.0], vec![0.5, 0.3, 0.2]);
    let truth =
        GaussianMixture::new(Covariance::Spherical, 2, weights, means, vec![1.0; 3]).expect("good data");
    truth.sample(&Rng::seed(11), rows).values
}

fn fit(values: &[f64], columns: usize, options: &BayesianOptions) -> Fitted<BayesianMixture> {
    let rows = Rows::new(values, columns).expect("good data");
    let fitted = BayesianMixture::fit(&rows, options, &Rng::seed(2)).expect("good data");
    assert!(fitted.history.iter().all(|bound| bound.is_finite()), "{:?}", fitted.history);
    for array in fitted.mixture.to_arrays() {
        assert!(array.values.iter().all(|value| value.is_finite()), "{array:?}");
    }
    let predictive = fitted.mixture.log_predictive(rows).expect("good data");
    assert!(predictive.iter().all(|value| value.is_finite()), "{predictive:?}");
    fitted
}

#[test]
fn the_bound_is_highest_at_the_number_of_clusters() {
    let values = three(300);
    for covariance in KINDS {
        let bounds: Vec<_> = (1..=6)
            .map(|components| {
                let options = BayesianOptions {
                    components,
                    covariance,
                    initialisations: 4,
                    ..BayesianOptions::default()
                };
                let fitted = fit(&values, 2, &options);
                bound(&fitted) + fitted.mixture.log_relabellings()
            })
            .collect();
        let highest = (0..6).max_by(|&a, &b| bounds[a].total_cmp(&bounds[b])).expect("six bounds");
        assert_eq!(highest + 1, 3, "{covariance:?}: {bounds:?}");
    }
}

#[test]
fn a_dirichlet_process_leaves_components_empty() {
    let values = three(300);
    for covariance in KINDS {
        let options = BayesianOptions {
            components: 10,
            covariance,
            weights: WeightPrior::DirichletProcess { concentration: 0.5 },
            iterations: 3000,
            tolerance: 1e-9,
            initialisations: 5,
            ..BayesianOptions::default()
        };
        let fitted = fit(&values, 2, &options);
        let occupied = fitted.mixture.counts().iter().filter(|&&count| count > 3.0).count();
        assert_eq!(occupied, 3, "{covariance:?}: {:?}", fitted.mixture.counts());
    }
}

/// Where a maximum of the likelihood has no variance left, the prior answers.
#[test]
fn data_that_leave_a_mixture_undetermined() {
    let constant: Vec<_> = clusters(&Rng::seed(1), 40, 1, 0.0).iter().flat_map(|&x| [x, 0.1]).collect();
    let line: Vec<_> = (0..20).flat_map(|at| [f64::from(at) * 0.1, f64::from(at) * 0.3 + 1.0]).collect();
    for covariance in KINDS {
        for weights in WEIGHT_PRIORS {
            let options = |components| BayesianOptions {
                components,
                covariance,
                weights,
                ..BayesianOptions::default()
            };
            let repeated = [1.0, 2.0].repeat(9);
            let same = fit(&repeated, 2, &options(4));
            assert!((same.mixture.counts().iter().sum::<f64>() - 9.0).abs() < 1e-12);
            let one = fit(&[4.0, 5.0], 2, &options(3));
            assert!(one.mixture.means().iter().all(|mean| (4.0..=5.0).contains(mean)));
            let column = fit(&constant, 2, &options(3));
            assert!((column.mixture.means()[1] - 0.1).abs() < 1e-12, "{:?}", column.mixture.means());
            fit(&line, 2, &options(2));
            // More components than rows, and rows of which nothing is seen.
            let gone =
                fit(&[1.0, f64::NAN, f64::NAN, f64::NAN, 2.0, 3.0, f64::NAN, f64::NAN], 2, &options(6));
            assert!((gone.mixture.counts().iter().sum::<f64>() - 2.0).abs() < 1e-12);
            assert_eq!(gone.statistics.weight(), 2.0);
            let nothing = gone.mixture.log_predictive(Rows::new(&[f64::NAN; 2], 2).unwrap()).unwrap();
            assert!(nothing[0].abs() < 1e-14, "{nothing:?}");
        }
    }
    let rows = Rows::new(&[1.0, f64::INFINITY], 1).unwrap();
    let infinite = BayesianMixture::fit(&rows, &BayesianOptions::default(), &Rng::seed(1));
    assert!(matches!(infinite, Err(MixtureError::Infinite { row: 1, column: 0 })), "{infinite:?}");
}

#[test]
fn threads_do_not_move_a_bit_and_files_keep_them() {
    let values = clusters(&Rng::seed(4), 10 * BLOCK + 77, 3, 0.05);
    let rows = Rows::new(&values, 3).unwrap();
    for covariance in KINDS {
        let options =
            BayesianOptions { components: 4, covariance, iterations: 3, ..BayesianOptions::default() };
        let fit = || BayesianMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
        let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
        let one = pool(1).install(fit);
        assert_eq!(one, pool(3).install(fit));
        let arrays = one.mixture.to_arrays();
        let again = BayesianMixture::from_arrays((covariance, options.weights), finder(&arrays)).unwrap();
        assert_eq!(again, one.mixture);
    }
}

/// What is begun on a subsample ends on all rows, at the bound that all rows lead to.
#[test]
fn data_larger_than_the_subsample() {
    let values = three(6000);
    let options = BayesianOptions { components: 3, initialisations: 3, ..BayesianOptions::default() };
    let whole = fit(&values, 2, &options);
    let begun = fit(&values, 2, &BayesianOptions { subsample: 300, ..options });
    assert_eq!(begun.statistics.weight(), 6000.0);
    assert!(
        (bound(&begun) - bound(&whole)).abs() < 0.05,
        "{}, from all rows {}",
        bound(&begun),
        bound(&whole)
    );
}

/// Over a sample too small to know the covariances, what is averaged over the posterior predicts better than its
/// expectation.
#[test]
fn the_predictive_density_knows_what_it_does_not_know() {
    let (train, test) = (three(15), three(2000));
    let options = BayesianOptions { components: 3, initialisations: 4, ..BayesianOptions::default() };
    let fitted = fit(&train, 2, &options);
    let rows = Rows::new(&test[200..], 2).unwrap();
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
    let predictive = mean(fitted.mixture.log_predictive(rows).unwrap());
    let plugged_in = mean(fitted.mixture.expected().log_prob(rows).unwrap());
    assert!(predictive > plugged_in + 0.1, "predictive {predictive}, of the expectation {plugged_in}");
}

/// The tails of Student's t are powers: however far a row is, its density is a number.
#[test]
fn a_row_that_is_far_has_a_density() {
    let values = three(60);
    for covariance in KINDS {
        let options = BayesianOptions { components: 3, covariance, ..BayesianOptions::default() };
        let mixture = fit(&values, 2, &options).mixture;
        let far = [1e100, 1.0, 1e140, 1.0, 1e180, 1.0, 1e220, 1.0];
        let log_prob = mixture.log_predictive(Rows::new(&far, 2).unwrap()).unwrap();
        let steps: Vec<_> = log_prob.windows(2).map(|pair| pair[0] - pair[1]).collect();
        assert!(steps[0] > 92.0 && steps[0].is_finite(), "{covariance:?}: {log_prob:?}");
        assert!(
            steps.iter().all(|step| (step - steps[0]).abs() < 1e-9 * steps[0]),
            "{covariance:?}: {steps:?}"
        );
    }
}

/// In other units, and far from zero, the same is learned; the bound moves by the units of what is there
/// alone.
#[test]
fn units_do_not_matter() {
    // Values on a grid of 2⁻²⁰ and factors of two lose nothing.
    let grid = |value: f64| (value * 1_048_576.0).round() / 1_048_576.0;
    let values: Vec<_> = clusters(&Rng::seed(8), 300, 2, 0.1).into_iter().map(grid).collect();
    let seen = values.iter().filter(|value| !value.is_nan()).count() as f64;
    for covariance in KINDS {
        let options =
            BayesianOptions { components: 3, covariance, iterations: 30, ..BayesianOptions::default() };
        let near = fit(&values, 2, &options);
        for (scale, shift) in [(1_048_576.0, 0.0), (1.0, 1e6), (2.0_f64.powi(-200), 0.0)] {
            let moved: Vec<_> = values.iter().map(|value| value * scale + shift).collect();
            let far = fit(&moved, 2, &options);
            let expected = bound(&near) - seen * f64::ln(scale);
            assert!(
                (bound(&far) - expected).abs() < 1e-8 * expected.abs(),
                "{covariance:?}: {}, expected {expected}",
                bound(&far)
            );
        }
    }
}

/// Ever larger concentrations make the weights known; smaller ones than any number's inverse leave all to one
/// component.
#[test]
fn concentrations_at_the_ends() {
    let mut arrays =
        BayesianMixture::new(3, WeightPrior::default(), prior(Covariance::Diagonal, 2)).unwrap().to_arrays();
    let without =
        BayesianMixture::from_arrays((Covariance::Diagonal, WeightPrior::default()), finder(&arrays))
            .unwrap();
    assert!(without.kl_divergence().abs() < 1e-14, "{}", without.kl_divergence());
    arrays[0].values = vec![5.0, 100.0, 0.0];
    let kl = |weights| {
        let mixture = BayesianMixture::from_arrays((Covariance::Diagonal, weights), finder(&arrays)).unwrap();
        assert!(mixture.expected().weights().iter().all(|weight| weight.is_finite()));
        mixture.kl_divergence()
    };
    let dirichlet = |concentration| kl(WeightPrior::Dirichlet { concentration });
    let known = dirichlet(1e300);
    for (concentration, tolerance) in [(1e9, 1e-5), (1e13, 1e-9), (1e200, 1e-12)] {
        assert!((dirichlet(concentration) - known).abs() < tolerance, "{concentration}");
    }
    for concentration in [1e-310, 1e-300, 1e-20, 1e300] {
        let process = kl(WeightPrior::DirichletProcess { concentration });
        assert!(process.is_finite() && dirichlet(concentration).is_finite(), "{concentration}: {process}");
    }
}

#[test]
fn options_as_a_configuration_writes_them() {
    let text = r#"{"components": 20, "weights": {"kind": "dirichlet_process", "concentration": 0.5}}"#;
    let options: BayesianOptions = serde_json::from_str(text).unwrap();
    let weights = WeightPrior::DirichletProcess { concentration: 0.5 };
    assert_eq!(options, BayesianOptions { components: 20, weights, ..BayesianOptions::default() });
    let text = serde_json::to_string(&options).unwrap();
    assert_eq!(serde_json::from_str::<BayesianOptions>(&text).unwrap(), options);
    for wrong in [r#"{"weights": {"kind": "dirichlet", "gamma": 1}}"#, r#"{"component": 3}"#] {
        assert!(serde_json::from_str::<BayesianOptions>(wrong).is_err(), "{wrong}");
    }
    for wrong in [
        BayesianOptions { components: 0, ..BayesianOptions::default() },
        BayesianOptions { spread: f64::NAN, ..BayesianOptions::default() },
        BayesianOptions { mean_precision: 0.0, ..BayesianOptions::default() },
        BayesianOptions { tolerance: -1.0, ..BayesianOptions::default() },
    ] {
        assert!(matches!(wrong.check(), Err(MixtureError::Parameter { .. })), "{wrong:?}");
    }
}

#[test]
fn what_is_no_prior() {
    let new = |mean_precision, degrees, scatter: &[f64]| {
        NormalWishart::new(Covariance::Full, vec![0.0, 0.0], mean_precision, degrees, scatter.to_vec())
    };
    let eye = [1.0, 0.0, 0.0, 1.0];
    assert!(new(1.0, 2.0, &eye).is_ok());
    for (mean_precision, degrees, scatter) in [
        (0.0, 2.0, &eye[..]),
        (f64::NAN, 2.0, &eye),
        (1.0, 1.0, &eye),
        (1.0, 2.0, &[1.0, 0.5, -0.5, 1.0]),
        (1.0, 2.0, &[1.0; 4]),
        (1.0, 2.0, &[f64::NAN; 4]),
    ] {
        let made = new(mean_precision, degrees, scatter);
        assert!(matches!(made, Err(MixtureError::Parameter { .. })), "{made:?}");
    }
    assert!(matches!(new(1.0, 2.0, &[1.0]), Err(MixtureError::Shape { .. })));
    for concentration in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        for weights in
            [WeightPrior::Dirichlet { concentration }, WeightPrior::DirichletProcess { concentration }]
        {
            assert!(BayesianMixture::new(2, weights, prior(Covariance::Full, 2)).is_err());
        }
    }
    assert!(BayesianMixture::new(0, WeightPrior::default(), prior(Covariance::Full, 2)).is_err());
}
