//! Tables whose columns are each of their own kind, with missing values.
//!
//! A row of a table is `[columns]` numbers in model space: standardised reals, counts, 0 or 1, the
//! index of a level; NaN where nothing was observed. What is missing has no part in the likelihood,
//! which is what marginalising it means where columns are independent given the latent variable, and
//! the encoder is told what is missing (Nazabal et al. 2020, "Handling incomplete heterogeneous data
//! using VAEs"; Mattei & Frellsen 2019, "MIWAE").

mod input;
mod layout;
mod mixed;

pub use layout::TableLayout;
pub use mixed::Mixed;
