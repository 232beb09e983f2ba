//! Data sets with named fields, file formats, binarisation and batching.
//!
//! A [`Dataset`] is named fields, each with a [`Role`], over one example axis, with named splits
//! and random access by row. [`Preprocessing`] is fitted on the training rows and turns a raw
//! [`Batch`] into what a model sees; a [`Loader`] walks through a split in shuffled epochs or in
//! order.
//!
//! ```
//! use jensen_data::{DataConfig, DataSpec, Dataset, Loader, Preprocessing, Role, Split};
//! use jensen_random::Rng;
//!
//! let digits = Dataset::open(&DataSpec::new("digits"))?.with_validation(0.1, 7)?;
//! let train = digits.rows(Split::Train)?;
//! let preprocessing = Preprocessing::fit(&DataConfig::default(), &digits, &train)?;
//! let loader = Loader::new(&digits, train, &preprocessing, 100, Rng::seed(7))?;
//! let batch = loader.epoch(0).next().expect("an epoch has batches")?;
//! let x = batch.tensor(Role::Observation, &burn::tensor::Device::flex())?;
//! assert_eq!(x.dims(), [100, 784]);
//! # Ok::<(), jensen_data::DataError>(())
//! ```

mod array;
mod atomic;
mod batch;
mod config;
mod dataset;
mod embedded;
mod error;
mod field;
mod format;
mod image_config;
mod loader;
mod moments;
mod order;
mod positional;
mod prefetch;
mod preprocessing;
mod source;
mod split;
mod standardization;
mod strata;
mod summary;
mod survey;
mod table;
mod target;
mod unfinished;
mod weight;
mod window;
mod writer;

pub use array::{Array, DType};
pub use atomic::{create_folder, is_unfinished, replace_file};
pub use batch::Batch;
pub use config::{Access, Binarize, DataConfig, DataSpec, Missing, Scale, Standardize};
pub use dataset::Dataset;
pub use embedded::{EMBEDDED, Embedded};
pub use error::DataError;
pub use field::{Field, FieldSpec, Role};
pub use format::{FilledRow, FilledTable};
pub use image_config::{Background, Crop, Grey, ImageConfig};
pub use loader::{Epoch, Loader};
pub use preprocessing::{Draws, Preprocessing, Support};
pub use split::{Rows, Split};
pub use standardization::Standardization;
pub use strata::Strata;
pub use summary::{ColumnSummary, FieldSummary, LabelCount, LevelCount, SplitSummary, Summary};
pub use table::{Column, ColumnKind, Kind, TableSchema};
pub use target::Target;
pub use unfinished::discard_unfinished;
pub use writer::{Writer, write};
