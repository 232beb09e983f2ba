//! What the components' covariances are free to be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the covariances of a Gaussian mixture are free to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Covariance {
    /// Each component has a matrix of its own.
    #[default]
    Full,
    /// All components have one matrix in common.
    Tied,
    /// Each component has a variance of its own for each column.
    #[serde(rename = "diag")]
    Diagonal,
    /// Each component has one variance for all columns.
    Spherical,
}

impl Covariance {
    /// The names, as a configuration writes them.
    pub const NAMES: [&str; 4] = ["full", "tied", "diag", "spherical"];

    /// Whether the covariances are matrices, and not variances of independent columns.
    pub(crate) fn is_dense(self) -> bool {
        matches!(self, Self::Full | Self::Tied)
    }

    /// The shape of the array that holds all covariances.
    pub fn shape(self, components: usize, columns: usize) -> Vec<usize> {
        match self {
            Self::Full => vec![components, columns, columns],
            Self::Tied => vec![columns, columns],
            Self::Diagonal => vec![components, columns],
            Self::Spherical => vec![components],
        }
    }

    /// How many numbers hold the covariances.
    pub(crate) fn len(self, components: usize, columns: usize) -> usize {
        self.shape(components, columns).iter().product()
    }

    /// Where the numbers of one component's covariance lie.
    pub(crate) fn range(self, component: usize, columns: usize) -> std::ops::Range<usize> {
        let (first, len) = match self {
            Self::Full => (component, columns * columns),
            Self::Tied => (0, columns * columns),
            Self::Diagonal => (component, columns),
            Self::Spherical => (component, 1),
        };
        first * len..(first + 1) * len
    }

    /// Whose covariance the matrix `at` is, for a message.
    pub(crate) fn whose(self, at: usize) -> String {
        match self {
            Self::Tied => "the components".into(),
            Self::Full | Self::Diagonal | Self::Spherical => format!("component {at}"),
        }
    }

    /// How many of the numbers are free, a matrix being symmetric.
    pub(crate) fn free(self, components: usize, columns: usize) -> usize {
        let triangle = columns * (columns + 1) / 2;
        match self {
            Self::Full => components * triangle,
            Self::Tied => triangle,
            Self::Diagonal => components * columns,
            Self::Spherical => components,
        }
    }
}
