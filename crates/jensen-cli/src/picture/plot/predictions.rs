//! What is predicted over what it is predicted from.

use super::axis::Axis;
use super::latent_map::MOST_POINTS;
use super::layout::{self, Key};
use super::panel::Panel;
use super::range;
use crate::picture::scene::{Point, Scene};
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// A component is drawn where its weight is at least this.
const LEAST_WEIGHT: f64 = 0.05;

/// One component of a conditional mixture at every input that is shown.
pub struct Branch {
    /// Its mean.
    pub means: Vec<f64>,
    /// Its weight.
    pub weights: Vec<f64>,
}

/// Targets over inputs on the left, on the right what was drawn for the same inputs, each in its component's colour, and
/// the components' means over both, where they have weight.
///
/// # Errors
/// [`PictureError::Empty`] without an example, [`PictureError::Mismatch`] if the lengths do not fit.
pub fn predictions(
    title: &str,
    names: [&str; 2],
    data: &[Point],
    draws: &[(Point, usize)],
    branches: &[Branch],
) -> Result<Scene, PictureError> {
    let fits = |branch: &Branch| branch.means.len() == data.len() && branch.weights.len() == data.len();
    if draws.len() != data.len() || !branches.iter().all(fits) {
        let what = "targets and what was drawn";
        return Err(PictureError::Mismatch { what, left: data.len(), right: draws.len() });
    }
    if data.is_empty() {
        return Err(PictureError::Empty { what: "what is predicted" });
    }
    let keys: Vec<_> =
        (0..branches.len()).map(|k| Key::new(format!("component {k}"), Paint::Category(k))).collect();
    let mut scene = Scene::new(980.0, 520.0);
    let count = ticks::fixed(data.len() as f64, 0);
    let note =
        format!("{count} examples; the lines are the components' means where their weight is 0.05 or more");
    let area = layout::head(&mut scene, title, &note, &keys);
    let (left, right) = area.split_across(0.5, 24.0);

    let both = || data.iter().chain(draws.iter().map(|(point, _)| point));
    let x = range::padded(range::extent(both().map(|point| point.0)), 0.03);
    let y = range::padded(range::extent(both().map(|point| point.1)), 0.05);
    let mut order: Vec<usize> = (0..data.len()).collect();
    order.sort_by(|&a, &b| data[a].0.total_cmp(&data[b].0));
    let curve = |branch: &Branch| -> Vec<Point> {
        let has_weight = |row: usize| branch.weights[row] >= LEAST_WEIGHT;
        let mean = |row: usize| if has_weight(row) { branch.means[row] } else { f64::NAN };
        order.iter().map(|&row| (data[row].0, mean(row))).collect()
    };
    let curves: Vec<_> = branches.iter().map(curve).collect();
    let stride = data.len().div_ceil(MOST_POINTS);
    let (radius, opacity) = if data.len() <= 300 { (3.5, 0.6) } else { (2.5, 0.4) };
    let observed: Vec<_> = data.iter().map(|&point| (point, Paint::Muted)).collect();
    let drawn: Vec<_> = draws.iter().map(|&(point, k)| (point, Paint::Category(k))).collect();
    for (area, heading, points) in
        [(left, "the examples", &observed), (right, "drawn for their inputs", &drawn)]
    {
        let axes = [(x, names[0], 6), (y, names[1], 8)];
        let [x, y] = axes.map(|(range, name, wanted)| Axis::continuous(range, name, wanted));
        let panel = Panel::draw(&mut scene, area, heading, x, y);
        for (point, paint) in points.iter().step_by(stride) {
            scene.disc(panel.place(*point), radius, *paint, opacity);
        }
        for (k, curve) in curves.iter().enumerate() {
            panel.curve(&mut scene, curve, 2.0, Paint::Category(k));
        }
    }
    Ok(scene)
}
