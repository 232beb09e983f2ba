//! Collected data: triples of an observation, an action and the observation to which it led.

use std::ops::Range;

use jensen_random::Rng;
use rayon::prelude::*;

use super::{
    Environment, canvas::Sampling, error::EnvironmentError, noise::Noise, policy::Policy, spec::Spec,
    task::Task,
};

/// Triples `(xₜ, uₜ, xₜ₊₁)`, row after row: action `uₜ` of a row moved its state `sₜ` to `sₜ₊₁`.
///
/// With pictures in twos, `xₜ` shows `(sₜ₋₁, sₜ)` and `xₜ₊₁` shows `(sₜ, sₜ₊₁)`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Triples {
    /// How many there are.
    pub count: usize,
    /// `xₜ`: `[count, frames, height, width]`.
    pub images: Vec<u8>,
    /// `uₜ`: `[count, m]`.
    pub actions: Vec<f64>,
    /// `xₜ₊₁`: `[count, frames, height, width]`.
    pub next_images: Vec<u8>,
    /// `sₜ`: `[count, n]`.
    pub states: Vec<f64>,
    /// `sₜ₊₁`: `[count, n]`.
    pub next_states: Vec<f64>,
}

impl Triples {
    fn zeros(spec: &Spec, count: usize) -> Self {
        Self {
            count,
            images: vec![0; count * spec.observation_len()],
            actions: vec![0.0; count * spec.action_dim()],
            next_images: vec![0; count * spec.observation_len()],
            states: vec![0.0; count * spec.state_dim()],
            next_states: vec![0.0; count * spec.state_dim()],
        }
    }
}

/// Independent triples as a task defines its data: states by [`Task::sample_state`], actions by [`Task::sample_action`],
/// noise of standard deviation `sigma` at every step.
///
/// With pictures in twos a random action leads from the state that was drawn to `sₜ`. Row `i` is drawn at address `i`: it is
/// the same in every number of rows and for every number of threads.
///
/// # Errors
/// If the noise is negative or not finite, or a step cannot be followed.
pub fn sample_triples(
    task: &dyn Task,
    count: usize,
    sigma: f64,
    sampling: Sampling,
    rng: Rng<'_>,
) -> Result<Triples, EnvironmentError> {
    sample_triples_at(task, 0..count, sigma, sampling, rng)
}

/// The rows of [`sample_triples`] that are in a range: all of them in parts, in bounded memory.
///
/// # Errors
/// As [`sample_triples`].
pub fn sample_triples_at(
    task: &dyn Task,
    rows: Range<usize>,
    sigma: f64,
    sampling: Sampling,
    rng: Rng<'_>,
) -> Result<Triples, EnvironmentError> {
    let (noise, spec) = (Noise::new(sigma)?, task.spec());
    let mut triples = Triples::zeros(spec, rows.len());
    let (n, m) = (spec.state_dim(), spec.action_dim());
    // Chunks of nothing are not allowed, and a task always has pictures.
    let pixels = spec.observation_len();
    triples
        .images
        .par_chunks_exact_mut(pixels)
        .zip(triples.next_images.par_chunks_exact_mut(pixels))
        .zip(triples.actions.par_chunks_exact_mut(m))
        .zip(triples.states.par_chunks_exact_mut(n).zip(triples.next_states.par_chunks_exact_mut(n)))
        .enumerate()
        .try_for_each(|(place, (((image, next_image), action), (state, next)))| {
            let row = (rows.start + place) as u64;
            let rng = rng.at(row);
            let step = |time: u64, state: &[f64], action: &[f64], next: &mut [f64]| {
                task.step(state, action, next);
                noise.follow(spec, (rng, time, 0), (state, action), next)
            };
            let mut previous = task.sample_state(row, rng.fork("state"));
            if spec.frames == 1 {
                state.copy_from_slice(&previous);
            } else {
                step(0, &previous, &task.sample_action(&previous, rng.fork("action").at(0)), state)?;
            }
            action.copy_from_slice(&task.sample_action(state, rng.fork("action").at(1)));
            step(1, state, action, next)?;
            task.observe(&previous, state, sampling, image);
            previous.copy_from_slice(state);
            task.observe(&previous, next, sampling, next_image);
            Ok::<(), EnvironmentError>(())
        })?;
    Ok(triples)
}

/// Triples along episodes of a policy, one after the other, until there are `count`.
///
/// Works with every environment, simulated or not. Episode `e` starts at address `e`.
///
/// # Errors
/// As [`Environment::reset`], [`Environment::step`] and [`Environment::observe`], and if the policy fails.
pub fn collect(
    environment: &mut dyn Environment,
    policy: &mut dyn Policy,
    count: usize,
    rng: Rng<'_>,
) -> Result<Triples, EnvironmentError> {
    Episodes::new(environment, policy, rng).triples(count)
}

/// The triples of [`collect`] a few at a time, in bounded memory: parts do not change them.
///
/// ```
/// use jensen_control::environment::{Episodes, Pendulum, Simulation, Uniform};
/// use jensen_random::Rng;
///
/// let (mut pendulum, mut policy) = (Simulation::new(Box::new(Pendulum::balance())), Uniform);
/// let mut episodes = Episodes::new(&mut pendulum, &mut policy, Rng::seed(0));
/// let (first, second) = (episodes.triples(2)?, episodes.triples(3)?);
/// assert_eq!((first.count, second.count), (2, 3));
/// assert_eq!(first.next_states[2..], second.states[..2]);
/// # Ok::<(), jensen_control::environment::EnvironmentError>(())
/// ```
pub struct Episodes<'a> {
    environment: &'a mut dyn Environment,
    policy: &'a mut dyn Policy,
    rng: Rng<'a>,
    /// Of the next step: its episode, and its number in it.
    episode: u64,
    step: u64,
}

impl<'a> Episodes<'a> {
    /// Episodes that have not begun.
    pub fn new(environment: &'a mut dyn Environment, policy: &'a mut dyn Policy, rng: Rng<'a>) -> Self {
        Self { environment, policy, rng, episode: 0, step: 0 }
    }

    /// The next triples.
    ///
    /// # Errors
    /// As [`collect`].
    pub fn triples(&mut self, count: usize) -> Result<Triples, EnvironmentError> {
        let Self { environment, policy, .. } = self;
        let spec = environment.spec().clone();
        let mut triples = Triples::default();
        let mut image = vec![0; spec.observation_len()];
        while triples.count < count {
            let rng = self.rng.at(self.episode);
            if self.step == 0 {
                environment.reset(rng)?;
            }
            let action = policy.act(&spec, environment.state()?, rng.fork("policy").at(self.step))?;
            triples.states.extend(environment.state()?);
            environment.observe(&mut image)?;
            triples.images.extend_from_slice(&image);
            let step = environment.step(&action)?;
            triples.actions.extend(action);
            triples.next_states.extend(environment.state()?);
            environment.observe(&mut image)?;
            triples.next_images.extend_from_slice(&image);
            triples.count += 1;
            (self.episode, self.step) =
                if step.ended { (self.episode + 1, 0) } else { (self.episode, self.step + 1) };
        }
        Ok(triples)
    }
}
