//! Online iterations, draws, and the way to files and back.

use jensen_models::mixture::{
    Covariance, GaussianMixture, OnlineEm, Regularisation, Rows, Statistics, Summary,
};
use jensen_random::Rng;

use super::{KINDS, close, clusters, finder};

fn truth() -> GaussianMixture {
    let covariances = vec![1.0, 0.5, 0.5, 1.0, 0.5, -0.2, -0.2, 0.8, 2.0, 0.0, 0.0, 0.3];
    let means = vec![0.0, 0.0, 4.0, 1.0, -1.0, 5.0];
    GaussianMixture::new(Covariance::Full, 2, vec![0.5, 0.3, 0.2], means, covariances).expect("a mixture")
}

/// One pass in batches of fifty against batch iterations to their end, on rows that neither has seen.
#[test]
fn online_reaches_what_batch_iterations_reach() {
    let train = truth().sample(&Rng::seed(1), 20_000).values;
    let test = truth().sample(&Rng::seed(2), 4_000).values;
    let (rows, test) = (Rows::new(&train, 2).unwrap(), Rows::new(&test, 2).unwrap());
    let summary = Summary::of(&rows).unwrap();
    let some = Regularisation::relative(&summary, 1e-6).unwrap();
    let first = Rows::new(&train[..400], 2).unwrap();
    let start =
        GaussianMixture::initialise(Covariance::Full, 3, first, &summary, &some, 0, &Rng::seed(3)).unwrap();
    let batch = start.clone().em(&rows, &some, 200, 1e-7).unwrap();
    let mut online = OnlineEm::new(start.clone(), 0.6, some).unwrap();
    for part in train.chunks(100) {
        online.update(Rows::new(part, 2).unwrap()).unwrap();
    }
    assert_eq!(online.batches(), 400);
    let held_out = |mixture: &GaussianMixture| {
        let log_prob = mixture.log_prob(test).unwrap();
        let mean = log_prob.iter().sum::<f64>() / log_prob.len() as f64;
        let variance =
            log_prob.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / log_prob.len() as f64;
        (mean, (variance / log_prob.len() as f64).sqrt())
    };
    let (begun, _) = held_out(&start);
    let ((batch, error), (online, _)) = (held_out(&batch.mixture), held_out(online.mixture()));
    assert!(begun < batch - 2.0 * error, "the beginning, {begun}, must leave something to learn: {batch}");
    assert!((online - batch).abs() < error, "online {online}, batch {batch}, standard error {error}");
}

/// The M step of what a mixture expects of itself is the mixture.
#[test]
fn online_begins_where_it_stands() {
    for kind in KINDS {
        let values = clusters(&Rng::seed(1), 90, 3, 0.0);
        let rows = Rows::new(&values, 3).unwrap();
        let summary = Summary::of(&rows).unwrap();
        let some = Regularisation::relative(&summary, 0.01).unwrap();
        let mixture = GaussianMixture::initialise(kind, 3, rows, &summary, &some, 1, &Rng::seed(1)).unwrap();
        let again = mixture.maximise(&Statistics::of_mixture(&mixture), &Regularisation::none(3)).unwrap();
        close("means", again.means(), mixture.means(), 1e-14);
        close("covariances", again.covariances(), mixture.covariances(), 1e-14);
        close("weights", again.weights(), mixture.weights(), 1e-14);
        for exponent in [0.5, 1.1, f64::NAN] {
            assert!(OnlineEm::new(mixture.clone(), exponent, some.clone()).is_err());
        }
        let arrays = mixture.to_arrays();
        let find = finder(&arrays);
        assert_eq!(GaussianMixture::from_arrays(kind, &find).unwrap(), mixture);
        assert!(GaussianMixture::from_arrays(kind, |name| find(name).filter(|_| name != "means")).is_err());
    }
}

/// Shares, means and covariances of 40 000 draws of each component and kind within five standard errors: 4 kinds of
/// at most 18 numbers, false alarm 4e-5 in all.
#[test]
fn draws_have_the_moments_of_their_components() {
    let full = truth().covariances().to_vec();
    for (kind, covariances) in KINDS.into_iter().zip([
        full.clone(),
        full[..4].to_vec(),
        vec![1.0, 2.0, 0.5, 0.1, 3.0, 1.0],
        vec![1.0, 0.2, 3.0],
    ]) {
        let (weights, means) = (truth().weights().to_vec(), truth().means().to_vec());
        let mixture = GaussianMixture::new(kind, 2, weights, means, covariances).unwrap();
        let draws = mixture.sample(&Rng::seed(9), 40_000);
        for k in 0..3 {
            let own: Vec<_> =
                draws.values.chunks(2).zip(&draws.components).filter(|(_, c)| **c == k).collect();
            let (n, weight) = (own.len() as f64, mixture.weights()[k]);
            let expected = 40_000.0 * weight;
            assert!((n - expected).abs() < 5.0 * (expected * (1.0 - weight)).sqrt(), "{kind:?}: {n} of {k}");
            let entry = |i: usize, j: usize| match kind {
                Covariance::Full => mixture.covariances()[4 * k + 2 * i + j],
                Covariance::Tied => mixture.covariances()[2 * i + j],
                _ if i != j => 0.0,
                Covariance::Diagonal => mixture.covariances()[2 * k + i],
                Covariance::Spherical => mixture.covariances()[k],
            };
            for i in 0..2 {
                let centred = |row: &[f64], j: usize| row[j] - mixture.means()[2 * k + j];
                let mean = own.iter().map(|(row, _)| centred(row, i)).sum::<f64>() / n;
                assert!(mean.abs() < 5.0 * (entry(i, i) / n).sqrt(), "{kind:?}: mean {mean} of {k}, {i}");
                for j in 0..=i {
                    let found = own.iter().map(|(row, _)| centred(row, i) * centred(row, j)).sum::<f64>() / n;
                    let error = ((entry(i, i) * entry(j, j) + entry(i, j).powi(2)) / n).sqrt();
                    assert!((found - entry(i, j)).abs() < 5.0 * error, "{kind:?}: {found} of {k}, {i}, {j}");
                }
            }
        }
        let few = mixture.sample(&Rng::seed(9), 10);
        assert_eq!((&few.values[..], &few.components[..]), (&draws.values[..20], &draws.components[..10]));
    }
}
