//! Rows grouped by which of their values are missing.

use std::collections::BTreeMap;

use super::Rows;

/// Rows of a block that miss the same columns.
pub(crate) struct Group {
    /// Where the rows lie in the block.
    pub rows: Vec<usize>,
    /// The columns that are there.
    pub observed: Vec<usize>,
    /// The columns that are not.
    pub missing: Vec<usize>,
    /// The observed values, a column after the other: `[rows, observed]` column-major.
    pub values: Vec<f64>,
}

/// The groups of some rows of a block, in an order that depends on the patterns alone; complete rows come first.
pub(crate) fn groups(rows: Rows<'_>, members: impl Iterator<Item = usize>) -> Vec<Group> {
    let mut patterns: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    let mut complete = Vec::with_capacity(rows.len());
    for at in members {
        let row = rows.row(at);
        if row.iter().any(|value| value.is_nan()) {
            let missing = (0..row.len()).filter(|&j| row[j].is_nan()).collect();
            patterns.entry(missing).or_default().push(at);
        } else {
            complete.push(at);
        }
    }
    if !complete.is_empty() {
        patterns.insert(Vec::new(), complete);
    }
    let group = |(missing, members): (Vec<usize>, Vec<usize>)| {
        let observed: Vec<_> = (0..rows.columns()).filter(|j| missing.binary_search(j).is_err()).collect();
        let mut values = vec![0.0; members.len() * observed.len()];
        for (i, &at) in members.iter().enumerate() {
            let row = rows.row(at);
            for (place, &j) in observed.iter().enumerate() {
                values[place * members.len() + i] = row[j];
            }
        }
        Group { rows: members, observed, missing, values }
    };
    patterns.into_iter().map(group).collect()
}
