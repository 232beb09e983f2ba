//! The components over the columns that are observed, and the missing columns given those.

use std::borrow::Cow;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatMut, MatRef, Par};

use super::cholesky::{cholesky, column_major, log_det, whitening};
use super::family::Family;
use super::pattern::Group;
use super::{GaussianMixture, MixtureError};

/// A covariance seen from a set of observed columns.
///
/// With the observed columns `o` first, `Σ = L Lᵀ` has the blocks `L_o` (the factor of `Σ_oo`), `L_mo` and `L_m`. The
/// conditional mean of the missing columns is `μ_m + L_mo L_o⁻¹ (x_o − μ_o)`, their conditional covariance
/// `L_m L_mᵀ`, which is positive semidefinite whatever the rounding; `Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om` need not be.
struct Factor<'a> {
    /// `L_o⁻¹`, column-major, or one over each standard deviation.
    whitening: Cow<'a, [f64]>,
    /// `log |L_o|`.
    log_det: f64,
    /// `L_moᵀ`, `[observed, missing]` column-major; empty for independent columns.
    gain: Vec<f64>,
    /// `L_m L_mᵀ`, or the variances of independent columns.
    residual: Vec<f64>,
    /// `L_m`, `[missing, missing]` column-major; empty for independent columns.
    root: Vec<f64>,
}

/// All components over the columns of a group.
pub(crate) struct Marginals<'a> {
    mixture: &'a GaussianMixture,
    group: &'a Group,
    /// One for each component, or one that all have in common.
    factors: Vec<Factor<'a>>,
    /// `μ_o`, `[K, observed]`.
    means: Vec<f64>,
}

impl<'a> Marginals<'a> {
    /// # Errors
    /// [`MixtureError::Singular`] if a covariance is so nearly singular that it is positive definite in one order
    /// of the columns and not in another.
    pub fn new(mixture: &'a GaussianMixture, group: &'a Group) -> Result<Self, MixtureError> {
        let count = mixture.log_dets.len();
        let factors = (0..count).map(|at| {
            Factor::new(mixture, group, at)
                .ok_or_else(|| MixtureError::Singular { whose: mixture.covariance().whose(at) })
        });
        let factors = factors.collect::<Result<_, _>>()?;
        let means = (0..mixture.components())
            .flat_map(|k| group.observed.iter().map(move |&j| mixture.mean(k)[j]))
            .collect();
        Ok(Self { mixture, group, factors, means })
    }

    fn factor(&self, component: usize) -> &Factor<'a> {
        &self.factors[component.min(self.factors.len() - 1)]
    }

    /// The whitened observed values of every row, `[rows, observed]` column-major, into `out`.
    fn whiten(&self, component: usize, centred: &mut Vec<f64>, out: &mut Vec<f64>) {
        let (n, o) = (self.group.rows.len(), self.group.observed.len());
        let factor = self.factor(component);
        let mean = &self.means[component * o..(component + 1) * o];
        let dense = self.mixture.covariance().is_dense();
        let target = if dense { &mut *centred } else { &mut *out };
        target.resize(n * o, 0.0);
        let columns = target.chunks_exact_mut(n).zip(self.group.values.chunks_exact(n));
        for (j, (target, values)) in columns.enumerate() {
            let scale = if dense { 1.0 } else { factor.whitening[j] };
            for (target, value) in target.iter_mut().zip(values) {
                *target = (value - mean[j]) * scale;
            }
        }
        if dense {
            out.resize(n * o, 0.0);
            matmul(
                MatMut::from_column_major_slice_mut(out, n, o),
                Accum::Replace,
                MatRef::from_column_major_slice(centred, n, o),
                MatRef::from_column_major_slice(&factor.whitening, o, o).transpose(),
                1.0,
                Par::Seq,
            );
        }
    }

    /// The log density of one component over the observed columns for every row and `added` to it, into `out`.
    pub fn log_prob(
        &self,
        component: usize,
        family: &Family,
        added: f64,
        scratch: &mut [Vec<f64>; 2],
        out: &mut [f64],
    ) {
        let (n, o) = (self.group.rows.len(), self.group.observed.len());
        let [centred, white] = scratch;
        self.whiten(component, centred, white);
        family.log_prob(component, added - self.factor(component).log_det, &white[..n * o], out);
    }

    /// Every row with its missing values at their conditional means, `[rows, columns]` column-major, into `out`.
    pub fn complete(&self, component: usize, scratch: &mut [Vec<f64>; 2], out: &mut Vec<f64>) {
        let (group, n) = (self.group, self.group.rows.len());
        out.clear();
        out.resize(n * self.mixture.columns(), 0.0);
        let (o, m) = (group.observed.len(), group.missing.len());
        for (values, &j) in group.values.chunks_exact(n).zip(&group.observed) {
            out[j * n..(j + 1) * n].copy_from_slice(values);
        }
        let mean = self.mixture.mean(component);
        let mut moved = vec![0.0; n * m];
        if self.mixture.covariance().is_dense() && o > 0 {
            let [centred, white] = scratch;
            self.whiten(component, centred, white);
            matmul(
                MatMut::from_column_major_slice_mut(&mut moved, n, m),
                Accum::Replace,
                MatRef::from_column_major_slice(white, n, o),
                MatRef::from_column_major_slice(&self.factor(component).gain, o, m),
                1.0,
                Par::Seq,
            );
        }
        for (moved, &j) in moved.chunks_exact(n).zip(&group.missing) {
            for (out, moved) in out[j * n..(j + 1) * n].iter_mut().zip(moved) {
                *out = mean[j] + moved;
            }
        }
    }

    /// A root `D` of it, `D Dᵀ`, as a matrix in any case.
    pub fn root(&self, component: usize) -> Mat<f64> {
        let (m, factor) = (self.group.missing.len(), self.factor(component));
        if self.mixture.covariance().is_dense() {
            return MatRef::from_column_major_slice(&factor.root, m, m).to_owned();
        }
        Mat::from_fn(m, m, |a, b| if a == b { factor.residual[a].sqrt() } else { 0.0 })
    }

    /// The missing columns' conditional covariance, the same for every row: a matrix, or variances.
    pub fn residual(&self, component: usize) -> &[f64] {
        &self.factor(component).residual
    }
}

impl<'a> Factor<'a> {
    fn new(mixture: &'a GaussianMixture, group: &Group, at: usize) -> Option<Self> {
        let (d, o, m) = (mixture.columns(), group.observed.len(), group.missing.len());
        let dense = mixture.covariance().is_dense();
        let size = if dense { d * d } else { d };
        let whole = &mixture.whitenings[at * size..(at + 1) * size];
        if m == 0 {
            let (whitening, log_det) = (Cow::Borrowed(whole), mixture.log_dets[at]);
            return Some(Self {
                whitening,
                log_det,
                gain: Vec::new(),
                residual: Vec::new(),
                root: Vec::new(),
            });
        }
        if !dense {
            let variances = mixture.covariance_of(at);
            let own: Vec<_> = group.observed.iter().map(|&j| whole[j]).collect();
            let log_det = -own.iter().map(|inverse| inverse.ln()).sum::<f64>();
            let residual = group.missing.iter().map(|&j| variances[j.min(variances.len() - 1)]).collect();
            return Some(Self {
                whitening: Cow::Owned(own),
                log_det,
                gain: Vec::new(),
                residual,
                root: Vec::new(),
            });
        }
        let matrix = mixture.covariance_of(at);
        let order: Vec<_> = group.observed.iter().chain(&group.missing).copied().collect();
        let ordered = Mat::from_fn(d, d, |i, j| matrix[order[i] * d + order[j]]);
        let factor = cholesky(ordered.as_ref())?;
        let (corner, below) = (factor.submatrix(0, 0, o, o), factor.submatrix(o, 0, m, o));
        let rest = factor.submatrix(o, o, m, m);
        Some(Self {
            whitening: Cow::Owned(column_major(whitening(corner).as_ref()).collect()),
            log_det: log_det(corner),
            gain: column_major(below.transpose()).collect(),
            residual: column_major((rest * rest.transpose()).as_ref()).collect(),
            root: column_major(rest).collect(),
        })
    }
}
