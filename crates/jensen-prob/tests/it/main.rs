//! Every distribution against its conformance suite and against reference values.

mod bernoulli;
mod beta;
mod bijector;
mod categorical;
mod continuous_bernoulli;
mod discretized_logistic;
mod divergence;
mod double_precision;
mod exponential;
mod gamma;
mod half_normal;
mod incomplete;
mod inverse_gamma;
mod kumaraswamy;
mod location_scale;
mod log_normal;
mod low_rank_normal;
mod multivariate_normal;
mod normal;
mod pareto;
mod poisson;
mod special;
mod student_t;
mod tanh_normal;
mod transformed;
mod truncated_normal;
mod uniform;
mod weibull;

use jensen_testing::Golden;

/// The reference values that `tests/references/generate.py` wrote.
fn golden(json: &str) -> Golden {
    Golden::parse(json).expect("references/generate.py writes tables")
}
