//! How a search comes to its end.

use super::axis::Axis;
use super::layout;
use super::panel::Panel;
use super::range;
use crate::picture::PictureError;
use crate::picture::scene::{Point, Scene};
use crate::picture::theme::Paint;

/// The cost after each iteration, a curve a search, from that before the first on: on a logarithmic scale where every cost is
/// above zero.
///
/// # Errors
/// [`PictureError::Empty`] without a finite cost.
pub fn convergence(title: &str, note: &str, searches: &[Vec<f64>]) -> Result<Scene, PictureError> {
    let costs = || searches.iter().flatten().copied().filter(|cost| cost.is_finite());
    if costs().next().is_none() {
        return Err(PictureError::Empty { what: "the searches" });
    }
    let logarithmic = costs().all(|cost| cost > 0.0);
    let place = |cost: f64| if logarithmic { cost.log10() } else { cost };
    let extent = range::padded(range::extent(costs().map(place)), 0.05);
    let y = if logarithmic { decades(extent) } else { Axis::continuous(extent, "cost", 6) };
    let last = searches.iter().map(Vec::len).max().unwrap_or(0).saturating_sub(1).max(1);
    let mut scene = Scene::new(760.0, 420.0);
    let area = layout::head(&mut scene, title, note, &[]);
    let panel = Panel::draw(&mut scene, area, "", Axis::counting((0.0, last as f64), "iteration", 8), y);
    for search in searches {
        let points: Vec<Point> =
            search.iter().enumerate().map(|(i, &cost)| (i as f64, place(cost))).collect();
        panel.curve(&mut scene, &points, 1.6, Paint::Category(0));
        if let Some(&end) = points.last() {
            scene.disc(panel.place(end), 3.0, Paint::Category(0), 1.0);
        }
    }
    Ok(scene)
}

/// Logarithms of costs, marked at 1, 2 and 5 of every decade, or at the decades alone where there are many.
fn decades(extent: range::Range) -> Axis {
    let many = extent.1 - extent.0 > 3.0;
    let steps: &[f64] = if many { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let powers = extent.0.floor() as i32..=extent.1.ceil() as i32;
    let values = powers.flat_map(|power| steps.iter().map(move |step| step * 10f64.powi(power)));
    let within = values.filter(|value| (extent.0..=extent.1).contains(&value.log10()));
    let mut marks: Vec<(f64, String)> =
        within.map(|value| (value.log10(), crate::output::number(value))).collect();
    if marks.is_empty() {
        // A search that finds next to nothing.
        let middle = f64::midpoint(extent.0, extent.1);
        marks.push((middle, crate::output::number(10f64.powf(middle))));
    }
    Axis::named(extent, "cost", marks)
}
