//! A mixture of Gaussians: its parameters, checked.

use faer::MatRef;

use super::arrays::{Arrays, Find, NamedArray};
use super::cholesky::{cholesky, column_major, log_det, whitening};
use super::shares::not_shares;
use super::{Covariance, MixtureError};

/// `p(x) = Σₖ πₖ N(x; μₖ, Σₖ)`, in double precision.
///
/// A value that is not a number is missing: every density is that of the values that are there, which is the
/// mixture's exact marginal.
///
/// # Example
/// ```
/// use jensen_models::mixture::{Covariance, GaussianMixture, Rows};
/// let mixture = GaussianMixture::new(
///     Covariance::Diagonal,
///     2,
///     vec![0.5, 0.5],
///     vec![0.0, 0.0, 4.0, 4.0],
///     vec![1.0, 1.0, 1.0, 1.0],
/// )?;
/// let rows = [0.0, 0.0, f64::NAN, 4.0, f64::NAN, f64::NAN];
/// let log_prob = mixture.log_prob(Rows::new(&rows, 2)?)?;
/// assert_eq!(log_prob[2], 0.0); // nothing seen, nothing learned
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GaussianMixture {
    covariance: Covariance,
    columns: usize,
    weights: Vec<f64>,
    means: Vec<f64>,
    covariances: Vec<f64>,
    /// `L⁻¹` of each matrix, column-major, or one over the standard deviation of each component and column.
    pub(crate) whitenings: Vec<f64>,
    /// `½ log |Σ|` of each matrix.
    pub(crate) log_dets: Vec<f64>,
}

impl GaussianMixture {
    /// The names of the arrays that it [goes to](Arrays::to_arrays).
    pub const ARRAYS: [&str; 3] = ["weights", "means", "covariances"];

    /// A mixture of its parameters: `weights` `[K]`, `means` `[K, columns]`, `covariances` as
    /// [`Covariance::shape`] says, row-major. Variances, not standard deviations.
    ///
    /// # Errors
    /// [`MixtureError::Shape`] or [`MixtureError::Parameter`] if the numbers are not parameters of a mixture,
    /// [`MixtureError::Singular`] if a covariance is not positive definite.
    pub fn new(
        covariance: Covariance,
        columns: usize,
        weights: Vec<f64>,
        means: Vec<f64>,
        covariances: Vec<f64>,
    ) -> Result<Self, MixtureError> {
        let components = weights.len();
        for (what, expected, found) in [
            ("means", components * columns, means.len()),
            ("covariances", covariance.len(components, columns), covariances.len()),
        ] {
            if expected != found || found == 0 {
                return Err(MixtureError::Shape { what, expected: expected.max(1), found });
            }
        }
        let wrong = |name, problem: String| Err(MixtureError::Parameter { name, problem });
        if let Some(problem) = not_shares(&weights) {
            return wrong("weights", problem);
        }
        if let Some(at) = means.iter().position(|mean| !mean.is_finite()) {
            return wrong("means", format!("holds {}, which is not finite", means[at]));
        }
        let (whitenings, log_dets) = if covariance.is_dense() {
            dense(covariance, columns, &covariances)?
        } else {
            independent(covariance, components, columns, &covariances)?
        };
        Ok(Self { covariance, columns, weights, means, covariances, whitenings, log_dets })
    }

    /// What the covariances are free to be.
    pub fn covariance(&self) -> Covariance {
        self.covariance
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// `πₖ`, `[K]`.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `μₖ`, `[K, columns]`.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// The covariances, of the shape that [`Covariance::shape`] says.
    pub fn covariances(&self) -> &[f64] {
        &self.covariances
    }

    /// The mean of one component.
    pub fn mean(&self, component: usize) -> &[f64] {
        &self.means[component * self.columns..(component + 1) * self.columns]
    }

    /// The covariance of one component as a matrix, `[columns, columns]`.
    pub fn dense_covariance(&self, component: usize) -> Vec<f64> {
        let own = self.covariance_of(component);
        if self.covariance.is_dense() {
            return own.to_vec();
        }
        let d = self.columns;
        (0..d * d).map(|at| if at % (d + 1) == 0 { own[(at / d).min(own.len() - 1)] } else { 0.0 }).collect()
    }

    /// One component's covariance as it lies in [`covariances`](Self::covariances).
    pub(crate) fn covariance_of(&self, component: usize) -> &[f64] {
        &self.covariances[self.covariance.range(component, self.columns)]
    }

    /// How many numbers are free: what [information criteria](crate::mixture::InformationCriteria) count.
    pub fn free_parameters(&self) -> usize {
        let (k, d) = (self.components(), self.columns);
        k - 1 + k * d + self.covariance.free(k, d)
    }
}

impl Arrays for GaussianMixture {
    type Kind = Covariance;

    fn kind(&self) -> Covariance {
        self.covariance
    }

    fn from_arrays<'a>(
        covariance: Covariance,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let components = array.find("weights")?.1.len();
        let columns = array.find("means")?.0.last().copied().unwrap_or(0);
        let weights = array.find_shaped("weights", &[components])?;
        let means = array.find_shaped("means", &[components, columns])?;
        let covariances = array.find_shaped("covariances", &covariance.shape(components, columns))?;
        Self::new(covariance, columns, weights, means, covariances)
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let (k, d) = (self.components(), self.columns);
        vec![
            NamedArray::new("weights", vec![k], &self.weights),
            NamedArray::new("means", vec![k, d], &self.means),
            NamedArray::new("covariances", self.covariance.shape(k, d), &self.covariances),
        ]
    }
}

/// Whitenings and half log determinants of matrices.
fn dense(
    covariance: Covariance,
    columns: usize,
    covariances: &[f64],
) -> Result<(Vec<f64>, Vec<f64>), MixtureError> {
    let (mut whitenings, mut log_dets) = (Vec::with_capacity(covariances.len()), Vec::new());
    let size = columns * columns;
    for (k, matrix) in covariances.chunks_exact(size).enumerate() {
        let asymmetric = (0..columns).flat_map(|i| (0..i).map(move |j| (i, j))).find(|&(i, j)| {
            let (lower, upper) = (matrix[i * columns + j], matrix[j * columns + i]);
            let noise = 1e-9 * (matrix[i * columns + i] * matrix[j * columns + j]).sqrt();
            let symmetric = (lower - upper).abs() <= noise;
            !symmetric
        });
        if let Some((i, j)) = asymmetric {
            let problem = format!("of component {k} is not symmetric or not finite in row {i}, column {j}");
            return Err(MixtureError::Parameter { name: "covariances", problem });
        }
        let factor = cholesky(MatRef::from_row_major_slice(matrix, columns, columns))
            .ok_or_else(|| MixtureError::Singular { whose: covariance.whose(k) })?;
        whitenings.extend(column_major(whitening(factor.as_ref()).as_ref()));
        log_dets.push(log_det(factor.as_ref()));
    }
    Ok((whitenings, log_dets))
}

/// The same of variances, written out for each component and column.
fn independent(
    covariance: Covariance,
    components: usize,
    columns: usize,
    variances: &[f64],
) -> Result<(Vec<f64>, Vec<f64>), MixtureError> {
    let (mut whitenings, mut log_dets) = (Vec::with_capacity(components * columns), Vec::new());
    for k in 0..components {
        let own = &variances[covariance.range(k, columns)];
        if !own.iter().all(|variance| variance.is_normal() && *variance > 0.0) {
            return Err(MixtureError::Singular { whose: covariance.whose(k) });
        }
        let variance = |j: usize| own[j.min(own.len() - 1)];
        whitenings.extend((0..columns).map(|j| 1.0 / variance(j).sqrt()));
        log_dets.push((0..columns).map(|j| 0.5 * variance(j).ln()).sum());
    }
    Ok((whitenings, log_dets))
}
