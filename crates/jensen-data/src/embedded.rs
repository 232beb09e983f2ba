//! Data sets inside the library.

use std::path::Path;

use crate::{DataError, Dataset, format};

/// A data set inside the library.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// What `--data` calls it.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Whom to name and under which licence it may be passed on.
    pub licence: &'static str,
    /// The four files in the form of MNIST.
    parts: [&'static [u8]; 4],
}

/// Every data set inside the library.
pub const EMBEDDED: &[Embedded] = &[Embedded {
    name: "digits",
    description: "handwritten digits, 28×28 grey: the first 10,000 training and 2,000 test images of MNIST",
    licence: "MNIST by Y. LeCun, C. Cortes and C. J. C. Burges, CC BY-SA 3.0",
    parts: [
        include_bytes!("../assets/digits/train-images-idx3-ubyte.gz"),
        include_bytes!("../assets/digits/train-labels-idx1-ubyte.gz"),
        include_bytes!("../assets/digits/t10k-images-idx3-ubyte.gz"),
        include_bytes!("../assets/digits/t10k-labels-idx1-ubyte.gz"),
    ],
}];

impl Embedded {
    /// Unpacks it.
    ///
    /// # Errors
    /// Never, unless the library was built from damaged files.
    pub fn load(&self) -> Result<Dataset, DataError> {
        let mut contents = Vec::with_capacity(4);
        for (part, bytes) in format::PARTS.iter().zip(self.parts) {
            let path = Path::new(self.name).join(part);
            let content = format::inflate(&path, bytes)?;
            contents.push((path, content));
        }
        let Ok(contents) = contents.try_into() else { unreachable!("a set has four parts") };
        format::assemble_mnist(self.name, contents)
    }
}

/// The embedded set of a name.
pub(crate) fn find(name: &str) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|embedded| embedded.name == name)
}
