//! Mixtures of categorical columns: against enumeration, what holds of every iteration, and data that are hard.

use jensen_models::mixture::{
    Arrays, BLOCK, Categories, DiscreteMixture, DiscreteOptions, DiscreteStatistics, ExpectationMaximisation,
    InformationCriteria, MixtureError, RowSource, Rows, Smoothing,
};
use jensen_random::Rng;

use super::{close, finder};

/// Shares that sum to one, none of them small.
fn shares(rng: &Rng, count: usize) -> Vec<f64> {
    let numbers: Vec<_> = rng.uniforms(1, count).into_iter().map(|u| 0.1 + f64::from(u)).collect();
    let sum: f64 = numbers.iter().sum();
    numbers.iter().map(|number| number / sum).collect()
}

fn random(counts: &[usize], components: usize, seed: u64) -> DiscreteMixture {
    let rng = Rng::seed(seed);
    let probabilities = (0..components).flat_map(|k| {
        let own = rng.fork("probabilities").at(k as u64);
        let column = move |(j, &count): (usize, &usize)| shares(&own.fork("column").at(j as u64), count);
        counts.iter().enumerate().flat_map(column)
    });
    let categories = Categories::new(counts.to_vec()).expect("categories");
    DiscreteMixture::new(categories, shares(&rng.fork("weights"), components), probabilities.collect())
        .expect("a mixture")
}

/// Every row that columns of so many categories can have.
fn every_row(counts: &[usize]) -> Vec<f64> {
    let all: usize = counts.iter().product();
    let digits = |at: usize| {
        let mut rest = at;
        counts.iter().map(move |count| {
            let digit = rest % count;
            rest /= count;
            digit as f64
        })
    };
    (0..all).flat_map(digits).collect()
}

/// `p(x, k)`, a product of the very numbers, with a sum over what is missing.
fn joint(mixture: &DiscreteMixture, row: &[f64], k: usize) -> f64 {
    let all = mixture.categories().all();
    let own = &mixture.probabilities()[k * all..(k + 1) * all];
    match row.iter().position(|value| value.is_nan()) {
        Some(gap) => (0..mixture.categories().counts()[gap])
            .map(|category| {
                let mut filled = row.to_vec();
                filled[gap] = category as f64;
                joint(mixture, &filled, k)
            })
            .sum(),
        None => row.iter().enumerate().fold(mixture.weights()[k], |product, (column, value)| {
            product * own[mixture.categories().range(column).start + *value as usize]
        }),
    }
}

/// Rows of a mixture with holes.
fn rows_of(mixture: &DiscreteMixture, rows: usize, missing: f64, seed: u64) -> Vec<f64> {
    let rng = Rng::seed(seed);
    let holes = rng.fork("holes").uniforms(rows, mixture.columns());
    let values = mixture.sample(&rng, rows).values;
    values
        .iter()
        .zip(&holes)
        .map(|(value, hole)| if f64::from(*hole) < missing { f64::NAN } else { *value })
        .collect()
}

#[test]
fn probabilities_are_those_of_enumeration() {
    for (seed, counts) in [&[2, 2, 2][..], &[3, 1, 4, 2], &[5]].into_iter().enumerate() {
        let mixture = random(counts, 3, seed as u64);
        let every = every_row(counts);
        let log_prob = mixture.log_prob(Rows::new(&every, counts.len()).unwrap()).unwrap();
        close("all rows together", &[log_prob.iter().map(|p| p.exp()).sum()], &[1.0], 1e-14);
        let values = rows_of(&mixture, 50, 0.4, 7);
        let rows = Rows::new(&values, counts.len()).unwrap();
        let (log_prob, whose) = (mixture.log_prob(rows).unwrap(), mixture.responsibilities(rows).unwrap());
        for at in 0..50 {
            let joints: Vec<_> = (0..3).map(|k| joint(&mixture, rows.row(at), k)).collect();
            let sum: f64 = joints.iter().sum();
            close("log p(x)", &[log_prob[at]], &[sum.ln()], 1e-13);
            let posterior: Vec<_> = joints.iter().map(|joint| joint / sum).collect();
            close("p(k | x)", &whose[3 * at..3 * at + 3], &posterior, 1e-13);
        }
    }
}

/// One step from sums over rows, components and categories, written out.
#[test]
fn one_step_is_that_of_the_sums() {
    let counts = [2, 3];
    let mixture = random(&counts, 2, 1);
    let values = rows_of(&mixture, 30, 0.3, 2);
    let weights: Vec<_> = (0..30).map(|at| 0.5 + f64::from(at % 4)).collect();
    let rows = Rows::new(&values, 2).unwrap().with_weights(&weights).unwrap();
    let statistics = mixture.expect(rows).unwrap();
    let next = mixture.maximise(&statistics, &Smoothing::new(0.3).unwrap()).unwrap();
    let (mut shares, mut tallies) = ([0.0; 2], [[0.0; 5]; 2]);
    for (at, weight) in weights.iter().enumerate() {
        let joints = [0, 1].map(|k| joint(&mixture, rows.row(at), k));
        for k in 0..2 {
            let share = weight * joints[k] / (joints[0] + joints[1]);
            shares[k] += share;
            for (column, value) in rows.row(at).iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                tallies[k][2 * column + *value as usize] += share;
            }
        }
    }
    close("counts", statistics.counts(), &shares, 1e-13);
    close("tallies", statistics.tallies(), &tallies.concat(), 1e-13);
    close("weights", next.weights(), &shares.map(|share| share / weights.iter().sum::<f64>()), 1e-13);
    let expected = tallies.map(|own| {
        let own = own.map(|tally| tally + 0.3);
        let [a, b] = [own[0] + own[1], own[2] + own[3] + own[4]];
        [own[0] / a, own[1] / a, own[2] / b, own[3] / b, own[4] / b]
    });
    close("probabilities", next.probabilities(), &expected.concat(), 1e-13);
}

#[test]
fn the_objective_never_falls() {
    for seed in 0..10 {
        for smoothing in [Smoothing::NONE, Smoothing::new(0.2).unwrap()] {
            let counts = [2, 3, 2, 4, 2];
            let values = rows_of(&random(&counts, 3, seed), 120, if seed % 2 == 0 { 0.3 } else { 0.0 }, seed);
            let weights: Vec<_> = Rng::seed(seed).uniforms(120, 1).into_iter().map(f64::from).collect();
            let rows = Rows::new(&values, 5).unwrap().with_weights(&weights).unwrap();
            let fitted = random(&counts, 3, seed + 100).em(&rows, &smoothing, 60, 0.0).unwrap();
            for (at, pair) in fitted.history.windows(2).enumerate() {
                assert!(pair[1] >= pair[0] - 1e-13 * pair[0].abs(), "seed {seed}, iteration {at}: {pair:?}");
            }
            assert!(fitted.history[60] > fitted.history[0] + 1e-3, "seed {seed}");
        }
    }
}

/// Twenty bits in three patterns with one bit in ten turned, and one in five missing: every pattern is found, and the
/// share of turned bits within five standard errors, 1e-6 false alarms for each of 60 numbers.
#[test]
fn patterns_are_found() {
    let patterns: Vec<f64> =
        (0..60).map(|at| if (at / 20 + 1) * (at % 20) % 7 % 2 == 0 { 0.1 } else { 0.9 }).collect();
    let truth = DiscreteMixture::bernoulli(20, vec![0.5, 0.3, 0.2], patterns).unwrap();
    let values = rows_of(&truth, 1500, 0.2, 3);
    let rows = Rows::new(&values, 20).unwrap();
    let options = DiscreteOptions { components: 3, initialisations: 5, ..DiscreteOptions::default() };
    let categories = Categories::binary(20).unwrap();
    let fitted = DiscreteMixture::fit(&rows, &categories, &options, &Rng::seed(1)).unwrap();
    assert!(fitted.converged);
    let found = fitted.mixture.bernoulli_probabilities().expect("bits");
    let expected = truth.bernoulli_probabilities().expect("bits");
    for k in 0..3 {
        let own = &expected[20 * k..20 * k + 20];
        let far = |other: &[f64]| other.iter().zip(own).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let (weight, nearest) = (fitted.mixture.weights().iter())
            .zip(found.chunks(20))
            .min_by(|a, b| far(a.1).total_cmp(&far(b.1)))
            .expect("three components");
        let own = truth.weights()[k];
        assert!(far(nearest) < 5.0 * (0.09 / (0.8 * 1500.0 * own)).sqrt(), "pattern {k}: {nearest:?}");
        assert!(
            (weight - own).abs() < 5.0 * (own * (1.0 - own) / 1500.0).sqrt(),
            "weight {weight}, not {own}"
        );
    }
    // The criteria choose three of two to four.
    let best = (2..=4).min_by(|&a, &b| {
        let bic = |components| {
            let options = DiscreteOptions { components, ..options.clone() };
            let fitted = DiscreteMixture::fit(&rows, &categories, &options, &Rng::seed(1)).unwrap();
            let parameters = fitted.mixture.free_parameters();
            InformationCriteria::new(fitted.statistics.log_likelihood(), 1500.0, parameters).bic
        };
        bic(a).total_cmp(&bic(b))
    });
    assert_eq!(best, Some(3));
    assert_eq!(truth.free_parameters(), 62);
}

#[test]
fn what_is_no_category_is_named() {
    let mixture = random(&[2, 3], 2, 1);
    for (value, column) in [(3.0, 1), (2.0, 0), (-1.0, 1), (0.5, 0), (f64::INFINITY, 1), (1e300, 0)] {
        let mut values = [0.0, 2.0, f64::NAN, f64::NAN, 1.0, 0.0];
        values[4 + column] = value;
        let rows = Rows::new(&values, 2).unwrap().starting_at(5);
        for found in [mixture.log_prob(rows).map(|_| ()), mixture.expect(rows).map(|_| ())] {
            match found {
                Err(MixtureError::Category { row: 7, column: at, value: v, categories }) => {
                    assert_eq!((at, v, categories), (column, value, mixture.categories().counts()[column]));
                }
                other => panic!("{value} in column {column}: {other:?}"),
            }
        }
    }
    let error = Categories::of(&Rows::new(&[0.0, 1.5], 1).unwrap()).unwrap_err().to_string();
    assert!(error.starts_with("row 1 has 1.5 in column 0: a category is a whole number from 0"), "{error}");
    let wide = mixture.log_prob(Rows::new(&[0.0; 3], 3).unwrap());
    assert!(matches!(wide, Err(MixtureError::Shape { .. })), "{wide:?}");
}

#[test]
fn data_that_leave_a_mixture_undetermined() {
    let fit = |values: &[f64], columns, components| {
        let rows = Rows::new(values, columns)?;
        let options = DiscreteOptions { components, ..DiscreteOptions::default() };
        let fitted = DiscreteMixture::fit(&rows, &Categories::of(&rows)?, &options, &Rng::seed(1))?;
        assert!(fitted.history.iter().all(|value| value.is_finite()), "{:?}", fitted.history);
        let arrays = fitted.mixture.to_arrays();
        assert!(arrays.iter().flat_map(|array| &array.values).all(|value| value.is_finite()));
        Ok::<_, MixtureError>(fitted.mixture)
    };
    // A column of one value, rows that are all one, one row.
    fit(&[0.0, 1.0, 0.0, 0.0, 0.0, 1.0], 2, 2).unwrap();
    let same = fit(&[1.0; 12], 2, 1).unwrap();
    close("one value", same.probabilities(), &[0.01 / 6.02, 6.01 / 6.02].repeat(2), 1e-12);
    fit(&[1.0, 0.0, f64::NAN, f64::NAN], 2, 1).unwrap();
    let few = fit(&[1.0, 1.0, 0.0], 1, 3);
    assert!(matches!(few, Err(MixtureError::TooFewRows { components: 3, distinct: 2 })), "{few:?}");
    let gone = fit(&[1.0, f64::NAN, 0.0, f64::NAN], 2, 1);
    assert!(matches!(gone, Err(MixtureError::EmptyColumn { column: 1 })), "{gone:?}");
    assert!(matches!(fit(&[], 2, 1), Err(MixtureError::NoRows)));
    // What has probability zero is said to be impossible.
    let sure = DiscreteMixture::bernoulli(1, vec![0.5, 0.5], vec![1.0, 1.0]).unwrap();
    let rows = Rows::new(&[1.0, 0.0], 1).unwrap();
    assert_eq!(sure.log_prob(rows).unwrap(), [0.0, f64::NEG_INFINITY]);
    assert!(matches!(sure.expect(rows), Err(MixtureError::Impossible { row: 1 })));
    // A component that answers for nothing keeps what it was, and a thousand columns do not underflow.
    let two = DiscreteMixture::bernoulli(1, vec![1.0, 0.0], vec![0.5, 0.2]).unwrap();
    let next = two.maximise(&two.expect(rows).unwrap(), &Smoothing::NONE).unwrap();
    assert_eq!((next.weights(), next.bernoulli_probabilities()), (&[1.0, 0.0][..], Some(vec![0.5, 0.2])));
    let wide = DiscreteMixture::bernoulli(5000, vec![0.5, 0.5], [vec![0.2; 5000], vec![0.3; 5000]].concat())
        .unwrap();
    let log_prob = wide.log_prob(Rows::new(&vec![1.0; 5000], 5000).unwrap()).unwrap();
    close("5000 columns", &log_prob, &[5000.0 * 0.3_f64.ln() - 2.0_f64.ln()], 1e-13);
}

#[test]
fn parameters_that_make_no_mixture() {
    for (weights, probabilities) in [
        (vec![0.9], vec![0.5]),
        (vec![1.0], vec![1.5]),
        (vec![1.0], vec![-0.5]),
        (vec![1.0], vec![f64::NAN]),
        (vec![f64::NAN], vec![0.5]),
    ] {
        let made = DiscreteMixture::bernoulli(1, weights, probabilities);
        assert!(matches!(made, Err(MixtureError::Parameter { .. })), "{made:?}");
    }
    assert!(matches!(DiscreteMixture::bernoulli(2, vec![1.0], vec![0.5]), Err(MixtureError::Shape { .. })));
    assert!(Categories::new(vec![]).is_err() && Categories::new(vec![2, 0]).is_err());
    assert!(Categories::new(vec![usize::MAX, 2]).is_err());
    assert!(Smoothing::new(-1.0).is_err() && Smoothing::new(f64::NAN).is_err());
}

#[test]
fn weights_threads_and_files() {
    let counts = [2, 5, 3];
    let truth = random(&counts, 3, 4);
    let values = rows_of(&truth, 10 * BLOCK + 77, 0.1, 5);
    let rows = Rows::new(&values, 3).unwrap();
    let options = DiscreteOptions {
        components: 3,
        iterations: 5,
        initialisations: 2,
        subsample: 2000,
        ..DiscreteOptions::default()
    };
    let fit = || DiscreteMixture::fit(&rows, truth.categories(), &options, &Rng::seed(1)).unwrap();
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let one = pool(1).install(fit);
    assert_eq!(one, pool(3).install(fit));
    assert_eq!(one.statistics.weight(), rows.len() as f64);
    let arrays = one.mixture.to_arrays();
    assert_eq!(DiscreteMixture::from_arrays((), finder(&arrays)).unwrap(), one.mixture);
    // A pass that stops at a block, goes to a file and comes back.
    let mut resumed = one.mixture.no_rows();
    let mut whole = one.mixture.no_rows();
    for part in values.chunks(3 * 4 * BLOCK) {
        let part = one.mixture.expect(Rows::new(part, 3).unwrap()).unwrap();
        whole.merge(&part);
        resumed.merge(&part);
        let arrays = resumed.to_arrays();
        resumed = DiscreteStatistics::from_arrays(truth.categories().clone(), finder(&arrays)).unwrap();
    }
    assert_eq!(resumed, whole);
    close("parts", whole.tallies(), one.statistics.tallies(), 1e-12);
    // Two of a row are a row of weight two.
    let twice = [&values[..600], &values[300..600]].concat();
    let weights: Vec<_> = (0..200).map(|at| if at < 100 { 1.0 } else { 2.0 }).collect();
    let weighted =
        one.mixture.expect(Rows::new(&values[..600], 3).unwrap().with_weights(&weights).unwrap()).unwrap();
    let repeated = one.mixture.expect(Rows::new(&twice, 3).unwrap()).unwrap();
    close("tallies", weighted.tallies(), repeated.tallies(), 1e-13);
    close("likelihood", &[weighted.log_likelihood()], &[repeated.log_likelihood()], 1e-13);
    let source: &dyn RowSource = &rows;
    assert_eq!(&Categories::of(source).unwrap(), truth.categories());
}

/// Frequencies of 40 000 draws within five standard errors, and the same rows however many are drawn.
#[test]
fn draws_have_the_probabilities_of_their_components() {
    let mixture = random(&[2, 4], 3, 8);
    let draws = mixture.sample(&Rng::seed(9), 40_000);
    for k in 0..3 {
        let own: Vec<_> = draws.values.chunks(2).zip(&draws.components).filter(|(_, c)| **c == k).collect();
        let n = own.len() as f64;
        let weight = mixture.weights()[k];
        assert!((n - 4e4 * weight).abs() < 5.0 * (4e4 * weight * (1.0 - weight)).sqrt(), "{n} of {k}");
        for (column, count) in [(0, 2), (1, 4)] {
            for category in 0..count {
                let p = mixture.probabilities()[6 * k + 2 * column + category];
                let found = own.iter().filter(|(row, _)| row[column] == category as f64).count() as f64 / n;
                assert!((found - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt(), "{found}, not {p}");
            }
        }
    }
    let few = mixture.sample(&Rng::seed(9), 10);
    assert_eq!((&few.values[..], &few.components[..]), (&draws.values[..20], &draws.components[..10]));
}

/// The frequencies of draws against the joint probabilities of what is missing, given what is there: five standard
/// errors, one time in 1.7 million each.
#[test]
fn draws_are_of_the_conditional_probabilities() {
    const DRAWS: usize = 20_000;
    let mixture = random(&[3, 2, 2], 3, 8);
    let values = [f64::NAN, 1.0, f64::NAN, 2.0, 0.0, 1.0];
    let rows = Rows::new(&values, 3).unwrap();
    let drawn = mixture.impute_draws(rows, DRAWS, &Rng::seed(1)).unwrap();
    assert!(
        drawn
            .chunks(6)
            .all(|version| [version[1], version[3], version[4], version[5]] == [1.0, 2.0, 0.0, 1.0])
    );
    assert_eq!(mixture.impute_draws(rows, 3, &Rng::seed(1)).unwrap(), drawn[..18]);
    let probability = |row: &[f64]| (0..3).map(|k| joint(&mixture, row, k)).sum::<f64>();
    for a in [0.0, 1.0, 2.0] {
        for b in [0.0, 1.0] {
            let expected = probability(&[a, 1.0, b]) / probability(&values[..3]);
            let count = drawn.chunks(6).filter(|version| [version[0], version[2]] == [a, b]).count();
            let (found, n) = (count as f64 / DRAWS as f64, DRAWS as f64);
            let error = (expected * (1.0 - expected) / n).sqrt();
            assert!((found - expected).abs() < 5.0 * error, "{a}, {b}: {found}, not {expected}");
        }
    }
}
