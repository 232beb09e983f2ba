//! Mixtures of independent categorical columns.

mod categories;
mod density;
mod fit;
mod imputation;
mod initialisation;
mod statistics;

pub use categories::Categories;
pub use fit::{DiscreteOptions, Smoothing};
pub use statistics::DiscreteStatistics;

use jensen_random::Rng;

use super::arrays::{Arrays, Find, NamedArray};
use super::draw::Choice;
use super::shares::not_shares;
use super::{Draws, MixtureError};

/// `p(x) = Σₖ πₖ Πⱼ p(xⱼ | k)` of columns that are categories, each of its own number of them: latent class analysis
/// (Lazarsfeld & Henry 1968); with two categories everywhere the mixture of Bernoullis.
///
/// A value is the whole number of its category, from 0; one that is not a number is missing, and every probability is
/// that of the values that are there, which is the mixture's exact marginal.
///
/// # Example
/// ```
/// use jensen_models::mixture::{DiscreteMixture, Rows};
/// let mixture = DiscreteMixture::bernoulli(2, vec![0.5, 0.5], vec![0.9, 0.9, 0.1, 0.2])?;
/// let rows = [1.0, 1.0, f64::NAN, 0.0];
/// let log_prob = mixture.log_prob(Rows::new(&rows, 2)?)?;
/// assert!((log_prob[0].exp() - (0.81 + 0.02) / 2.0).abs() < 1e-15);
/// assert!((log_prob[1].exp() - (0.1 + 0.8) / 2.0).abs() < 1e-15);
/// # Ok::<(), jensen_models::mixture::MixtureError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DiscreteMixture {
    categories: Categories,
    weights: Vec<f64>,
    /// `[K, all categories]`.
    probabilities: Vec<f64>,
    /// Their logarithms and a zero for what is missing, `[K, all categories + 1]`.
    log_table: Vec<f64>,
}

impl DiscreteMixture {
    /// The names of the arrays that it [goes to](Arrays::to_arrays).
    pub const ARRAYS: [&str; 3] = ["categories", "weights", "probabilities"];

    /// A mixture of its parameters: `weights` `[K]` and `probabilities` `[K, all categories]`, column after column.
    ///
    /// # Errors
    /// [`MixtureError::Shape`] or [`MixtureError::Parameter`] if the numbers are not parameters of a mixture.
    pub fn new(
        categories: Categories,
        weights: Vec<f64>,
        probabilities: Vec<f64>,
    ) -> Result<Self, MixtureError> {
        let all = categories.all();
        let (expected, found) = (weights.len() * all, probabilities.len());
        if expected != found || found == 0 {
            return Err(MixtureError::Shape { what: "probabilities", expected: expected.max(1), found });
        }
        let wrong = |name, problem| Err(MixtureError::Parameter { name, problem });
        if let Some(problem) = not_shares(&weights) {
            return wrong("weights", problem);
        }
        for (k, own) in probabilities.chunks_exact(all).enumerate() {
            for column in 0..categories.columns() {
                if let Some(problem) = not_shares(&own[categories.range(column)]) {
                    return wrong("probabilities", format!("of component {k} in column {column} {problem}"));
                }
            }
        }
        let logs = |own: &[f64]| own.iter().map(|p| p.ln()).chain([0.0]).collect::<Vec<_>>();
        let log_table = probabilities.chunks_exact(all).flat_map(logs).collect();
        Ok(Self { categories, weights, probabilities, log_table })
    }

    /// The mixture of Bernoullis: `probabilities` `[K, columns]` are those of 1.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn bernoulli(
        columns: usize,
        weights: Vec<f64>,
        probabilities: Vec<f64>,
    ) -> Result<Self, MixtureError> {
        let both = probabilities.iter().flat_map(|p| [1.0 - p, *p]).collect();
        Self::new(Categories::binary(columns)?, weights, both)
    }

    /// What values the columns have.
    pub fn categories(&self) -> &Categories {
        &self.categories
    }

    /// How many components there are.
    pub fn components(&self) -> usize {
        self.weights.len()
    }

    /// How many values a row has.
    pub fn columns(&self) -> usize {
        self.categories.columns()
    }

    /// `πₖ`, `[K]`.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// `p(xⱼ = c | k)`, `[K, all categories]`.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// `p(xⱼ = 1 | k)`, `[K, columns]`, if all columns are binary.
    pub fn bernoulli_probabilities(&self) -> Option<Vec<f64>> {
        let binary = self.categories.counts().iter().all(|&count| count == 2);
        binary.then(|| self.probabilities.iter().skip(1).step_by(2).copied().collect())
    }

    /// How many numbers are free: what [information criteria](crate::mixture::InformationCriteria) count.
    pub fn free_parameters(&self) -> usize {
        self.components() - 1 + self.components() * (self.categories.all() - self.columns())
    }

    /// `rows` draws. Row `r` is draw `r` of the stream however many are drawn.
    ///
    /// # Panics
    /// Never: a mixture has been checked.
    ///
    /// # Example
    /// ```
    /// use jensen_models::mixture::DiscreteMixture;
    /// use jensen_random::Rng;
    /// let mixture = DiscreteMixture::bernoulli(1, vec![0.5, 0.5], vec![0.0, 1.0])?;
    /// let draws = mixture.sample(&Rng::seed(1), 100);
    /// assert!(draws.values.iter().zip(&draws.components).all(|(value, k)| *value == *k as f64));
    /// # Ok::<(), jensen_models::mixture::MixtureError>(())
    /// ```
    pub fn sample(&self, rng: &Rng, rows: usize) -> Draws {
        let (choice, chooser) = (choice_of(&self.weights), rng.fork("component").without_rows());
        let components: Vec<_> = (0..rows).map(|row| choice.draw(&chooser, row as u64)).collect();
        Draws { values: self.draw_of(&components, rng), components }
    }

    /// A row of each of these components.
    pub(crate) fn draw_of(&self, components: &[usize], rng: &Rng) -> Vec<f64> {
        let mut values = vec![0.0; components.len() * self.columns()];
        for column in 0..self.columns() {
            let rng = rng.fork("category").at(column as u64).without_rows();
            let own = self.probabilities.chunks_exact(self.categories.all());
            let choices: Vec<_> = own.map(|own| choice_of(&own[self.categories.range(column)])).collect();
            for (row, &k) in components.iter().enumerate() {
                values[row * self.columns() + column] = choices[k].draw(&rng, row as u64) as f64;
            }
        }
        values
    }
}

fn choice_of(shares: &[f64]) -> Choice {
    Choice::new(shares.iter().copied()).expect("shares that sum to one")
}

impl Arrays for DiscreteMixture {
    type Kind = ();

    fn kind(&self) {}

    fn from_arrays<'a>(
        (): (),
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError> {
        let columns = array.find("categories")?.1.len();
        let counts = array.find_shaped("categories", &[columns])?;
        if let Some(count) = counts.iter().find(|&&count| count as usize as f64 != count) {
            let problem = format!("holds {count}, which is no number of categories");
            return Err(MixtureError::Parameter { name: "categories", problem });
        }
        let categories = Categories::new(counts.iter().map(|&count| count as usize).collect())?;
        let components = array.find("weights")?.1.len();
        let weights = array.find_shaped("weights", &[components])?;
        let probabilities = array.find_shaped("probabilities", &[components, categories.all()])?;
        Self::new(categories, weights, probabilities)
    }

    fn to_arrays(&self) -> Vec<NamedArray> {
        let counts: Vec<_> = self.categories.counts().iter().map(|&count| count as f64).collect();
        let (k, all) = (self.components(), self.categories.all());
        vec![
            NamedArray::new("categories", vec![counts.len()], &counts),
            NamedArray::new("weights", vec![k], &self.weights),
            NamedArray::new("probabilities", vec![k, all], &self.probabilities),
        ]
    }
}
