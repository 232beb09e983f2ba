//! Hidden Markov models with normal or categorical emissions, in double precision and in logarithms.
//!
//! An [`Hmm`] is a chain of states, of which each row of a sequence is an [`Emissions`] of one: a
//! [`GaussianMixture`](crate::mixture::GaussianMixture) or a [`DiscreteMixture`](crate::mixture::DiscreteMixture), whose
//! components are the states. [`Hmm::em`] is the algorithm of Baum & Welch over many [`Sequences`] of any lengths, the
//! statistics of which merge; [`Hmm::smooth`] gives the states' probabilities and [`Hmm::viterbi`] the most likely path.
//!
//! A value that is not a number is missing, and marginalised exactly; a row of them is a step that nobody saw. The
//! recursions keep logarithms, and the state that a path came from instead of a backward density: no sequence is too
//! long, and no state is lost because another one is more likely by more than a number can say.
//!
//! ```
//! use jensen_models::hmm::{Hmm, HmmOptions, Sequences};
//! use jensen_models::mixture::{Covariance, Rows};
//! use jensen_random::Rng;
//! let values = [0.1, -0.1, 0.0, 5.1, 4.9, 5.0, 5.2, 0.2, -0.2, f64::NAN, 0.1, 5.0];
//! let sequences = Sequences::new(Rows::new(&values, 1)?, &[7, 5])?;
//! let options = HmmOptions { states: 2, ..HmmOptions::default() };
//! let fitted = Hmm::fit_gaussian(sequences, Covariance::Spherical, &options, &Rng::seed(1))?;
//! let states = fitted.model.viterbi(sequences)?.states;
//! assert_eq!(states[9], states[8]); // the missing row, between two rows of one state
//! # Ok::<(), jensen_models::hmm::HmmError>(())
//! ```

mod arrays;
mod chain;
mod discrete;
mod draw;
mod emissions;
mod error;
mod fit;
mod gaussian;
mod inference;
mod maximisation;
mod model;
mod sequence_model;
mod sequences;
mod statistics;
mod viterbi;

pub use draw::Trajectories;
pub use emissions::Emissions;
pub use error::HmmError;
pub use fit::{HmmFitted, HmmOptions};
pub use inference::Smoothed;
pub use model::Hmm;
pub use sequence_model::{SequenceModel, Steps};
pub use sequences::Sequences;
pub use statistics::HmmStatistics;
pub use viterbi::Paths;
