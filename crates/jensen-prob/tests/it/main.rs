//! Every distribution against its conformance suite and against reference values.

mod bernoulli;
mod bessel;
mod beta;
mod binomial;
mod categorical;
mod dirichlet;
mod discretized_logistic;
mod divergence;
mod gamma;
mod geometric;
mod location_scale;
mod multinomial;
mod negative_binomial;
mod normal;
mod one_hot_categorical;
mod poisson;
mod relaxation;
mod special;
mod von_mises;
mod von_mises_fisher;

use jensen_testing::Golden;

/// The reference values that `tests/references/generate.py` wrote.
fn golden(json: &str) -> Golden {
    Golden::parse(json).expect("references/generate.py writes tables")
}
