//! What a value that is not finite leaves behind: where it began, and a bundle that shows it again.
//!
//! A step that meets an infinite value or none at all changes nothing and says so with a
//! [`NonFinite`]. Every draw has an address, so the step can then be made again, slowly: an
//! [`Autopsy`] has each value on the way as a [`Stage`], in the order of computation, and the first
//! one at fault. A [`Bundle`] keeps all that the step was made from, and
//! [`replay`](Bundle::replay)s it where there are neither data nor run.

mod autopsy;
mod bundle;
mod bundle_files;
mod dissection;
mod finite;
mod non_finite;
mod replay;
mod saved_batch;
mod stage;

pub use autopsy::Autopsy;
pub use bundle::{Bundle, Circumstances};
pub(crate) use dissection::{Trail, dissect};
pub(crate) use finite::{finite_norm, finite_sum, unfit_update};
pub use non_finite::{NonFinite, Remedy};
pub use replay::Replay;
pub use stage::{Place, Stage, StageKind};
