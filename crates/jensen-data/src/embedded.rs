//! Data sets inside the library.

use std::path::Path;

use crate::{DataError, DataSpec, Dataset, format};

/// A data set inside the library.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// What `--data` calls it.
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// Whom to name and under which licence it may be passed on.
    pub licence: &'static str,
    content: Content,
}

/// The files of a data set.
#[derive(Clone, Copy, Debug)]
enum Content {
    /// The four of MNIST.
    Images([&'static [u8]; 4]),
    /// A CSV file.
    Table(&'static [u8]),
}

/// Every data set inside the library.
pub const EMBEDDED: &[Embedded] = &[
    Embedded {
        name: "digits",
        description: "handwritten digits, 28×28 grey: the first 10,000 training and 2,000 test images of MNIST",
        licence: "MNIST by Y. LeCun, C. Cortes and C. J. C. Burges, CC BY-SA 3.0",
        content: Content::Images([
            include_bytes!("../assets/digits/train-images-idx3-ubyte.gz"),
            include_bytes!("../assets/digits/train-labels-idx1-ubyte.gz"),
            include_bytes!("../assets/digits/t10k-images-idx3-ubyte.gz"),
            include_bytes!("../assets/digits/t10k-labels-idx1-ubyte.gz"),
        ]),
    },
    Embedded {
        name: "penguins",
        description: "a table of 344 penguins of three species, numbers and words, some values missing: Palmer penguins",
        licence: "palmerpenguins by A. M. Horst, A. P. Hill and K. B. Gorman (2020), CC0",
        content: Content::Table(include_bytes!("../assets/penguins/penguins.csv")),
    },
    Embedded {
        name: "wine",
        description: "a table of eleven measurements of 1599 red wines: the UCI Wine Quality data",
        licence: "Wine Quality by P. Cortez, A. Cerdeira, F. Almeida, T. Matos and J. Reis (2009), CC BY 4.0",
        content: Content::Table(include_bytes!("../assets/wine/red.csv")),
    },
];

impl Embedded {
    /// Unpacks it; `spec` chooses columns of a table.
    ///
    /// # Errors
    /// If it has no such columns.
    pub fn load(&self, spec: &DataSpec) -> Result<Dataset, DataError> {
        let parts = match self.content {
            Content::Table(bytes) => return format::open_table(Path::new(self.name), bytes, spec),
            Content::Images(parts) => parts,
        };
        format::refuse_columns(spec, "a set of images")?;
        let mut contents = Vec::with_capacity(4);
        for (part, bytes) in format::PARTS.iter().zip(parts) {
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
