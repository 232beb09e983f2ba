//! Hidden Markov models: what their tests share.

use std::collections::BTreeMap;

use jensen_models::hmm::Hmm;
use jensen_models::mixture::{Categories, Covariance, DiscreteMixture, GaussianMixture};
use jensen_random::Rng;
use serde::Deserialize;

mod degenerate;
mod enumeration;
mod iterations;
mod long;
mod parity;
mod rows;

/// Reference values by `tests/references/hmm.py`.
#[derive(Deserialize)]
struct Reference {
    columns: BTreeMap<String, Vec<f64>>,
}

impl Reference {
    fn read(name: &str) -> Self {
        let path = format!("{}/tests/references/hmm_{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("a reference file")).expect("its form")
    }

    fn get(&self, name: &str) -> &[f64] {
        &self.columns[name]
    }
}

const KINDS: [Covariance; 4] =
    [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical];

#[track_caller]
fn close(what: &str, ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        let near = a == b || (a - b).abs() <= tolerance * (1.0 + b.abs());
        assert!(near, "{what} at {at}: {a}, expected {b}");
    }
}

/// Rows of probabilities drawn at random.
fn probabilities(rng: &Rng, rows: usize, columns: usize) -> Vec<f64> {
    let uniforms = rng.uniforms(rows, columns);
    let share = |row: &[f32]| {
        let sum: f64 = row.iter().map(|u| f64::from(*u) + 0.05).sum();
        row.iter().map(|u| (f64::from(*u) + 0.05) / sum).collect::<Vec<_>>()
    };
    uniforms.chunks(columns).flat_map(share).collect()
}

fn chain<E: jensen_models::hmm::Emissions>(rng: &Rng, emissions: E) -> Hmm<E> {
    let s = emissions.states();
    let transitions = probabilities(&rng.fork("transitions"), s, s);
    Hmm::new(probabilities(&rng.fork("initial"), 1, s), transitions, emissions).expect("a model")
}

fn some_gaussian(rng: &Rng, kind: Covariance, states: usize, columns: usize) -> Hmm<GaussianMixture> {
    let means =
        rng.fork("means").normals(states, columns).iter().map(|mean| 1.5 * f64::from(*mean)).collect();
    let variance = |at: usize| 0.5 + (at % 7) as f64 * 0.2;
    let size: usize = kind.shape(states, columns).iter().product();
    let entry = |at: usize| match kind {
        Covariance::Full | Covariance::Tied if at / columns % columns != at % columns => 0.2,
        _ => variance(at),
    };
    let covariances = (0..size).map(entry).collect();
    let weights = vec![1.0 / states as f64; states];
    chain(rng, GaussianMixture::new(kind, columns, weights, means, covariances).expect("emissions"))
}

/// Emissions of categories, whose weights as a mixture have no part.
fn categorical(counts: Vec<usize>, probabilities: Vec<f64>) -> DiscreteMixture {
    let categories = Categories::new(counts).expect("categories");
    let states = probabilities.len() / categories.all();
    DiscreteMixture::new(categories, vec![1.0 / states as f64; states], probabilities).expect("emissions")
}

fn some_categorical(rng: &Rng, states: usize) -> Hmm<DiscreteMixture> {
    let [first, second] =
        [3, 2].map(|levels| probabilities(&rng.fork("emissions").at(levels), states, levels as usize));
    let both = first.chunks(3).zip(second.chunks(2)).flat_map(|(first, second)| [first, second].concat());
    chain(rng, categorical(vec![3, 2], both.collect()))
}

/// Values of which some are missing.
fn with_holes(mut values: Vec<f64>, rng: &Rng, share: f64) -> Vec<f64> {
    let holes = rng.fork("holes").uniforms(values.len(), 1);
    for (value, hole) in values.iter_mut().zip(holes) {
        if f64::from(hole) < share {
            *value = f64::NAN;
        }
    }
    values
}
