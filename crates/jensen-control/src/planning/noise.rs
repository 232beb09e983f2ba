//! How the next state is uncertain.

use faer::{MatRef, Side};

use super::PlanningError;
use super::quadratic_cost::semidefinite;

/// Noise of a system, `x' = f(x, u) + Σᵢ Fᵢ(x, u) εᵢ` with independent standard normal `εᵢ`.
///
/// A source `Fᵢ` may depend on state and action: muscles and motors are the noisier the harder they pull.
pub trait Noise: Sync {
    /// How many sources of noise there are, `k`.
    fn sources(&self) -> usize;

    /// Writes all sources and their derivatives at a state and an action: every number of `at`.
    fn expand(&self, state: &[f64], action: &[f64], at: &mut NoiseExpansion);
}

/// `Fᵢ(x + δx, u + δu) ≈ Fᵢ + Cˣᵢ δx + Cᵘᵢ δu` of each source.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseExpansion {
    /// `Fᵢ`: `[k, n]`.
    pub sources: Vec<f64>,
    /// `Cˣᵢ`: `[k, n, n]`.
    pub by_state: Vec<f64>,
    /// `Cᵘᵢ`: `[k, n, m]`.
    pub by_action: Vec<f64>,
}

impl NoiseExpansion {
    /// Room for `sources` expansions over `n` state and `m` action numbers.
    pub fn zeros(sources: usize, n: usize, m: usize) -> Self {
        Self {
            sources: vec![0.0; sources * n],
            by_state: vec![0.0; sources * n * n],
            by_action: vec![0.0; sources * n * m],
        }
    }
}

/// Additive noise, and noise in proportion to states and actions: `Fᵢ = cᵢ + Cˣᵢ x + Cᵘᵢ u`, of which each source has one.
///
/// ```
/// use jensen_control::LinearNoise;
///
/// // x' = x + u (1 + ε/2) + ε'/10
/// let noise = LinearNoise::none(1, 1).with_covariance(&[0.01])?.with_action_noise(&[0.5]);
/// # let _ = noise;
/// # Ok::<(), jensen_control::PlanningError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinearNoise {
    n: usize,
    m: usize,
    at_zero: NoiseExpansion,
}

impl LinearNoise {
    /// No noise in a system of `n` state and `m` action numbers.
    pub fn none(n: usize, m: usize) -> Self {
        Self { n, m, at_zero: NoiseExpansion::zeros(0, n, m) }
    }

    /// Adds noise of a covariance, `[n, n]`, that does not change.
    ///
    /// # Errors
    /// When a number is not finite or the matrix is not symmetric or has a negative eigenvalue.
    ///
    /// # Panics
    /// When the matrix is not of the state's size.
    pub fn with_covariance(mut self, covariance: &[f64]) -> Result<Self, PlanningError> {
        self.at_zero.sources.extend(columns_of_root("covariance of the noise", covariance, self.n)?);
        Ok(self.with_rows())
    }

    /// Adds a source `C u`, with `C` of `[n, m]`.
    ///
    /// # Panics
    /// When the matrix is not of this size.
    pub fn with_action_noise(mut self, by_action: &[f64]) -> Self {
        assert_eq!(
            by_action.len(),
            self.n * self.m,
            "the noise of actions is a matrix [{}, {}]",
            self.n,
            self.m
        );
        self.at_zero.by_action.extend_from_slice(by_action);
        self.at_zero.sources.resize(self.at_zero.sources.len() + self.n, 0.0);
        self.with_rows()
    }

    /// Adds a source `C x`, with `C` of `[n, n]`.
    ///
    /// # Panics
    /// When the matrix is not of this size.
    pub fn with_state_noise(mut self, by_state: &[f64]) -> Self {
        assert_eq!(by_state.len(), self.n * self.n, "the noise of states is a matrix of {} rows", self.n);
        self.at_zero.by_state.extend_from_slice(by_state);
        self.at_zero.sources.resize(self.at_zero.sources.len() + self.n, 0.0);
        self.with_rows()
    }

    /// Zeros for what the newest sources do not depend on.
    fn with_rows(mut self) -> Self {
        let sources = self.at_zero.sources.len() / self.n;
        self.at_zero.by_state.resize(sources * self.n * self.n, 0.0);
        self.at_zero.by_action.resize(sources * self.n * self.m, 0.0);
        self
    }
}

impl Noise for LinearNoise {
    fn sources(&self) -> usize {
        self.at_zero.sources.len() / self.n
    }

    fn expand(&self, state: &[f64], action: &[f64], at: &mut NoiseExpansion) {
        at.clone_from(&self.at_zero);
        for (i, source) in at.sources.iter_mut().enumerate() {
            let row = |matrix: &[f64], v: &[f64]| super::product::dot(&matrix[i * v.len()..][..v.len()], v);
            *source += row(&self.at_zero.by_state, state) + row(&self.at_zero.by_action, action);
        }
    }
}

/// The columns, one after the other, of a matrix `F` with `F Fᵀ` the covariance; none for the directions without variance.
pub(crate) fn columns_of_root(
    what: &'static str,
    covariance: &[f64],
    n: usize,
) -> Result<Vec<f64>, PlanningError> {
    semidefinite(what, covariance, n)?;
    let spectrum = MatRef::from_row_major_slice(covariance, n, n)
        .self_adjoint_eigen(Side::Lower)
        .expect("finite symmetric matrices have eigenvectors");
    let (values, vectors) = (spectrum.S(), spectrum.U());
    let columns = (0..n).filter(|&j| values[j] > 0.0).flat_map(|j| {
        let root = values[j].sqrt();
        (0..n).map(move |i| vectors[(i, j)] * root)
    });
    Ok(columns.collect())
}
