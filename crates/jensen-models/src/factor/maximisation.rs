//! The M step.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use super::{FactorMixture, FactorStatistics, Noise};
use crate::mixture::cholesky::{cholesky, whitening};
use crate::mixture::{MixtureError, Regularisation};

impl FactorMixture {
    /// The parameters that maximise the expected log-likelihood of the statistics, no variance of the noise being less
    /// than the regularisation says.
    ///
    /// The factors are given a mean and a covariance of their own, which are then taken into the loadings
    /// (parameter-expanded EM, Liu, Rubin & Wu 1998): the same likelihood and the same maxima as by the M step of Rubin
    /// & Thayer (1982), in fewer iterations. Of the pairs `(x, z)` with the covariance `S`, `S_zz = L Lᵀ`, that is
    /// `μ = x̄`, `W = S_xz L⁻ᵀ`, `Ψ = diag(S_xx − W Wᵀ)`.
    ///
    /// A factor analysis can have its maximum where the noise of a column is zero (a Heywood case), and a component on
    /// a few rows has a likelihood without bound. The floor is a bound of the parameters, so that the step is the
    /// maximum within it and the likelihood does not fall. A component that answers for no row stays where it was.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`], or [`MixtureError::Singular`] if there is no floor and a variance is not positive.
    ///
    /// # Panics
    /// If the statistics or the regularisation are of another shape.
    pub fn maximise(
        &self,
        statistics: &FactorStatistics,
        regularisation: &Regularisation,
    ) -> Result<Self, MixtureError> {
        let [components, d, q] = statistics.shape();
        assert_eq!([components, d, q], [self.components(), self.columns(), self.latents()], "another shape");
        let total: f64 = statistics.counts().iter().sum();
        if total <= 0.0 {
            return Err(MixtureError::NoRows);
        }
        let (mut means, mut loadings) = (self.means().to_vec(), self.loadings().to_vec());
        let mut noise = Residuals::new(self.noise(), components, d);
        for (k, &count) in statistics.counts().iter().enumerate() {
            if count <= f64::EPSILON * total {
                noise.keep(self, k);
                continue;
            }
            means[k * d..(k + 1) * d].copy_from_slice(&statistics.mean(k)[..d]);
            let own = &mut loadings[k * d * q..(k + 1) * d * q];
            let covariance = MatRef::from_row_major_slice(statistics.scatter(k), q, q);
            let factor = cholesky(covariance)
                .ok_or_else(|| MixtureError::Singular { whose: format!("component {k}") })?;
            matmul(
                MatMut::from_column_major_slice_mut(own, q, d),
                Accum::Replace,
                whitening(factor.as_ref()).as_ref(),
                MatRef::from_column_major_slice(statistics.cross(k), q, d),
                count.sqrt().recip(),
                Par::Seq,
            );
            for (j, (square, loading)) in statistics.squares(k).iter().zip(own.chunks_exact(q)).enumerate() {
                noise.add(k, j, *square - count * loading.iter().map(|w| w * w).sum::<f64>(), count);
            }
        }
        let weights = statistics.counts().iter().map(|count| count / total).collect();
        Self::new(self.noise(), q, weights, means, loadings, noise.variances(regularisation))
    }
}

/// What the factors leave of the columns' squares, and of how many rows.
pub(super) struct Residuals {
    noise: Noise,
    columns: usize,
    sums: Vec<f64>,
    counts: Vec<f64>,
}

impl Residuals {
    pub fn new(noise: Noise, components: usize, columns: usize) -> Self {
        let len = noise.len(components, columns);
        Self { noise, columns, sums: vec![0.0; len], counts: vec![0.0; len] }
    }

    pub fn add(&mut self, component: usize, column: usize, sum: f64, count: f64) {
        let at = self.noise.at(component, column, self.columns);
        self.sums[at] += sum;
        self.counts[at] += count;
    }

    /// A component without rows has the variances it had; those that all have in common it does not move.
    fn keep(&mut self, mixture: &FactorMixture, component: usize) {
        if self.noise != Noise::Tied {
            (0..self.columns).for_each(|j| self.add(component, j, mixture.variance(component, j), 1.0));
        }
    }

    /// The variances, none below its floor. One variance of all columns has the mean of their floors.
    pub fn variances(&self, regularisation: &Regularisation) -> Vec<f64> {
        let floors = regularisation.variances();
        assert_eq!(floors.len(), self.columns, "the regularisation of other columns");
        let common = floors.iter().sum::<f64>() / floors.len() as f64;
        let floor =
            |at: usize| if self.noise == Noise::Isotropic { common } else { floors[at % floors.len()] };
        let means = self.sums.iter().zip(&self.counts).map(|(sum, count)| sum / count);
        means.enumerate().map(|(at, mean)| mean.max(floor(at))).collect()
    }
}
