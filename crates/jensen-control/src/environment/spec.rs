//! Sizes, names and limits of an environment.

use super::success::Success;
use crate::Limits;

/// What can be said of an environment before it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The name by which it is asked for.
    pub name: String,
    /// One line on what it is.
    pub description: String,
    /// The names of the numbers of a state, with their units.
    pub state_names: Vec<String>,
    /// Where states can be: what every step clips to.
    pub states: Limits,
    /// What actions the system takes; it clips larger ones. Collected data are of these.
    pub actions: Limits,
    /// What actions a planner may use.
    pub control: Limits,
    /// Seconds of a step.
    pub dt: f64,
    /// Steps of an episode, `T`.
    pub horizon: usize,
    /// When an episode has succeeded.
    pub success: Success,
    /// How many pictures in a row an observation is, oldest first; none where there are no pictures.
    pub frames: usize,
    /// Rows of a picture.
    pub height: usize,
    /// Columns of a picture.
    pub width: usize,
}

impl Spec {
    /// Numbers of a state.
    pub fn state_dim(&self) -> usize {
        self.states.len()
    }

    /// Numbers of an action.
    pub fn action_dim(&self) -> usize {
        self.actions.len()
    }

    /// Bytes of an observation, `[frames, height, width]`.
    pub fn observation_len(&self) -> usize {
        self.frames * self.height * self.width
    }
}
