//! What a user should know and training survives.

use std::path::PathBuf;

use crate::forensics::NonFinite;

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
    #[error("{reason}: going on from the checkpoint of step {step}")]
    SkippedCheckpoint {
        /// What is wrong with it, file included.
        reason: String,
        /// The step of the older one.
        step: u64,
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

    /// The state that a rollback goes back to is gone.
    #[error(
        "{path}, which a rollback would go back to, cannot be used: it would go back to where the run goes on now",
        path = path.display()
    )]
    LostAnchor {
        /// Where it was.
        path: PathBuf,
    },

    /// A batch was left out, because the step was not finite.
    #[error("{}: this batch is left out, {so_far} so far in this run", failure.facts())]
    Skipped {
        /// What was wrong.
        failure: Box<NonFinite>,
        /// Steps taken, this one included.
        step: u64,
        /// The epoch, from 1.
        epoch: u64,
        /// Batches left out, this one included.
        so_far: u64,
    },

    /// The run went back, because a step was not finite.
    #[error(
        "{}: weights and optimizer are again those of after {anchor} steps, and the learning rate is \
         {learning_rate_factor} of the configured one",
        failure.facts()
    )]
    RolledBack {
        /// What was wrong.
        failure: Box<NonFinite>,
        /// Steps taken, this one included.
        step: u64,
        /// The epoch, from 1.
        epoch: u64,
        /// How many steps had been taken at the state it went back to.
        anchor: u64,
        /// The product of all cuts of the learning rate.
        learning_rate_factor: f64,
    },

    /// The bundle of a failed step could not be written.
    #[error("the step that failed cannot be replayed: {reason}")]
    NoBundle {
        /// Why not.
        reason: String,
    },

    /// The objective is finite and absurd.
    #[error(
        "training diverges: the bound of step {step} is {objective:.3e} nats and was {first:.3e} at the first step; lower \
         the learning rate (`fit.learning_rate`), or clip gradients with `optimizer.clip_norm`"
    )]
    Divergence {
        /// Steps taken.
        step: u64,
        /// The objective of this step.
        objective: f64,
        /// That of the first.
        first: f64,
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
