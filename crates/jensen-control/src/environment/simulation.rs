//! A task that runs, with process noise.

use std::sync::Arc;

use jensen_random::Rng;

use super::{
    Environment, Step,
    canvas::Sampling,
    check::{check_action, check_state},
    error::EnvironmentError,
    noise::Noise,
    spec::Spec,
    task::Task,
};

/// One copy of a [`Task`], with noise: `x' = clip(f(x, u) + σ ε)` with `ε ~ N(0, I)`.
///
/// Noise is drawn by address: the same seed gives the same noise at the same step, whatever was done before.
pub struct Simulation {
    task: Arc<dyn Task>,
    noise: Noise,
    sampling: Sampling,
    episode: Option<Episode>,
}

struct Episode {
    rng: Rng<'static>,
    previous: Vec<f64>,
    state: Vec<f64>,
    steps: u64,
}

impl Simulation {
    /// A task without noise, in pictures without anti-aliasing.
    pub fn new(task: Box<dyn Task>) -> Self {
        Self::shared(task.into())
    }

    /// [`Simulation::new`] of a task that others know too, as who plans for it.
    pub fn shared(task: Arc<dyn Task>) -> Self {
        Self { task, noise: Noise::NONE, sampling: Sampling::Centre, episode: None }
    }

    /// Noise of standard deviation `sigma` on every number of the state at every step.
    ///
    /// # Errors
    /// If it is negative or not finite.
    pub fn with_noise(self, sigma: f64) -> Result<Self, EnvironmentError> {
        Ok(Self { noise: Noise::new(sigma)?, ..self })
    }

    /// How pictures are sampled.
    pub fn with_sampling(self, sampling: Sampling) -> Self {
        Self { sampling, ..self }
    }

    /// What is simulated.
    pub fn task(&self) -> &dyn Task {
        &*self.task
    }

    /// Starts an episode at a state; both pictures of an observation show it.
    ///
    /// # Errors
    /// If the state has another size or a number beyond the limits.
    pub fn reset_to(&mut self, state: &[f64], rng: Rng<'_>) -> Result<(), EnvironmentError> {
        check_state(self.task.spec(), state)?;
        let (previous, state) = (state.to_vec(), state.to_vec());
        self.episode = Some(Episode { rng: rng.without_rows(), previous, state, steps: 0 });
        Ok(())
    }

    fn episode(&self) -> Result<&Episode, EnvironmentError> {
        self.episode.as_ref().ok_or_else(|| EnvironmentError::NotReset(self.task.spec().name.clone()))
    }
}

impl Environment for Simulation {
    fn spec(&self) -> &Spec {
        self.task.spec()
    }

    fn reset(&mut self, rng: Rng<'_>) -> Result<(), EnvironmentError> {
        let state = self.task.start(rng.fork("start").at(0));
        self.reset_to(&state, rng)
    }

    fn step(&mut self, action: &[f64]) -> Result<Step, EnvironmentError> {
        let spec = self.task.spec();
        check_action(spec, action)?;
        let episode = self.episode()?;
        let mut next = vec![0.0; spec.state_dim()];
        self.task.step(&episode.state, action, &mut next);
        self.noise.follow(spec, (episode.rng, episode.steps, 0), (&episode.state, action), &mut next)?;
        let steps = episode.steps + 1;
        let step = Step::of(&*self.task, action, &next, steps);
        if let Some(episode) = &mut self.episode {
            episode.previous = std::mem::replace(&mut episode.state, next);
            episode.steps = steps;
        }
        Ok(step)
    }

    fn state(&self) -> Result<&[f64], EnvironmentError> {
        Ok(&self.episode()?.state)
    }

    fn observe(&self, pixels: &mut [u8]) -> Result<(), EnvironmentError> {
        let episode = self.episode()?;
        self.task.observe(&episode.previous, &episode.state, self.sampling, pixels);
        Ok(())
    }
}
