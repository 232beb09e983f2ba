//! A scene as SVG.

use std::fmt::Write as _;

use base64::Engine as _;
use plotters::backend::{DrawingBackend, SVGBackend};
use plotters::style::TextStyle;

use super::pen::{self, Pen};
use super::{Scene, Shape};
use crate::picture::theme::Paint;
use crate::picture::{PictureError, Theme};

/// Plotters writes whole coordinates; four of them make one unit.
const SCALE: f64 = 4.0;

/// Plotters divides the size by this before it writes `font-size` …
const SIZE_PER_EM: f64 = 1.24;
/// … and puts the baseline this many em below the anchor.
const BASELINE: f64 = 0.76;

pub(super) fn write(scene: &Scene, theme: Theme) -> Result<String, PictureError> {
    let pen = Pen { theme, scale: SCALE };
    let (width, height) = (pen.length(scene.width), pen.length(scene.height));
    let mut svg = String::new();
    let mut backend = SVGBackend::with_string(&mut svg, (width, height));
    let paper = Shape::Rectangle {
        at: (0.0, 0.0),
        size: (scene.width, scene.height),
        paint: Paint::Paper,
        opacity: 1.0,
    };
    pen.fill(&mut backend, &paper)?;
    let mut images = String::new();
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, width, paint } => {
                let style = pen.stroke(*paint, *width);
                backend.draw_path(pen.path(points), &style).map_err(pen::error)?;
            }
            Shape::Text(text) => {
                let em = text.em * SCALE;
                let style: TextStyle<'_> = pen.text(text, em * SIZE_PER_EM);
                let anchor = pen.anchor(text, em * BASELINE);
                backend.draw_text(&text.content, &style, anchor).map_err(pen::error)?;
            }
            Shape::Image { at, raster, zoom } => {
                let data = base64::engine::general_purpose::STANDARD.encode(raster.to_png()?);
                let side = |pixels: usize| pixels as f64 * f64::from(*zoom) * SCALE;
                let _ = writeln!(
                    images,
                    "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" style=\"image-rendering:pixelated\" \
                     href=\"data:image/png;base64,{data}\"/>",
                    at.0 * SCALE,
                    at.1 * SCALE,
                    side(raster.width),
                    side(raster.height),
                );
            }
            _ => pen.fill(&mut backend, shape)?,
        }
    }
    backend.present().map_err(pen::error)?;
    drop(backend);
    let enlarged = format!("width=\"{width}\" height=\"{height}\" viewBox");
    let shown = format!("width=\"{}\" height=\"{}\" viewBox", scene.width, scene.height);
    Ok(svg.replacen(&enlarged, &shown, 1).replace("</svg>", &format!("{images}</svg>")))
}
