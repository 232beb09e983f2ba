//! What is predicted beside what was true.

use super::axis::Axis;
use super::layout::{self, Key};
use super::panel::Panel;
use super::{range, tiles};
use crate::picture::scene::Scene;
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// Of one target, a prediction for each example.
pub struct Intervals {
    /// The target's name.
    pub target: String,
    /// What was true.
    pub truths: Vec<f64>,
    /// The lower end, the median and the upper end of what is predicted.
    pub predicted: Vec<[f64; 3]>,
}

/// More intervals than this hide each other.
const MOST: usize = 160;

const HIT: Paint = Paint::Category(0);
const MISS: Paint = Paint::Category(1);

/// A panel for each target: median and interval over what was true, on equal axes, with the line where they agree. At most
/// 160 examples are drawn, evenly chosen.
///
/// # Errors
/// [`PictureError::Empty`] without a target or an example, [`PictureError::Mismatch`] if the lengths do not fit.
pub fn intervals(title: &str, note: &str, targets: &[Intervals]) -> Result<Scene, PictureError> {
    let is_empty = |one: &Intervals| one.truths.is_empty();
    if targets.is_empty() || targets.iter().any(is_empty) {
        return Err(PictureError::Empty { what: "what is predicted beside what was true" });
    }
    if let Some(one) = targets.iter().find(|one| one.truths.len() != one.predicted.len()) {
        let what = "true values and predictions";
        return Err(PictureError::Mismatch { what, left: one.truths.len(), right: one.predicted.len() });
    }
    let height = if targets.len() == 1 { 480.0 } else { 340.0 };
    let width = if targets.len() == 1 { 620.0 } else { 980.0 };
    let mut scene = Scene::new(width, tiles::height(targets.len(), height) + 110.0);
    let keys = [Key::new("holds the truth", HIT), Key::new("does not", MISS)];
    let area = layout::head(&mut scene, title, note, &keys);
    for (one, tile) in targets.iter().zip(tiles::tiles(area, targets.len())) {
        draw(&mut scene, tile, one);
    }
    Ok(scene)
}

fn draw(scene: &mut Scene, tile: layout::Area, one: &Intervals) {
    let Intervals { target, truths, predicted } = one;
    let stride = truths.len().div_ceil(MOST);
    let drawn: Vec<_> = truths.iter().zip(predicted).step_by(stride).collect();
    // Each by itself: where medians hardly differ, the truths are no outliers.
    let truths = range::robust_extent(drawn.iter().map(|(truth, _)| **truth));
    let medians = range::robust_extent(drawn.iter().map(|(_, [_, median, _])| *median));
    let shown = range::padded(range::extent([truths.0, truths.1, medians.0, medians.1]), 0.05);
    let axis = |what: &str, length: f64, mark: f64| {
        Axis::continuous(shown, format!("{target}, {what}"), (length / mark) as usize)
    };
    let [x, y] = [axis("true", tile.width, 110.0), axis("predicted", tile.height, 50.0)];
    let panel = Panel::draw(scene, tile, "", x, y);
    scene.line([shown.0, shown.1].map(|value| panel.place((value, value))), 1.0, Paint::Muted);
    let is_within = |value: f64| value >= shown.0 && value <= shown.1;
    let mut beyond = 0;
    for (&truth, &[low, median, high]) in drawn {
        if !is_within(truth) || !is_within(median) {
            beyond += 1;
            continue;
        }
        let paint = if truth >= low && truth <= high { HIT } else { MISS };
        let ends = [low, high].map(|end| panel.place((truth, end.clamp(shown.0, shown.1))));
        scene.line(ends, 1.0, paint);
        scene.disc(panel.place((truth, median)), 2.5, paint, 1.0);
    }
    if beyond > 0 {
        panel.say(
            scene,
            &format!("{} beyond the scale", ticks::fixed(f64::from(beyond), 0)),
            panel.last_line(),
        );
    }
}
