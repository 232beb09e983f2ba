//! Environments: systems to act in, seen as states or as pictures.
//!
//! A [`Task`] is a system of which everything is known: dynamics with exact Jacobians, cost, goal, and how it looks. A
//! [`Simulation`] runs one, with process noise if asked, and is an [`Environment`]: what can be reset, acted in and
//! observed. [`Copies`] runs many at once. [`rollout`] and [`collect`] let a [`Policy`] act; [`sample_triples`] are the data
//! that a task's papers learn from. [`by_name`] knows all tasks, and any other process can be an environment too:
//! [`process`].

mod canvas;
mod car;
mod cart_pole;
mod check;
mod collect;
mod copies;
mod dormand_prince;
mod draw;
mod dual;
mod error;
mod noise;
mod objective;
mod obstacles;
mod pendulum;
mod planar;
mod point_mass;
mod policy;
pub mod process;
mod registry;
mod rollout;
mod simulation;
mod spec;
mod step;
mod success;
mod task;
mod three_link;
mod transition;

use jensen_random::Rng;

pub use canvas::{Canvas, Point, Sampling, Shape, intensities};
pub use car::Car;
pub use cart_pole::CartPole;
pub use collect::{Episodes, Triples, collect, sample_triples, sample_triples_at};
pub use copies::Copies;
pub use dormand_prince::Tolerance;
pub use error::EnvironmentError;
pub use objective::{Objective, wrap_angle};
pub use obstacles::AroundObstacles;
pub use pendulum::Pendulum;
pub use planar::Planar;
pub use point_mass::PointMass;
pub use policy::{Policy, Uniform};
pub use registry::{by_name, names};
pub use rollout::{Rollout, rollout};
pub use simulation::Simulation;
pub use spec::Spec;
pub use step::Step;
pub use success::Success;
pub use task::Task;
pub use three_link::ThreeLink;

/// What can be acted in: a simulated task, or another process.
pub trait Environment {
    /// Names, sizes, limits, and when an episode has succeeded.
    fn spec(&self) -> &Spec;

    /// Starts an episode; the same address gives the same start and, after the same actions, the same states.
    ///
    /// # Errors
    /// If the environment cannot start.
    fn reset(&mut self, rng: Rng<'_>) -> Result<(), EnvironmentError>;

    /// Acts for a step. Actions beyond the limits are clipped.
    ///
    /// # Errors
    /// Before the first [`Environment::reset`], for an action of another size or one that is not finite, and when the
    /// environment cannot go on; where it was simulated, it is then where it was.
    fn step(&mut self, action: &[f64]) -> Result<Step, EnvironmentError>;

    /// The state now, `[n]`.
    ///
    /// # Errors
    /// Before the first [`Environment::reset`].
    fn state(&self) -> Result<&[f64], EnvironmentError>;

    /// The picture now into `pixels`, `[frames, height, width]`: with two frames, that of the step before and that of now,
    /// which are the same after a reset.
    ///
    /// # Errors
    /// Before the first [`Environment::reset`].
    ///
    /// # Panics
    /// If there are fewer or more pixels than [`Spec::observation_len`].
    fn observe(&self, pixels: &mut [u8]) -> Result<(), EnvironmentError>;
}
