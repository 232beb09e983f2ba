//! Examples to be shown: what shape one has, and how its values become brightness.

use super::theme::Rgb;
use super::{PictureError, Raster};

/// The shape of one example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventShape {
    /// Grey pixels, row by row.
    Grey {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// Red, green and blue of each pixel, row by row.
    Color {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// Features that are no picture; they are drawn as a profile, value against index.
    Features(usize),
}

impl EventShape {
    /// What a data set's shape of one example means: `[H, W]`, `[H, W, 1]` and `[H, W, 3]` are images, `[1, H, W]` and
    /// `[2, H, W]` are one or two frames, shown below each other, anything else is a list of features.
    pub fn of(dims: &[usize]) -> Self {
        match *dims {
            [height, width] | [height, width, 1] if height > 1 && width > 1 => Self::Grey { height, width },
            [height, width, 3] if height > 1 && width > 1 => Self::Color { height, width },
            [frames @ 1..=2, height, width] if height > 1 && width > 1 => {
                Self::Grey { height: frames * height, width }
            }
            _ => Self::Features(dims.iter().product()),
        }
    }

    /// Values in one example.
    pub fn size(self) -> usize {
        match self {
            Self::Grey { height, width } => height * width,
            Self::Color { height, width } => 3 * height * width,
            Self::Features(count) => count,
        }
    }

    fn described(self) -> String {
        match self {
            Self::Grey { height, width } => format!("{height}×{width} pixels"),
            Self::Color { height, width } => format!("{height}×{width}×3 pixels"),
            Self::Features(count) => format!("{count} features"),
        }
    }
}

/// Which values are black and white.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intensity {
    /// A range known beforehand: for images 0 to 1.
    Fixed {
        /// Shown black.
        low: f32,
        /// Shown white.
        high: f32,
    },
    /// The range of the values at hand, without the outermost half percent on each side.
    Robust,
}

impl Intensity {
    /// The range of images.
    pub const UNIT: Self = Self::Fixed { low: 0.0, high: 1.0 };

    /// The values that are shown black and white; never equal.
    pub fn range(self, values: &[f32]) -> (f32, f32) {
        let (low, high) = match self {
            Self::Fixed { low, high } => (low, high),
            Self::Robust => {
                let mut sorted: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
                sorted.sort_by(f32::total_cmp);
                let cut = sorted.len() / 200;
                match (sorted.get(cut), sorted.len().checked_sub(cut + 1).and_then(|at| sorted.get(at))) {
                    (Some(&low), Some(&high)) => (low, high),
                    _ => (0.0, 1.0),
                }
            }
        };
        if high > low { (low, high) } else { (low - 0.5, low + 0.5) }
    }
}

/// Examples of one shape, one after another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Events<'a> {
    values: &'a [f32],
    shape: EventShape,
}

/// A value that is not a number is no brightness; vermillion is none either.
const NOT_FINITE: Rgb = [213, 94, 0];

impl<'a> Events<'a> {
    /// Examples of `shape` in `values`, `[n · shape.size()]`.
    ///
    /// # Errors
    /// [`PictureError::Empty`] without values, [`PictureError::Ragged`] if they are no whole number of examples.
    pub fn new(values: &'a [f32], shape: EventShape) -> Result<Self, PictureError> {
        if values.is_empty() {
            return Err(PictureError::Empty { what: "a grid of examples" });
        }
        let size = shape.size();
        if size == 0 || !values.len().is_multiple_of(size) {
            return Err(PictureError::Ragged { values: values.len(), shape: shape.described(), size });
        }
        Ok(Self { values, shape })
    }

    /// Number of examples.
    pub fn count(&self) -> usize {
        self.values.len() / self.shape.size()
    }

    /// The shape of one example.
    pub fn shape(&self) -> EventShape {
        self.shape
    }

    /// All values, example by example.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// The values of example `k`.
    ///
    /// # Panics
    /// If there is no such example.
    pub fn example(&self, k: usize) -> &'a [f32] {
        let size = self.shape.size();
        &self.values[k * size..(k + 1) * size]
    }

    /// The pixels of example `k` with `low` black and `high` white, or `None` if it is no image.
    ///
    /// # Panics
    /// If there is no such example.
    pub fn pixels(&self, k: usize, (low, high): (f32, f32)) -> Option<Raster> {
        let level = |value: f32| ((value - low) / (high - low) * 255.0).round().clamp(0.0, 255.0) as u8;
        let values = self.example(k);
        let (height, width, channels) = match self.shape {
            EventShape::Grey { height, width } => (height, width, 1),
            EventShape::Color { height, width } => (height, width, 3),
            EventShape::Features(_) => return None,
        };
        let rgb = values.chunks_exact(channels).flat_map(|pixel| {
            if pixel.iter().any(|value| !value.is_finite()) {
                return NOT_FINITE;
            }
            std::array::from_fn(|c| level(pixel[c % channels]))
        });
        Some(Raster { width, height, rgb: rgb.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_recognised() {
        assert_eq!(EventShape::of(&[28, 28]), EventShape::Grey { height: 28, width: 28 });
        assert_eq!(EventShape::of(&[32, 30, 3]), EventShape::Color { height: 32, width: 30 });
        assert_eq!(EventShape::of(&[28, 28, 1]), EventShape::of(&[28, 28]));
        assert_eq!(EventShape::of(&[2, 5, 4]), EventShape::Grey { height: 10, width: 4 });
        assert_eq!(EventShape::of(&[1, 5, 4]), EventShape::of(&[5, 4]));
        assert_eq!(EventShape::of(&[2, 5, 3]), EventShape::Color { height: 2, width: 5 });
        assert_eq!(EventShape::of(&[7]), EventShape::Features(7));
        assert_eq!(EventShape::of(&[4, 1]), EventShape::Features(4));
        assert_eq!(EventShape::of(&[8, 8, 2]), EventShape::Features(128));
    }

    #[test]
    fn brightness_is_linear_and_clamped() {
        let values = [0.0, 1.0, 0.5, -3.0, 9.0, f32::NAN];
        let events = Events::new(&values, EventShape::Grey { height: 2, width: 3 }).expect("one image");
        let raster = events.pixels(0, Intensity::UNIT.range(&values)).expect("an image");
        let row: Vec<Rgb> = (0..6).map(|k| raster.pixel(k % 3, k / 3)).collect();
        assert_eq!(row, [[0; 3], [255; 3], [128; 3], [0; 3], [255; 3], NOT_FINITE]);
    }

    #[test]
    fn robust_range_leaves_out_outliers_and_is_never_empty() {
        let mut values: Vec<f32> = (0..1000).map(|k| k as f32 / 1000.0).collect();
        values[3] = 1e9;
        let (low, high) = Intensity::Robust.range(&values);
        assert!(low >= 0.0 && high <= 1.0, "{low} to {high}");
        assert_eq!(Intensity::Robust.range(&[2.0; 5]), (1.5, 2.5));
        assert_eq!(Intensity::Robust.range(&[f32::NAN]), (0.0, 1.0));
    }

    #[test]
    fn wrong_lengths_are_refused() {
        let shape = EventShape::Grey { height: 2, width: 2 };
        assert!(matches!(Events::new(&[], shape), Err(PictureError::Empty { .. })));
        let error = Events::new(&[0.0; 5], shape).expect_err("5 is no multiple of 4");
        assert_eq!(
            error.to_string(),
            "5 values are not a whole number of examples of 2×2 pixels (4 values each)"
        );
    }
}
