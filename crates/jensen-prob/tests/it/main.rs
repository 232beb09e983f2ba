//! Every distribution against its conformance suite and against reference values.

mod bernoulli;
mod beta;
mod categorical;
mod discretized_logistic;
mod divergence;
mod gamma;
mod joint;
mod location_scale;
mod mixture;
mod monte_carlo;
mod normal;
mod pairs;
mod poisson;
mod renyi;
mod special;

use jensen_testing::Golden;

/// The reference values that `tests/references/generate.py` wrote.
fn golden(json: &str) -> Golden {
    Golden::parse(json).expect("references/generate.py writes tables")
}
