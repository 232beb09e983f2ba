//! The prior of means and precisions.

use faer::MatRef;

use crate::mixture::cholesky::{cholesky, log_det};
use crate::mixture::options::positive;
use crate::mixture::{Covariance, MixtureError, Statistics, Summary};

/// What is believed of each component before any row is seen: the conjugate prior of a Gaussian's mean and precision.
///
/// `μ | Λ ~ N(m₀, (β₀ Λ)⁻¹)` and `Λ ~ Wishart(ν₀, S₀⁻¹)`, whose mean is `ν₀ S₀⁻¹`; so `S₀` is like the scatter of
/// `ν₀` rows and `m₀` like the mean of `β₀`. The covariance is `S₀ / (ν₀ − p − 1)` on average. By what covariances
/// are free to be:
///
/// - full: a matrix for each component, `p` columns;
/// - tied: one matrix for all, and a mean for each component given it;
/// - diagonal: for each component and column a precision `λ ~ Gamma(ν₀/2, s₀/2)`, `s₀` of that column; this is the
///   Wishart with `p = 1`;
/// - spherical: for each component one such precision for all columns, and `s₀` one number.
///
/// The posterior given which rows are whose is of the same form, exactly, for all four.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalWishart {
    covariance: Covariance,
    mean: Vec<f64>,
    mean_precision: f64,
    degrees_of_freedom: f64,
    scatter: Vec<f64>,
    /// `log |S₀|`; of independent columns for each.
    log_dets: Vec<f64>,
}

impl NormalWishart {
    /// Of `m₀` `[columns]`, `β₀`, `ν₀` and `S₀`, which is `[columns, columns]`, `[columns]` or one number.
    ///
    /// # Errors
    /// [`MixtureError::Shape`] or [`MixtureError::Parameter`] if they are no prior: `β₀ > 0`, `ν₀ > p − 1`, and `S₀` is
    /// symmetric and positive definite.
    pub fn new(
        covariance: Covariance,
        mean: Vec<f64>,
        mean_precision: f64,
        degrees_of_freedom: f64,
        scatter: Vec<f64>,
    ) -> Result<Self, MixtureError> {
        let d = mean.len();
        let expected = covariance.len(1, d);
        if d == 0 || scatter.len() != expected {
            let found = scatter.len();
            return Err(MixtureError::Shape {
                what: "the prior's scatter",
                expected: expected.max(1),
                found,
            });
        }
        let wrong = |name, problem: String| Err(MixtureError::Parameter { name, problem });
        if let Some(at) = mean.iter().position(|mean| !mean.is_finite()) {
            return wrong("mean", format!("holds {}, which is not finite", mean[at]));
        }
        let least = covariance.dimension(d) as f64 - 1.0;
        for (name, number, least) in
            [("mean_precision", mean_precision, 0.0), ("degrees_of_freedom", degrees_of_freedom, least)]
        {
            if !(number > least && number.is_finite()) {
                return wrong(name, format!("is {number}, but must be finite and above {least}"));
            }
        }
        let log_dets = if covariance.is_dense() {
            let symmetric = (0..d).all(|i| (0..i).all(|j| scatter[i * d + j] == scatter[j * d + i]));
            let factor = cholesky(MatRef::from_row_major_slice(&scatter, d, d)).filter(|_| symmetric);
            factor.map(|factor| vec![2.0 * log_det(factor.as_ref())])
        } else {
            let positive = scatter.iter().all(|scatter| scatter.is_normal() && *scatter > 0.0);
            positive.then(|| scatter.iter().map(|scatter| scatter.ln()).collect())
        };
        let Some(log_dets) = log_dets else {
            return wrong("scatter", "must be symmetric and positive definite".into());
        };
        Ok(Self { covariance, mean, mean_precision, degrees_of_freedom, scatter, log_dets })
    }

    /// A weak prior of the data's own scale: `m₀` the columns' means, `β₀ = mean_precision`, `ν₀ = p + 2`, and `S₀`
    /// the share `spread` of the columns' variances, which is what a covariance is on average (Fraley & Raftery 2007,
    /// but for their share, which falls with the number of components). A constant column has no scale and counts as
    /// one of variance 1.
    ///
    /// # Errors
    /// If a number is not finite and above zero.
    pub fn of_data(
        covariance: Covariance,
        summary: &Summary,
        mean_precision: f64,
        spread: f64,
    ) -> Result<Self, MixtureError> {
        positive("spread", spread)?;
        let d = summary.means.len();
        let scatter =
            covariance.of_columns(1, summary).into_iter().map(|variance| variance * spread).collect();
        let degrees_of_freedom = covariance.dimension(d) as f64 + 2.0;
        Self::new(covariance, summary.means.clone(), mean_precision, degrees_of_freedom, scatter)
    }

    /// What covariances are free to be.
    pub fn covariance(&self) -> Covariance {
        self.covariance
    }

    /// `m₀`.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// `β₀`.
    pub fn mean_precision(&self) -> f64 {
        self.mean_precision
    }

    /// `ν₀`.
    pub fn degrees_of_freedom(&self) -> f64 {
        self.degrees_of_freedom
    }

    /// `S₀`.
    pub fn scatter(&self) -> &[f64] {
        &self.scatter
    }

    /// `log |S₀|` of one block of columns.
    pub(super) fn log_det(&self, block: usize) -> f64 {
        self.log_dets[block.min(self.log_dets.len() - 1)]
    }

    /// The rows that the prior is like, as the statistics of components that have seen no others: merged with those of
    /// rows they are the posterior.
    pub(super) fn pseudo_rows(&self, components: usize) -> Statistics {
        let matrices = if self.covariance == Covariance::Tied { 1 } else { components };
        Statistics::of_parts(
            self.covariance,
            vec![self.mean_precision; components],
            self.mean.repeat(components),
            self.scatter.repeat(matrices),
        )
    }

    /// `ν` of one component after so many rows of each.
    pub(super) fn posterior_degrees(&self, counts: &[f64], component: usize) -> f64 {
        let rows = match self.covariance {
            Covariance::Full | Covariance::Diagonal => counts[component],
            Covariance::Tied => counts.iter().sum(),
            Covariance::Spherical => counts[component] * self.mean.len() as f64,
        };
        self.degrees_of_freedom + rows
    }
}

impl Covariance {
    /// Of how many columns one precision is: `p` of the Wishart.
    pub(super) fn dimension(self, columns: usize) -> usize {
        if self.is_dense() { columns } else { 1 }
    }
}
