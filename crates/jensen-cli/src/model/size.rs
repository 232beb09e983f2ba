//! Whether a net fits into memory, before it is made.

use jensen_models::nets::NetSize;

use crate::bytes::Bytes;
use crate::error::CliError;
use crate::memory;

/// What a net is made for.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// Weights, gradients and the two moments of Adam.
    Training,
    /// Weights alone.
    Inference,
}

/// Importance samples times examples that are decoded at once, and numbers of them: 4000 rows of 784 pixels and
/// two hidden layers of 200 are 20 MB; of wider nets there are fewer rows.
const ROWS_AT_ONCE: usize = 4000;
const NUMBERS_AT_ONCE: f64 = 8e6;

/// Refuses a net whose weights alone take more than there may be.
pub(super) fn check(size: NetSize, purpose: Purpose) -> Result<(), CliError> {
    let (copies, what) = match purpose {
        Purpose::Training => (4.0, "with their gradients and the two moments of Adam"),
        Purpose::Inference => (1.0, "alone"),
    };
    let needed = Bytes((copies * size.weights * size_of::<f32>() as f64) as u64);
    if needed <= memory::most() {
        return Ok(());
    }
    let (weights, most) = (size.weights, memory::source());
    Err(CliError::TooLarge {
        message: format!(
            "the net has {weights:.3e} weights, which {what} take {needed}, but {most} is {}",
            memory::most()
        ),
        help: "give narrower layers (`--hidden`, `--latent-dim`) or more memory".to_owned(),
    })
}

/// How many rows to decode at once; draws do not depend on it.
pub(super) fn rows_at_once(size: NetSize) -> usize {
    ((NUMBERS_AT_ONCE / size.activations) as usize).clamp(1, ROWS_AT_ONCE)
}
