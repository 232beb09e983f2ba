//! Every distribution against its conformance suite and against reference values.

mod bernoulli;
mod bessel;
mod beta;
mod bijector;
mod binomial;
mod categorical;
mod continuous_bernoulli;
mod dirichlet;
mod discretized_logistic;
mod divergence;
mod double_precision;
mod exponential;
mod gamma;
mod geometric;
mod half_normal;
mod incomplete;
mod inverse_gamma;
mod jensen_shannon_and_wasserstein;
mod joint;
mod kumaraswamy;
mod location_scale;
mod log_normal;
mod low_rank_normal;
mod mixture;
mod monte_carlo;
mod multinomial;
mod multivariate_normal;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod pairs;
mod pareto;
mod peers;
mod poisson;
mod relaxation;
mod renyi;
mod renyi_references;
mod special;
mod student_t;
mod tanh_normal;
mod transformed;
mod truncated_normal;
mod uniform;
mod von_mises;
mod von_mises_fisher;
mod weibull;

use jensen_testing::Golden;

/// The reference values that `tests/references/generate.py` wrote.
fn golden(json: &str) -> Golden {
    Golden::parse(json).expect("references/generate.py writes tables")
}
