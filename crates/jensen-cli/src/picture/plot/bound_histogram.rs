//! How the bound is spread over the examples.

use super::axis::Axis;
use super::layout::{self, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::font::{self, Weight};
use crate::picture::scene::{Align, Scene, Text};
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// A histogram of the bound of each example, or of what `axis` says, in nats, with its mean.
///
/// Bars count examples. Outliers that would flatten the rest are left out of the range, and their number is
/// said; values that are not finite are not counted.
///
/// # Errors
/// [`PictureError::Empty`] if no value is finite.
pub fn bound_histogram(title: &str, axis: &str, bounds: &[f64]) -> Result<Scene, PictureError> {
    let mut sorted: Vec<f64> = bounds.iter().copied().filter(|bound| bound.is_finite()).collect();
    if sorted.is_empty() {
        return Err(PictureError::Empty { what: "the histogram of the bound" });
    }
    sorted.sort_by(f64::total_cmp);
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let (low, high) = range::robust_extent(sorted.iter().copied());
    let mut note = format!(
        "{} examples; median {}, 5 % of them below {}",
        ticks::fixed(sorted.len() as f64, 0),
        ticks::fixed(range::quantile(&sorted, 0.5), 2),
        ticks::fixed(range::quantile(&sorted, 0.05), 2),
    );
    let outside = sorted.iter().filter(|&&bound| bound < low || bound > high).count();
    if outside > 0 {
        note = format!("{note}; {outside} beyond the scale, the lowest {}", ticks::fixed(sorted[0], 2));
    }
    let bins = (sorted.len() as f64).sqrt().ceil().clamp(1.0, 60.0);
    let mut counts = vec![0_usize; bins as usize];
    for bound in sorted.iter().filter(|&&bound| bound >= low && bound <= high) {
        let bin = ((bound - low) / (high - low) * bins) as usize;
        counts[bin.min(bins as usize - 1)] += 1;
    }
    let tallest = counts.iter().copied().max().unwrap_or(0).max(1) as f64;

    let mut scene = Scene::new(880.0, 330.0);
    let area = layout::head(&mut scene, title, &note, &[]);
    let x = Axis::continuous(range::padded((low, high), 0.02), format!("{axis}, nats"), 9);
    let y = Axis::counting((0.0, 1.15 * tallest), "examples", 5);
    let panel = Panel::draw(&mut scene, area, "", x, y);
    for (bin, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let edge = |k: usize| low + k as f64 / bins * (high - low);
        let (left, top) = panel.place((edge(bin), count as f64));
        let (right, bottom) = panel.place((edge(bin + 1), 0.0));
        let gap = if right - left > 4.0 { 1.0 } else { 0.0 };
        scene.rectangle((left, top), (right - left - gap, bottom - top), Paint::Category(0));
    }
    let (x, top) = panel.place((mean, 1.12 * tallest));
    scene.line([(x, top), (x, panel.area.bottom())], 1.5, Paint::Category(1));
    let said = format!("mean {}", ticks::fixed(mean, 2));
    let fits = x + 6.0 + font::width(&said, LABEL, Weight::Regular) < panel.area.right();
    let (at, align) = if fits { (x + 6.0, Align::Left) } else { (x - 6.0, Align::Right) };
    scene.text(Text::new(said, (at, top + 0.8 * LABEL), LABEL).align(align));
    Ok(scene)
}
