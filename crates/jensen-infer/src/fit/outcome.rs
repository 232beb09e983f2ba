//! How a run ended.

use super::Best;

/// Why training is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The last epoch is over.
    Finished,
    /// Validation showed no more progress.
    EarlyStopped,
    /// The learner has [converged](crate::Learner::is_converged).
    Converged,
    /// It was asked to stop; a resume goes on from here.
    Interrupted,
}

/// How a run ended, and which weights the learner now holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Why training is over.
    pub ending: Ending,
    /// Epochs completed, over all sittings.
    pub epochs: u64,
    /// Updates made, over all sittings.
    pub steps: u64,
    /// The best validation, where there was any.
    pub best: Option<Best>,
    /// After how many updates the weights were as the learner now holds them.
    ///
    /// The best step where there is validation, else the last; after an interruption the last.
    pub weights_step: u64,
    /// Time spent in training and validation, over all sittings.
    pub seconds: f64,
}
