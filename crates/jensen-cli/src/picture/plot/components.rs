//! A mixture over its data: an ellipse for each component.

use super::axis::Axis;
use super::latent_map::{Cloud, MOST_POINTS};
use super::layout::{self, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::font::{self, Weight};
use crate::picture::pca::principal_components;
use crate::picture::scene::{Align, Point, Scene, Text};
use crate::picture::theme::Paint;
use crate::picture::{PictureError, ticks};

/// More components than this are not numbered: the numbers would hide what they are about.
const MOST_LABELS: usize = 24;

/// Points of an ellipse or a density.
const STEPS: usize = 120;

/// A component of a mixture.
pub struct Component {
    /// Its number among all.
    pub index: usize,
    /// Its share of the mixture.
    pub weight: f64,
    /// Its mean, `[columns]`.
    pub mean: Vec<f64>,
    /// Its covariance, `[columns, columns]`.
    pub covariance: Vec<f64>,
}

/// Rows, `[rows · columns]`, with the component that answers for most of each, under ellipses of one and two standard
/// deviations, which hold 39 % and 86 % of what a component makes.
///
/// Two columns are shown as they are, more on the first two principal components of the rows; of one column, the densities
/// over a histogram. Rows with a value that is not finite are left out, and their number is said.
///
/// # Errors
/// [`PictureError::Empty`] without a complete row or a component, [`PictureError::Mismatch`] if the lengths do not fit,
/// [`PictureError::Pca`] if the projection fails.
pub fn component_map(
    title: &str,
    rows: &[f64],
    names: &[String],
    chosen: &[usize],
    components: &[Component],
) -> Result<Scene, PictureError> {
    let columns = names.len();
    if rows.len() != chosen.len() * columns {
        return Err(PictureError::Mismatch {
            what: "rows and their components",
            left: rows.len() / columns.max(1),
            right: chosen.len(),
        });
    }
    let is_whole = |row: &&[f64]| row.iter().all(|value| value.is_finite());
    let whole: Vec<(&[f64], usize)> =
        rows.chunks_exact(columns).zip(chosen.iter().copied()).filter(|(row, _)| is_whole(row)).collect();
    if whole.is_empty() || components.is_empty() {
        return Err(PictureError::Empty { what: "the map of the components" });
    }
    let shown: Vec<_> = whole.iter().step_by(whole.len().div_ceil(MOST_POINTS)).copied().collect();
    let mut note = format!("{} rows", ticks::fixed(shown.len() as f64, 0));
    if shown.len() < whole.len() {
        note = format!("{note} of {}", ticks::fixed(whole.len() as f64, 0));
    }
    let left_out = chosen.len() - whole.len();
    if left_out > 0 {
        note = format!("{note}; {} with missing values are not shown", ticks::fixed(left_out as f64, 0));
    }
    if columns == 1 {
        let values: Vec<f64> = whole.iter().map(|(row, _)| row[0]).collect();
        return Ok(densities(title, &note, &values, &names[0], components));
    }
    let plane = Plane::of(&shown.iter().flat_map(|(row, _)| row.iter().copied()).collect::<Vec<_>>(), names)?;
    let ellipses = plane.axes.ellipses(components);
    // The axes hold every row and the smaller ellipses.
    let mut cloud = plane.cloud;
    let count = cloud.points.len();
    cloud.points.extend(ellipses.iter().flat_map(|[inner, _]| inner.iter().copied()));
    let mut scene = Scene::new(660.0, 640.0);
    let area =
        layout::head(&mut scene, title, &format!("{note}; ellipses of 1 and 2 standard deviations"), &[]);
    let panel = cloud.panel(&mut scene, area, "");
    let (radius, opacity) = match count {
        0..=300 => (4.0, 0.7),
        301..=1500 => (3.0, 0.6),
        _ => (2.5, 0.5),
    };
    for (point, (_, component)) in cloud.points[..count].iter().zip(&shown) {
        scene.disc(panel.place(*point), radius, Paint::Category(*component), opacity);
    }
    plane.axes.draw(&mut scene, &panel, components);
    Ok(scene)
}

/// A component's number on a patch of paper.
fn label(scene: &mut Scene, at: Point, name: &str) {
    let radius = (font::width(name, LABEL, Weight::Bold) / 2.0 + 4.0).max(9.0);
    scene.disc(at, radius, Paint::Paper, 0.85);
    scene.text(Text::new(name, at, LABEL).bold().align(Align::Center).centered_vertically());
}

/// Where columns lie in the plane that is shown.
pub(super) struct Axes {
    origin: Vec<f64>,
    directions: [Vec<f64>; 2],
}

impl Axes {
    /// Of two columns, as they are.
    pub(super) fn of_columns() -> Self {
        Self { origin: vec![0.0; 2], directions: [vec![1.0, 0.0], vec![0.0, 1.0]] }
    }

    /// The ellipses of one and two standard deviations of each component.
    pub(super) fn ellipses(&self, components: &[Component]) -> Vec<[Vec<Point>; 2]> {
        components.iter().map(|one| [1.0, 2.0].map(|radius| self.ellipse(one, radius))).collect()
    }

    /// Draws the ellipses of the components and their numbers.
    pub(super) fn draw(&self, scene: &mut Scene, panel: &Panel, components: &[Component]) {
        for (ellipses, component) in self.ellipses(components).iter().zip(components) {
            for (ellipse, width) in ellipses.iter().zip([2.0, 1.2]) {
                // On points of its own colour a line is seen by its edges.
                panel.outline(scene, ellipse, width + 2.0, Paint::Paper);
                panel.outline(scene, ellipse, width, Paint::Category(component.index));
            }
            if components.len() <= MOST_LABELS {
                label(scene, panel.place(self.place(&component.mean)), &component.index.to_string());
            }
        }
    }

    fn place(&self, row: &[f64]) -> Point {
        let along = |direction: &[f64]| {
            row.iter().zip(&self.origin).zip(direction).map(|((x, origin), d)| (x - origin) * d).sum()
        };
        (along(&self.directions[0]), along(&self.directions[1]))
    }

    /// `PᵀΣP`: the variances along the axes, and their covariance.
    fn spread(&self, covariance: &[f64]) -> [f64; 3] {
        let size = self.origin.len();
        let product = |a: &[f64], b: &[f64]| -> f64 {
            let rows = covariance.chunks_exact(size).zip(a);
            rows.map(|(row, a)| a * row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>()).sum()
        };
        let [x, y] = &self.directions;
        [product(x, x), product(y, y), product(x, y)]
    }

    /// The ellipse of so many standard deviations.
    fn ellipse(&self, component: &Component, radius: f64) -> Vec<Point> {
        let (x, y) = self.place(&component.mean);
        let [a, b, c] = self.spread(&component.covariance);
        // The Cholesky factor of the two by two matrix.
        let first = a.max(0.0).sqrt();
        let below = if first > 0.0 { c / first } else { 0.0 };
        let second = (b - below * below).max(0.0).sqrt();
        let turn = |step: usize| std::f64::consts::TAU * step as f64 / STEPS as f64;
        let point = |step: usize| {
            let (sin, cos) = turn(step).sin_cos();
            (x + radius * first * cos, y + radius * (below * cos + second * sin))
        };
        (0..=STEPS).map(point).collect()
    }
}

struct Plane {
    axes: Axes,
    cloud: Cloud,
}

impl Plane {
    fn of(rows: &[f64], names: &[String]) -> Result<Self, PictureError> {
        if let [x, y] = names {
            let axes = Axes::of_columns();
            let points = rows.chunks_exact(2).map(|row| (row[0], row[1])).collect();
            return Ok(Self { axes, cloud: Cloud { points, x: x.clone(), y: Some(y.clone()) } });
        }
        let found = principal_components(rows, names.len())?;
        let [x, y] = found.names();
        let cloud = Cloud { points: found.coordinates, x, y: Some(y) };
        Ok(Self { axes: Axes { origin: found.mean, directions: found.directions }, cloud })
    }
}

/// The densities of a mixture of one column over a histogram of its values.
fn densities(title: &str, note: &str, values: &[f64], name: &str, components: &[Component]) -> Scene {
    let (low, high) = range::padded(range::extent(values.iter().copied()), 0.05);
    let bins = (values.len() as f64).sqrt().ceil().clamp(1.0, 60.0);
    let width = (high - low) / bins;
    let mut heights = vec![0.0; bins as usize];
    for value in values {
        let bin = (((value - low) / width) as usize).min(heights.len() - 1);
        heights[bin] += 1.0 / (values.len() as f64 * width);
    }
    let density = |component: &Component, x: f64| {
        let (mean, variance) = (component.mean[0], component.covariance[0]);
        let scale = component.weight / (std::f64::consts::TAU * variance).sqrt();
        scale * (-0.5 * (x - mean).powi(2) / variance).exp()
    };
    let at = |step: usize| low + (high - low) * step as f64 / (4 * STEPS) as f64;
    let curve =
        |of: &dyn Fn(f64) -> f64| -> Vec<Point> { (0..=4 * STEPS).map(at).map(|x| (x, of(x))).collect() };
    let each: Vec<_> = components.iter().map(|one| curve(&|x| density(one, x))).collect();
    let all = curve(&|x| components.iter().map(|one| density(one, x)).sum());
    let tallest = all.iter().map(|point| point.1).chain(heights.iter().copied()).fold(0.0, f64::max);
    let mut scene = Scene::new(880.0, 420.0);
    let note = format!("{note}; the mixture in black, its components in colour");
    let area = layout::head(&mut scene, title, &note, &[]);
    let (x, y) =
        (Axis::continuous((low, high), name, 9), Axis::continuous((0.0, 1.1 * tallest), "density", 5));
    let panel = Panel::draw(&mut scene, area, "", x, y);
    for (bin, &height) in heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
        let (left, top) = panel.place((low + bin as f64 * width, height));
        let (right, bottom) = panel.place((low + (bin + 1) as f64 * width, 0.0));
        scene.rectangle((left, top), (right - left, bottom - top), Paint::Rule);
    }
    for (curve, component) in each.iter().zip(components) {
        panel.curve(&mut scene, curve, 1.5, Paint::Category(component.index));
    }
    panel.curve(&mut scene, &all, 2.0, Paint::Ink);
    scene
}
