//! Ways of learning one mixture against each other.

use super::axis::Axis;
use super::components::{Axes, Component};
use super::latent_map::Cloud;
use super::layout::{self, Area, Key, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::PictureError;
use crate::picture::scene::{Point, Scene, Text};
use crate::picture::theme::Paint;

/// What a way of learning came to after each update, means over points in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodCurve {
    /// What it is called in the legend.
    pub name: String,
    /// `log p(x)` before the first update and after each.
    pub log_likelihood: Vec<f64>,
    /// The bound at the same times.
    pub bound: Vec<f64>,
}

/// A mixture and its posteriors over the points.
pub struct PosteriorMap {
    /// Above the panel.
    pub heading: String,
    /// `q(z | x)`, `[points, components]`.
    pub posteriors: Vec<f64>,
    /// The mixture.
    pub components: Vec<Component>,
}

/// Height of all, and of the curves.
const HEIGHTS: [f64; 2] = [850.0, 360.0];
/// Space between the curves and the maps, in which the maps have their note.
const BETWEEN: f64 = 46.0;
/// Space between maps.
const GAP: f64 = 22.0;

/// `log p(x)` (solid) and bound (dashed) of each method against the update, on a logarithmic scale; below, the points in the
/// plane, each with the colours of the components mixed by its posterior.
///
/// # Errors
/// [`PictureError::Empty`] without a curve of two numbers, a map or points, [`PictureError::Mismatch`] if posteriors and points
/// are not of the same number.
pub fn inference_methods(
    points: &[Point],
    curves: &[MethodCurve],
    maps: &[PosteriorMap],
) -> Result<Scene, PictureError> {
    let last = curves.iter().map(|curve| curve.bound.len()).max().unwrap_or(0);
    if last < 2 || maps.is_empty() || points.is_empty() {
        return Err(PictureError::Empty { what: "the comparison of ways to learn" });
    }
    for map in maps {
        let posteriors = map.posteriors.len() / map.components.len().max(1);
        if posteriors != points.len() {
            return Err(PictureError::Mismatch {
                what: "posteriors and points",
                left: posteriors,
                right: points.len(),
            });
        }
    }
    let mut scene = Scene::new(1080.0, HEIGHTS[0]);
    let keys = curves.iter().enumerate().map(|(i, curve)| Key::new(curve.name.clone(), colour(i)));
    let note = "solid: log p(x); dashed: the bound that is climbed. What lies between them is KL(q(z|x) ‖ p(z|x)), mean \
                over points";
    let title = "One mixture of Gaussians, learned in different ways";
    let area = layout::head(&mut scene, title, note, &keys.collect::<Vec<_>>());
    let top = Area { height: HEIGHTS[1], ..area };
    draw_curves(&mut scene, top, curves, last - 1);
    let baseline = top.bottom() + 28.0;
    let note = "The points, coloured by the components' shares of their posterior at the end; ellipses of 1 and 2 standard \
                deviations";
    scene.text(Text::new(note, (area.left, baseline), LABEL).paint(Paint::Muted));
    let count = maps.len() as f64;
    let width = (area.width - GAP * (count - 1.0)) / count;
    let below = top.bottom() + BETWEEN;
    let first = Area { top: below, height: scene.height - layout::MARGIN - below, width, ..area };
    let axes = Axes::of_columns();
    // All maps have one scale: it holds every point and the smaller ellipses of every map.
    let inner = maps.iter().flat_map(|map| axes.ellipses(&map.components)).flat_map(|[inner, _]| inner);
    let cloud =
        Cloud {
            points: points.iter().copied().chain(inner).collect(), x: "x₁".into(), y: Some("x₂".into())
        };
    for (i, map) in maps.iter().enumerate() {
        let area = Area { left: first.left + i as f64 * (width + GAP), ..first };
        let panel = cloud.panel(&mut scene, area, &map.heading);
        for (point, shares) in points.iter().zip(map.posteriors.chunks_exact(map.components.len())) {
            mixed_disc(&mut scene, panel.place(*point), shares);
        }
        axes.draw(&mut scene, &panel, &map.components);
    }
    Ok(scene)
}

/// Those of the components, which mean something else, are not used again.
fn colour(curve: usize) -> Paint {
    Paint::Category(curve + 3)
}

/// A disc in the mean of the categories' colours, weighed by their shares: each laid over those before it with the opacity that
/// leaves them theirs.
fn mixed_disc(scene: &mut Scene, at: Point, shares: &[f64]) {
    let mut below = 0.0;
    for (k, share) in shares.iter().enumerate() {
        below += share;
        let opacity = if below > 0.0 { share / below } else { 0.0 };
        // What no eye sees is not drawn.
        if opacity > 0.004 {
            scene.disc(at, 3.2, Paint::Category(k), opacity);
        }
    }
}

fn draw_curves(scene: &mut Scene, area: Area, curves: &[MethodCurve], updates: usize) {
    // Before the first update there is no logarithm of their number: it is drawn one step before it.
    let place = |update: usize| if update == 0 { ZERO } else { (update as f64).log10() };
    let decades = (0..=9).map(|power| 10usize.pow(power)).take_while(|&mark| mark <= updates);
    let marks = std::iter::once(0).chain(decades).map(|mark| (place(mark), mark.to_string()));
    let x = (ZERO, (updates as f64).log10().max(0.1));
    let values = || curves.iter().flat_map(|curve| curve.log_likelihood.iter().chain(&curve.bound).copied());
    let y = range::padded(range::extent(values()), 0.04);
    let x = Axis::named(x, "updates, each a pass over all points", marks.collect());
    let panel = Panel::draw(scene, area, "", x, Axis::continuous(y, "nats per point", 7));
    let points =
        |values: &[f64]| values.iter().enumerate().map(|(i, &value)| (place(i), value)).collect::<Vec<_>>();
    for (i, curve) in curves.iter().enumerate().rev() {
        panel.dashed_curve(scene, &points(&curve.bound), 1.4, colour(i));
        panel.curve(scene, &points(&curve.log_likelihood), 2.0, colour(i));
    }
}

/// Where the beginning is on the scale of logarithms.
const ZERO: f64 = -0.3;
