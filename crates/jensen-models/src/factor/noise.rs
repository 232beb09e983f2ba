//! What the variances of the noise are free to be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the variances of the noise are free to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noise {
    /// Each component has one variance for all columns: probabilistic principal components.
    Isotropic,
    /// Each component has a variance of its own for each column: factor analysis.
    #[default]
    Diagonal,
    /// A variance for each column that all components have in common (Ghahramani & Hinton 1997).
    Tied,
}

impl Noise {
    /// The names, as a configuration writes them.
    pub const NAMES: [&str; 3] = ["isotropic", "diagonal", "tied"];

    /// The shape of the array that holds all variances.
    pub fn shape(self, components: usize, columns: usize) -> Vec<usize> {
        match self {
            Self::Isotropic => vec![components],
            Self::Diagonal => vec![components, columns],
            Self::Tied => vec![columns],
        }
    }

    /// How many numbers hold the variances; all are free.
    pub(super) fn len(self, components: usize, columns: usize) -> usize {
        self.shape(components, columns).iter().product()
    }

    /// Where the variance of a column lies in a component.
    pub(super) fn at(self, component: usize, column: usize, columns: usize) -> usize {
        match self {
            Self::Isotropic => component,
            Self::Diagonal => component * columns + column,
            Self::Tied => column,
        }
    }
}
