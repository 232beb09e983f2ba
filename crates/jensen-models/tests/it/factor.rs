//! Factor analysers and their mixtures: what their tests share.

use std::collections::BTreeMap;

use jensen_models::factor::{FactorMixture, Noise};
use jensen_random::Rng;
use serde::Deserialize;

mod degenerate;
mod iterations;
mod parity;

/// Reference values by `tests/references/factor.py`; null is a missing value.
#[derive(Deserialize)]
struct Reference {
    columns: BTreeMap<String, Vec<Option<f64>>>,
}

impl Reference {
    fn read(name: &str) -> Self {
        let path = format!("{}/tests/references/factor_{name}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(path).expect("a reference file")).expect("its form")
    }

    fn get(&self, name: &str) -> Vec<f64> {
        self.columns[name].iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    }
}

const KINDS: [Noise; 3] = [Noise::Isotropic, Noise::Diagonal, Noise::Tied];

#[track_caller]
fn close(what: &str, ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len(), "{what}");
    for (at, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{what} at {at}: {a}, expected {b}");
    }
}

/// A mixture with parameters drawn at random.
fn some_mixture(rng: &Rng, noise: Noise, components: usize, columns: usize, latents: usize) -> FactorMixture {
    let normals = |name, rows, width| -> Vec<f64> {
        rng.fork(name).normals(rows, width).into_iter().map(f64::from).collect()
    };
    let size = noise.shape(components, columns).iter().product();
    let variances = rng.fork("variances").uniforms(size, 1).into_iter().map(|u| 0.2 + f64::from(u)).collect();
    let weights = vec![1.0 / components as f64; components];
    let means = normals("means", components, columns).iter().map(|mean| 3.0 * mean).collect();
    let loadings = normals("loadings", components * columns, latents);
    FactorMixture::new(noise, latents, weights, means, loadings, variances).expect("a mixture")
}

/// Rows of such a mixture, with entries missing at random.
fn rows_of(mixture: &FactorMixture, rng: &Rng, rows: usize, missing: f64) -> Vec<f64> {
    let holes = rng.fork("holes").uniforms(rows, mixture.columns());
    let draws = mixture.sample(rng, rows).values;
    let hide = |(value, hole): (&f64, &f32)| if f64::from(*hole) < missing { f64::NAN } else { *value };
    draws.iter().zip(&holes).map(hide).collect()
}
