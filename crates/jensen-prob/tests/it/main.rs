//! Every distribution against its conformance suite and against reference values.

mod bernoulli;
mod beta;
mod bijector;
mod categorical;
mod discretized_logistic;
mod divergence;
mod gamma;
mod location_scale;
mod low_rank_normal;
mod multivariate_normal;
mod normal;
mod poisson;
mod special;
mod transformed;

use jensen_testing::Golden;

/// The reference values that `tests/references/generate.py` wrote.
fn golden(json: &str) -> Golden {
    Golden::parse(json).expect("references/generate.py writes tables")
}
