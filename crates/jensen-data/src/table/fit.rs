//! The columns of a table, told from its rows.

use std::collections::BTreeMap;

use super::tally::{Part, Tally};
use super::{Column, ColumnKind, Kind, MAX_LEVELS, TableSchema, check, column_name};
use crate::split::Membership;
use crate::{DataConfig, DataError, Dataset, FieldSpec, Missing, Role, Rows, Split};

/// A column of words whose cells are nearly all different has at least so many levels.
const FEW_LEVELS: usize = 20;

impl TableSchema {
    /// Tells each column's kind from all rows, and fits its constants to the training rows, in one
    /// pass.
    ///
    /// A column of words is categorical. A column of numbers is binary if there are only 0 and 1, a
    /// count if there are whole numbers that begin at 0 or 1, of more than two values and none above
    /// 1000, and real otherwise. `config.kinds` overrides: numbers as categories get their values as
    /// levels.
    pub(crate) fn fit(
        config: &DataConfig,
        missing: Missing,
        dataset: &Dataset,
        train: &Rows,
    ) -> Result<Self, DataError> {
        let spec = dataset.require(Role::Observation)?;
        let names: Vec<String> = (0..spec.features()).map(|feature| column_name(spec, feature)).collect();
        check_names(config, dataset, &names)?;
        let kinds: Vec<Option<Kind>> = names.iter().map(|name| config.kinds.get(name).copied()).collect();
        for (feature, kind) in kinds.iter().enumerate() {
            check_words(dataset.name(), spec, feature, *kind)?;
        }
        let tallies = tally(dataset, train, missing, |feature| kinds[feature])?;
        let columns = names.into_iter().zip(tallies).enumerate().map(|(feature, (name, tally))| {
            let words = spec.levels.get(&feature).map(Vec::as_slice);
            let refuse = |problem: String, remedy: String| DataError::Column {
                name: dataset.name().to_owned(),
                column: name.clone(),
                problem,
                remedy,
            };
            let kind = constants(&name, &tally, kinds[feature], words, &refuse)?;
            Ok(Column { name, kind })
        });
        Ok(Self { columns: columns.collect::<Result<_, _>>()? })
    }
}

/// What is in each column, over all rows; `fitted` rows make the constants. A value that a column of
/// the asked-for kind cannot hold is an error, as is an infinite one.
fn tally(
    dataset: &Dataset,
    fitted: &Rows,
    missing: Missing,
    asked: impl Fn(usize) -> Option<Kind>,
) -> Result<Vec<Tally>, DataError> {
    let spec = dataset.require(Role::Observation)?;
    let features = spec.features();
    let most = |feature: usize| match asked(feature) {
        Some(Kind::Categorical) => MAX_LEVELS,
        _ => spec.levels.get(&feature).map_or(0, Vec::len),
    };
    let mut tallies: Vec<Tally> = (0..features).map(|feature| Tally::new(most(feature))).collect();
    let fitted = Membership::of(fitted, dataset.len());
    dataset.for_each_chunk(&dataset.rows(Split::All)?, |batch| {
        let field = batch.require(Role::Observation)?;
        let values = field.array().to_f64();
        for (cells, &row) in values.chunks(features).zip(batch.rows()) {
            let part = if fitted.contains(row) { Part::Fitted } else { Part::Seen };
            for (feature, (&value, tally)) in cells.iter().zip(&mut tallies).enumerate() {
                let kind = asked(feature);
                check(kind.unwrap_or(Kind::Real), missing, value).map_err(|(problem, remedy)| {
                    DataError::Cell {
                        name: dataset.name().to_owned(),
                        row,
                        column: column_name(spec, feature),
                        problem,
                        remedy: format!("{remedy}, or give the column another kind with `data.kinds`"),
                    }
                })?;
                tally.add(if kind == Some(Kind::Positive) { value.ln() } else { value }, part);
            }
        }
        Ok(())
    })?;
    Ok(tallies)
}

/// A misspelt name in `data.kinds` would silently do nothing.
fn check_names(config: &DataConfig, dataset: &Dataset, names: &[String]) -> Result<(), DataError> {
    let label = dataset.field(Role::Label).map(|spec| &spec.name);
    match config.kinds.keys().find(|name| !names.contains(name) && label != Some(name)) {
        None => Ok(()),
        Some(unknown) => Err(DataError::UnknownColumn {
            path: dataset.name().into(),
            column: unknown.clone(),
            available: names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// A column of words has levels, and not too many.
fn check_words(
    dataset: &str,
    spec: &FieldSpec,
    feature: usize,
    asked: Option<Kind>,
) -> Result<(), DataError> {
    let Some(words) = spec.levels.get(&feature) else { return Ok(()) };
    let column = column_name(spec, feature);
    let (problem, remedy) = match asked {
        Some(kind) if kind != Kind::Categorical => (
            format!("it is to be {kind}, but holds words such as `{}`", words.first().map_or("", |w| w)),
            format!("leave `{column}` out of `data.kinds`"),
        ),
        _ if words.len() > MAX_LEVELS => {
            (format!("it has {} different words", words.len()), leave_out(&column))
        }
        _ => return Ok(()),
    };
    Err(DataError::Column { name: dataset.to_owned(), column, problem, remedy })
}

fn leave_out(column: &str) -> String {
    format!("it looks like free text or an identifier, so leave it out: `data.exclude = [\"{column}\"]`")
}

/// Whether a column of words tells its rows apart rather than sorting them.
pub(crate) fn is_identifier(levels: usize, observed: u64) -> bool {
    levels > MAX_LEVELS || levels > FEW_LEVELS && 2 * levels as u64 > observed
}

fn constants(
    column: &str,
    tally: &Tally,
    asked: Option<Kind>,
    words: Option<&[String]>,
    refuse: &dyn Fn(String, String) -> DataError,
) -> Result<ColumnKind, DataError> {
    let told = if words.is_some() { Kind::Categorical } else { tally.kind() };
    let kind = asked.unwrap_or(told);
    if let Some(words) = words
        && asked.is_none()
        && is_identifier(words.len(), tally.observed)
    {
        return Err(refuse(
            format!("its {} values are {} different words", tally.observed, words.len()),
            leave_out(column),
        ));
    }
    let missing = |rows: &str| {
        Err(refuse(
            format!("all its values are missing in {rows}"),
            "leave it out with `data.exclude`".to_owned(),
        ))
    };
    let (mean, std) = match tally.moments.mean() {
        Some(mean) => (mean, tally.moments.spread().unwrap_or(1.0)),
        None if tally.observed == 0 => return missing("every row"),
        None => return missing("the rows for training"),
    };
    if !(mean.is_finite() && std.is_finite()) {
        return Err(refuse(
            "its values are too large for double precision".to_owned(),
            "give it in a larger unit, or `data.kinds` as \"positive\" to model its logarithm".to_owned(),
        ));
    }
    Ok(match kind {
        Kind::Real => ColumnKind::Real { mean, std },
        Kind::Positive => ColumnKind::Positive { mean, std },
        Kind::Count => ColumnKind::Count { mean },
        Kind::Binary => ColumnKind::Binary { mean },
        Kind::Categorical => {
            let too_many = || {
                refuse(
                    format!("it is to be categorical, but has more than {MAX_LEVELS} different values"),
                    "give it another kind with `data.kinds`, or leave it out with `data.exclude`".to_owned(),
                )
            };
            let counts = tally.values().ok_or_else(too_many)?;
            let n = tally.moments.count() as f64;
            let (levels, shares) = if let Some(words) = words {
                let by_level: BTreeMap<usize, u64> =
                    counts.map(|(level, _, counted)| (level as usize, counted)).collect();
                let share = |level| by_level.get(&level).map_or(0.0, |&count| count as f64 / n);
                (words.to_vec(), (0..words.len()).map(share).collect())
            } else {
                counts.map(|(value, _, counted)| (value.to_string(), counted as f64 / n)).unzip()
            };
            ColumnKind::Categorical { levels, shares }
        }
    })
}
