//! The `[data]` table of a configuration.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DataError, ImageConfig, Kind, embedded, format};

/// Which data, and which of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSpec {
    /// The name of an embedded set, or a path.
    pub source: String,
    /// The columns of a table, or arrays of an archive, that are observed; `None` = all but the
    /// label.
    pub columns: Option<Vec<String>>,
    /// The columns of a table that are left out.
    pub exclude: Vec<String>,
    /// The column or array that holds the label.
    pub label_column: Option<String>,
    /// The columns, or the one array, that a model predicts from the others.
    pub target_columns: Vec<String>,
    /// The column or array that says how often each example counts.
    pub weight_column: Option<String>,
    /// The kinds of columns that are not to be told from their values.
    pub kinds: BTreeMap<String, Kind>,
    /// Whether the examples are held in memory.
    pub access: Access,
    /// How the pictures of a folder become examples.
    pub image: ImageConfig,
}

impl DataSpec {
    /// All columns of an embedded set or of a path.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            source: source.into(),
            columns: None,
            exclude: Vec::new(),
            label_column: None,
            target_columns: Vec::new(),
            weight_column: None,
            kinds: BTreeMap::new(),
            access: Access::Auto,
            image: ImageConfig::default(),
        }
    }

    /// The error of a choice that leaves nothing to observe of these columns.
    pub(crate) fn nothing_observed(&self, listed: &str) -> DataError {
        if self.target_columns.is_empty() {
            let expected = format!("at least one of {listed}");
            return DataError::Option { option: "data.columns", value: "empty".to_owned(), expected };
        }
        let expected = format!(
            "fewer than all that `data.columns` and `data.exclude` leave of {listed}: a target is predicted from the rest"
        );
        let value = self.target_columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        DataError::Option { option: "data.target_columns", value, expected }
    }

    /// That what is to be predicted, or is a weight, is not left out, named twice, or asked for as something else too.
    pub(crate) fn check_roles(&self) -> Result<(), DataError> {
        let refuse = |option, name: &String, expected: &str| {
            let (value, expected) = (format!("`{name}`"), expected.to_owned());
            Err(DataError::Option { option, value, expected })
        };
        let targets = self.target_columns.iter().map(|name| ("data.target_columns", name));
        let weight = self.weight_column.iter().map(|name| ("data.weight_column", name));
        for (option, name) in targets.chain(weight) {
            if self.exclude.contains(name) {
                return refuse(option, name, "a column that `data.exclude` does not leave out");
            }
            if self.label_column.as_ref() == Some(name) {
                return refuse(option, name, "a column other than that of `data.label_column`");
            }
        }
        for (at, name) in self.target_columns.iter().enumerate() {
            if self.target_columns[..at].contains(name) {
                return refuse("data.target_columns", name, "each column once");
            }
            if self.weight_column.as_ref() == Some(name) {
                return refuse(
                    "data.weight_column",
                    name,
                    "a column other than those of `data.target_columns`",
                );
            }
        }
        Ok(())
    }

    /// Whether a column or array is for something else than to be observed.
    pub(crate) fn is_set_apart(&self, name: &String) -> bool {
        self.target_columns.contains(name) || self.weight_column.as_ref() == Some(name)
    }
}

/// The `[data]` table of a configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DataConfig {
    /// `digits` (embedded), or the path of a file or folder; `./digits` is a folder of that name.
    pub source: String,
    /// The columns of a table, or arrays of an archive, that are observed; without it all but the
    /// label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// The columns of a table that are left out, such as names and numbers of cases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The column or array that holds the label; without it and `columns` one that is called `label`
    /// or `labels`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_column: Option<String>,
    /// The columns of a table, or the one array of an archive, that a model predicts from the others,
    /// which are observed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub target_columns: Vec<String>,
    /// The column of a table, or the array of an archive, that says how often each example counts; without it an array that
    /// is called `weight` or `weights`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_column: Option<String>,
    /// Whether the examples are held in memory or stay in their file. The order of an epoch and the
    /// validation rows depend on it, never on how much memory there is.
    pub access: Access,
    /// How the pictures of a folder become examples.
    pub image: ImageConfig,
    /// How grey values become bits: not at all, above one half, or with the grey value as probability,
    /// drawn once or anew each epoch.
    pub binarize: Binarize,
    /// Whether 8-bit values are divided by 255 or left as they are; other types always are.
    pub scale: Scale,
    /// Whether each feature is shifted and scaled to mean 0 and variance 1.
    pub standardize: Standardize,
    /// The kinds of a table's columns that are not to be told from their values: `year = "count"`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<String, Kind>,
    /// What is done about missing values.
    pub missing: Missing,
    /// The fraction of the training examples that is kept for validation, in `[0, 1)`; data that bring
    /// their own validation split keep that.
    pub validation: f64,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self {
            source: "digits".to_owned(),
            columns: None,
            exclude: Vec::new(),
            label_column: None,
            target_columns: Vec::new(),
            weight_column: None,
            access: Access::Auto,
            image: ImageConfig::default(),
            binarize: Binarize::None,
            scale: Scale::Unit,
            standardize: Standardize::No,
            kinds: BTreeMap::new(),
            missing: Missing::Auto,
            validation: 0.1,
        }
    }
}

impl DataConfig {
    /// Which data, and which of its columns.
    pub fn spec(&self) -> DataSpec {
        DataSpec {
            source: self.source.clone(),
            columns: self.columns.clone(),
            exclude: self.exclude.clone(),
            label_column: self.label_column.clone(),
            target_columns: self.target_columns.clone(),
            weight_column: self.weight_column.clone(),
            kinds: self.kinds.clone(),
            access: self.access,
            image: self.image,
        }
    }

    /// The same data wherever it is asked for from: a relative path is made absolute.
    pub fn anywhere(mut self) -> Self {
        // A folder that cannot be named, or a path that is not text, is left as it was given.
        if format::several::is_pattern(&self.source) {
            if let Ok(folder) = std::env::current_dir()
                && let Some(folder) = folder.to_str()
            {
                self.source = format::several::anywhere(&self.source, folder);
            }
        } else if embedded::find(&self.source).is_none()
            && let Ok(path) = std::path::absolute(&self.source)
            && let Some(path) = path.to_str()
        {
            path.clone_into(&mut self.source);
        }
        self
    }

    /// Checks what can be checked without the data.
    ///
    /// # Errors
    /// If the validation fraction is outside `[0, 1)`, or data are to be both binarised and
    /// standardised.
    pub fn validate(&self) -> Result<(), DataError> {
        if !(0.0..1.0).contains(&self.validation) {
            return Err(DataError::Option {
                option: "data.validation",
                value: self.validation.to_string(),
                expected: "a fraction in [0, 1)".to_owned(),
            });
        }
        self.image.validate()?;
        if self.binarize != Binarize::None && self.standardize == Standardize::Yes {
            return Err(DataError::Option {
                option: "data.standardize",
                value: "yes".to_owned(),
                expected: "\"no\" for binarised data: bits are not real-valued".to_owned(),
            });
        }
        Ok(())
    }
}

/// Numbers that take more stay in their file unless [`Access`] says otherwise.
const MOST_IN_MEMORY: u64 = 128 << 20;

/// Whether examples are held in memory or stay in their file.
///
/// Examples stay in a file only where it can be read by position: an uncompressed npy file in row-major
/// order, an uncompressed IDX file, Parquet, a folder of pictures. Those of any other are held in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// In memory if the numbers take at most 128 MiB there.
    #[default]
    Auto,
    /// In memory, however large.
    Memory,
    /// In their file, however small.
    File,
}

impl Access {
    /// Whether numbers that take `bytes` in memory stay in their file.
    pub(crate) fn stays_in_file(self, bytes: u64) -> bool {
        match self {
            Self::Auto => bytes > MOST_IN_MEMORY,
            Self::Memory => false,
            Self::File => true,
        }
    }
}

/// How grey values in [0, 1] become bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Binarize {
    /// They stay grey.
    #[default]
    None,
    /// 1 above one half, else 0.
    Threshold,
    /// 1 with the grey value as probability, drawn once for all epochs and runs.
    Static,
    /// 1 with the grey value as probability, drawn anew each epoch; for evaluation as `static`.
    Dynamic,
}

/// Whether 8-bit values are divided by 255.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// 8-bit values are divided by 255, unless all are 0 or 1: those are bits. Every other type stays
    /// as it is.
    #[default]
    Unit,
    /// Values stay as they are.
    None,
}

/// Whether each feature is shifted and scaled to mean 0 and variance 1 over the training examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standardize {
    /// Values stay as they are.
    #[default]
    No,
    /// `x' = (x − mean) / standard deviation`.
    Yes,
}

/// What is done about missing values, which are empty cells of a table or NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// Tables are masked, and so is all that a mixture learns from; to other models a NaN in an array is more often an
    /// accident, and refused.
    #[default]
    Auto,
    /// They are refused.
    Refuse,
    /// A table's likelihood leaves them out, and its encoder is told that they are missing; a mixture marginalises them.
    Mask,
}
