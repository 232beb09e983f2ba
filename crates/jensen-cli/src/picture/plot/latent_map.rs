//! Where the encoder puts the data: a scatter of posterior means.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::layout::{self, Area, Key, LABEL};
use super::panel::Panel;
use super::range;
use crate::picture::font::{self, Weight};
use crate::picture::pca::principal_components;
use crate::picture::scene::{Align, Point, Scene, Text};
use crate::picture::theme::{CATEGORIES, Paint};
use crate::picture::{PictureError, ticks};

/// More points than this hide each other, and make a file large.
pub(super) const MOST_POINTS: usize = 4000;

/// More classes than this are shown on a continuous scale: the colours would repeat.
const MOST_CLASSES: usize = CATEGORIES;

/// A scatter of posterior means, given row by row as `[rows · latent_dim]`, coloured by label.
///
/// Two dimensions are shown as they are; more are projected on the first two principal components of the means;
/// a single one is spread out by chance-free jitter. Up to ten classes have a colour each and their label at
/// their median; more are shown on a continuous scale. At most 4 000 points are drawn, evenly chosen. Rows with
/// a value that is not finite are left out.
///
/// # Errors
/// [`PictureError::Empty`] without a finite row, [`PictureError::Ragged`] or [`PictureError::Mismatch`] if the
/// lengths do not fit, [`PictureError::Pca`] if the projection fails.
pub fn latent_map(
    title: &str,
    means: &[f32],
    latent_dim: usize,
    labels: Option<&[i64]>,
) -> Result<Scene, PictureError> {
    if latent_dim == 0 || !means.len().is_multiple_of(latent_dim) {
        return Err(PictureError::Ragged {
            values: means.len(),
            shape: format!("{latent_dim} latent dimensions"),
            size: latent_dim,
        });
    }
    let rows = means.len() / latent_dim;
    if let Some(labels) = labels.filter(|labels| labels.len() != rows) {
        return Err(PictureError::Mismatch {
            what: "posterior means and labels",
            left: rows,
            right: labels.len(),
        });
    }
    let kept: Vec<usize> = (0..rows)
        .filter(|row| means[row * latent_dim..(row + 1) * latent_dim].iter().all(|mean| mean.is_finite()))
        .collect();
    if kept.is_empty() {
        return Err(PictureError::Empty { what: "the map of the latent space" });
    }
    let finite: Vec<f32> =
        kept.iter().flat_map(|row| &means[row * latent_dim..(row + 1) * latent_dim]).copied().collect();
    let cloud = Cloud::new(&finite, latent_dim)?;
    let labels: Option<Vec<i64>> = labels.map(|labels| kept.iter().map(|&row| labels[row]).collect());
    Ok(cloud.draw(title, &Classes::new(labels.as_deref())))
}

/// Points in the plane and the names of its axes.
pub(super) struct Cloud {
    pub(super) points: Vec<Point>,
    pub(super) x: String,
    pub(super) y: Option<String>,
}

impl Cloud {
    fn new(means: &[f32], latent_dim: usize) -> Result<Self, PictureError> {
        Ok(match latent_dim {
            1 => {
                // Fractional parts of multiples of the golden ratio fill an interval evenly.
                let jitter = |row: usize| (row as f64 * 0.618_033_988_749_894_9).fract();
                let points = means.iter().enumerate().map(|(row, &z)| (f64::from(z), jitter(row))).collect();
                Self { points, x: "mean of z₀".into(), y: None }
            }
            2 => {
                let points = means.chunks_exact(2).map(|z| (f64::from(z[0]), f64::from(z[1]))).collect();
                Self { points, x: "mean of z₀".into(), y: Some("mean of z₁".into()) }
            }
            _ => {
                let found = principal_components(means, latent_dim)?;
                let [x, y] = found.names();
                Self { points: found.coordinates, x, y: Some(y) }
            }
        })
    }

    fn draw(&self, title: &str, classes: &Classes<'_>) -> Scene {
        let stride = self.points.len().div_ceil(MOST_POINTS);
        let shown: Vec<usize> = (0..self.points.len()).step_by(stride).collect();
        let count = ticks::fixed(shown.len() as f64, 0);
        let note = if stride == 1 {
            format!("posterior means of {count} examples")
        } else {
            format!("posterior means of {count} of {} examples", ticks::fixed(self.points.len() as f64, 0))
        };
        let mut scene = Scene::new(660.0, 640.0);
        let area = layout::head(&mut scene, title, &note, &classes.legend());
        let area = classes.draw_scale(&mut scene, area);
        let panel = self.panel(&mut scene, area, "");
        let (radius, opacity) = match shown.len() {
            0..=300 => (4.0, 0.9),
            301..=1500 => (3.0, 0.8),
            _ => (2.5, 0.7),
        };
        for &row in &shown {
            scene.disc(panel.place(self.points[row]), radius, classes.paint(row), opacity);
        }
        self.name_classes(&mut scene, &panel, classes);
        scene
    }

    /// Axes with one scale for both coordinates, so that distances can be compared, unless one of them would
    /// then be squeezed into less than a third of the panel.
    pub(super) fn panel(&self, scene: &mut Scene, area: Area, heading: &str) -> Panel {
        let x = range::padded(range::extent(self.points.iter().map(|point| point.0)), 0.04);
        let Some(title) = &self.y else {
            return Panel::draw(
                scene,
                area,
                heading,
                Axis::continuous(x, self.x.as_str(), 8),
                Axis::bare((-0.05, 1.05)),
            );
        };
        let y = range::padded(range::extent(self.points.iter().map(|point| point.1)), 0.04);
        let per_unit = (area.width / (x.1 - x.0)).min(area.height / (y.1 - y.0));
        let spread = |(low, high): range::Range, length: f64| {
            let (middle, half) = (f64::midpoint(low, high), length / per_unit / 2.0);
            (middle - half, middle + half)
        };
        let used = |(low, high): range::Range, length: f64| (high - low) * per_unit / length;
        let comparable = used(x, area.width).min(used(y, area.height)) > 1.0 / 3.0;
        let (x, y) = if comparable { (spread(x, area.width), spread(y, area.height)) } else { (x, y) };
        let (x, y) = (Axis::continuous(x, self.x.as_str(), 8), Axis::continuous(y, title.as_str(), 8));
        let panel = Panel::draw(scene, area, heading, x, y);
        panel.rule_columns(scene);
        panel
    }

    /// Writes each class at the median of its points: colour alone does not tell ten classes apart.
    fn name_classes(&self, scene: &mut Scene, panel: &Panel, classes: &Classes<'_>) {
        for (label, _) in classes.coloured() {
            // A name would hide the one or two points it stands for.
            if classes.rows_of(*label).nth(2).is_none() {
                continue;
            }
            let members = || classes.rows_of(*label).map(|row| self.points[row]);
            let median = |values: &mut Vec<f64>| {
                values.sort_by(f64::total_cmp);
                range::quantile(values, 0.5)
            };
            let center = (
                median(&mut members().map(|point| point.0).collect()),
                median(&mut members().map(|point| point.1).collect()),
            );
            let at = panel.place(center);
            let name = ticks::fixed(*label as f64, 0);
            let radius = (font::width(&name, 14.0, Weight::Bold) / 2.0 + 4.0).max(10.0);
            scene.disc(at, radius, Paint::Paper, 0.85);
            scene.text(Text::new(name, at, 14.0).bold().align(Align::Center).centered_vertically());
        }
    }
}

/// Which colour each point has, and why.
enum Classes<'a> {
    /// No labels.
    None,
    /// A colour for each of a few labels.
    Few { labels: &'a [i64], rank: BTreeMap<i64, usize> },
    /// Too many labels: their value on a continuous scale.
    Many { labels: &'a [i64], low: i64, high: i64 },
}

impl<'a> Classes<'a> {
    fn new(labels: Option<&'a [i64]>) -> Self {
        let Some(labels) = labels else { return Self::None };
        let mut rank: BTreeMap<i64, usize> = labels.iter().map(|&label| (label, 0)).collect();
        for (k, place) in rank.values_mut().enumerate() {
            *place = k;
        }
        match (rank.first_key_value(), rank.last_key_value()) {
            (Some((&low, _)), Some((&high, _))) if rank.len() > MOST_CLASSES => {
                Self::Many { labels, low, high }
            }
            (None, _) | (_, None) => Self::None,
            _ => Self::Few { labels, rank },
        }
    }

    fn paint(&self, row: usize) -> Paint {
        match self {
            Self::None => Paint::Category(0),
            Self::Few { labels, rank } => Paint::Category(rank[&labels[row]]),
            Self::Many { labels, low, high } => {
                Paint::Sequential((labels[row] as f64 - *low as f64) / (*high as f64 - *low as f64))
            }
        }
    }

    /// Labels that have a colour of their own, with its number.
    fn coloured(&self) -> impl Iterator<Item = (&i64, &usize)> {
        match self {
            Self::Few { rank, .. } => Some(rank.iter()),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    fn rows_of(&self, label: i64) -> impl Iterator<Item = usize> {
        let labels: &[i64] = match self {
            Self::Few { labels, .. } => labels,
            _ => &[],
        };
        labels.iter().enumerate().filter(move |(_, own)| **own == label).map(|(row, _)| row)
    }

    fn legend(&self) -> Vec<Key> {
        self.coloured().map(|(label, &k)| Key::new(label.to_string(), Paint::Category(k))).collect()
    }

    /// Draws the continuous scale on the right, if there is one, and returns what is left.
    fn draw_scale(&self, scene: &mut Scene, area: Area) -> Area {
        const STEPS: usize = 64;
        let Self::Many { low, high, .. } = self else { return area };
        let (area, scale) = area.split_across((area.width - 70.0) / area.width, 16.0);
        let step = scale.height / STEPS as f64;
        for k in 0..STEPS {
            let y = scale.bottom() - (k + 1) as f64 * step;
            scene.rectangle(
                (scale.left, y),
                (14.0, step + 0.5),
                Paint::Sequential(k as f64 / (STEPS - 1) as f64),
            );
        }
        let range = (*low as f64, *high as f64);
        let marks = ticks::whole_ticks(range.0, range.1, 8);
        for (mark, label) in marks.iter().zip(ticks::labels(&marks)) {
            let y = scale.bottom() - (mark - range.0) / (range.1 - range.0) * scale.height;
            scene.text(
                Text::new(label, (scale.left + 20.0, y), LABEL).paint(Paint::Muted).centered_vertically(),
            );
        }
        scene.text(Text::new("label", (scale.left, scale.top - 6.0), LABEL));
        area
    }
}
