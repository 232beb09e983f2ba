//! Examples side by side: samples, reconstructions, interpolations, traversals.

mod cell;
mod table;

use super::ticks;
use super::{Events, Intensity, PictureError, Scene};
use cell::Cell;
use table::Table;

/// More examples than this in a row are broken into blocks.
const MOST_COLUMNS: usize = 10;

/// Examples in an almost square grid, row by row.
pub fn samples(title: &str, examples: &Events<'_>, intensity: Intensity) -> Scene {
    let range = intensity.range(examples.values());
    let count = examples.count();
    let columns = (count as f64).sqrt().ceil() as usize;
    let cells = (0..count).map(|k| Cell::example(examples, k, range)).collect::<Vec<_>>();
    let rows = cells.chunks(columns).map(<[_]>::to_vec).collect();
    Table { title: title.into(), rows, ..Table::default() }.draw()
}

/// Examples in rows and columns with captions, row by row; `titles` are the title and what is said below it.
pub fn captioned(
    titles: [&str; 2],
    rows: &[&str],
    columns: &[String],
    examples: &Events<'_>,
    intensity: Intensity,
) -> Scene {
    let range = intensity.range(examples.values());
    let cells = (0..examples.count()).map(|k| Cell::example(examples, k, range)).collect::<Vec<_>>();
    let [title, note] = titles.map(str::to_owned);
    let table = Table {
        title,
        note,
        rows: cells.chunks(columns.len().max(1)).map(<[_]>::to_vec).collect(),
        row_captions: rows.iter().map(|&caption| caption.to_owned()).collect(),
        column_captions: columns.to_vec(),
        ..Table::default()
    };
    table.draw()
}

/// Whether the difference of data and reconstruction is shown below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// A third row: blue where the reconstruction is too high, red where it is too low.
    Shown,
    /// Two rows only.
    Hidden,
}

/// Rows of data, and of their reconstructions below them.
///
/// # Errors
/// [`PictureError::Mismatch`] if there are not as many reconstructions as examples.
pub fn reconstructions(
    title: &str,
    originals: &Events<'_>,
    reconstructions: &Events<'_>,
    intensity: Intensity,
    difference: Difference,
) -> Result<Scene, PictureError> {
    let count = originals.count();
    if count != reconstructions.count() || originals.shape() != reconstructions.shape() {
        let right = reconstructions.count();
        return Err(PictureError::Mismatch { what: "examples and reconstructions", left: count, right });
    }
    let range = intensity.range(originals.values());
    let columns = count.div_ceil(count.div_ceil(MOST_COLUMNS));
    let mut table = Table { title: title.into(), ..Table::default() };
    for start in (0..count).step_by(columns) {
        let block = start..(start + columns).min(count);
        let row = |cell: &dyn Fn(usize) -> Cell| block.clone().map(cell).collect::<Vec<_>>();
        table.block_starts.push(table.rows.len());
        table.rows.push(row(&|k| Cell::example(originals, k, range)));
        table.row_captions.push("data".into());
        table.rows.push(row(&|k| Cell::example(reconstructions, k, range)));
        table.row_captions.push("reconstruction".into());
        if difference == Difference::Shown {
            table.rows.push(row(&|k| Cell::difference(originals, reconstructions, k, range)));
            table.row_captions.push("difference".into());
        }
    }
    Ok(table.draw())
}

/// One row of examples, decoded along a path between two; `ends` names the first and the last.
pub fn interpolation(title: &str, path: &Events<'_>, intensity: Intensity, ends: [&str; 2]) -> Scene {
    let range = intensity.range(path.values());
    let last = path.count() - 1;
    let row = (0..=last).map(|k| Cell::example(path, k, range)).collect();
    let caption = |k: usize| match k {
        0 => ends[0].to_owned(),
        k if k == last => ends[1].to_owned(),
        k => format!("{:.0} %", 100.0 * k as f64 / last as f64),
    };
    let column_captions = (0..=last).map(caption).collect();
    Table { title: title.into(), rows: vec![row], column_captions, ..Table::default() }.draw()
}

/// A latent dimension that a traversal moves along.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TraversedDimension {
    /// Its index, from 0.
    pub index: usize,
    /// Its KL divergence in nats, if known, for the caption.
    pub kl: Option<f64>,
}

/// What the values of a latent are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Deviations of the prior.
    Deviations,
    /// From one value of a bit to the other.
    Bits,
    /// The categories of a choice.
    Categories {
        /// Among how many.
        of: usize,
    },
}

/// A row of decoded examples for each latent dimension, which takes the `values` while the others keep theirs. `decoded` holds `dimensions.len() · values.len()` examples, row by row.
///
/// # Errors
/// [`PictureError::Mismatch`] if there are not as many examples as dimensions times values.
pub fn traversal(
    title: &str,
    decoded: &Events<'_>,
    intensity: Intensity,
    dimensions: &[TraversedDimension],
    (values, unit): (&[f64], Unit),
) -> Result<Scene, PictureError> {
    let wanted = dimensions.len() * values.len();
    if decoded.count() != wanted {
        let what = "decoded examples, and dimensions times values";
        return Err(PictureError::Mismatch { what, left: decoded.count(), right: wanted });
    }
    let range = intensity.range(decoded.values());
    let cells = (0..wanted).map(|k| Cell::example(decoded, k, range)).collect::<Vec<_>>();
    let name = |dimension: &TraversedDimension| {
        let z = format!("z{}", ticks::subscript(dimension.index));
        dimension.kl.map_or(z.clone(), |kl| format!("{z}  KL {}", ticks::fixed(kl, 2)))
    };
    let decimals = ticks::decimals(values).min(2);
    let caption = |&value: &f64| match unit {
        Unit::Deviations if value > 0.0 => format!("+{}σ", ticks::fixed(value, decimals)),
        Unit::Deviations => format!("{}σ", ticks::fixed(value, decimals)),
        Unit::Bits | Unit::Categories { .. } => ticks::fixed(value, decimals),
    };
    let table = Table {
        title: title.into(),
        note: note(dimensions, values.len(), unit),
        rows: cells.chunks(values.len().max(1)).map(<[_]>::to_vec).collect(),
        row_captions: dimensions.iter().map(name).collect(),
        column_captions: values.iter().map(caption).collect(),
        ..Table::default()
    };
    Ok(table.draw())
}

fn note(dimensions: &[TraversedDimension], shown: usize, unit: Unit) -> String {
    let kl = if dimensions.iter().any(|dimension| dimension.kl.is_some()) { "; KL in nats" } else { "" };
    match unit {
        Unit::Deviations => format!("σ: one standard deviation of the prior{kl}"),
        Unit::Bits => format!("from one value of the bit to the other{kl}"),
        Unit::Categories { of } if shown < of => {
            format!("the first {shown} of the choice's {of} categories in turn{kl}")
        }
        Unit::Categories { .. } => format!("each category of the choice in turn{kl}"),
    }
}
