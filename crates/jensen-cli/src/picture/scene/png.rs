//! A scene as pixels.

use plotters::backend::{BitMapBackend, DrawingBackend};

use super::pen::{self, Pen};
use super::{Scene, Shape};
use crate::picture::font::LINE_HEIGHT;
use crate::picture::theme::Paint;
use crate::picture::{PictureError, Raster, Theme};

/// Plotters has no anti-aliasing for wide lines and circles: drawn twice as large, then averaged.
const SUPERSAMPLE: u32 = 2;

/// Plotters puts the baseline of this font this many sizes below the anchor.
const BASELINE: f64 = 0.5;

pub(super) fn draw(scene: &Scene, theme: Theme) -> Result<Raster, PictureError> {
    let pen = Pen { theme, scale: f64::from(scene.pixels_per_unit * SUPERSAMPLE) };
    let (width, height) = (pen.length(scene.width), pen.length(scene.height));
    let mut canvas = Raster::filled(width as usize, height as usize, theme.rgb(Paint::Paper));
    let mut backend = BitMapBackend::with_buffer(&mut canvas.rgb, (width, height));
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, width, paint } => {
                // Segment by segment with round joins: plotters' own joins shoot out at sharp corners.
                let style = pen.stroke(*paint, *width);
                let path = pen.path(points);
                for ends in path.windows(2) {
                    backend.draw_line(ends[0], ends[1], &style).map_err(pen::error)?;
                }
                let radius = (style.stroke_width / 2).saturating_sub(1);
                for &corner in path.iter().skip(1).take(path.len().saturating_sub(2)).filter(|_| radius > 0) {
                    backend.draw_circle(corner, radius, &style.color, true).map_err(pen::error)?;
                }
            }
            Shape::Text(text) => {
                let size = text.em * pen.scale * LINE_HEIGHT;
                let anchor = pen.anchor(text, size * BASELINE);
                backend.draw_text(&text.content, &pen.text(text, size), anchor).map_err(pen::error)?;
            }
            Shape::Image { .. } => {}
            _ => pen.fill(&mut backend, shape)?,
        }
    }
    backend.present().map_err(pen::error)?;
    drop(backend);
    let mut raster = canvas.halved();
    let units = |length: f64| (length * f64::from(scene.pixels_per_unit)).round().max(0.0) as usize;
    for shape in &scene.shapes {
        if let Shape::Image { at, raster: image, zoom } = shape {
            raster.blit(image, units(at.0), units(at.1), (zoom * scene.pixels_per_unit) as usize);
        }
    }
    Ok(raster)
}
