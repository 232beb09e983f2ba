//! Variational posteriors: what their tests share.

use jensen_models::mixture::{BayesianMixture, Covariance, Fitted, NormalWishart, WeightPrior};

mod draws;
mod evidence;
mod learning;
mod reference;

const WEIGHT_PRIORS: [WeightPrior; 2] =
    [WeightPrior::Dirichlet { concentration: 0.6 }, WeightPrior::DirichletProcess { concentration: 1.7 }];

/// `Σ` of one component, or of all, with these entries on and off the diagonal.
fn scatter(kind: Covariance, columns: usize, on: f64, off: f64) -> Vec<f64> {
    match kind {
        Covariance::Full | Covariance::Tied => {
            (0..columns * columns).map(|at| if at % (columns + 1) == 0 { on } else { off }).collect()
        }
        Covariance::Diagonal => (0..columns).map(|column| on + column as f64 * off).collect(),
        Covariance::Spherical => vec![on],
    }
}

fn prior(kind: Covariance, columns: usize) -> NormalWishart {
    let mean = (0..columns).map(|column| 0.3 - 0.2 * column as f64).collect();
    NormalWishart::new(kind, mean, 0.4, columns as f64 + 1.5, scatter(kind, columns, 1.2, 0.3))
        .expect("a prior")
}

/// The bound as it is for statistics and posterior that belong together.
fn bound(fitted: &Fitted<BayesianMixture>) -> f64 {
    fitted.mixture.bound(&fitted.statistics)
}
