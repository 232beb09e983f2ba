//! Ctrl-C: the first asks for a checkpoint and an orderly end, the second ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What was asked for was not done, as after the first Ctrl-C.
const EXIT_CODE: i32 = 1;

/// A flag that the first Ctrl-C (or SIGTERM) raises.
///
/// Where no handler can be installed, Ctrl-C keeps its usual meaning.
pub fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&stop);
    let installed = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::SeqCst) {
            std::process::exit(EXIT_CODE);
        }
        eprintln!("\nstopping after this step; press Ctrl-C again to stop at once");
    });
    if let Err(error) = installed {
        tracing::warn!("Ctrl-C will not save a checkpoint: {error}");
    }
    stop
}
