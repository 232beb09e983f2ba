//! What a user should know and training survives.

use std::path::PathBuf;

/// Something that went wrong, or looks wrong, without ending the run.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The posterior carries next to nothing: the decoder ignores the latents.
    #[error(
        "the posterior has collapsed: {active} of {units} latent units are active and KL(q‖p) is {kl:.3} nats, so \
         the decoder ignores the latents; try KL warm-up (`fit.kl_warm_up`), free bits, a smaller β, a weaker \
         decoder or a lower learning rate"
    )]
    PosteriorCollapse {
        /// Units that vary with the data.
        active: usize,
        /// All units.
        units: usize,
        /// The divergence, in nats per example.
        kl: f64,
    },

    /// A checkpoint is damaged, and an older one is used.
    #[error("{reason}: going on from an older checkpoint")]
    SkippedCheckpoint {
        /// What is wrong with it, file included.
        reason: String,
    },

    /// The checkpoint of the best step is gone.
    #[error(
        "{path} with the best weights so far cannot be used: the best of the steps from here on will be kept",
        path = path.display()
    )]
    LostBest {
        /// Where it was.
        path: PathBuf,
    },

    /// The run began on another device or instruction set.
    #[error("this run began on {stored} and goes on on {here}: it will not give the same bits")]
    OtherMachine {
        /// Where it began.
        stored: String,
        /// Where it goes on.
        here: String,
    },

    /// The run goes on past the end of its learning-rate schedule.
    #[error(
        "the learning-rate schedule was laid out for {steps} updates when the run first started, and stays at \
         {learning_rate} from there on{}",
        if *learning_rate == 0.0 { ": more epochs learn nothing; start a new run with more of them" } else { "" }
    )]
    ScheduleOver {
        /// The length of the schedule.
        steps: u64,
        /// The learning rate at its end.
        learning_rate: f64,
    },

    /// Patience has nothing to watch.
    #[error(
        "`fit.early_stopping.patience` is given, but there are no validation examples to watch: the run goes to its \
         end; keep some with `data.validation`"
    )]
    NothingToWatch,

    /// Validation does not measure the mean that the best step is chosen by.
    #[error("the learner's evaluation does not report `{metric}`: the last weights are kept, not the best")]
    NotMonitored {
        /// What is looked for.
        metric: &'static str,
    },
}
