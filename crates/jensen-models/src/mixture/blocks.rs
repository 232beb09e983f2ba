//! Folds over blocks of rows in an order that no thread can change.

use rayon::prelude::*;

use super::{MixtureError, Rows};

/// How many rows are worked on at a time: a component's share of them stays in the processor's cache.
pub const BLOCK: usize = 512;

/// Blocks that one task folds.
const TASK: usize = 8;

/// Tasks whose results are held at a time.
const WAVE: usize = 64;

/// Folds the blocks of `rows` into results of some blocks each, in any order, and those in order.
///
/// The cuts depend on the number of rows alone, so the result is the same bits for any number of threads.
pub(crate) fn fold<T: Send>(
    rows: Rows<'_>,
    start: impl Fn() -> T + Sync,
    step: impl Fn(&mut T, Rows<'_>) -> Result<(), MixtureError> + Sync,
    mut merge: impl FnMut(T),
) -> Result<(), MixtureError> {
    let tasks = rows.len().div_ceil(TASK * BLOCK);
    for wave in (0..tasks).step_by(WAVE) {
        let results: Vec<_> = (wave..tasks.min(wave + WAVE))
            .into_par_iter()
            .map(|task| {
                let mut folded = start();
                let end = rows.len().min((task + 1) * TASK * BLOCK);
                for from in (task * TASK * BLOCK..end).step_by(BLOCK) {
                    step(&mut folded, rows.slice(from, end.min(from + BLOCK)))?;
                }
                Ok::<T, MixtureError>(folded)
            })
            .collect();
        for result in results {
            merge(result?);
        }
    }
    Ok(())
}

/// Fills `width` numbers for each row, block by block.
pub(crate) fn fill(
    rows: Rows<'_>,
    width: usize,
    out: &mut [f64],
    block: impl Fn(Rows<'_>, &mut [f64]) -> Result<(), MixtureError> + Sync,
) -> Result<(), MixtureError> {
    let results: Vec<_> = out
        .par_chunks_mut(BLOCK * width)
        .enumerate()
        .map(|(i, out)| block(rows.slice(i * BLOCK, i * BLOCK + out.len() / width), out))
        .collect();
    results.into_iter().collect()
}
