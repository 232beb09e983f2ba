//! What can be wrong with data; every message says which file or value, where, and what to do.

use std::path::PathBuf;

use crate::{Role, Split};

/// What else can be done about a missing value.
const LEAVE_OUT: &str = ", or leave missing values out of the likelihood of a table: `--model vae --likelihood table` \
                         with `data.missing = \"mask\"`";

/// An error of reading, writing or preparing data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is nothing at the path.
    #[error(
        "no file or folder {path}: give `digits` for the embedded digits, or the path of an IDX, npy, npz, \
         safetensors, Parquet or CSV file (plain, .gz or .zst), of a folder with pictures or with the four MNIST \
         files, or a pattern such as `shards/*.npy`", path = path.display()
    )]
    NotFound {
        /// What was asked for.
        path: PathBuf,
    },

    /// The system refused to read or write.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried: `read`, `write`, `create`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },

    /// A file became another while its examples were read from it.
    #[error(
        "{path} changed while it was read: {detail}; keep a copy of it that nothing writes to, and start again with that",
        path = path.display()
    )]
    Changed {
        /// The file.
        path: PathBuf,
        /// What differs.
        detail: String,
    },

    /// A file is not what it should be.
    #[error("{path}, {position}: {problem}; {remedy}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The byte, or the row and column.
        position: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// Fields of one data set differ in their number of examples.
    #[error(
        "`{first}` has {first_rows} examples, but `{second}` has {second_rows}: each example needs one of both, so \
         check that the files belong together"
    )]
    CountMismatch {
        /// A field or file.
        first: String,
        /// Its examples.
        first_rows: usize,
        /// Another.
        second: String,
        /// Its examples.
        second_rows: usize,
    },

    /// What was written differs from what was announced.
    #[error("{path}: {declared} were to be written, but {given} came; the file is left as it was", path = path.display())]
    NotAsDeclared {
        /// The file.
        path: PathBuf,
        /// What was announced.
        declared: String,
        /// What came.
        given: String,
    },

    /// There are no examples.
    #[error("{name} holds no examples: check that it was written completely")]
    Empty {
        /// The file or data set.
        name: String,
    },

    /// The numbers of a field are not a whole number of examples.
    #[error(
        "field `{field}`: {numbers} numbers are not a whole number of examples of shape {shape:?}; an example needs at \
         least one number"
    )]
    Shape {
        /// The field.
        field: String,
        /// The shape of an example.
        shape: Vec<usize>,
        /// How many numbers there are.
        numbers: usize,
    },

    /// A column or array that was asked for does not exist.
    #[error("{path} has no column or array `{column}`: it has {available}", path = path.display())]
    UnknownColumn {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        column: String,
        /// What there is.
        available: String,
    },

    /// A value is missing, NaN, infinite or beyond single precision.
    #[error(
        "{name}: `{field}` is {value:?} in row {row} (counted from 0), column {column}, which is not a finite number in \
         single precision: remove the example or fill the value in{}", if value.is_nan() { LEAVE_OUT } else { "" }
    )]
    NotFinite {
        /// The data set.
        name: String,
        /// The field.
        field: String,
        /// The example.
        row: u64,
        /// The column's name or the position within the example.
        column: String,
        /// The value.
        value: f64,
    },

    /// A column of a table is not what it should be.
    #[error("{name}, column `{column}`: {problem}; {remedy}")]
    Column {
        /// The data set.
        name: String,
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// Data lack columns of those that a model was trained on.
    #[error(
        "{name} lacks {lacking}: the training data had the columns {needed}; add what is lacking, with empty cells \
         where nothing is known"
    )]
    Columns {
        /// The data set.
        name: String,
        /// The columns that are not there.
        lacking: String,
        /// The columns of the training data.
        needed: String,
    },

    /// A cell of a table is not what it should be.
    #[error("{name}, row {row} (counted from 0), column `{column}`: {problem}; {remedy}")]
    Cell {
        /// The data set.
        name: String,
        /// The example.
        row: u64,
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
        /// What to do.
        remedy: String,
    },

    /// A column of words where only numbers are modelled.
    #[error(
        "{name}: column {column} holds words such as `{word}`, not numbers: leave the column out with \
         `data.exclude`, or model it as a table with `--model vae --likelihood table`"
    )]
    Words {
        /// The data set.
        name: String,
        /// The column.
        column: String,
        /// One of its words.
        word: String,
    },

    /// Binarisation needs values in [0, 1].
    #[error(
        "{name}: `{field}` is {value} in row {row} (counted from 0), column {column}, but binarisation needs values in \
         [0, 1]: set `data.binarize = \"none\"`, or `data.scale = \"unit\"` for 8-bit images"
    )]
    OutsideUnit {
        /// The data set.
        name: String,
        /// The field.
        field: String,
        /// The example.
        row: u64,
        /// The column's name or the position within the example.
        column: String,
        /// The value after scaling.
        value: f64,
    },

    /// The data set has no field of a role.
    #[error("{name} has no field of role {role}: it has {available}")]
    MissingRole {
        /// The data set.
        name: String,
        /// What was needed.
        role: Role,
        /// The fields there are.
        available: String,
    },

    /// The data set has no such split.
    #[error("{name} has no {split} split: it has {available}")]
    MissingSplit {
        /// The data set.
        name: String,
        /// What was asked for.
        split: Split,
        /// The splits there are.
        available: String,
    },

    /// A row index beyond the data set.
    #[error("{name} has {len} examples, so there is no row {row}")]
    RowOutOfRange {
        /// The data set.
        name: String,
        /// What was asked for.
        row: u64,
        /// How many examples there are.
        len: usize,
    },

    /// The observations are not those that the preprocessing was fitted to.
    #[error(
        "{name}: an example has {found} features, but the preprocessing was fitted to {expected}: use data of the same shape"
    )]
    OtherFeatures {
        /// The data set.
        name: String,
        /// Features of these data.
        found: usize,
        /// Features of the training data.
        expected: usize,
    },

    /// A configured value is out of range.
    #[error("`{option}` is {value}, but must be {expected}")]
    Option {
        /// The option's path.
        option: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: String,
    },
}
