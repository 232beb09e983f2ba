//! A small rasteriser: filled shapes on grey pictures, the same bits everywhere.

/// A point as `[row, column]` in pixels from the upper left corner; the centre of the first pixel is `[0.5, 0.5]`.
pub type Point = [f64; 2];

/// Which points of a pixel say how much of it a shape covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// Its centre: a pixel is covered or not, and pictures of white on black are binary.
    #[default]
    Centre,
    /// Sixteen points on a grid: edges are smooth.
    AntiAliased,
}

impl Sampling {
    /// Points along each side of a pixel.
    fn points(self) -> usize {
        match self {
            Self::Centre => 1,
            Self::AntiAliased => 4,
        }
    }
}

/// What can be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// All points no further than `radius` from `centre`.
    Disc {
        /// Its middle.
        centre: Point,
        /// In pixels.
        radius: f64,
    },
    /// The half-open rectangle from `low`, which belongs to it, to `high`, which does not.
    Rectangle {
        /// Its upper left corner.
        low: Point,
        /// Its lower right corner.
        high: Point,
    },
    /// All points no further than half of `width` from the line between two points: its ends are round.
    Segment {
        /// One end.
        from: Point,
        /// The other end, which may be the same.
        to: Point,
        /// In pixels.
        width: f64,
    },
}

impl Shape {
    fn contains(&self, point: Point) -> bool {
        match *self {
            Self::Disc { centre, radius } => squared_distance(point, centre) <= radius * radius,
            Self::Rectangle { low, high } => (0..2).all(|i| low[i] <= point[i] && point[i] < high[i]),
            Self::Segment { from, to, width } => {
                let along = [to[0] - from[0], to[1] - from[1]];
                let projection = along[0] * (point[0] - from[0]) + along[1] * (point[1] - from[1]);
                let length = along[0] * along[0] + along[1] * along[1];
                let share = if length > 0.0 { (projection / length).clamp(0.0, 1.0) } else { 0.0 };
                let nearest = [from[0] + share * along[0], from[1] + share * along[1]];
                squared_distance(point, nearest) <= 0.25 * width * width
            }
        }
    }

    /// A rectangle in which all of the shape lies.
    fn bounds(&self) -> (Point, Point) {
        let around = |a: Point, b: Point, margin: f64| {
            let low = [a[0].min(b[0]) - margin, a[1].min(b[1]) - margin];
            (low, [a[0].max(b[0]) + margin, a[1].max(b[1]) + margin])
        };
        match *self {
            Self::Disc { centre, radius } => around(centre, centre, radius),
            Self::Rectangle { low, high } => (low, high),
            Self::Segment { from, to, width } => around(from, to, 0.5 * width),
        }
    }
}

fn squared_distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)
}

/// A grey picture, `[height, width]` bytes, row after row, in memory of the caller.
///
/// ```
/// use jensen_control::environment::{Canvas, Sampling, Shape};
/// let mut pixels = [0; 16];
/// let mut canvas = Canvas::new(&mut pixels, 4, 4, Sampling::Centre);
/// canvas.fill(Shape::Rectangle { low: [0.0, 1.0], high: [2.0, 3.0] }, 255);
/// assert_eq!(pixels, [0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/// ```
#[derive(Debug)]
pub struct Canvas<'a> {
    pixels: &'a mut [u8],
    height: usize,
    width: usize,
    sampling: Sampling,
}

impl<'a> Canvas<'a> {
    /// A canvas over what `pixels` show.
    ///
    /// # Panics
    /// If there are not `height · width` pixels.
    pub fn new(pixels: &'a mut [u8], height: usize, width: usize, sampling: Sampling) -> Self {
        assert_eq!(pixels.len(), height * width, "a picture of {height} by {width} pixels");
        Self { pixels, height, width, sampling }
    }

    /// The pixels, row after row.
    pub fn pixels(&mut self) -> &mut [u8] {
        self.pixels
    }

    /// Rows and columns.
    pub fn size(&self) -> [usize; 2] {
        [self.height, self.width]
    }

    /// Paints a shape over what is there; what is outside of the picture, or is no number, is left out.
    pub fn fill(&mut self, shape: Shape, intensity: u8) {
        let (low, high) = shape.bounds();
        // A float saturates when it becomes an integer.
        let rows = low[0].floor() as usize..(high[0].ceil() as usize).min(self.height);
        let columns = low[1].floor() as usize..(high[1].ceil() as usize).min(self.width);
        let points = self.sampling.points();
        let offset = |k: usize| (k as f64 + 0.5) / points as f64;
        let all = points * points;
        for row in rows {
            for column in columns.clone() {
                let inside = |k: usize| {
                    shape.contains([row as f64 + offset(k / points), column as f64 + offset(k % points)])
                };
                let covered = (0..all).filter(|k| inside(*k)).count();
                let pixel = &mut self.pixels[row * self.width + column];
                let mixed = usize::from(*pixel) * (all - covered) + usize::from(intensity) * covered;
                *pixel = ((mixed + all / 2) / all) as u8;
            }
        }
    }
}

/// Bytes as intensities between zero and one.
pub fn intensities(pixels: &[u8]) -> Vec<f32> {
    pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect()
}
