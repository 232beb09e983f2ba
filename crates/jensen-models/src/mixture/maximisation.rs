//! The M step.

use super::cholesky::symmetrise;
use super::options::zero_or_more;
use super::{Covariance, GaussianMixture, MixtureError, Statistics, Summary};

/// What is added to the variance of each column in every covariance, so that no component can shrink to a point.
///
/// The likelihood of a Gaussian mixture has no maximum: a component on a single row, its variance going to zero, has
/// a density without bound. With something added, a step is not quite the maximum, and the log-likelihood may fall by
/// as little as that matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Regularisation {
    variances: Vec<f64>,
}

impl Regularisation {
    /// A millionth of the data's variance.
    pub const DEFAULT: f64 = 1e-6;

    /// Nothing: the maximum itself, where there is one.
    pub fn none(columns: usize) -> Self {
        Self { variances: vec![0.0; columns] }
    }

    /// The same variance for each column, in the data's own units squared.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn absolute(columns: usize, variance: f64) -> Result<Self, MixtureError> {
        zero_or_more("regularisation", variance)?;
        Ok(Self { variances: vec![variance; columns] })
    }

    /// This share of each column's variance, so that units do not matter. A constant column has no scale: it gets
    /// the share of one.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn relative(summary: &Summary, share: f64) -> Result<Self, MixtureError> {
        let mut regularisation = Self::absolute(summary.means.len(), share)?;
        for (column, variance) in regularisation.variances.iter_mut().enumerate() {
            *variance *= summary.scale(column).powi(2);
        }
        Ok(regularisation)
    }

    /// What is added to each column's variance.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }
}

impl GaussianMixture {
    /// The parameters that maximise the expected log-likelihood of the statistics, and the regularisation added.
    ///
    /// A component that answers for no row (less than rounding error of all of them) keeps its mean and covariance
    /// as `self` has them, at the weight that is left to it, which may be zero.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`], or [`MixtureError::Singular`] if a covariance is not positive definite.
    ///
    /// # Panics
    /// If the statistics are of another shape.
    pub fn maximise(
        &self,
        statistics: &Statistics,
        regularisation: &Regularisation,
    ) -> Result<Self, MixtureError> {
        let (kind, k, d) = (self.covariance(), self.components(), self.columns());
        assert_eq!(
            (kind, k, d),
            (statistics.covariance(), statistics.counts().len(), statistics.columns()),
            "statistics of another mixture"
        );
        let total: f64 = statistics.counts().iter().sum();
        if total <= 0.0 {
            return Err(MixtureError::NoRows);
        }
        let mut means = self.means().to_vec();
        let mut covariances = vec![0.0; statistics.scatters().len()];
        for component in 0..k {
            let count = statistics.counts()[component];
            let range = kind.range(component, d);
            let empty = count <= f64::EPSILON * total;
            if !empty {
                let own = component * d..(component + 1) * d;
                means[own.clone()].copy_from_slice(&statistics.means()[own]);
            }
            let out = &mut covariances[range.clone()];
            if empty && kind != Covariance::Tied {
                out.copy_from_slice(self.covariance_of(component));
            } else {
                let divisor = if kind == Covariance::Tied { total } else { count };
                kind.estimate(&statistics.scatters()[range], divisor, regularisation, out);
            }
        }
        let weights = statistics.counts().iter().map(|count| count / total).collect();
        Self::new(kind, d, weights, means, covariances)
    }
}

impl Covariance {
    /// A covariance of its scatter.
    fn estimate(self, scatter: &[f64], count: f64, regularisation: &Regularisation, out: &mut [f64]) {
        let added = regularisation.variances();
        let d = added.len();
        match self {
            Self::Full | Self::Tied => {
                out.iter_mut().zip(scatter).for_each(|(out, scatter)| *out = scatter / count);
                symmetrise(out, d);
                for (i, added) in added.iter().enumerate() {
                    out[i * d + i] += added;
                }
            }
            Self::Diagonal => {
                for (j, out) in out.iter_mut().enumerate() {
                    *out = scatter[j] / count + added[j];
                }
            }
            Self::Spherical => out[0] = (scatter[0] / count + added.iter().sum::<f64>()) / d as f64,
        }
    }
}
