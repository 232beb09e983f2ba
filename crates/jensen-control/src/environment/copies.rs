//! Many copies of a task at once.

use jensen_random::Rng;
use rayon::prelude::*;

use super::{
    canvas::Sampling,
    check::{check_action, check_state},
    error::EnvironmentError,
    noise::Noise,
    step::Step,
    task::Task,
};

/// Copies of a [`Task`] that are stepped together, on all threads.
///
/// Copy `i` starts at the address `i` and has the noise of row `i`, so what it does depends neither on threads nor on how many
/// copies there are; copy 0 is a [`Simulation`](super::Simulation) of the same seed.
pub struct Copies {
    task: Box<dyn Task>,
    noise: Noise,
    rng: Rng<'static>,
    previous: Vec<f64>,
    states: Vec<f64>,
    steps: u64,
}

impl Copies {
    /// `count` copies at their starts, with noise of standard deviation `sigma`.
    ///
    /// # Errors
    /// If the noise is negative or not finite.
    pub fn new(
        task: Box<dyn Task>,
        count: usize,
        sigma: f64,
        rng: Rng<'_>,
    ) -> Result<Self, EnvironmentError> {
        let states: Vec<f64> = (0..count).flat_map(|i| task.start(rng.fork("start").at(i as u64))).collect();
        let noise = Noise::new(sigma)?;
        Ok(Self { task, noise, rng: rng.without_rows(), previous: states.clone(), states, steps: 0 })
    }

    /// Copies at given states, `[count, n]`.
    ///
    /// # Errors
    /// If a state has a number beyond its limits, they are not whole states, or the noise is negative or not finite.
    pub fn at(
        task: Box<dyn Task>,
        states: &[f64],
        sigma: f64,
        rng: Rng<'_>,
    ) -> Result<Self, EnvironmentError> {
        for state in states.chunks(task.spec().state_dim()) {
            check_state(task.spec(), state)?;
        }
        let noise = Noise::new(sigma)?;
        let states = states.to_vec();
        Ok(Self { task, noise, rng: rng.without_rows(), previous: states.clone(), states, steps: 0 })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.states.len() / self.task.spec().state_dim()
    }

    /// All states now, `[count, n]`.
    pub fn states(&self) -> &[f64] {
        &self.states
    }

    /// What they are copies of.
    pub fn task(&self) -> &dyn Task {
        &*self.task
    }

    /// Acts in all copies for a step, with actions `[count, m]`.
    ///
    /// # Errors
    /// If actions have another size or are not finite, or a copy cannot be followed; then all are where they were.
    pub fn step(&mut self, actions: &[f64]) -> Result<Vec<Step>, EnvironmentError> {
        let (n, m) = (self.task.state_dim(), self.task.action_dim());
        let spec = self.task.spec();
        if actions.len() != self.count() * m {
            let (environment, expected, actual) = (spec.name.clone(), self.count() * m, actions.len());
            return Err(EnvironmentError::ActionSize { environment, expected, actual });
        }
        for action in actions.chunks_exact(m) {
            check_action(spec, action)?;
        }
        let mut next = vec![0.0; self.states.len()];
        self.task.step(&self.states, actions, &mut next);
        let (task, noise, rng, time) = (&*self.task, self.noise, self.rng, self.steps);
        let steps = next
            .par_chunks_exact_mut(n)
            .zip(self.states.par_chunks_exact(n))
            .zip(actions.par_chunks_exact(m))
            .enumerate()
            .map(|(copy, ((next, state), action))| {
                noise.follow(spec, (rng, time, copy as u64), (state, action), next)?;
                Ok(Step::of(task, action, next, time + 1))
            })
            .collect::<Result<Vec<Step>, EnvironmentError>>()?;
        self.previous = std::mem::replace(&mut self.states, next);
        self.steps += 1;
        Ok(steps)
    }

    /// The pictures of all copies now, `[count, frames, height, width]`.
    pub fn observe(&self, sampling: Sampling) -> Vec<u8> {
        let n = self.task.state_dim();
        let length = self.task.spec().observation_len();
        let mut pixels = vec![0; self.count() * length];
        pixels
            .par_chunks_exact_mut(length)
            .zip(self.previous.par_chunks_exact(n).zip(self.states.par_chunks_exact(n)))
            .for_each(|(pixels, (previous, state))| self.task.observe(previous, state, sampling, pixels));
        pixels
    }
}
