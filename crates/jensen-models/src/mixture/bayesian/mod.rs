//! Mixtures of Gaussians of which a posterior is learned, and not a point.

mod bound;
mod draw;
mod fit;
mod normal_wishart;
mod predictive;
mod weight_prior;

pub use fit::BayesianOptions;
pub use normal_wishart::NormalWishart;
pub use weight_prior::WeightPrior;

use super::arrays::{Arrays, Find, NamedArray};
use super::cholesky::symmetrise;
use super::components::Components;
use super::density::Weighted;
use super::family::Family;
use super::options::one_or_more;
use super::{Covariance, GaussianMixture, MixtureError, Rows, Statistics};

/// A variational posterior over mixtures of Gaussians (Attias 2000; Bishop 2006, 10.2; with a Dirichlet process for
/// prior of the weights Blei & Jordan 2006).
///
/// `q(π) Π q(μₖ, Λₖ) Π q(zₙ, x_mis,ₙ)`, of which the last are what the E step finds and the others what the M step
/// does. Without rows it is the prior. A row of weight two is the row twice.
///
/// Missing values are latent together with the choice of a component, so their posterior is exact given the other
/// factors. But those are independent of it: a row counts as a whole one however much of it is missing, so where much
/// is, the posterior is surer than it should be, and the bound looser. A row that is missing altogether is left out.
///
/// [`bound`](Self::bound) is of the evidence, with all constants, so that it compares numbers of components and priors;
/// [`log_predictive`](Self::log_predictive) is of rows that were not seen.
///
/// # Example
/// ```
/// use jensen_models::mixture::{BayesianMixture, BayesianOptions, Rows};
/// use jensen_random::Rng;
/// let values = [0.0, 0.1, 0.2, -0.1, 0.1, 5.0, 5.1, 5.2, 4.9];
/// let rows = Rows::new(&values, 1)?;
/// let bound = |components| {
///     let options = BayesianOptions { components, ..BayesianOptions::default() };
///     let fitted = BayesianMixture::fit(&rows, &options, &Rng::seed(1))?;
///     Ok::<_, jensen_models::mixture::MixtureError>(
///         fitted.mixture.bound(&fitted.statistics) + fitted.mixture.log_relabellings())
/// };
/// assert!(bound(2)? > bound(1)? && bound(2)? > bound(4)?);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BayesianMixture {
    weights: WeightPrior,
    prior: NormalWishart,
    /// `Nₖ`: rows that each component has seen.
    counts: Vec<f64>,
    /// `βₖ`, `mₖ` and `Sₖ` as counts, means and scatters.
    posterior: Statistics,
    /// `E[π]`, `mₖ` and `E[Λₖ]⁻¹ = Sₖ/νₖ`.
    expected: GaussianMixture,
}

impl BayesianMixture {
    /// The prior of so many components.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for no components or a concentration that is not finite and above zero.
    pub fn new(components: usize, weights: WeightPrior, prior: NormalWishart) -> Result<Self, MixtureError> {
        weights.check()?;
        one_or_more("components", components)?;
        let posterior = prior.pseudo_rows(components);
        Self::of_posterior(weights, prior, vec![0.0; components], posterior)
    }

    fn of_posterior(
        weights: WeightPrior,
        prior: NormalWishart,
        counts: Vec<f64>,
        posterior: Statistics,
    ) -> Result<Self, MixtureError> {
        let (kind, d) = (prior.covariance(), prior.mean().len());
        let mut covariances = posterior.scatters().to_vec();
        for component in 0..if kind == Covariance::Tied { 1 } else { counts.len() } {
            let degrees = prior.posterior_degrees(&counts, component);
            let own = &mut covariances[kind.range(component, d)];
            for entry in own.iter_mut() {
                *entry /= degrees;
            }
            if kind.is_dense() {
                symmetrise(own, d);
            }
        }
        let means = posterior.means().to_vec();
        let expected = GaussianMixture::new(kind, d, weights.means(&counts), means, covariances)?;
        Ok(Self { weights, prior, counts, posterior, expected })
    }

    /// The prior of the weights.
    pub fn weight_prior(&self) -> WeightPrior {
        self.weights
    }

    /// The prior of each component.
    pub fn prior(&self) -> &NormalWishart {
        &self.prior
    }

    /// How many components there are, or may be.
    pub fn components(&self) -> usize {
        self.counts.len()
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.expected.columns()
    }

    /// `Nₖ`, how many rows each component answers for, `[K]`.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// `mₖ`, `[K, columns]`.
    pub fn means(&self) -> &[f64] {
        self.posterior.means()
    }

    /// `βₖ = β₀ + Nₖ`, `[K]`.
    pub fn mean_precisions(&self) -> &[f64] {
        self.posterior.counts()
    }

    /// `νₖ`, `[K]`; of tied covariances the one number, as often.
    pub fn degrees_of_freedom(&self) -> Vec<f64> {
        (0..self.components()).map(|k| self.prior.posterior_degrees(&self.counts, k)).collect()
    }

    /// `Sₖ`, in the shape of the covariances.
    pub fn scatters(&self) -> &[f64] {
        self.posterior.scatters()
    }

    /// The mixture of what is expected: weights `E[π]`, means `mₖ` and covariances `E[Λₖ]⁻¹ = Sₖ/νₖ`. For pictures and
    /// draws; its density is not the predictive one, but narrower.
    pub fn expected(&self) -> &GaussianMixture {
        &self.expected
    }

    /// `q(zₙ = k)`, `[rows, K]` row-major.
    ///
    /// # Errors
    /// If the rows are not of the mixture's width or hold an infinite value, and [`MixtureError::Unreachable`] for one
    /// so far away that its log density is `−∞`.
    pub fn responsibilities(&self, rows: Rows<'_>) -> Result<Vec<f64>, MixtureError> {
        self.potentials().responsibilities(rows)
    }

    /// `exp E[log πₖ N(x; μₖ, Λₖ⁻¹)]`, which is the Gaussian of mean `mₖ` and covariance `Sₖ/νₖ` times
    /// `exp(E[log πₖ] + ½ E log|Λₖ| − ½ log|E Λₖ| − d/2βₖ)`. So what is missing is integrated out as of a Gaussian.
    fn potentials(&self) -> Weighted<'_> {
        let d = self.columns() as f64;
        let weights = self.weights.log_means(&self.counts).into_iter().enumerate();
        let log_weights = weights.map(|(k, log_weight)| {
            let spread = self.log_precision_gap(k) - d / self.posterior.counts()[k];
            log_weight + 0.5 * spread
        });
        Weighted { gaussians: &self.expected, log_weights: log_weights.collect(), family: Family::Normal }
    }
}

impl Arrays for BayesianMixture {
    type Kind = (Covariance, WeightPrior);

    fn kind(&self) -> (Covariance, WeightPrior) {
        (self.prior.covariance(), self.weights)
    }

    fn from_arrays<'a>(
        (covariance, weights): (Covariance, WeightPrior),
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        weights.check()?;
        let counts = array.find_amounts("counts")?;
        let (k, d) = (counts.len(), array.find("prior_mean")?.1.len());
        let of_one = if covariance == Covariance::Tied { vec![d, d] } else { covariance.shape(1, d) };
        let [mean_precision, degrees_of_freedom] = [
            array.find_shaped("prior_mean_precision", &[1])?,
            array.find_shaped("prior_degrees_of_freedom", &[1])?,
        ];
        let prior = NormalWishart::new(
            covariance,
            array.find_shaped("prior_mean", &[d])?,
            mean_precision[0],
            degrees_of_freedom[0],
            array.find_shaped("prior_scatter", &of_one)?,
        )?;
        let posterior = Statistics::of_parts(
            covariance,
            counts.iter().map(|count| prior.mean_precision() + count).collect(),
            array.find_shaped("means", &[k, d])?,
            array.find_shaped("scatters", &covariance.shape(k, d))?,
        );
        Self::of_posterior(weights, prior, counts, posterior)
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let (k, d, kind) = (self.components(), self.columns(), self.prior.covariance());
        let of_one = if kind == Covariance::Tied { vec![d, d] } else { kind.shape(1, d) };
        vec![
            NamedArray::new("counts", vec![k], &self.counts),
            NamedArray::new("means", vec![k, d], self.posterior.means()),
            NamedArray::new("scatters", kind.shape(k, d), self.posterior.scatters()),
            NamedArray::new("prior_mean", vec![d], self.prior.mean()),
            NamedArray::new("prior_mean_precision", vec![1], &[self.prior.mean_precision()]),
            NamedArray::new("prior_degrees_of_freedom", vec![1], &[self.prior.degrees_of_freedom()]),
            NamedArray::new("prior_scatter", of_one, self.prior.scatter()),
        ]
    }
}
