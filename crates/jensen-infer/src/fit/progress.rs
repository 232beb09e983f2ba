//! Where a run is: everything that a resume needs besides the learner's state.

use serde::{Deserialize, Serialize};

use super::{Horizon, Incidents, Monitor, Provenance};
use crate::StepReport;

/// The state of the fit loop, stored in every checkpoint.
///
/// Draws and data order are addressed by step and epoch, so there is no generator to save.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps taken: updates, and batches left out.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u64,
    /// Batches taken of the epoch under way.
    pub batch: usize,
    /// The length of the run as its schedules see it, fixed when it first started.
    pub horizon: Horizon,
    /// The seed of every draw.
    pub seed: u64,
    /// What validation has shown.
    pub monitor: Monitor,
    /// Sums of the epoch under way.
    pub sums: EpochSums,
    /// Time spent in training, over all sittings.
    pub seconds: f64,
    /// Which configuration this is, and where it ran.
    pub provenance: Provenance,
    /// Steps that were not finite.
    #[serde(default)]
    pub incidents: Incidents,
}

impl Progress {
    /// A run that has not begun.
    pub(super) fn new(horizon: Horizon, seed: u64, provenance: Provenance) -> Self {
        Self {
            step: 0,
            epoch: 0,
            batch: 0,
            horizon,
            seed,
            monitor: Monitor::default(),
            sums: EpochSums::default(),
            seconds: 0.0,
            provenance,
            incidents: Incidents::default(),
        }
    }
}

/// Sums of step reports over an epoch, weighted by their examples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EpochSums {
    examples: u64,
    objective: f64,
    terms: Vec<(String, f64)>,
    gradient_norm: f64,
    gradients: u64,
}

/// What an epoch of training showed: means over its examples in nats, at the weights of each step.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochMeans {
    /// The objective that was climbed, warm-up, β and free bits included.
    pub objective: f64,
    /// What it is made of, by name; see [`StepReport::terms`].
    pub terms: Vec<(String, f64)>,
    /// The gradient's norm before clipping, mean over steps.
    pub gradient_norm: Option<f64>,
}

impl EpochSums {
    pub(super) fn add(&mut self, report: &StepReport) {
        let n = report.examples as f64;
        self.examples += report.examples as u64;
        self.objective += n * report.objective;
        for &(name, value) in &report.terms {
            match self.terms.iter_mut().find(|(own, _)| own == name) {
                Some((_, sum)) => *sum += n * value,
                None => self.terms.push((name.to_owned(), n * value)),
            }
        }
        if let Some(norm) = report.gradient_norm {
            self.gradient_norm += norm;
            self.gradients += 1;
        }
    }

    pub(super) fn means(&self) -> EpochMeans {
        let n = self.examples as f64;
        EpochMeans {
            objective: self.objective / n,
            terms: self.terms.iter().map(|(name, sum)| (name.clone(), sum / n)).collect(),
            gradient_norm: (self.gradients > 0).then(|| self.gradient_norm / self.gradients as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_weigh_by_examples_and_steps() {
        let mut sums = EpochSums::default();
        for (examples, kl, gradient_norm) in [(3, 1.0, Some(2.0)), (1, 5.0, Some(4.0)), (4, 0.5, None)] {
            let terms = vec![("reconstruction", 2.0 * kl), ("kl", kl)];
            let gradient_noise = None;
            sums.add(&StepReport { examples, objective: -kl, terms, gradient_norm, gradient_noise });
        }
        let terms = vec![("reconstruction".to_owned(), 2.5), ("kl".to_owned(), 1.25)];
        assert_eq!(sums.means(), EpochMeans { objective: -1.25, terms, gradient_norm: Some(3.0) });
    }

    #[test]
    fn json_keeps_every_bit() {
        let horizon = Horizon { steps_per_epoch: 3, total_steps: 9 };
        let mut progress = Progress::new(horizon, u64::MAX, Provenance::default());
        progress.sums.objective = 0.1 + 0.2;
        progress.sums.terms = vec![("reconstruction".to_owned(), 0.7 / 3.0), ("kl".to_owned(), -0.0)];
        progress.seconds = 1.0 / 3.0;
        progress.monitor.note(3, -97.123_456_789_012_34);
        let json = serde_json::to_string(&progress).expect("JSON");
        assert_eq!(serde_json::from_str::<Progress>(&json).expect("progress"), progress);
    }
}
