//! The parts of a figure around its panels: title, note and legend.

use crate::picture::font::{self, Weight};
use crate::picture::scene::{Scene, Text};
use crate::picture::theme::Paint;

/// Sizes of text, in units per em.
pub(super) const TITLE: f64 = 16.0;
pub(super) const HEADING: f64 = 13.0;
pub(super) const LABEL: f64 = 12.0;

/// Space around a figure.
pub(super) const MARGIN: f64 = 16.0;

/// An upright rectangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Area {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Left and right parts, with a gap between them; the left takes `share` of the width.
    pub(super) fn split_across(self, share: f64, gap: f64) -> (Self, Self) {
        let width = share * (self.width - gap);
        let left = Self { width, ..self };
        (left, Self { left: self.left + width + gap, width: self.width - width - gap, ..self })
    }

    /// Upper and lower halves, with a gap between them.
    pub(super) fn split_down(self, gap: f64) -> (Self, Self) {
        let height = (self.height - gap) / 2.0;
        let upper = Self { height, ..self };
        (upper, Self { top: self.top + height + gap, ..upper })
    }
}

/// An entry of a legend.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) paint: Paint,
}

impl Key {
    pub(super) fn new(name: impl Into<String>, paint: Paint) -> Self {
        Self { name: name.into(), paint }
    }
}

/// Draws title, note and legend from the top, and returns the area left for panels.
pub(super) fn head(scene: &mut Scene, title: &str, note: &str, legend: &[Key]) -> Area {
    let mut top = MARGIN + 0.8 * TITLE;
    scene.text(Text::new(title, (MARGIN, top), TITLE).bold());
    if !note.is_empty() {
        top += 1.4 * LABEL;
        scene.text(Text::new(note, (MARGIN, top), LABEL).paint(Paint::Muted));
    }
    if !legend.is_empty() {
        top += 1.8 * LABEL;
        top = draw_legend(scene, legend, top);
    }
    top += 16.0;
    Area {
        left: MARGIN,
        top,
        width: scene.width - 2.0 * MARGIN,
        height: (scene.height - top - MARGIN).max(1.0),
    }
}

/// Entries in rows from the left; returns the baseline of the last row.
fn draw_legend(scene: &mut Scene, legend: &[Key], top: f64) -> f64 {
    let (mut x, mut baseline) = (MARGIN, top);
    for Key { name, paint } in legend {
        let width = 15.0 + font::width(name, LABEL, Weight::Regular);
        if x > MARGIN && x + width > scene.width - MARGIN {
            x = MARGIN;
            baseline += 1.5 * LABEL;
        }
        scene.disc((x + 5.0, baseline - 0.36 * LABEL), 4.5, *paint, 1.0);
        scene.text(Text::new(name.as_str(), (x + 15.0, baseline), LABEL));
        x += width + 18.0;
    }
    baseline
}
