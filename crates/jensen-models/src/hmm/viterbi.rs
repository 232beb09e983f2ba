//! The most likely path.

use super::chain::Chain;
use super::{Emissions, Hmm, HmmError, Sequences};

/// The most likely path of states of each sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Paths {
    /// The state of each row.
    pub states: Vec<usize>,
    /// `log p(x, z)` of each sequence with its path.
    pub log_probs: Vec<f64>,
}

impl<E: Emissions> Hmm<E> {
    /// The path that is most likely with each sequence (Viterbi 1967); of equal ones, that with the lower states at its
    /// end.
    ///
    /// # Errors
    /// As [`log_likelihood`](Self::log_likelihood).
    pub fn viterbi(&self, sequences: Sequences<'_>) -> Result<Paths, HmmError> {
        let mut all = Paths { states: Vec::new(), log_probs: Vec::new() };
        let visit = |part: Sequences<'_>| {
            let log_prob = self.emissions.log_prob(part.rows())?;
            let mut paths = Paths { states: Vec::new(), log_probs: Vec::new() };
            let mut rest = &log_prob[..];
            for (at, length) in part.lengths().iter().enumerate() {
                let (own, others) = rest.split_at(length * self.states());
                let impossible = |step| HmmError::Impossible { sequence: part.number(at), step };
                let (path, log_prob) = self.chain.viterbi(own).map_err(impossible)?;
                paths.states.extend(path);
                paths.log_probs.push(log_prob);
                rest = others;
            }
            Ok(paths)
        };
        sequences.fold(visit, |part| {
            all.states.extend(part.states);
            all.log_probs.extend(part.log_probs);
        })?;
        Ok(all)
    }
}

impl Chain {
    /// The best path through `log p(x_t | z_t)`, `[T, S]`, and its `log p(x, z)`; or the step at which there is none.
    ///
    /// The best of each step is taken out of all its paths, so that nothing grows with the length.
    fn viterbi(&self, log_prob: &[f64]) -> Result<(Vec<usize>, f64), usize> {
        let s = self.initial().len();
        let steps = log_prob.len() / s;
        let mut best: Vec<_> = self.log_initial().to_vec();
        let mut from = vec![0; steps * s];
        let mut total = 0.0;
        for (t, row) in log_prob.chunks_exact(s).enumerate() {
            if t > 0 {
                let arrive = |j: usize| {
                    let ways = best
                        .iter()
                        .enumerate()
                        .map(|(i, best)| (i, best + self.log_transitions()[i * s + j]));
                    largest(ways)
                };
                let arrived: Vec<_> = (0..s).map(arrive).collect();
                for (j, (i, log)) in arrived.into_iter().enumerate() {
                    from[t * s + j] = i;
                    best[j] = log;
                }
            }
            best.iter_mut().zip(row).for_each(|(best, log_prob)| *best += log_prob);
            let (_, most) = largest(best.iter().copied().enumerate());
            if !most.is_finite() {
                return Err(t);
            }
            for best in &mut best {
                *best -= most;
            }
            total += most;
        }
        let mut path = vec![0; steps];
        let (mut state, _) = largest(best.iter().copied().enumerate());
        for t in (0..steps).rev() {
            path[t] = state;
            state = from[t * s + state];
        }
        Ok((path, total))
    }
}

/// The first of the largest.
fn largest(ways: impl Iterator<Item = (usize, f64)>) -> (usize, f64) {
    ways.fold((0, f64::NEG_INFINITY), |best, way| if way.1 > best.1 { way } else { best })
}
