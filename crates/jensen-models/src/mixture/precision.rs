//! What posteriors ask of a component's precision.

use super::{Covariance, GaussianMixture};

impl GaussianMixture {
    /// `vᵀ Σₖ⁻¹ v`.
    pub(crate) fn squared_length(&self, component: usize, v: &[f64]) -> f64 {
        let d = self.columns();
        if !self.covariance().is_dense() {
            let inverse = &self.whitenings[component * d..(component + 1) * d];
            return v.iter().zip(inverse).map(|(v, inverse)| (v * inverse).powi(2)).sum();
        }
        let whitening = self.whitening_of(component);
        (0..d).map(|i| (0..=i).map(|j| whitening[j * d + i] * v[j]).sum::<f64>().powi(2)).sum()
    }

    /// `tr(M Σₖ⁻¹)`; of independent columns `M / σ²` of column `column`, `M` being their variances.
    pub(crate) fn precision_trace(&self, component: usize, column: usize, matrix: &[f64]) -> f64 {
        let d = self.columns();
        if !self.covariance().is_dense() {
            return matrix[column] * self.whitenings[component * d + column].powi(2);
        }
        let whitening = self.whitening_of(component);
        let mut trace = 0.0;
        for i in 0..d {
            for a in 0..=i {
                let row = (0..=i).map(|b| matrix[a * d + b] * whitening[b * d + i]).sum::<f64>();
                trace += whitening[a * d + i] * row;
            }
        }
        trace
    }

    /// `log |Σₖ|`; of independent columns `log σ²` of column `column`.
    pub(crate) fn log_det_of(&self, component: usize, column: usize) -> f64 {
        if self.covariance().is_dense() {
            2.0 * self.log_dets[component.min(self.log_dets.len() - 1)]
        } else {
            self.covariance_of(component)[column].ln()
        }
    }

    /// `L⁻¹` of a matrix, column-major.
    fn whitening_of(&self, component: usize) -> &[f64] {
        &self.whitenings[Covariance::range(self.covariance(), component, self.columns())]
    }
}
