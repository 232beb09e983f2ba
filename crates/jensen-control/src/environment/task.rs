//! A system of which everything is known, and what is to be done with it.

use jensen_random::Rng;

use super::{
    canvas::{Canvas, Sampling},
    draw::uniform_within,
    objective::Objective,
    spec::Spec,
};
use crate::{Cost, Dynamics};

/// A system with known dynamics and what is to be done with it: where it starts, what it costs, how it looks.
///
/// The task itself holds no state: [`Simulation`](super::Simulation) and [`Copies`](super::Copies) run it. Its
/// [`Dynamics`] are without noise and clip actions and states to the limits of [`Task::spec`]; where a number is clipped,
/// its derivatives are zero.
pub trait Task: Dynamics + Send {
    /// Names, sizes, limits, and when an episode has succeeded.
    fn spec(&self) -> &Spec;

    /// The true cost and the goal state.
    fn objective(&self) -> &Objective;

    /// What a plan is to minimise, with angles counted from a state: by default the true cost.
    ///
    /// A task whose true cost alone misleads a search adds to it here, and says what.
    fn planning_cost(&self, near: &[f64]) -> Box<dyn Cost> {
        let objective = self.objective();
        Box::new(objective.to_plan(&objective.state_weights, near))
    }

    /// Whether a state is in the goal region.
    fn in_goal(&self, state: &[f64]) -> bool;

    /// A start of an episode.
    fn start(&self, rng: Rng<'_>) -> Vec<f64>;

    /// A state from which the `index`-th triple of collected data starts.
    fn sample_state(&self, index: u64, rng: Rng<'_>) -> Vec<f64>;

    /// An action at a state of collected data: uniform within the limits, where a task does not say otherwise.
    fn sample_action(&self, _state: &[f64], rng: Rng<'_>) -> Vec<f64> {
        uniform_within(rng, &self.spec().actions)
    }

    /// Draws a state white on a black canvas of the size that the spec names.
    fn draw(&self, state: &[f64], canvas: &mut Canvas<'_>);

    /// A picture of a state into `pixels`, `[height, width]`.
    ///
    /// # Panics
    /// If there are fewer or more pixels.
    fn render(&self, state: &[f64], sampling: Sampling, pixels: &mut [u8]) {
        pixels.fill(0);
        let Spec { height, width, .. } = *self.spec();
        self.draw(state, &mut Canvas::new(pixels, height, width, sampling));
    }

    /// An observation, `[frames, height, width]`: the pictures of the state before and of the state, or of the latter alone.
    ///
    /// What rests is observed by giving its state twice: that is the observation of a goal.
    ///
    /// # Panics
    /// If there are fewer or more pixels.
    fn observe(&self, previous: &[f64], state: &[f64], sampling: Sampling, pixels: &mut [u8]) {
        let spec = self.spec();
        assert_eq!(pixels.len(), spec.observation_len(), "an observation of `{}`", spec.name);
        let states = if spec.frames == 1 { vec![state] } else { vec![previous, state] };
        for (picture, state) in pixels.chunks_exact_mut(spec.height * spec.width).zip(states) {
            self.render(state, sampling, picture);
        }
    }
}
