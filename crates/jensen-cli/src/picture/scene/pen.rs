//! What both writers share: roles and real coordinates turned into plotters' colours and pixels.

use plotters::backend::DrawingBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontTransform, RGBAColor, ShapeStyle, TextStyle};

use super::{Align, Point, Reading, Shape, Text};
use crate::picture::theme::{Paint, Theme};
use crate::picture::{PictureError, font};

/// Pixels to the right and down.
type Pixel = (i32, i32);

/// A theme at an enlargement.
pub(super) struct Pen {
    pub(super) theme: Theme,
    pub(super) scale: f64,
}

pub(super) fn error(error: impl std::error::Error) -> PictureError {
    PictureError::Draw(error.to_string())
}

impl Pen {
    pub(super) fn length(&self, units: f64) -> u32 {
        (units * self.scale).round().max(0.0) as u32
    }

    fn place(&self, (x, y): Point) -> Pixel {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    /// Neighbours that fall on one pixel are merged: a segment without length has no direction.
    pub(super) fn path(&self, points: &[Point]) -> Vec<Pixel> {
        let mut path: Vec<_> = points.iter().map(|&point| self.place(point)).collect();
        path.dedup();
        path
    }

    fn color(&self, paint: Paint, opacity: f64) -> RGBAColor {
        let [r, g, b] = self.theme.rgb(paint);
        RGBAColor(r, g, b, opacity)
    }

    pub(super) fn stroke(&self, paint: Paint, width: f64) -> ShapeStyle {
        ShapeStyle { color: self.color(paint, 1.0), filled: false, stroke_width: self.length(width).max(1) }
    }

    pub(super) fn text(&self, text: &Text, size: f64) -> TextStyle<'static> {
        let turn = match text.reading {
            Reading::Across => FontTransform::None,
            Reading::Up => FontTransform::Rotate270,
        };
        let side = match text.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let mut style = TextStyle::from(font::font(size, text.weight).transform(turn));
        style.color = self.color(text.paint, 1.0).to_backend_color();
        style.pos = Pos::new(side, VPos::Top);
        style
    }

    /// Where the top of the text must be for its baseline to be at `text.at`, `baseline` pixels below.
    pub(super) fn anchor(&self, text: &Text, baseline: f64) -> Pixel {
        let (x, y) = self.place(text.at);
        let rise = baseline.round() as i32;
        match text.reading {
            Reading::Across => (x, y - rise),
            Reading::Up => (x - rise, y),
        }
    }

    /// Draws a rectangle or a disc; other shapes differ between the writers and are left out.
    pub(super) fn fill<DB: DrawingBackend>(
        &self,
        backend: &mut DB,
        shape: &Shape,
    ) -> Result<(), PictureError> {
        match shape {
            Shape::Rectangle { at, size, paint, opacity } => {
                let end = (at.0 + size.0, at.1 + size.1);
                let color = self.color(*paint, *opacity);
                backend.draw_rect(self.place(*at), self.place(end), &color, true).map_err(error)
            }
            Shape::Disc { center, radius, paint, opacity } => {
                let color = self.color(*paint, *opacity);
                backend.draw_circle(self.place(*center), self.length(*radius), &color, true).map_err(error)
            }
            Shape::Line { .. } | Shape::Text(_) | Shape::Image { .. } => Ok(()),
        }
    }
}
