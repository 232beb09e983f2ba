//! Mixtures: what their tests share.

use std::collections::BTreeMap;

use jensen_models::mixture::{Covariance, GaussianMixture, NamedArray};
use jensen_random::Rng;
use serde::Deserialize;

mod bayesian;
mod degenerate;
mod discrete;
mod iterations;
mod learner;
mod missing;
mod online;
mod parity;
mod weightless;

/// Reference values by the scripts of `tests/references`; null is a missing value.
#[derive(Deserialize)]
struct Reference {
    columns: BTreeMap<String, Vec<Option<f64>>>,
}

impl Reference {
    fn read(name: &str) -> Self {
        Self::read_file(&format!("mixture_{name}"))
    }

    fn read_file(name: &str) -> Self {
        let path = format!("{}/tests/references/{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("a reference file")).expect("its form")
    }

    fn get(&self, name: &str) -> Vec<f64> {
        self.columns[name].iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    }

    fn mixture(&self, kind: Covariance, columns: usize, prefix: &str) -> GaussianMixture {
        let [weights, means, covariances] =
            GaussianMixture::ARRAYS.map(|name| self.get(&format!("{prefix}{name}")));
        GaussianMixture::new(kind, columns, weights, means, covariances).expect("a mixture")
    }
}

const KINDS: [Covariance; 4] =
    [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical];

#[track_caller]
fn close(what: &str, ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what} at {at}: {a}, expected {b}");
    }
}

/// Finds arrays by their names, as those who read files do.
pub(crate) fn finder<'a>(
    arrays: &'a [NamedArray],
) -> impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])> {
    move |name| {
        let array = arrays.iter().find(|array| array.name == name)?;
        Some((&array.shape[..], &array.values[..]))
    }
}

/// Numbers of three clusters, with entries missing at random.
fn clusters(rng: &Rng, rows: usize, columns: usize, missing: f64) -> Vec<f64> {
    let noise = rng.fork("noise").normals(rows, columns);
    let holes = rng.fork("holes").uniforms(rows, columns);
    let entry = |(at, (noise, hole)): (usize, (&f32, &f32))| {
        let (cluster, column) = ((at / columns) % 3, at % columns);
        let value = f64::from(*noise) + (cluster * (column + 1)) as f64 * 1.5;
        if f64::from(*hole) < missing { f64::NAN } else { value }
    };
    noise.iter().zip(&holes).enumerate().map(entry).collect()
}
