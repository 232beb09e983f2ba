//! Cells in rows and columns with captions.

use super::cell::Cell;
use crate::picture::font::{self, Weight};
use crate::picture::scene::{Align, Scene, Text};
use crate::picture::theme::Paint;

const MARGIN: f64 = 14.0;
const TITLE: f64 = 16.0;
const CAPTION: f64 = 13.0;

/// Between cells, and between blocks of rows.
const GAP: f64 = 4.0;
const BLOCK_GAP: f64 = 14.0;

/// What a grid consists of. Captions may be missing; rows may be shorter than the first.
#[derive(Default)]
pub(super) struct Table {
    pub(super) title: String,
    pub(super) note: String,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) row_captions: Vec<String>,
    pub(super) column_captions: Vec<String>,
    /// Rows that begin a block and are set off from the one above.
    pub(super) block_starts: Vec<usize>,
}

impl Table {
    pub(super) fn draw(&self) -> Scene {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let cell = self.rows.iter().flatten().next().map_or((0.0, 0.0), |cell| cell.size(columns));
        let caption_width = |text: &String| font::width(text, CAPTION, Weight::Regular);
        let captions = self.row_captions.iter().map(caption_width).fold(0.0, f64::max).ceil();
        let left = MARGIN + if captions > 0.0 { captions + 10.0 } else { 0.0 };
        let title_width = font::width(&self.title, TITLE, Weight::Bold).max(caption_width(&self.note));
        let columns_width = columns as f64 * (cell.0 + GAP) - GAP;
        let width = (left + columns_width).max(MARGIN + title_width.ceil()) + MARGIN;

        let mut top = MARGIN;
        // The height follows from the rows; until then the paper is endless.
        let mut scene = Scene { pixels_per_unit: 1, ..Scene::new(width, 0.0) };
        if !self.title.is_empty() {
            scene.text(Text::new(self.title.as_str(), (MARGIN, top + 0.8 * TITLE), TITLE).bold());
            top += 1.6 * TITLE;
        }
        if !self.note.is_empty() {
            scene.text(
                Text::new(self.note.as_str(), (MARGIN, top + 0.6 * CAPTION), CAPTION).paint(Paint::Muted),
            );
            top += 1.4 * CAPTION;
        }
        if !self.column_captions.is_empty() {
            top += 0.4 * CAPTION;
            for (k, caption) in self.column_captions.iter().enumerate() {
                let x = left + k as f64 * (cell.0 + GAP) + cell.0 / 2.0;
                let text = Text::new(caption.as_str(), (x, top + 0.8 * CAPTION), CAPTION);
                scene.text(text.align(Align::Center).paint(Paint::Muted));
            }
            top += 1.4 * CAPTION;
        }
        for (r, row) in self.rows.iter().enumerate() {
            if r > 0 && self.block_starts.contains(&r) {
                top += BLOCK_GAP;
            }
            if let Some(caption) = self.row_captions.get(r) {
                let text = Text::new(caption.as_str(), (left - 10.0, top + cell.1 / 2.0), CAPTION);
                scene.text(text.align(Align::Right).centered_vertically());
            }
            for (k, cell_shown) in row.iter().enumerate() {
                cell_shown.draw(&mut scene, (left + k as f64 * (cell.0 + GAP), top), columns);
            }
            top += cell.1 + GAP;
        }
        scene.height = (top - GAP + MARGIN).ceil();
        scene
    }
}
