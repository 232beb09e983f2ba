//! A rectangle with two axes, in which data are drawn.

use super::axis::Axis;
use super::layout::{Area, HEADING, LABEL};
use crate::picture::font::{self, Weight};
use crate::picture::scene::{Align, Point, Scene, Shape, Text};
use crate::picture::theme::Paint;

/// Axes placed on the paper.
pub(super) struct Panel {
    /// The rectangle that the data may fill.
    pub(super) area: Area,
    x: Axis,
    y: Axis,
}

impl Panel {
    /// Draws heading, axes, marks and titles into `outer`; what remains is the panel.
    pub(super) fn draw(scene: &mut Scene, outer: Area, heading: &str, x: Axis, y: Axis) -> Self {
        let label_width =
            y.marks.iter().map(|(_, label)| font::width(label, LABEL, Weight::Regular)).fold(0.0, f64::max);
        let title_width = if y.title.is_empty() { 0.0 } else { 1.6 * LABEL };
        let left = title_width + label_width + if y.marks.is_empty() { 0.0 } else { 8.0 };
        let above = if heading.is_empty() { 0.0 } else { 1.7 * HEADING };
        let below = if x.marks.is_empty() { 0.0 } else { 1.6 * LABEL }
            + if x.title.is_empty() { 0.0 } else { 1.5 * LABEL };
        // Half of the last label reaches beyond its mark.
        let last = x.marks.last().map_or(0.0, |(value, label)| {
            let beyond = (1.0 - x.share(*value)) * (outer.width - left);
            (font::width(label, LABEL, Weight::Regular) / 2.0 - beyond).max(0.0)
        });
        let area = Area {
            left: outer.left + left,
            top: outer.top + above,
            width: (outer.width - left - last).max(1.0),
            height: (outer.height - above - below).max(1.0),
        };
        let panel = Self { area, x, y };
        if !heading.is_empty() {
            scene.text(Text::new(heading, (outer.left, outer.top + 0.75 * HEADING), HEADING).bold());
        }
        panel.draw_y_axis(scene, outer.left);
        panel.draw_x_axis(scene);
        panel
    }

    fn draw_y_axis(&self, scene: &mut Scene, outer_left: f64) {
        let Area { left, top, height, .. } = self.area;
        for (value, label) in &self.y.marks {
            let y = self.place((self.x.range.0, *value)).1;
            scene.line([(left, y), (self.area.right(), y)], 1.0, Paint::Rule);
            let text = Text::new(label.as_str(), (left - 8.0, y), LABEL).align(Align::Right);
            scene.text(text.paint(Paint::Muted).centered_vertically());
        }
        if !self.y.title.is_empty() {
            let at = (outer_left + 0.8 * LABEL, top + height / 2.0);
            scene.text(Text::new(self.y.title.as_str(), at, LABEL).align(Align::Center).upwards());
        }
    }

    fn draw_x_axis(&self, scene: &mut Scene) {
        let (left, right, bottom) = (self.area.left, self.area.right(), self.area.bottom());
        scene.line([(left, bottom), (right, bottom)], 1.0, Paint::Muted);
        let mut free_from = f64::NEG_INFINITY;
        for (value, label) in &self.x.marks {
            let x = self.place((*value, self.y.range.0)).0;
            let width = font::width(label, LABEL, Weight::Regular);
            if x - width / 2.0 < free_from {
                continue;
            }
            free_from = x + width / 2.0 + 6.0;
            scene.line([(x, bottom), (x, bottom + 4.0)], 1.0, Paint::Muted);
            let text = Text::new(label.as_str(), (x, bottom + 6.0 + 0.8 * LABEL), LABEL);
            scene.text(text.align(Align::Center).paint(Paint::Muted));
        }
        if !self.x.title.is_empty() {
            let marks = if self.x.marks.is_empty() { 0.0 } else { 1.6 * LABEL };
            let at = (f64::midpoint(left, right), bottom + marks + 1.2 * LABEL);
            scene.text(Text::new(self.x.title.as_str(), at, LABEL).align(Align::Center));
        }
    }

    /// Draws a vertical line at each mark, for panels whose x is read as closely as y.
    pub(super) fn rule_columns(&self, scene: &mut Scene) {
        for (value, _) in &self.x.marks {
            let x = self.place((*value, self.y.range.0)).0;
            scene.line([(x, self.area.top), (x, self.area.bottom())], 1.0, Paint::Rule);
        }
    }

    /// Writes a remark at the right, over what is drawn there, on the baseline `y`.
    pub(super) fn say(&self, scene: &mut Scene, said: &str, y: f64) {
        let (right, em) = (self.area.right() - 4.0, 0.9 * LABEL);
        let width = font::width(said, em, Weight::Regular);
        scene.rectangle((right - width - 3.0, y - em), (width + 6.0, 1.3 * em), Paint::Paper);
        let text = Text::new(said, (right, y), em);
        scene.text(text.align(Align::Right).paint(Paint::Muted));
    }

    /// The baseline of a remark at the top.
    pub(super) fn first_line(&self) -> f64 {
        self.area.top + 1.2 * LABEL
    }

    /// The baseline of a remark at the bottom.
    pub(super) fn last_line(&self) -> f64 {
        self.area.bottom() - 0.6 * LABEL
    }

    /// Where a value of the data is on the paper.
    pub(super) fn place(&self, (x, y): Point) -> Point {
        (
            self.area.left + self.x.share(x) * self.area.width,
            self.area.bottom() - self.y.share(y) * self.area.height,
        )
    }

    /// Draws a curve, cut where it leaves the vertical range; a point that has no neighbour becomes a dot.
    pub(super) fn curve(&self, scene: &mut Scene, points: &[Point], width: f64, paint: Paint) {
        let finite = |point: &Point| point.0.is_finite() && point.1.is_finite();
        for run in points.split(|point| !finite(point)) {
            if let [alone] = run {
                let (low, high) = self.y.range;
                if (low..=high).contains(&alone.1) {
                    scene.disc(self.place(*alone), 1.6 * width, paint, 1.0);
                }
            }
            let mut piece: Vec<Point> = Vec::new();
            for ends in run.windows(2) {
                let Some((from, to)) = self.clip(ends[0], ends[1]) else { continue };
                if piece.last() != Some(&from) {
                    scene.line(piece.drain(..).map(|point| self.place(point)), width, paint);
                    piece.push(from);
                }
                piece.push(to);
            }
            scene.line(piece.into_iter().map(|point| self.place(point)), width, paint);
        }
    }

    /// As [`curve`](Self::curve), in dashes that are equally long on the paper, however steep the curve.
    pub(super) fn dashed_curve(&self, scene: &mut Scene, points: &[Point], width: f64, paint: Paint) {
        let before = scene.shapes.len();
        self.curve(scene, points, width, paint);
        for shape in scene.shapes.split_off(before) {
            match shape {
                Shape::Line { points, .. } => dashes(scene, &points, width, paint),
                other => scene.shapes.push(other),
            }
        }
    }

    /// Draws a closed line, of which only what lies within both ranges is seen.
    pub(super) fn outline(&self, scene: &mut Scene, points: &[Point], width: f64, paint: Paint) {
        let is_within = |&(x, y): &Point| {
            (self.x.range.0..=self.x.range.1).contains(&x) && (self.y.range.0..=self.y.range.1).contains(&y)
        };
        for run in points.split(|point| !is_within(point)) {
            scene.line(run.iter().map(|&point| self.place(point)), width, paint);
        }
    }

    /// The part of a segment inside the vertical range.
    fn clip(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (low, high) = self.y.range;
        let (mut start, mut end) = (0.0_f64, 1.0_f64);
        let rise = to.1 - from.1;
        for (distance, slope) in [(from.1 - low, -rise), (high - from.1, rise)] {
            if slope == 0.0 && distance < 0.0 {
                return None;
            } else if slope < 0.0 {
                start = start.max(distance / slope);
            } else if slope > 0.0 {
                end = end.min(distance / slope);
            }
        }
        let at = |t: f64| match t {
            0.0 => from,
            1.0 => to,
            t => (from.0 + t * (to.0 - from.0), from.1 + t * rise),
        };
        (start < end).then(|| (at(start), at(end)))
    }
}

/// Dash and gap of a dashed line.
const DASH: [f64; 2] = [7.0, 4.5];

/// A line on the paper, cut into dashes.
fn dashes(scene: &mut Scene, points: &[Point], width: f64, paint: Paint) {
    let (mut piece, mut at, mut left) = (vec![points[0]], 0, DASH[0]);
    for ends in points.windows(2) {
        let (mut from, to) = (ends[0], ends[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length < left {
                left -= length;
                piece.push(to);
                break;
            }
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            piece.push(from);
            if at == 0 {
                scene.line(piece.drain(..), width, paint);
            }
            (piece, at) = (vec![from], 1 - at);
            left = DASH[at];
        }
    }
    if at == 0 {
        scene.line(piece, width, paint);
    }
}
