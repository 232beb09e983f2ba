//! What holds of every iteration.

use jensen_models::mixture::{
    Arrays, BLOCK, Covariance, EmOptions, ExpectationMaximisation, GaussianMixture, MixtureError,
    Regularisation, RowSource, Rows, Statistics, Subsample, Summary,
};
use jensen_random::Rng;

use super::{KINDS, close, clusters, finder};

fn begin(kind: Covariance, components: usize, rows: Rows<'_>, seed: u64) -> GaussianMixture {
    let summary = Summary::of(&rows).expect("columns");
    let some = Regularisation::relative(&summary, 0.01).expect("a share");
    GaussianMixture::initialise(kind, components, rows, &summary, &some, 3, &Rng::seed(seed))
        .expect("clusters")
}

/// Over random data, weights and missing entries, without regularisation.
#[test]
fn the_likelihood_never_falls() {
    for seed in 0..12 {
        for kind in KINDS {
            let rng = Rng::seed(seed);
            let columns = 2 + seed as usize % 3;
            let values = clusters(&rng, 150, columns, if seed % 2 == 0 { 0.25 } else { 0.0 });
            let weights: Vec<_> = rng.fork("weights").uniforms(150, 1).into_iter().map(f64::from).collect();
            let rows = Rows::new(&values, columns).unwrap().with_weights(&weights).unwrap();
            let none = Regularisation::none(columns);
            let fitted = begin(kind, 3, rows, seed).em(&rows, &none, 40, 0.0).unwrap();
            for (at, pair) in fitted.history.windows(2).enumerate() {
                assert!(
                    pair[1] >= pair[0] - 1e-12 * pair[0].abs(),
                    "{kind:?}, seed {seed}, iteration {at}: {pair:?}"
                );
            }
            assert!(fitted.history[fitted.history.len() - 1] > fitted.history[0], "{kind:?}, seed {seed}");
        }
    }
}

#[test]
fn a_weight_of_two_is_the_row_twice() {
    for kind in KINDS {
        let values = clusters(&Rng::seed(3), 60, 3, 0.2);
        let twice = [&values[..], &values[90..]].concat();
        let weights: Vec<_> = (0..60).map(|at| if at < 30 { 1.0 } else { 2.0 }).collect();
        let plain = Rows::new(&values, 3).unwrap();
        let mixture = begin(kind, 3, plain, 1);
        let weighted = Statistics::expect(&mixture, plain.with_weights(&weights).unwrap()).unwrap();
        let repeated = Statistics::expect(&mixture, Rows::new(&twice, 3).unwrap()).unwrap();
        close("counts", weighted.counts(), repeated.counts(), 1e-13);
        close("means", weighted.means(), repeated.means(), 1e-13);
        close("scatters", weighted.scatters(), repeated.scatters(), 1e-12);
        close("likelihood", &[weighted.log_likelihood()], &[repeated.log_likelihood()], 1e-13);
        assert_eq!(weighted.weight(), repeated.weight());
    }
}

/// A mean of a million and a standard deviation of one: the covariances keep nine digits of the ten that such data
/// have, where a difference of squares would keep four.
#[test]
fn nothing_cancels_far_from_zero() {
    for kind in KINDS {
        // Values on a grid of 2⁻²⁰, so that moving them by a million loses nothing.
        let grid = |value: f64| (value * 1_048_576.0).round() / 1_048_576.0;
        let near: Vec<_> = clusters(&Rng::seed(8), 3000, 3, 0.1).into_iter().map(grid).collect();
        let far: Vec<_> = near.iter().map(|value| value + 1e6).collect();
        let (near, far) = (Rows::new(&near, 3).unwrap(), Rows::new(&far, 3).unwrap());
        let none = Regularisation::none(3);
        let start = begin(kind, 3, near, 2);
        let means = start.means().iter().map(|mean| grid(*mean)).collect::<Vec<_>>();
        let moved = |by: f64| {
            let means = means.iter().map(|mean| mean + by).collect();
            let (weights, covariances) = (start.weights().to_vec(), start.covariances().to_vec());
            GaussianMixture::new(kind, 3, weights, means, covariances).unwrap()
        };
        let near = moved(0.0).em(&near, &none, 5, 0.0).unwrap();
        let far = moved(1e6).em(&far, &none, 5, 0.0).unwrap();
        close("history", &far.history, &near.history, 1e-9);
        close("covariances", far.mixture.covariances(), near.mixture.covariances(), 1e-8);
    }
}

#[test]
fn threads_do_not_move_a_bit_and_passes_but_the_rounding() {
    let values = clusters(&Rng::seed(4), 20 * BLOCK + 77, 3, 0.05);
    let rows = Rows::new(&values, 3).unwrap();
    let options = EmOptions { components: 3, iterations: 3, ..EmOptions::default() };
    let fit = || GaussianMixture::fit(&rows, &options, &Rng::seed(1)).unwrap();
    let pool = |n| rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool");
    let one = pool(1).install(fit);
    assert_eq!(one, pool(3).install(fit));
    // Statistics of parts are those of the whole, but for the order of rounding.
    let whole = Statistics::expect(&one.mixture, rows).unwrap();
    let parts = Statistics::expect_all(&one.mixture, &InParts(&values)).unwrap();
    close("scatters", parts.scatters(), whole.scatters(), 1e-12);
    close("means", parts.means(), whole.means(), 1e-12);
    assert_eq!(Summary::of(&rows).unwrap(), Summary::of(&InParts(&values)).unwrap());
}

/// A pass that stops at a block, goes to a file and comes back is the pass that did not stop.
#[test]
fn a_pass_goes_on_where_it_stopped() {
    for kind in KINDS {
        let values = clusters(&Rng::seed(5), 12 * BLOCK, 3, 0.1);
        let mixture = begin(kind, 3, Rows::new(&values, 3).unwrap(), 1);
        let whole = mixture.expect_all(&InParts(&values)).unwrap();
        let mut resumed = mixture.no_rows();
        InParts(&values)
            .pass(&mut |rows: Rows<'_>| {
                GaussianMixture::merge(&mut resumed, &mixture.expect(rows)?);
                let arrays = resumed.to_arrays();
                resumed = Statistics::from_arrays(kind, finder(&arrays))?;
                Ok(())
            })
            .unwrap();
        assert_eq!(resumed, whole);
        let mut arrays = whole.to_arrays();
        arrays[2].values[0] = f64::NAN;
        let broken = Statistics::from_arrays(kind, finder(&arrays));
        assert!(matches!(broken, Err(MixtureError::Parameter { name: "scatters", .. })), "{broken:?}");
    }
}

/// Rows of three columns in parts of four blocks.
struct InParts<'a>(&'a [f64]);

impl RowSource for InParts<'_> {
    fn columns(&self) -> usize {
        3
    }

    fn pass(&self, visit: &mut dyn FnMut(Rows<'_>) -> Result<(), MixtureError>) -> Result<(), MixtureError> {
        for (at, part) in self.0.chunks(3 * 4 * BLOCK).enumerate() {
            visit(Rows::new(part, 3)?.starting_at((at * 4 * BLOCK) as u64))?;
        }
        Ok(())
    }
}

#[test]
fn a_subsample_depends_on_the_seed_alone() {
    let values = clusters(&Rng::seed(4), 10 * BLOCK, 3, 0.0);
    let whole = Rows::new(&values, 3).unwrap();
    let draw = |source: &dyn RowSource, rows, seed| Subsample::draw(source, rows, &Rng::seed(seed)).unwrap();
    let some = draw(&whole, 100, 1);
    assert_eq!(some, draw(&InParts(&values), 100, 1));
    assert_ne!(some, draw(&whole, 100, 2));
    assert_eq!((some.rows().unwrap().len(), some.complete), (100, false));
    let all = draw(&whole, 10 * BLOCK, 1);
    assert!(all.complete);
    assert!((0..whole.len()).all(|at| all.rows().unwrap().row(at) == whole.row(at)));
}

/// What is begun on a subsample ends on all rows.
#[test]
fn data_larger_than_the_subsample() {
    let values = clusters(&Rng::seed(6), 10 * BLOCK, 3, 0.1);
    let options = EmOptions { components: 3, subsample: 500, initialisations: 4, ..EmOptions::default() };
    let fitted = GaussianMixture::fit(&InParts(&values), &options, &Rng::seed(1)).unwrap();
    let all = EmOptions { subsample: 10 * BLOCK, ..options };
    let whole = GaussianMixture::fit(&Rows::new(&values, 3).unwrap(), &all, &Rng::seed(1)).unwrap();
    let [ours, theirs] = [&fitted, &whole].map(|fitted| fitted.statistics.mean_log_likelihood());
    assert!((ours - theirs).abs() < 1e-4, "{ours}, from all rows {theirs}");
    assert_eq!(fitted.statistics.weight(), (10 * BLOCK) as f64);
}
