//! The time of one iteration of expectation–maximisation; `bench/mixture.py` holds it against scikit-learn's.
//!
//! `mixture_speed VALUES COLUMNS COMPONENTS KIND`, the values being doubles in the machine's own order of bytes, row by
//! row. The mixture begins on the first rows with the identity for covariances.

use std::time::Instant;

use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Statistics};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().collect();
    let [_, path, columns, components, kind] = arguments.as_slice() else {
        return Err("give VALUES COLUMNS COMPONENTS KIND".into());
    };
    let (columns, components): (usize, usize) = (columns.parse()?, components.parse()?);
    let (kind, identity) = match kind.as_str() {
        "full" => (Covariance::Full, eye(columns).repeat(components)),
        "tied" => (Covariance::Tied, eye(columns)),
        "diag" => (Covariance::Diagonal, vec![1.0; components * columns]),
        "spherical" => (Covariance::Spherical, vec![1.0; components]),
        other => return Err(format!("`{other}` is none of {:?}", Covariance::NAMES).into()),
    };
    let bytes = std::fs::read(path)?;
    let (numbers, _) = bytes.as_chunks();
    let values: Vec<_> = numbers.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect();
    let means = values[..components * columns].to_vec();
    let weights = vec![1.0 / components as f64; components];
    let mixture = GaussianMixture::new(kind, columns, weights, means, identity)?;
    let rows = Rows::new(&values, columns)?;
    let none = Regularisation::none(columns);
    let mut mixture = mixture.maximise(&Statistics::expect(&mixture, rows)?, &none)?;
    let start = Instant::now();
    let statistics = Statistics::expect(&mixture, rows)?;
    mixture = mixture.maximise(&statistics, &none)?;
    let seconds = start.elapsed().as_secs_f64();
    println!("{seconds} {} {}", statistics.mean_log_likelihood(), mixture.weights()[0]);
    Ok(())
}

fn eye(columns: usize) -> Vec<f64> {
    (0..columns * columns).map(|at| if at % (columns + 1) == 0 { 1.0 } else { 0.0 }).collect()
}
