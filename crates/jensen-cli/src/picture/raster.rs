//! Pixels in memory.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _};

use super::PictureError;
use super::theme::Rgb;

/// Red, green and blue bytes, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `3 · width · height` bytes.
    pub rgb: Vec<u8>,
}

impl Raster {
    /// One colour everywhere.
    pub fn filled(width: usize, height: usize, color: Rgb) -> Self {
        Self { width, height, rgb: color.repeat(width * height) }
    }

    /// The colour at column `x`, row `y`.
    pub fn pixel(&self, x: usize, y: usize) -> Rgb {
        let at = 3 * (y * self.width + x);
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Copies `source` to `(left, top)`, each of its pixels as a square of `zoom`; what falls outside is cut.
    pub fn blit(&mut self, source: &Self, left: usize, top: usize, zoom: usize) {
        let columns = (source.width * zoom).min(self.width.saturating_sub(left));
        for row in 0..(source.height * zoom).min(self.height.saturating_sub(top)) {
            for column in 0..columns {
                let at = 3 * ((top + row) * self.width + left + column);
                self.rgb[at..at + 3].copy_from_slice(&source.pixel(column / zoom, row / zoom));
            }
        }
    }

    /// Half the size, each pixel the mean of four. An odd last row or column is dropped.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut rgb = Vec::with_capacity(3 * width * height);
        for y in 0..height {
            let (upper, lower) = (6 * y * self.width, 3 * (2 * y + 1) * self.width);
            for x in 0..width {
                for c in 0..3 {
                    let left = 6 * x + c;
                    let sum = [upper + left, upper + left + 3, lower + left, lower + left + 3]
                        .map(|at| u16::from(self.rgb[at]))
                        .iter()
                        .sum::<u16>();
                    rgb.push(((sum + 2) / 4) as u8);
                }
            }
        }
        Self { width, height, rgb }
    }

    /// The picture as PNG bytes; equal pixels give equal bytes.
    ///
    /// # Errors
    /// [`PictureError::Png`] if the encoder refuses, as it does for a picture without pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, PictureError> {
        let mut bytes = Vec::new();
        // Flat areas and enlarged pixels repeat exactly; predicting them from their neighbours only hides that.
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::NoFilter)
            .write_image(&self.rgb, self.width as u32, self.height as u32, ExtendedColorType::Rgb8)
            .map_err(|source| PictureError::Png { width: self.width, height: self.height, source })?;
        Ok(bytes)
    }
}
