//! Expected sufficient statistics.

use super::{Emissions, Hmm, HmmError, Sequences, Smoothed};

/// What the M step needs of the sequences: how often states come first, follow each other, and what they emit. Those of
/// parts [`merge`](Self::merge) into those of the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct HmmStatistics<E: Emissions> {
    /// `Σ w p(z₁ | x)` over sequences of the weights `w`, `[S]`.
    pub initial: Vec<f64>,
    /// `Σ w Σ_t p(z_t = i, z_(t+1) = j | x)`, `[S, S]`.
    pub transitions: Vec<f64>,
    /// Those of the emissions.
    pub emissions: E::Statistics,
    /// How many rows there were, each as often as the weight of its sequence says.
    pub rows: f64,
    /// `Σ w log p(x)` under the model of the E step.
    pub log_likelihood: f64,
}

impl<E: Emissions> HmmStatistics<E> {
    /// Of no sequences.
    pub fn new(model: &Hmm<E>) -> Self {
        let s = model.states();
        Self {
            initial: vec![0.0; s],
            transitions: vec![0.0; s * s],
            emissions: model.emissions().no_rows(),
            rows: 0.0,
            log_likelihood: 0.0,
        }
    }

    /// The E step: what `model` expects of the sequences (Baum et al. 1970).
    ///
    /// The result is the same bits for any number of threads.
    ///
    /// # Errors
    /// As [`Hmm::log_likelihood`].
    pub fn expect(model: &Hmm<E>, sequences: Sequences<'_>) -> Result<Self, HmmError> {
        let s = model.states();
        let mut all = Self::new(model);
        let visit = |part: Sequences<'_>| {
            let mut own = Self::new(model);
            let Smoothed { mut states, log_likelihoods } = model.smooth_part(part, &mut own.transitions)?;
            let mut rest = &mut states[..];
            for (at, (length, log_likelihood)) in part.lengths().iter().zip(log_likelihoods).enumerate() {
                let (states, others) = rest.split_at_mut(length * s);
                let weight = part.weight(at);
                for state in &mut *states {
                    *state *= weight;
                }
                own.initial.iter_mut().zip(&*states).for_each(|(sum, state)| *sum += state);
                own.rows += weight * *length as f64;
                own.log_likelihood += weight * log_likelihood;
                rest = others;
            }
            model.emissions().absorb(&mut own.emissions, part.rows(), &states)?;
            Ok(own)
        };
        sequences.fold(visit, |part| all.merge(&part))?;
        Ok(all)
    }

    /// `Σ w log p(x)` over the number of rows.
    pub fn mean_log_likelihood(&self) -> f64 {
        self.log_likelihood / self.rows
    }

    /// The statistics of both.
    ///
    /// # Panics
    /// If they are not of the same shape.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.initial.len(), other.initial.len(), "statistics of different models do not merge");
        let pairs = [(&mut self.initial, &other.initial), (&mut self.transitions, &other.transitions)];
        for (own, more) in pairs {
            own.iter_mut().zip(more).for_each(|(own, more)| *own += more);
        }
        E::merge(&mut self.emissions, &other.emissions);
        self.rows += other.rows;
        self.log_likelihood += other.log_likelihood;
    }
}
