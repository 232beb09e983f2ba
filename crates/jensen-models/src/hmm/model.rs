//! A hidden Markov model: its parameters, checked.

use super::chain::Chain;
use super::{Emissions, HmmError};
use crate::mixture::shares::not_shares;

/// `p(x) = Σ_z p(z₁) ∏ p(z_t | z_(t−1)) ∏ p(x_t | z_t)`, over all paths `z` of states.
///
/// # Example
/// ```
/// use jensen_models::hmm::{Hmm, Sequences};
/// use jensen_models::mixture::{DiscreteMixture, Rows};
/// // The states are the components; their weights have no part in the chain.
/// let emissions = DiscreteMixture::bernoulli(1, vec![0.5, 0.5], vec![0.1, 0.8])?;
/// let model = Hmm::new(vec![1.0, 0.0], vec![0.5, 0.5, 0.0, 1.0], emissions)?;
/// let sequences = Sequences::new(Rows::new(&[0.0, 1.0], 1)?, &[2])?;
/// // 0.9 (0.5 · 0.1 + 0.5 · 0.8)
/// assert!((model.log_likelihood(sequences)?[0] - 0.405f64.ln()).abs() < 1e-12);
/// # Ok::<(), jensen_models::hmm::HmmError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Hmm<E> {
    pub(super) chain: Chain,
    pub(super) emissions: E,
}

impl<E: Emissions> Hmm<E> {
    /// The names of the arrays that it [goes to](crate::mixture::Arrays::to_arrays) besides those of the emissions.
    pub const ARRAYS: [&str; 2] = ["initial", "transitions"];

    /// A model of the first state's probabilities `[S]`, the transitions' `[S, S]`, from the row's state to the
    /// column's, and the emissions of `S` states.
    ///
    /// # Errors
    /// [`HmmError::Parameter`] if the numbers are not probabilities of so many states.
    pub fn new(initial: Vec<f64>, transitions: Vec<f64>, emissions: E) -> Result<Self, HmmError> {
        let states = emissions.states();
        for (name, numbers, rows) in [("initial", &initial, 1), ("transitions", &transitions, states)] {
            let wrong = |problem| Err(HmmError::Parameter { name, problem });
            if numbers.len() != rows * states {
                return wrong(format!("has {} numbers, not {}", numbers.len(), rows * states));
            }
            if let Some(problem) = numbers.chunks(states).find_map(not_shares) {
                return wrong(problem);
            }
        }
        Ok(Self { chain: Chain::new(initial, transitions), emissions })
    }

    /// How many states there are.
    pub fn states(&self) -> usize {
        self.initial().len()
    }

    /// The probabilities of the first state, `[S]`.
    pub fn initial(&self) -> &[f64] {
        self.chain.initial()
    }

    /// `p(z_(t+1) = j | z_t = i)` in row `i` and column `j`, `[S, S]`.
    pub fn transitions(&self) -> &[f64] {
        self.chain.transitions()
    }

    /// What the states emit.
    pub fn emissions(&self) -> &E {
        &self.emissions
    }

    /// How many numbers are free: what [information criteria](crate::mixture::InformationCriteria) count.
    pub fn free_parameters(&self) -> usize {
        let s = self.states();
        (s - 1) * (s + 1) + self.emissions.free_parameters()
    }
}
