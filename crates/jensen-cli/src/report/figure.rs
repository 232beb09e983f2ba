//! A picture in the report, for light and for dark paper.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::html::Html;
use crate::picture::{PictureError, Scene, Theme};

/// A picture with its caption.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The picture.
    pub graphic: Graphic,
    /// What it shows, for those who cannot see it.
    pub alt: String,
    /// What is written below; may be empty.
    pub caption: String,
}

/// A scene in both themes.
#[derive(Debug, Clone)]
pub struct Graphic {
    width: f64,
    light: Encoded,
    dark: Encoded,
}

#[derive(Debug, Clone)]
enum Encoded {
    Svg(String),
    Png(Vec<u8>),
}

/// Pictures wider than this have a row for themselves.
const HALF_PAGE: f64 = 800.0;

impl Graphic {
    /// As SVG: sharp at any size; for plots of moderately many shapes.
    ///
    /// # Errors
    /// [`PictureError`] if the scene cannot be drawn.
    pub fn svg(scene: &Scene) -> Result<Self, PictureError> {
        Self::encode(scene, |theme| scene.to_svg(theme).map(Encoded::Svg))
    }

    /// As PNG: for grids of images and for thousands of points.
    ///
    /// # Errors
    /// [`PictureError`] if the scene cannot be drawn.
    pub fn png(scene: &Scene) -> Result<Self, PictureError> {
        Self::encode(scene, |theme| scene.to_png(theme).map(Encoded::Png))
    }

    fn encode(
        scene: &Scene,
        encoded: impl Fn(Theme) -> Result<Encoded, PictureError>,
    ) -> Result<Self, PictureError> {
        Ok(Self { width: scene.width, light: encoded(Theme::Light)?, dark: encoded(Theme::Dark)? })
    }
}

impl Figure {
    pub(super) fn render(&self, html: &mut Html) {
        let class = if self.graphic.width > HALF_PAGE { " class=\"wide\"" } else { "" };
        html.raw("<figure").raw(class).raw(">\n<div class=\"frame\">\n");
        self.variant(html, &self.graphic.light, "on-light");
        self.variant(html, &self.graphic.dark, "on-dark");
        html.raw("</div>\n");
        if !self.caption.is_empty() {
            html.element("figcaption", &self.caption);
        }
        html.raw("</figure>\n");
    }

    fn variant(&self, html: &mut Html, encoded: &Encoded, class: &str) {
        match encoded {
            Encoded::Svg(svg) => {
                let body = svg.strip_prefix("<svg").unwrap_or(svg);
                let body = body.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
                html.raw("<svg class=\"")
                    .raw(class)
                    .raw("\" role=\"img\" aria-label=\"")
                    .text(&self.alt)
                    .raw("\"");
                html.raw(&body);
            }
            Encoded::Png(bytes) => {
                html.raw("<img class=\"").raw(class).raw("\" width=\"").raw(&self.graphic.width.to_string());
                html.raw("\" alt=\"").text(&self.alt).raw("\" src=\"data:image/png;base64,");
                html.raw(&STANDARD.encode(bytes)).raw("\">\n");
            }
        }
    }
}
