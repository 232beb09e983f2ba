//! One example in a grid: an image, or the profile of its features.

use crate::picture::Raster;
use crate::picture::event::{EventShape, Events};
use crate::picture::scene::{Point, Scene, Shape};
use crate::picture::theme::Paint;

/// Units an image is at least high or wide when there is room: small digits are enlarged to be readable.
const ROOMY: usize = 84;
/// … and when there are many.
const NARROW: usize = 56;

/// Size of the cell of features.
const PROFILE: Point = (150.0, 84.0);

/// Fewer features than this are drawn as bars, more as a line.
const MOST_BARS: usize = 24;

/// What a cell shows.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Image(Raster),
    Profile { values: Vec<f32>, range: (f32, f32) },
}

impl Cell {
    pub(super) fn example(events: &Events<'_>, k: usize, range: (f32, f32)) -> Self {
        match events.pixels(k, range) {
            Some(raster) => Self::Image(raster),
            None => Self::Profile { values: events.example(k).to_vec(), range },
        }
    }

    /// Data minus reconstruction: white where they agree, red where the reconstruction is too low, blue where it
    /// is too high; the colour is full at the whole range. Colours of a pixel are averaged.
    pub(super) fn difference(
        data: &Events<'_>,
        other: &Events<'_>,
        k: usize,
        (low, high): (f32, f32),
    ) -> Self {
        let differences = data.example(k).iter().zip(other.example(k)).map(|(x, y)| (x - y) / (high - low));
        let (height, width, channels) = match data.shape() {
            EventShape::Grey { height, width } => (height, width, 1),
            EventShape::Color { height, width } => (height, width, 3),
            EventShape::Features(_) => {
                return Self::Profile { values: differences.collect(), range: (-1.0, 1.0) };
            }
        };
        let differences: Vec<f32> = differences.collect();
        let rgb = differences.chunks_exact(channels).flat_map(|pixel| {
            let mean = (pixel.iter().sum::<f32>() / channels as f32).clamp(-1.0, 1.0);
            let full = if mean > 0.0 { [178.0, 24.0, 43.0] } else { [33.0, 102.0, 172.0] };
            full.map(|end: f32| (255.0 + mean.abs() * (end - 255.0)).round() as u8)
        });
        Self::Image(Raster { width, height, rgb: rgb.collect() })
    }

    /// Units per pixel when `columns` are side by side.
    fn zoom(raster: &Raster, columns: usize) -> usize {
        let least = if columns > MOST_ROOMY_COLUMNS { NARROW } else { ROOMY };
        least.div_ceil(raster.width.max(raster.height).max(1))
    }

    pub(super) fn size(&self, columns: usize) -> Point {
        match self {
            Self::Image(raster) => {
                let zoom = Self::zoom(raster, columns);
                ((raster.width * zoom) as f64, (raster.height * zoom) as f64)
            }
            Self::Profile { .. } => PROFILE,
        }
    }

    pub(super) fn draw(&self, scene: &mut Scene, at: Point, columns: usize) {
        match self {
            Self::Image(raster) => {
                let zoom = Self::zoom(raster, columns) as u32;
                scene.shapes.push(Shape::Image { at, raster: raster.clone(), zoom });
            }
            Self::Profile { values, range } => draw_profile(scene, at, values, *range),
        }
    }
}

/// More columns than this are drawn narrow.
const MOST_ROOMY_COLUMNS: usize = 10;

/// Value against index: bars from zero (or from the lower end, if zero is outside) for a few features, a line
/// for many.
fn draw_profile(scene: &mut Scene, (left, top): Point, values: &[f32], (low, high): (f32, f32)) {
    let (width, height) = PROFILE;
    scene.line(
        [(left, top), (left + width, top), (left + width, top + height), (left, top + height), (left, top)],
        1.0,
        Paint::Rule,
    );
    let (low, high) = (f64::from(low), f64::from(high));
    let inner = (height - 8.0, top + height - 4.0);
    let y = |value: f64| inner.1 - ((value - low) / (high - low)).clamp(0.0, 1.0) * inner.0;
    let zero = y(0.0_f64.clamp(low, high));
    scene.line([(left, zero), (left + width, zero)], 1.0, Paint::Rule);
    let pitch = (width - 8.0) / values.len().max(1) as f64;
    let x = |k: usize| left + 4.0 + (k as f64 + 0.5) * pitch;
    if values.len() <= MOST_BARS {
        for (k, &value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let end = y(f64::from(value));
            let corner = (x(k) - 0.4 * pitch, end.min(zero));
            scene.rectangle(corner, (0.8 * pitch, (end - zero).abs().max(1.0)), Paint::Category(0));
        }
    } else {
        scene.line(values.iter().enumerate().map(|(k, &v)| (x(k), y(f64::from(v)))), 1.5, Paint::Category(0));
    }
}
