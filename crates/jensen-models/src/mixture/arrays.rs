//! Arrays with names: how a model goes to a file and back.

use super::MixtureError;

/// An array with a name and a shape, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers.
    pub values: Vec<f64>,
}

impl NamedArray {
    pub(crate) fn new(name: &'static str, shape: Vec<usize>, values: &[f64]) -> Self {
        Self { name, shape, values: values.to_vec() }
    }
}

/// Finds the shape and the numbers of an array by its name.
pub(crate) trait Find<'a>: Fn(&'static str) -> Option<(&'a [usize], &'a [f64])> {
    /// # Errors
    /// [`MixtureError::Parameter`] if it is not there.
    fn find(&self, name: &'static str) -> Result<(&'a [usize], &'a [f64]), MixtureError> {
        self(name).ok_or_else(|| MixtureError::Parameter { name, problem: "is not there".into() })
    }

    /// # Errors
    /// [`MixtureError::Parameter`] if it is not there, has another shape, or holds what is no number.
    fn find_shaped(&self, name: &'static str, shape: &[usize]) -> Result<Vec<f64>, MixtureError> {
        let (found, values) = self.find(name)?;
        let wrong = |problem| Err(MixtureError::Parameter { name, problem });
        if found != shape {
            return wrong(format!("has the shape {found:?}, not {shape:?}"));
        }
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => wrong(format!("holds {value}, which is not finite")),
            None => Ok(values.to_vec()),
        }
    }

    /// The same of an array of one dimension and any length but zero, of what cannot be negative.
    ///
    /// # Errors
    /// As [`find_shaped`](Self::find_shaped), and for a number below zero.
    fn find_amounts(&self, name: &'static str) -> Result<Vec<f64>, MixtureError> {
        let length = self.find(name)?.1.len();
        let amounts = self.find_shaped(name, &[length])?;
        if amounts.is_empty() || amounts.iter().any(|&amount| amount < 0.0) {
            let problem = "must be zero or more, for one component at least".into();
            return Err(MixtureError::Parameter { name, problem });
        }
        Ok(amounts)
    }
}

impl<'a, F: Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>> Find<'a> for F {}

/// What goes to a file as arrays with names and comes back.
pub trait Arrays: Sized {
    /// What the arrays alone do not say.
    type Kind;

    /// Which kind this one is of.
    fn kind(&self) -> Self::Kind;

    /// All that it is, but for its kind.
    fn to_arrays(&self) -> Vec<NamedArray>;

    /// The one of a kind with the numbers of these arrays, found by their names.
    ///
    /// # Errors
    /// [`MixtureError::Parameter`] for an array that is not there or has the wrong shape, and what numbers can be.
    fn from_arrays<'a>(
        kind: Self::Kind,
        array: impl Fn(&'static str) -> Option<(&'a [usize], &'a [f64])>,
    ) -> Result<Self, MixtureError>;
}
