//! The components over the columns that are observed, and the factors given those.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use super::FactorMixture;
use crate::mixture::MixtureError;
use crate::mixture::cholesky::{cholesky, log_det, whitening};
use crate::mixture::pattern::Group;

/// A component seen from a set of observed columns `o`.
///
/// With `V = Ψ_o^(−½) W_o` and `M = I + VᵀV = L Lᵀ`, the factors given a row are normal with the covariance `M⁻¹` and the
/// mean `m = M⁻¹ Vᵀ c`, `c = Ψ_o^(−½) (x_o − μ_o)`. Then `(x−μ)ᵀ Σ⁻¹ (x−μ) = ‖c − V m‖² + ‖m‖²`, of which both terms
/// are positive, where Woodbury's `‖c‖² − ‖L⁻¹ Vᵀ c‖²` loses all digits to small noise; and `|Σ| = |Ψ_o| |M|`.
struct Factor {
    /// One over each standard deviation of the noise.
    scales: Vec<f64>,
    /// `V`, `[observed, latents]`.
    loadings: Mat<f64>,
    /// `L⁻¹`.
    whitening: Mat<f64>,
    /// `½ log |Σ_oo|`.
    log_det: f64,
}

/// All components over the columns of a group.
pub(crate) struct Marginals<'a> {
    mixture: &'a FactorMixture,
    group: &'a Group,
    factors: Vec<Factor>,
}

impl<'a> Marginals<'a> {
    /// # Errors
    /// [`MixtureError::Singular`] if the noise is less than the rounding error of the rest.
    pub fn new(mixture: &'a FactorMixture, group: &'a Group) -> Result<Self, MixtureError> {
        let factors = (0..mixture.components()).map(|k| Factor::new(mixture, group, k));
        Ok(Self { mixture, group, factors: factors.collect::<Result<_, _>>()? })
    }

    /// The means of the factors of every row, `[rows, latents]` column-major, into the second of the scratch; `c` into
    /// the first.
    fn latents(&self, component: usize, scratch: &mut [Vec<f64>; 2]) {
        let (n, o, q) = (self.group.rows.len(), self.group.observed.len(), self.mixture.latents());
        let factor = &self.factors[component];
        let [centred, latents] = scratch;
        centred.resize(n * o, 0.0);
        latents.resize(n * q, 0.0);
        let mean = self.mixture.mean(component);
        let columns = centred.chunks_exact_mut(n).zip(self.group.values.chunks_exact(n));
        for ((out, values), (&j, scale)) in columns.zip(self.group.observed.iter().zip(&factor.scales)) {
            for (out, value) in out.iter_mut().zip(values) {
                *out = (value - mean[j]) * scale;
            }
        }
        let centred = MatRef::from_column_major_slice(centred, n, o);
        let half = centred * &factor.loadings * factor.whitening.transpose();
        matmul(
            MatMut::from_column_major_slice_mut(latents, n, q),
            Accum::Replace,
            half.as_ref(),
            factor.whitening.as_ref(),
            1.0,
            Par::Seq,
        );
    }

    /// `log N(x_o; μ_o, Σ_oo)` of one component for every row, into `out`.
    pub fn log_prob(&self, component: usize, scratch: &mut [Vec<f64>; 2], out: &mut [f64]) {
        self.latents(component, scratch);
        let (n, o, q) = (self.group.rows.len(), self.group.observed.len(), self.mixture.latents());
        let [centred, latents] = scratch;
        let factor = &self.factors[component];
        matmul(
            MatMut::from_column_major_slice_mut(centred, n, o),
            Accum::Add,
            MatRef::from_column_major_slice(latents, n, q),
            factor.loadings.transpose(),
            -1.0,
            Par::Seq,
        );
        out.fill(0.0);
        for column in centred.chunks_exact(n).chain(latents.chunks_exact(n)) {
            for (out, value) in out.iter_mut().zip(column) {
                *out += value * value;
            }
        }
        let constant = -0.5 * o as f64 * std::f64::consts::TAU.ln() - factor.log_det;
        for out in out {
            let log_prob = constant - 0.5 * *out;
            // Of observed values, what is not a number is infinity less infinity: a row too far away to measure.
            *out = if log_prob.is_nan() { f64::NEG_INFINITY } else { log_prob };
        }
    }

    /// Every row with its missing values and its factors at their means given what is there,
    /// `[rows, columns + latents]` column-major, into `out`.
    pub fn complete(&self, component: usize, scratch: &mut [Vec<f64>; 2], out: &mut Vec<f64>) {
        self.latents(component, scratch);
        let (group, n) = (self.group, self.group.rows.len());
        let (d, q) = (self.mixture.columns(), self.mixture.latents());
        out.resize(n * (d + q), 0.0);
        for (values, &j) in group.values.chunks_exact(n).zip(&group.observed) {
            out[j * n..(j + 1) * n].copy_from_slice(values);
        }
        let (columns, latents) = out.split_at_mut(n * d);
        latents.copy_from_slice(&scratch[1]);
        for &j in &group.missing {
            let column = &mut columns[j * n..(j + 1) * n];
            column.fill(self.mixture.mean(component)[j]);
            for (loading, latent) in self.mixture.loading(component, j).iter().zip(latents.chunks_exact(n)) {
                for (out, latent) in column.iter_mut().zip(latent) {
                    *out += loading * latent;
                }
            }
        }
    }

    /// `M⁻¹`, the factors' covariance given what is there, the same for every row.
    pub fn covariance(&self, component: usize) -> Mat<f64> {
        let root = self.covariance_root(component);
        root * root.transpose()
    }

    /// `R` with `R Rᵀ = M⁻¹`.
    pub fn covariance_root(&self, component: usize) -> MatRef<'_, f64> {
        self.factors[component].whitening.transpose()
    }
}

impl Factor {
    fn new(mixture: &FactorMixture, group: &Group, component: usize) -> Result<Self, MixtureError> {
        let (observed, q) = (&group.observed, mixture.latents());
        let variance = |at: usize| mixture.variance(component, observed[at]);
        let scales: Vec<_> = (0..observed.len()).map(|at| 1.0 / variance(at).sqrt()).collect();
        let loading = |at: usize, l: usize| mixture.loading(component, observed[at])[l] * scales[at];
        let loadings = Mat::from_fn(observed.len(), q, loading);
        let mut precision = Mat::<f64>::identity(q, q);
        matmul(precision.as_mut(), Accum::Add, loadings.transpose(), loadings.as_ref(), 1.0, Par::Seq);
        let factor = cholesky(precision.as_ref())
            .ok_or_else(|| MixtureError::Singular { whose: format!("component {component}") })?;
        let noise: f64 = (0..observed.len()).map(|at| 0.5 * variance(at).ln()).sum();
        let log_det = noise + log_det(factor.as_ref());
        Ok(Self { scales, loadings, whitening: whitening(factor.as_ref()), log_det })
    }
}
