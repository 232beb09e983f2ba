//! The states given the rows.

use super::chain::normalise_logs;
use super::{Emissions, Hmm, HmmError, Sequences};

/// The states of sequences, given all their rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Smoothed {
    /// `p(z_t | x)`, `[rows, S]`.
    pub states: Vec<f64>,
    /// `log p(x)` of each sequence.
    pub log_likelihoods: Vec<f64>,
}

impl<E: Emissions> Hmm<E> {
    /// `log p(x)` of each sequence.
    ///
    /// # Errors
    /// If the rows are not of the emissions, and [`HmmError::Impossible`] for a sequence of probability zero.
    pub fn log_likelihood(&self, sequences: Sequences<'_>) -> Result<Vec<f64>, HmmError> {
        let mut all = Vec::with_capacity(sequences.len());
        sequences.fold(|part| Ok(self.filter_part(part)?.1), |part| all.extend(part))?;
        Ok(all)
    }

    /// `p(z_t | x_1..t)`, `[rows, S]`: the states given the rows up to their own.
    ///
    /// # Errors
    /// As [`log_likelihood`](Self::log_likelihood).
    pub fn filter(&self, sequences: Sequences<'_>) -> Result<Vec<f64>, HmmError> {
        let mut all = Vec::with_capacity(sequences.rows().len() * self.states());
        let visit = |part| {
            let (mut filtered, _) = self.filter_part(part)?;
            filtered.chunks_exact_mut(self.states()).for_each(normalise_logs);
            Ok(filtered)
        };
        sequences.fold(visit, |part| all.extend(part))?;
        Ok(all)
    }

    /// `p(z_t | x)`: the states given all rows of their sequence.
    ///
    /// # Errors
    /// As [`log_likelihood`](Self::log_likelihood).
    pub fn smooth(&self, sequences: Sequences<'_>) -> Result<Smoothed, HmmError> {
        let mut all = Smoothed { states: Vec::new(), log_likelihoods: Vec::new() };
        sequences.fold(
            |part| self.smooth_part(part, &mut vec![0.0; self.transitions().len()]),
            |part| {
                all.states.extend(part.states);
                all.log_likelihoods.extend(part.log_likelihoods);
            },
        )?;
        Ok(all)
    }

    /// As [`smooth`](Self::smooth), with `Σ_t p(z_t = i, z_(t+1) = j | x)` of each sequence, times its weight, added to
    /// `transitions`.
    pub(super) fn smooth_part(
        &self,
        part: Sequences<'_>,
        transitions: &mut [f64],
    ) -> Result<Smoothed, HmmError> {
        let (mut states, log_likelihoods) = self.filter_part(part)?;
        let mut rest = &mut states[..];
        for (at, length) in part.lengths().iter().enumerate() {
            let (filtered, others) = rest.split_at_mut(length * self.states());
            self.chain.smooth(filtered, part.weight(at), transitions);
            rest = others;
        }
        Ok(Smoothed { states, log_likelihoods })
    }

    /// `log p(z_t | x_1..t)` and each `log p(x)`.
    fn filter_part(&self, part: Sequences<'_>) -> Result<(Vec<f64>, Vec<f64>), HmmError> {
        let mut log_prob = self.emissions.log_prob(part.rows())?;
        let mut log_likelihoods = Vec::with_capacity(part.len());
        let mut rest = &mut log_prob[..];
        for (at, length) in part.lengths().iter().enumerate() {
            let (own, others) = rest.split_at_mut(length * self.states());
            let log_likelihood = self.chain.filter(own);
            log_likelihoods.push(
                log_likelihood.map_err(|step| HmmError::Impossible { sequence: part.number(at), step })?,
            );
            rest = others;
        }
        Ok((log_prob, log_likelihoods))
    }
}
