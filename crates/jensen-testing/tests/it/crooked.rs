//! Families with one fault each, for the checks that a normal distribution does not reach.

use burn::tensor::Tensor;
use jensen_prob::{Dirichlet, Distribution, LaplaceShape, LocationScale, Moments, Rng, Shape};
use jensen_testing::{Conformance, Nonconformance, Region, Support, double};

/// A Laplace distribution with another's distribution function and variance.
#[derive(Clone, Debug)]
enum Stretched {}

impl Shape for Stretched {
    const ENTROPY: f64 = LaplaceShape::ENTROPY;

    fn log_density(z: Tensor<2>) -> Tensor<2> {
        LaplaceShape::log_density(z)
    }

    fn cdf(z: Tensor<2>) -> Tensor<2> {
        LaplaceShape::cdf(z * 1.1)
    }

    fn quantile(u: Tensor<2>) -> Tensor<2> {
        LaplaceShape::quantile(u)
    }
}

impl Moments for Stretched {
    const MEAN: f64 = 0.0;
    const VARIANCE: f64 = 2.0 * 1.1 * 1.1;
}

/// A Laplace distribution that lies half a scale beside its location.
#[derive(Clone, Debug)]
enum Shifted {}

impl Shape for Shifted {
    const ENTROPY: f64 = LaplaceShape::ENTROPY;

    fn log_density(z: Tensor<2>) -> Tensor<2> {
        LaplaceShape::log_density(z - 0.5)
    }

    fn cdf(z: Tensor<2>) -> Tensor<2> {
        LaplaceShape::cdf(z - 0.5)
    }

    fn quantile(u: Tensor<2>) -> Tensor<2> {
        LaplaceShape::quantile(u) + 0.5
    }
}

fn family<S: Shape + 'static>() -> Conformance<LocationScale<S>> {
    let parameters = [double(&[2, 1], &[0.0, 1.5]), double(&[2, 1], &[1.0, 0.4])];
    Conformance::new(&parameters, |p| LocationScale::new(p[0].clone(), p[1].clone()))
}

fn rejects(verdict: Result<(), Nonconformance>, checks: &[&str]) {
    let failures = verdict.expect_err("a wrong family must not conform");
    let named: Vec<&str> = failures.failures().iter().filter_map(|f| f.split(':').next()).collect();
    assert_eq!(named, checks, "{failures}");
}

#[test]
fn another_distribution_function_and_variance() {
    let support = Support::Interval { low: -40.0, high: 40.0, points: 80_001 };
    let verdict = family::<Stretched>().variance().cdf().cdf_on(&support).icdf().mode().verdict();
    rejects(verdict, &["variance", "cdf of draws", "slope of the cdf", "cdf on the support", "icdf"]);
    family::<LaplaceShape>().cdf().cdf_on(&support).icdf().verdict().expect("nothing is wrong");
}

#[test]
fn a_mode_that_is_none() {
    rejects(family::<Shifted>().cdf().icdf().mode().verdict(), &["mode"]);
}

/// What is wrong with a Dirichlet distribution.
#[derive(Clone, Copy)]
enum Wrong {
    Nothing,
    /// Draws fall to the classes in another order.
    Order,
    /// Draws add up to more than 1.
    Sum,
    /// The density is that of all shares and not of all but one.
    Density,
}

struct Shares(Dirichlet, Wrong);

impl Distribution for Shares {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        let draw = self.0.sample(rng);
        match self.1 {
            Wrong::Order => draw.flip([1]),
            Wrong::Sum => draw * 1.001,
            _ => draw,
        }
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        let excess = if matches!(self.1, Wrong::Density) { 0.5 * 3f64.ln() } else { 0.0 };
        self.0.log_prob(value) - excess
    }
}

#[test]
fn draws_that_are_no_shares_of_their_classes() {
    let verdict = |wrong| {
        let concentration = double(&[2, 3], &[5.0, 6.0, 8.0, 4.0, 4.5, 9.0]);
        Conformance::new(&[concentration], move |p| Shares(Dirichlet::new(p[0].clone()), wrong))
            .whole_events()
            .region(&Region::simplex(150))
            .addressed()
            .verdict()
    };
    verdict(Wrong::Nothing).expect("nothing is wrong");
    rejects(verdict(Wrong::Order), &["draws"]);
    rejects(verdict(Wrong::Sum), &["region of draws"]);
    rejects(verdict(Wrong::Density), &["normalisation", "draws"]);
}
