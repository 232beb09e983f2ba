//! Data sets inside the library.

use crate::{DataError, Dataset};

/// A data set inside the library.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// What `--data` calls it.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
}

/// Every data set inside the library.
pub const EMBEDDED: &[Embedded] = &[Embedded {
    name: "digits",
    description: "handwritten digits, 28×28 grey: the first 10,000 training and 2,000 test images of MNIST",
}];

impl Embedded {
    /// Unpacks it.
    ///
    /// # Errors
    /// Never, unless the library was built from damaged files.
    pub fn load(&self) -> Result<Dataset, DataError> {
        todo!()
    }
}

pub(crate) fn find(name: &str) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|embedded| embedded.name == name)
}
