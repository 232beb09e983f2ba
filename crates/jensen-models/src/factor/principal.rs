//! Principal components: the maximum of the likelihood in closed form, where there is one.

use faer::{Mat, MatRef, Side};

use super::maximisation::Residuals;
use super::model::check_latents;
use super::{FactorMixture, Noise};
use crate::mixture::{Covariance, MixtureError, Regularisation, Statistics};

impl FactorMixture {
    /// The factor analyser of each component's own principal components.
    ///
    /// With [`Noise::Isotropic`] it is the maximum of the likelihood for one component and no missing values (Tipping &
    /// Bishop 1999): of the eigenvalues `λ` of the covariance, `σ²` is the mean of those that are left out, and the
    /// columns of `W` are `√(λ − σ²)` times the eigenvectors of the others. With other noise it is where EM begins: the
    /// same of the correlations, and what the factors leave of each column is its noise.
    ///
    /// # Errors
    /// [`MixtureError::NoRows`] if a component has none; [`MixtureError::Parameter`] if there are not fewer latents
    /// than columns; [`MixtureError::Singular`] if nothing is left for the noise and there is no regularisation.
    ///
    /// # Panics
    /// If the statistics are not those of full covariances, or the regularisation is of other columns.
    ///
    /// # Example
    /// ```
    /// use jensen_models::factor::{FactorMixture, Noise};
    /// use jensen_models::mixture::{Covariance, GaussianMixture, Regularisation, Rows, Statistics};
    /// // Any mixture of one component: all it says of a row is that the row is its own.
    /// let any = GaussianMixture::new(Covariance::Full, 2, vec![1.0], vec![0.0; 2], vec![1.0, 0.0, 0.0, 1.0])?;
    /// let rows = [2.0, 1.0, -2.0, -1.0, 1.0, -2.0, -1.0, 2.0, 4.0, 2.0, -4.0, -2.0];
    /// let statistics = Statistics::expect(&any, Rows::new(&rows, 2)?)?;
    /// let model = FactorMixture::principal(Noise::Isotropic, 1, &statistics, &Regularisation::none(2))?;
    /// assert!((model.loadings()[0] / model.loadings()[1] - 2.0).abs() < 1e-12);
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn principal(
        noise: Noise,
        latents: usize,
        statistics: &Statistics,
        regularisation: &Regularisation,
    ) -> Result<Self, MixtureError> {
        assert_eq!(statistics.covariance(), Covariance::Full, "statistics of full covariances");
        let (k, d) = (statistics.counts().len(), statistics.columns());
        check_latents(latents, d)?;
        let total: f64 = statistics.counts().iter().sum();
        let mut loadings = Vec::with_capacity(k * d * latents);
        let mut residuals = Residuals::new(noise, k, d);
        for (component, (&count, scatter)) in
            statistics.counts().iter().zip(statistics.scatters().chunks_exact(d * d)).enumerate()
        {
            if count <= 0.0 {
                return Err(MixtureError::NoRows);
            }
            let variance = |j: usize| scatter[j * d + j] / count;
            let scale = |j: usize| if noise == Noise::Isotropic { 1.0 } else { variance(j).sqrt() };
            let scales: Vec<_> = (0..d).map(|j| if scale(j) > 0.0 { scale(j) } else { 1.0 }).collect();
            let covariance = Mat::from_fn(d, d, |i, j| scatter[i * d + j] / count / (scales[i] * scales[j]));
            let floor = |j: usize| regularisation.variances()[j] / scales[j].powi(2);
            let floor = (0..d).map(floor).sum::<f64>() / d as f64;
            let own = leading(covariance.as_ref(), latents, floor)
                .ok_or_else(|| MixtureError::Singular { whose: format!("component {component}") })?;
            for (j, scale) in scales.iter().enumerate() {
                let loading: Vec<_> = (0..latents).map(|l| own.0[(j, l)] * scale).collect();
                let left = match noise {
                    Noise::Isotropic => own.1,
                    _ => variance(j) - loading.iter().map(|w| w * w).sum::<f64>(),
                };
                residuals.add(component, j, count * left, count);
                loadings.extend(loading);
            }
        }
        let weights = statistics.counts().iter().map(|count| count / total).collect();
        let variances = residuals.variances(regularisation);
        Self::new(noise, latents, weights, statistics.means().to_vec(), loadings, variances)
    }

    /// The same mixture with its factors rotated so that the columns of each `Ψ^(−½) W` are orthogonal, the longest
    /// first, and the largest loading of each factor is positive. With [`Noise::Isotropic`] those are the principal
    /// axes.
    ///
    /// # Errors
    /// [`MixtureError::Singular`] if the loadings are too large for their squares.
    pub fn canonical(&self) -> Result<Self, MixtureError> {
        let (d, q) = (self.columns(), self.latents());
        let mut loadings = Vec::with_capacity(self.loadings().len());
        for (k, own) in self.loadings().chunks_exact(d * q).enumerate() {
            let own = MatRef::from_row_major_slice(own, d, q);
            let scaled = Mat::from_fn(d, q, |j, l| own[(j, l)] / self.variance(k, j).sqrt());
            let eigen = (scaled.transpose() * &scaled).self_adjoint_eigen(Side::Lower);
            let eigen = eigen.map_err(|_| MixtureError::Singular { whose: format!("component {k}") })?;
            let mut rotated = own * Mat::from_fn(q, q, |i, l| eigen.U()[(i, q - 1 - l)]);
            upright(&mut rotated);
            loadings.extend((0..d * q).map(|at| rotated[(at / q, at % q)]));
        }
        let (weights, means, variances) = (self.weights().to_vec(), self.means().to_vec(), self.variances());
        Self::new(self.noise(), q, weights, means, loadings, variances.to_vec())
    }
}

/// The loadings of the leading components, and the mean of what they leave out, which is no less than the floor.
fn leading(covariance: MatRef<'_, f64>, latents: usize, floor: f64) -> Option<(Mat<f64>, f64)> {
    let d = covariance.nrows();
    let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
    // In increasing order.
    let values = eigen.S().column_vector();
    let left = (0..d - latents).map(|at| values[at].max(0.0)).sum::<f64>() / (d - latents) as f64;
    let left = left.max(floor);
    let length = |l: usize| (values[d - 1 - l] - left).max(0.0).sqrt();
    let mut loadings = Mat::from_fn(d, latents, |j, l| eigen.U()[(j, d - 1 - l)] * length(l));
    upright(&mut loadings);
    Some((loadings, left))
}

/// Each column with the sign that makes its largest entry positive.
fn upright(columns: &mut Mat<f64>) {
    for l in 0..columns.ncols() {
        let entries = columns.col(l).iter().copied();
        let largest = entries.fold(0.0, |a: f64, b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            columns.col_mut(l).iter_mut().for_each(|entry| *entry = -*entry);
        }
    }
}
