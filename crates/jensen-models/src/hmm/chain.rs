//! The recursions along a sequence.

/// Sums of exponentials above it have lost no term that matters: what underflowed was 10⁻²⁸ of them at most.
const FAINT: f64 = 1e-280;

/// The probabilities of states and their logarithms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chain {
    initial: Vec<f64>,
    transitions: Vec<f64>,
    log_initial: Vec<f64>,
    log_transitions: Vec<f64>,
}

/// Probabilities of states as they go through the transitions.
struct Step {
    /// `exp(a − max a)` of the logarithms `a`.
    shares: Vec<f64>,
    /// `max a`.
    largest: f64,
    /// The shares times the transitions.
    sums: Vec<f64>,
}

impl Chain {
    pub fn new(initial: Vec<f64>, transitions: Vec<f64>) -> Self {
        let logs = |numbers: &[f64]| numbers.iter().map(|number| number.ln()).collect();
        let (log_initial, log_transitions) = (logs(&initial), logs(&transitions));
        Self { initial, transitions, log_initial, log_transitions }
    }

    pub fn initial(&self) -> &[f64] {
        &self.initial
    }

    pub fn transitions(&self) -> &[f64] {
        &self.transitions
    }

    pub fn log_initial(&self) -> &[f64] {
        &self.log_initial
    }

    pub fn log_transitions(&self) -> &[f64] {
        &self.log_transitions
    }

    fn states(&self) -> usize {
        self.initial.len()
    }

    /// From `log p(x_t | z_t)`, `[T, S]`, to `log p(z_t | x_1..t)` in its place. Gives `log p(x)`, or the step at which
    /// there is no state left.
    ///
    /// Each step is normalised, so that nothing grows with the length.
    pub fn filter(&self, log_prob: &mut [f64]) -> Result<f64, usize> {
        let s = self.states();
        let mut log_likelihood = 0.0;
        for t in 0..log_prob.len() / s {
            let (before, rest) = log_prob.split_at_mut(t * s);
            let now = &mut rest[..s];
            if t == 0 {
                now.iter_mut().zip(&self.log_initial).for_each(|(now, log)| *now += log);
            } else {
                let before = &before[(t - 1) * s..];
                let step = Step::new(self, before);
                for (j, now) in now.iter_mut().enumerate() {
                    *now += step.log(self, before, j);
                }
            }
            let norm = log_sum_exp(now.iter().copied());
            // It is −∞ where no state emits the row, or not a number where the row is too far away to measure.
            if !norm.is_finite() {
                return Err(t);
            }
            for now in now {
                *now -= norm;
            }
            log_likelihood += norm;
        }
        Ok(log_likelihood)
    }

    /// From `log p(z_t | x_1..t)` to `p(z_t | x)` in its place, and `Σ_t p(z_t = i, z_(t+1) = j | x)`, `weight` times, added
    /// to `transitions`.
    ///
    /// Of each state the probabilities of the one before it, `p(z_t = i | z_(t+1) = j, x_1..t) ∝ p(z_t = i | x_1..t) A_ij`,
    /// carry its posterior back. All terms are probabilities, where backward densities have no bound.
    pub fn smooth(&self, filtered: &mut [f64], weight: f64, transitions: &mut [f64]) {
        let s = self.states();
        let steps = filtered.len() / s;
        normalise_logs(&mut filtered[(steps - 1) * s..]);
        let mut after = vec![0.0; s];
        for t in (0..steps - 1).rev() {
            let (rest, later) = filtered.split_at_mut((t + 1) * s);
            let (now, later) = (&mut rest[t * s..], &later[..s]);
            let step = Step::new(self, now);
            let faint = |j: usize| step.sums[j] <= FAINT;
            for (j, after) in after.iter_mut().enumerate() {
                *after = if faint(j) { 0.0 } else { later[j] / step.sums[j] };
            }
            let mut posterior = vec![0.0; s];
            for (i, posterior) in posterior.iter_mut().enumerate() {
                let row = i * s..(i + 1) * s;
                let moved = transitions[row.clone()].iter_mut().zip(&self.transitions[row]);
                for ((count, transition), after) in moved.zip(&after) {
                    let both = step.shares[i] * transition * after;
                    *count += weight * both;
                    *posterior += both;
                }
            }
            for j in (0..s).filter(|&j| faint(j) && later[j] > 0.0) {
                let norm = step.log(self, now, j);
                for (i, posterior) in posterior.iter_mut().enumerate() {
                    let both = later[j] * (now[i] + self.log_transitions[i * s + j] - norm).exp();
                    transitions[i * s + j] += weight * both;
                    *posterior += both;
                }
            }
            // The sum is one but for rounding, which is not to add up over the steps.
            let sum: f64 = posterior.iter().sum();
            now.iter_mut().zip(&posterior).for_each(|(now, posterior)| *now = posterior / sum);
        }
    }
}

impl Step {
    fn new(chain: &Chain, logs: &[f64]) -> Self {
        let s = logs.len();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let shares: Vec<_> = logs.iter().map(|log| (log - largest).exp()).collect();
        let mut sums = vec![0.0; s];
        for (share, row) in shares.iter().zip(chain.transitions.chunks_exact(s)) {
            sums.iter_mut().zip(row).for_each(|(sum, transition)| *sum += share * transition);
        }
        Self { shares, largest, sums }
    }

    /// `log Σ_i exp(a_i) A_ij`. Where the sum is so small that terms may have underflowed, it is taken anew with the
    /// largest of its own terms before it.
    fn log(&self, chain: &Chain, logs: &[f64], j: usize) -> f64 {
        if self.sums[j] > FAINT {
            return self.largest + self.sums[j].ln();
        }
        let s = logs.len();
        log_sum_exp(logs.iter().enumerate().map(|(i, log)| log + chain.log_transitions[i * s + j]))
    }
}

/// From logarithms of probabilities to probabilities.
pub(super) fn normalise_logs(logs: &mut [f64]) {
    let mut sum = 0.0;
    for log in &mut *logs {
        *log = log.exp();
        sum += *log;
    }
    for share in logs {
        *share /= sum;
    }
}

/// `log Σ exp`; `−∞` of nothing.
fn log_sum_exp(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + logs.map(|log| (log - largest).exp()).sum::<f64>().ln()
}
