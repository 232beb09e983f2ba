//! Small multiples: equally large panels in rows.

use super::layout::Area;

/// Space between panels.
const GAP: f64 = 22.0;

/// How many panels fit beside each other: few large ones, or rows of four.
pub(super) fn columns(panels: usize) -> usize {
    match panels {
        0 | 1 => 1,
        2 | 4 => 2,
        3 | 5 | 6 | 9 => 3,
        _ => 4,
    }
}

/// The height of that many panels of `height` each.
pub(super) fn height(panels: usize, height: f64) -> f64 {
    let rows = panels.div_ceil(columns(panels)) as f64;
    rows * height + (rows - 1.0) * GAP
}

/// Where each panel goes, row by row.
pub(super) fn tiles(area: Area, panels: usize) -> Vec<Area> {
    let columns = columns(panels);
    let rows = panels.div_ceil(columns);
    let size = |all: f64, count: usize| (all - (count as f64 - 1.0) * GAP) / count as f64;
    let (width, height) = (size(area.width, columns), size(area.height, rows));
    let tile = |panel: usize| Area {
        left: area.left + (panel % columns) as f64 * (width + GAP),
        top: area.top + (panel / columns) as f64 * (height + GAP),
        width,
        height,
    };
    (0..panels).map(tile).collect()
}
