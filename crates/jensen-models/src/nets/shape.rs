//! The shape of one observation.

use jensen_infer::InferError;

/// Height, width and channels of an image; a plain vector is an image of one row.
///
/// In a batch an image is a row of `features()` numbers, row-major in the order height, width,
/// channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Numbers per pixel.
    pub channels: usize,
}

impl ImageShape {
    /// From the shape of one example: `[features]`, `[height, width]` or
    /// `[height, width, channels]`.
    ///
    /// # Errors
    /// If there are other numbers of axes, or one has length 0.
    pub fn from_example(shape: &[usize]) -> Result<Self, InferError> {
        let (height, width, channels) = match *shape {
            [features] => (1, features, 1),
            [height, width] => (height, width, 1),
            [height, width, channels] => (height, width, channels),
            _ => (0, 0, 0),
        };
        if height * width * channels == 0 {
            return Err(InferError::Option {
                option: "data",
                value: format!("examples of shape {shape:?}"),
                expected: "[features], [height, width] or [height, width, channels], none of them 0",
            });
        }
        Ok(Self { height, width, channels })
    }

    /// How many numbers an observation has.
    pub fn features(self) -> usize {
        self.height * self.width * self.channels
    }
}
