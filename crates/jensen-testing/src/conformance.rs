//! What every distribution must pass.

mod capabilities;
mod conditional;
mod density;
mod distribution_function;
mod gradients;
mod groups;
mod pair;
mod reparameterization;
mod rows;
mod vectors;

use std::fmt;

use burn::tensor::{DType, Tensor};
use jensen_prob::{Distribution, Rng};

pub use density::Support;
pub use vectors::Region;

use crate::{Tolerance, Value};

/// Draws of each one-number distribution in a statistical check.
const DRAWS: usize = 20_000;
/// Standard errors at which a Monte-Carlo check fails: false-alarm rate 6e-7 for each number.
const DEVIATIONS: f64 = 5.0;
/// Agreement of two `f32` computations of the same quantity.
const ROUNDING: Tolerance = Tolerance { relative: 1e-5, absolute: 1e-5 };

/// The conformance suite of a family of distributions: a chain of checks, then a verdict.
///
/// A family has parameters `[rows, event]`. Checks of a density run on its one-number marginals, of a
/// [`joint`](Self::joint) family on whole events, those of shapes on the family as given. Draws come from fixed
/// keys; a check of draws states its false-alarm rate, which is the chance that a change of the keys makes a right
/// family fail.
///
/// ```
/// use jensen_prob::Normal;
/// use jensen_testing::{Conformance, Support, double};
///
/// let parameters = [double(&[1, 2], &[0.0, 1.0]), double(&[1, 2], &[1.0, 0.5])];
/// Conformance::new(&parameters, |p| Normal::new(p[0].clone(), p[1].clone()))
///     .normalisation(&Support::Interval { low: -12.0, high: 12.0, points: 4001 })
///     .mean()
///     .verdict()?;
/// # Ok::<(), jensen_testing::Nonconformance>(())
/// ```
pub struct Conformance<D> {
    build: Build<D>,
    parameters: Vec<Tensor<2>>,
    /// Parameters of what is checked one by one: of one-number marginals or of whole events.
    cut: fn(&Tensor<2>) -> Tensor<2>,
    failures: Vec<String>,
}

/// Makes a distribution from its parameters.
type Build<D> = Box<dyn Fn(&[Tensor<2>]) -> D>;

impl<D: Distribution<Value: Value>> Conformance<D> {
    /// A family at `f64` parameters `[rows, event]`; at least two rows make every check strict.
    pub fn new(parameters: &[Tensor<2>], build: impl Fn(&[Tensor<2>]) -> D + 'static) -> Self {
        let cut = D::Value::marginals;
        Self { build: Box::new(build), parameters: parameters.to_vec(), cut, failures: Vec::new() }
    }

    /// A family whose dimensions depend on one another: no check cuts an event into its marginals, and its
    /// parameters, one row a distribution, may be of any width.
    pub fn joint(parameters: &[Tensor<2>], build: impl Fn(&[Tensor<2>]) -> D + 'static) -> Self {
        Self { cut: Tensor::clone, ..Self::new(parameters, build) }
    }

    /// Whether every check passed.
    ///
    /// # Errors
    /// All failures, each with its check and numbers.
    pub fn verdict(self) -> Result<(), Nonconformance> {
        if self.failures.is_empty() { Ok(()) } else { Err(Nonconformance { failures: self.failures }) }
    }

    /// The family at its parameters, in `f32`.
    fn distribution(&self) -> D {
        (self.build)(&self.parameters.iter().map(|p| p.clone().cast(DType::F32)).collect::<Vec<_>>())
    }

    /// The one-number marginals of the family, or its whole events, each `samples` times, sample-major.
    fn marginals(&self, samples: usize) -> D {
        let marginal = |p: &Tensor<2>| (self.cut)(p).cast(DType::F32).repeat_dim(0, samples);
        (self.build)(&self.parameters.iter().map(marginal).collect::<Vec<_>>())
    }

    /// The family with its rows turned by one: another distribution for each row.
    fn rotated(&self) -> D {
        (self.build)(&self.parameters.iter().map(|p| rotate(p).cast(DType::F32)).collect::<Vec<_>>())
    }

    fn record(mut self, check: &str, outcome: Result<(), String>) -> Self {
        if let Err(failure) = outcome {
            self.failures.push(format!("{check}: {failure}"));
        }
        self
    }
}

/// A family that fails its suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonconformance {
    failures: Vec<String>,
}

impl Nonconformance {
    /// What failed, `check: reason`, in the order of the checks.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

impl fmt::Display for Nonconformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the family does not conform:")?;
        self.failures.iter().try_for_each(|failure| write!(f, "\n- {failure}"))
    }
}

impl std::error::Error for Nonconformance {}

/// The key of all draws of the suite.
fn key() -> Rng<'static> {
    Rng::seed(0x7E57).fork("conformance")
}

/// The last row first.
fn rotate(parameter: &Tensor<2>) -> Tensor<2> {
    let rows = parameter.dims()[0];
    let (head, last) = (parameter.clone().narrow(0, 0, rows - 1), parameter.clone().narrow(0, rows - 1, 1));
    if rows == 1 { last } else { Tensor::cat(vec![last, head], 0) }
}

/// The numbers of row `row` of sample-major draws.
fn of_row(numbers: &[f64], rows: usize, row: usize) -> impl Iterator<Item = f64> {
    numbers.iter().skip(row).step_by(rows).copied()
}

/// The numbers of a tensor of any rank.
fn numbers<const N: usize>(tensor: &Tensor<N>) -> Vec<f64> {
    tensor.try_to_vec_as().expect("a float tensor holds numbers")
}

/// That two tensors agree but for rounding.
fn same<const N: usize>(actual: &Tensor<N>, expected: &Tensor<N>) -> Result<(), String> {
    if actual.dims() != expected.dims() {
        return Err(format!("the shape is {:?} in place of {:?}", actual.dims(), expected.dims()));
    }
    same_numbers(&numbers(actual), &numbers(expected))
}

fn same_numbers(actual: &[f64], expected: &[f64]) -> Result<(), String> {
    match ROUNDING.first_difference(actual, expected) {
        None => Ok(()),
        Some((i, actual, expected)) => Err(format!("number {i} is {actual} in place of {expected}")),
    }
}
