//! A mixture of factor analysers: its parameters, checked.

use super::Noise;
use crate::mixture::MixtureError;
use crate::mixture::arrays::{Arrays, Find, NamedArray};
use crate::mixture::shares::not_shares;

/// `p(x) = Σₖ πₖ N(x; μₖ, Wₖ Wₖᵀ + Ψₖ)`: the density of `x = μₖ + Wₖ z + ε`, `z ~ N(0, I)`, `ε ~ N(0, Ψₖ)`.
///
/// The factors are determined up to a rotation, which [`canonical`](Self::canonical) chooses.
///
/// # Example
/// ```
/// use jensen_models::factor::{FactorMixture, Noise};
/// use jensen_models::mixture::Rows;
/// let model = FactorMixture::new(Noise::Diagonal, 1, vec![1.0], vec![0.0, 0.0], vec![2.0, 1.0], vec![1.0, 0.5])?;
/// assert_eq!(model.covariance(0), [5.0, 2.0, 2.0, 1.5]);
/// // What is not seen is marginalised: N(1; 0, 5).
/// let log_prob = model.log_prob(Rows::new(&[1.0, f64::NAN], 2)?)?;
/// assert!((log_prob[0] + 0.5 * (0.2 + (std::f64::consts::TAU * 5.0).ln())).abs() < 1e-12);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FactorMixture {
    noise: Noise,
    latents: usize,
    weights: Vec<f64>,
    means: Vec<f64>,
    loadings: Vec<f64>,
    variances: Vec<f64>,
}

impl FactorMixture {
    /// The names of the arrays that it [goes to](Arrays::to_arrays).
    pub const ARRAYS: [&str; 4] = ["weights", "means", "loadings", "variances"];

    /// A mixture of its parameters: `weights` `[K]`, `means` `[K, columns]`, `loadings` `[K, columns, latents]`, and
    /// the noise's `variances` as [`Noise::shape`] says, row-major.
    ///
    /// # Errors
    /// [`MixtureError::Shape`] or [`MixtureError::Parameter`] if the numbers are not parameters of a mixture,
    /// [`MixtureError::Singular`] if a variance is not positive. There are fewer latents than columns: with as many,
    /// the covariance is any, which is a [`GaussianMixture`](crate::mixture::GaussianMixture).
    pub fn new(
        noise: Noise,
        latents: usize,
        weights: Vec<f64>,
        means: Vec<f64>,
        loadings: Vec<f64>,
        variances: Vec<f64>,
    ) -> Result<Self, MixtureError> {
        let components = weights.len();
        let columns = means.len() / components.max(1);
        for (what, expected, found) in [
            ("means", components * columns, means.len()),
            ("loadings", components * columns * latents, loadings.len()),
            ("variances", noise.len(components, columns), variances.len()),
        ] {
            if expected != found || means.is_empty() {
                return Err(MixtureError::Shape { what, expected: expected.max(1), found });
            }
        }
        check_latents(latents, columns)?;
        let wrong = |name, problem: String| Err(MixtureError::Parameter { name, problem });
        if let Some(problem) = not_shares(&weights) {
            return wrong("weights", problem);
        }
        for (name, numbers) in [("means", &means), ("loadings", &loadings)] {
            if let Some(number) = numbers.iter().find(|number| !number.is_finite()) {
                return wrong(name, format!("holds {number}, which is not finite"));
            }
        }
        if let Some(at) = variances.iter().position(|variance| !(variance.is_normal() && *variance > 0.0)) {
            let whose = match noise {
                Noise::Isotropic => format!("component {at}"),
                Noise::Diagonal => format!("component {}", at / columns),
                Noise::Tied => "the components".into(),
            };
            return Err(MixtureError::Singular { whose });
        }
        Ok(Self { noise, latents, weights, means, loadings, variances })
    }

    /// What the variances of the noise are free to be.
    pub fn noise(&self) -> Noise {
        self.noise
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.means.len() / self.weights.len()
    }

    /// How many factors a component has.
    pub fn latents(&self) -> usize {
        self.latents
    }

    /// `πₖ`, `[K]`.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `μₖ`, `[K, columns]`.
    pub fn means(&self) -> &[f64] {
        &self.means
    }

    /// `Wₖ`, `[K, columns, latents]`.
    pub fn loadings(&self) -> &[f64] {
        &self.loadings
    }

    /// The variances of the noise, of the shape that [`Noise::shape`] says.
    pub fn variances(&self) -> &[f64] {
        &self.variances
    }

    /// The mean of one component.
    pub fn mean(&self, component: usize) -> &[f64] {
        &self.means[component * self.columns()..(component + 1) * self.columns()]
    }

    /// What one component's factors do to a column, `[latents]`.
    pub fn loading(&self, component: usize, column: usize) -> &[f64] {
        let at = component * self.columns() + column;
        &self.loadings[at * self.latents..(at + 1) * self.latents]
    }

    /// The variance of a column's noise in one component.
    pub fn variance(&self, component: usize, column: usize) -> f64 {
        self.variances[self.noise.at(component, column, self.columns())]
    }

    /// `W Wᵀ + Ψ` of one component, `[columns, columns]`.
    pub fn covariance(&self, component: usize) -> Vec<f64> {
        let d = self.columns();
        let entry = |i, j| {
            let (a, b) = (self.loading(component, i), self.loading(component, j));
            let common: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            if i == j { common + self.variance(component, i) } else { common }
        };
        (0..d * d).map(|at| entry(at / d, at % d)).collect()
    }

    /// How many numbers are free: what [information criteria](crate::mixture::InformationCriteria) count. A rotation of a component's factors changes no density,
    /// so its `latents (latents − 1) / 2` angles are not among them.
    pub fn free_parameters(&self) -> usize {
        let (k, d, q) = (self.components(), self.columns(), self.latents);
        k - 1 + k * d + k * (d * q - q * (q - 1) / 2) + self.variances.len()
    }
}

impl Arrays for FactorMixture {
    type Kind = Noise;

    fn kind(&self) -> Noise {
        self.noise
    }

    fn from_arrays<'a>(
        noise: Noise,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let components = array.find("weights")?.1.len();
        let [columns, latents] = [array.find("means")?, array.find("loadings")?]
            .map(|(shape, _)| shape.last().copied().unwrap_or(0));
        let weights = array.find_shaped("weights", &[components])?;
        let means = array.find_shaped("means", &[components, columns])?;
        let loadings = array.find_shaped("loadings", &[components, columns, latents])?;
        let variances = array.find_shaped("variances", &noise.shape(components, columns))?;
        Self::new(noise, latents, weights, means, loadings, variances)
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let (k, d) = (self.components(), self.columns());
        vec![
            NamedArray::new("weights", vec![k], &self.weights),
            NamedArray::new("means", vec![k, d], &self.means),
            NamedArray::new("loadings", vec![k, d, self.latents], &self.loadings),
            NamedArray::new("variances", self.noise.shape(k, d), &self.variances),
        ]
    }
}

/// That there are factors, and fewer than columns.
pub(super) fn check_latents(latents: usize, columns: usize) -> Result<(), MixtureError> {
    if latents == 0 || latents >= columns {
        let problem = format!("is {latents}, but must be 1 or more and less than the {columns} columns");
        return Err(MixtureError::Parameter { name: "latents", problem });
    }
    Ok(())
}
