//! Families with one fault each, for the checks that a normal distribution with independent dimensions does
//! not reach.

use burn::tensor::Tensor;
use jensen_prob::bijector::{Curve, Elementwise};
use jensen_prob::{
    ConditionalReparameterized, Dirichlet, Distribution, Entropy, LaplaceShape, LocationScale, Moments,
    MultivariateNormal, OneHotCategorical, Rng, Shape,
};
use jensen_testing::{Conformance, Nonconformance, Region, Support, check_bijector, double};

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

pub fn rejects(verdict: Result<(), Nonconformance>, checks: &[&str]) {
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

/// A normal distribution of two numbers whose draws do not follow its correlation.
struct Uncorrelated {
    right: MultivariateNormal,
    excess: f64,
}

impl Uncorrelated {
    fn family(excess: f64) -> Conformance<Self> {
        let parameters = [
            double(&[2, 2], &[0.0, 1.0, -0.5, 0.3]),
            double(&[2, 4], &[1.0, 0.0, 0.8, 0.6, 0.7, 0.0, -1.0, 1.2]),
        ];
        Conformance::joint(&parameters, move |p| {
            let [rows, _] = p[0].dims();
            Self { right: MultivariateNormal::new(p[0].clone(), p[1].clone().reshape([rows, 2, 2])), excess }
        })
    }
}

impl Distribution for Uncorrelated {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.right.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        // Each dimension from draws of its own keeps every marginal.
        let [one, other] = ["one", "other"].map(|purpose| self.right.sample(&rng.fork(purpose)));
        Tensor::cat(vec![one.narrow(1, 0, 1), other.narrow(1, 1, 1)], 1)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.right.log_prob(value) + self.excess
    }
}

impl Entropy for Uncorrelated {
    fn entropy(&self) -> Tensor<1> {
        self.right.entropy()
    }
}

#[test]
fn draws_without_their_correlation() {
    let verdict = Uncorrelated::family(0.0).normalisation_in_the_plane(-12.0, 12.0, 241).entropy().verdict();
    rejects(verdict, &["entropy"]);
}

#[test]
fn a_joint_density_off_by_a_constant() {
    let verdict = Uncorrelated::family(1e-4).normalisation_in_the_plane(-12.0, 12.0, 241).verdict();
    rejects(verdict, &["normalisation in the plane"]);
}

/// `y = x + x³` with a wrong slope, or a wrong inverse.
#[derive(Clone)]
struct Cubic<const RIGHT_SLOPE: usize>;

impl<const RIGHT_SLOPE: usize> Curve for Cubic<RIGHT_SLOPE> {
    fn value(x: Tensor<2>) -> Tensor<2> {
        x.clone() + x.clone() * x.square()
    }

    fn inverse(y: Tensor<2>) -> Tensor<2> {
        if RIGHT_SLOPE == 1 {
            return y;
        }
        let mut x = y.clone();
        for _ in 0..60 {
            x = x.clone() - (Self::value(x.clone()) - y.clone()) / (x.square() * 3.0 + 1.0);
        }
        x
    }

    fn log_slope(x: Tensor<2>) -> Tensor<2> {
        (x.square() * if RIGHT_SLOPE == 1 { 3.0 } else { 2.0 } + 1.0).log()
    }
}

#[test]
fn maps_that_are_not_what_they_say() {
    let x = double(&[2, 2], &[0.3, -1.0, 2.0, 0.1]);
    let error = check_bijector(&[], |_| Elementwise::<Cubic<1>>::new(), &x).expect_err("not its inverse");
    assert!(error.starts_with("inverse: "), "{error}");
    let error = check_bijector(&[], |_| Elementwise::<Cubic<0>>::new(), &x).expect_err("not its slope");
    assert!(error.starts_with("determinant: "), "{error}");
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
        Conformance::joint(&[concentration], move |p| Shares(Dirichlet::new(p[0].clone()), wrong))
            .region(&Region::simplex(150))
            .addressed()
            .verdict()
    };
    verdict(Wrong::Nothing).expect("nothing is wrong");
    rejects(verdict(Wrong::Order), &["draws"]);
    rejects(verdict(Wrong::Sum), &["region of draws"]);
    rejects(verdict(Wrong::Density), &["normalisation", "draws"]);
}

/// What is wrong with the draws behind a one-hot vector.
#[derive(Clone, Copy)]
enum Behind {
    Nothing,
    /// Those of another key than the draws.
    OtherKey,
    /// Given a value, any.
    Ungiven,
    /// Given a value, those of a fair choice.
    Fair,
    /// Given a value, without the gradient.
    Cut,
    /// Relaxed towards the smallest.
    Smallest,
}

struct Vectors(OneHotCategorical, Behind);

impl Distribution for Vectors {
    type Value = Tensor<2>;

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn sample(&self, rng: &Rng) -> Tensor<2> {
        self.0.sample(rng)
    }

    fn log_prob(&self, value: &Tensor<2>) -> Tensor<1> {
        self.0.log_prob(value)
    }
}

impl ConditionalReparameterized for Vectors {
    fn logits(&self) -> Tensor<2> {
        self.0.logits()
    }

    fn with_logits(&self, logits: Tensor<2>) -> Self {
        Self(self.0.with_logits(logits), self.1)
    }

    fn continuous_sample(&self, rng: &Rng) -> Tensor<2> {
        let other = matches!(self.1, Behind::OtherKey);
        self.0.continuous_sample(&if other { rng.fork("other") } else { *rng })
    }

    fn continuous_sample_given(&self, value: &Tensor<2>, rng: &Rng) -> Tensor<2> {
        match self.1 {
            Behind::Ungiven => self.0.continuous_sample(rng),
            Behind::Fair => {
                let fair = self.0.with_logits(self.0.logits() * 0.0);
                fair.continuous_sample_given(value, rng)
            }
            Behind::Cut => self.0.continuous_sample_given(value, rng).detach() + self.0.logits() * 0.0,
            _ => self.0.continuous_sample_given(value, rng),
        }
    }

    fn discretize(&self, continuous: &Tensor<2>) -> Tensor<2> {
        self.0.discretize(continuous)
    }

    fn relax(&self, continuous: Tensor<2>, temperature: Tensor<2>) -> Tensor<2> {
        let towards = if matches!(self.1, Behind::Smallest) { -1.0 } else { 1.0 };
        self.0.relax(continuous * towards, temperature)
    }
}

#[test]
fn draws_that_are_not_behind_the_value() {
    let verdict = |wrong| {
        let logits = double(&[2, 3], &[0.0, -1.0, 2.0, 2.5, 0.2, -0.5]);
        Conformance::joint(&[logits], move |p| Vectors(OneHotCategorical::from_logits(p[0].clone()), wrong))
            .conditionally_reparameterized()
            .verdict()
    };
    verdict(Behind::Nothing).expect("nothing is wrong");
    rejects(verdict(Behind::OtherKey), &["continuous draws"]);
    rejects(verdict(Behind::Ungiven), &["conditional draws"]);
    rejects(verdict(Behind::Fair), &["law of conditional draws"]);
    rejects(verdict(Behind::Cut), &["gradients of conditional draws"]);
    rejects(verdict(Behind::Smallest), &["relaxed draws"]);
}
