//! Sequences over their steps, with the state that each step is in.

use super::axis::Axis;
use super::layout::{self, Area, Key};
use super::panel::Panel;
use super::range;
use crate::picture::PictureError;
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;

/// One sequence that is shown.
pub struct Course<'a> {
    /// Which example it is.
    pub heading: String,
    /// The numbers of one column, one a step; not a number where there is none.
    pub values: &'a [f64],
    /// The state of each step, if it is a step.
    pub states: &'a [Option<usize>],
}

/// Sequences below each other, each number in the colour of its step's most likely state.
///
/// # Errors
/// [`PictureError::Empty`] without a number, [`PictureError::Mismatch`] if the lengths do not fit.
pub fn state_paths(
    title: &str,
    name: &str,
    courses: &[Course<'_>],
    states: usize,
) -> Result<Scene, PictureError> {
    for Course { values, states, .. } in courses {
        if values.len() != states.len() {
            let what = "numbers and states";
            return Err(PictureError::Mismatch { what, left: values.len(), right: states.len() });
        }
    }
    let all = || courses.iter().flat_map(|course| course.values).copied().filter(|value| value.is_finite());
    if all().next().is_none() {
        return Err(PictureError::Empty { what: "the paths of states" });
    }
    let y = range::padded(range::extent(all()), 0.08);
    let steps = courses.iter().map(|course| course.values.len()).max().unwrap_or(1);
    let x = (-0.5, steps as f64 - 0.5);
    let keys: Vec<_> =
        (0..states).map(|state| Key::new(format!("state {state}"), Paint::Category(state))).collect();
    let mut scene = Scene::new(980.0, 130.0 + 150.0 * courses.len() as f64);
    let note = "each number in the colour of its most likely path's state";
    let area = layout::head(&mut scene, title, note, &keys);
    let height = area.height / courses.len() as f64;
    let radius = if steps <= 300 { 3.0 } else { 1.6 };
    for (at, course) in courses.iter().enumerate() {
        let is_last = at + 1 == courses.len();
        let own = Area { top: area.top + at as f64 * height, height: height - 8.0, ..area };
        let along = if is_last { Axis::counting(x, "step", 10) } else { Axis::bare(x) };
        let panel = Panel::draw(&mut scene, own, &course.heading, along, Axis::continuous(y, name, 4));
        let points: Vec<_> = course.values.iter().enumerate().map(|(t, &v)| (t as f64, v)).collect();
        panel.curve(&mut scene, &points, 1.0, Paint::Rule);
        for (point, state) in points.iter().zip(course.states) {
            if let (true, Some(state)) = (point.1.is_finite(), state) {
                scene.disc(panel.place(*point), radius, Paint::Category(*state), 1.0);
            }
        }
    }
    Ok(scene)
}
