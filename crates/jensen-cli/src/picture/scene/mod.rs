//! A picture as a list of shapes, before it has a format or a theme.
//!
//! Plotters draws at whole pixels only, which makes curves jagged. A scene has real coordinates; its two
//! writers draw it several times enlarged and hand out a smaller view box (SVG) or averaged pixels (PNG).

mod pen;
mod png;
mod svg;

use super::font::Weight;
use super::raster::Raster;
use super::theme::Paint;
use super::{PictureError, Theme};

/// Shapes on paper of a given size. One unit is one CSS pixel; y points down.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width of the paper.
    pub width: f64,
    /// Height of the paper.
    pub height: f64,
    /// Pixels of PNG output per unit.
    pub pixels_per_unit: u32,
    /// What is drawn, first to last.
    pub shapes: Vec<Shape>,
}

/// A point, x to the right and y down.
pub type Point = (f64, f64);

/// One thing drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through points.
    Line {
        /// Corners.
        points: Vec<Point>,
        /// Stroke width.
        width: f64,
        /// Colour.
        paint: Paint,
    },
    /// A filled rectangle.
    Rectangle {
        /// Upper left corner.
        at: Point,
        /// Width and height.
        size: Point,
        /// Colour.
        paint: Paint,
        /// 0 invisible to 1 solid.
        opacity: f64,
    },
    /// A filled circle.
    Disc {
        /// Its centre.
        center: Point,
        /// Its radius.
        radius: f64,
        /// Colour.
        paint: Paint,
        /// 0 invisible to 1 solid.
        opacity: f64,
    },
    /// Text on one line.
    Text(Text),
    /// Pixels, each drawn as a square of `zoom` units; always on top of the other shapes.
    Image {
        /// Upper left corner.
        at: Point,
        /// The pixels.
        raster: Raster,
        /// Units per pixel.
        zoom: u32,
    },
}

/// Which point of the text its position means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The start.
    Left,
    /// The middle.
    Center,
    /// The end.
    Right,
}

/// Direction of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Left to right.
    Across,
    /// Bottom to top, as the title of a vertical axis.
    Up,
}

/// Text on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What it says.
    pub content: String,
    /// A point on the baseline.
    pub at: Point,
    /// Units per em.
    pub em: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Colour.
    pub paint: Paint,
    /// Where `at` is along the baseline.
    pub align: Align,
    /// Across or up.
    pub reading: Reading,
}

/// Height of capitals and digits of the font, in em.
const CAP_HEIGHT: f64 = 0.729;

impl Text {
    /// Regular ink from left to right.
    pub fn new(content: impl Into<String>, at: Point, em: f64) -> Self {
        Self {
            content: content.into(),
            at,
            em,
            weight: Weight::Regular,
            paint: Paint::Ink,
            align: Align::Left,
            reading: Reading::Across,
        }
    }

    /// The same with its middle or end at the position.
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The same in another colour.
    pub fn paint(self, paint: Paint) -> Self {
        Self { paint, ..self }
    }

    /// The same in bold.
    pub fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same read from bottom to top.
    pub fn upwards(self) -> Self {
        Self { reading: Reading::Up, ..self }
    }

    /// The same with its capitals centred on the position, not standing on it.
    pub fn centered_vertically(mut self) -> Self {
        self.at.1 += CAP_HEIGHT / 2.0 * self.em;
        self
    }
}

impl Scene {
    /// Empty paper whose PNG has two pixels a unit, for sharp text on dense screens.
    pub fn new(width: f64, height: f64) -> Self {
        Self { width, height, pixels_per_unit: 2, shapes: Vec::new() }
    }

    /// Adds a line. Points that are not finite break it in two; a single point is not drawn.
    pub fn line(&mut self, points: impl IntoIterator<Item = Point>, width: f64, paint: Paint) {
        let mut run: Vec<Point> = Vec::new();
        let mut runs = Vec::new();
        for point in points {
            if point.0.is_finite() && point.1.is_finite() {
                run.push(point);
            } else {
                runs.push(std::mem::take(&mut run));
            }
        }
        runs.push(run);
        self.shapes.extend(runs.into_iter().filter(|run| run.len() > 1).map(|points| Shape::Line {
            points,
            width,
            paint,
        }));
    }

    /// Adds a filled rectangle.
    pub fn rectangle(&mut self, at: Point, size: Point, paint: Paint) {
        self.shapes.push(Shape::Rectangle { at, size, paint, opacity: 1.0 });
    }

    /// Adds a filled circle.
    pub fn disc(&mut self, center: Point, radius: f64, paint: Paint, opacity: f64) {
        self.shapes.push(Shape::Disc { center, radius, paint, opacity });
    }

    /// Adds text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// The scene as a standalone SVG document.
    ///
    /// # Errors
    /// [`PictureError::Draw`] if the backend fails.
    pub fn to_svg(&self, theme: Theme) -> Result<String, PictureError> {
        svg::write(self, theme)
    }

    /// The scene as PNG bytes.
    ///
    /// # Errors
    /// [`PictureError::Draw`] or [`PictureError::Png`] if the backend or the encoder fails.
    pub fn to_png(&self, theme: Theme) -> Result<Vec<u8>, PictureError> {
        png::draw(self, theme)?.to_png()
    }
}
