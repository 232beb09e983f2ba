//! What the schedules prescribed: the learning rate and the weight of the KL term.

use super::axis::Axis;
use super::layout::{self, Area};
use super::panel::Panel;
use super::range;
use crate::picture::PictureError;
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;

/// The schedules at one optimiser step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScheduleStep {
    /// Optimiser steps since the start.
    pub step: f64,
    /// Learning rate.
    pub learning_rate: f64,
    /// Weight β of the KL term.
    pub kl_weight: f64,
}

/// Two small panels against the step: learning rate, and weight of the KL term.
///
/// # Errors
/// [`PictureError::Empty`] without steps.
pub fn schedule(title: &str, steps: &[ScheduleStep]) -> Result<Scene, PictureError> {
    if steps.is_empty() {
        return Err(PictureError::Empty { what: "the schedules" });
    }
    let mut scene = Scene::new(880.0, 240.0);
    let area = layout::head(&mut scene, title, "", &[]);
    let (left, right) = area.split_across(0.5, 28.0);
    let extent = range::extent(steps.iter().map(|step| step.step));
    let mut draw = |outer: Area, heading: &str, term: fn(&ScheduleStep) -> f64| {
        // From zero: how far a schedule falls is what one looks for.
        let top = range::extent(steps.iter().map(term).chain([0.0])).1;
        let y = Axis::continuous((0.0, 1.08 * top), "", 4);
        let panel = Panel::draw(&mut scene, outer, heading, Axis::counting(extent, "step", 6), y);
        let points: Vec<_> = steps.iter().map(|step| (step.step, term(step))).collect();
        panel.curve(&mut scene, &points, 2.0, Paint::Category(0));
    };
    draw(left, "Learning rate", |step| step.learning_rate);
    draw(right, "Weight β of the KL term", |step| step.kl_weight);
    Ok(scene)
}
