//! What one call of the command computes with: device, threads, logging.

use std::io::IsTerminal;

use burn::tensor::Device;
use tracing_subscriber::EnvFilter;

use crate::cli::GlobalOptions;
use crate::error::CliError;
use crate::output::note;
use crate::{interrupt, memory};

/// The stack of a thread in bytes: that of a main thread, whose work they do.
const STACK: usize = 8 << 20;

/// More threads than any machine this runs on has cores; to start many thousands takes minutes.
const MOST_THREADS: usize = 256;

/// The surroundings of a verb.
pub struct Session {
    device: Device,
    quiet: bool,
}

impl Session {
    /// Opens the device, starts the thread pool and the log (`RUST_LOG`, to standard error).
    ///
    /// # Errors
    /// If the device is not compiled in or the threads cannot be started.
    pub fn start(options: &GlobalOptions) -> Result<Self, CliError> {
        memory::limit(options.memory_limit);
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
        tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .without_time()
            .with_target(false)
            .log_internal_errors(false) // it would panic where standard error is closed
            .init();
        interrupt::install();
        let mut pool = rayon::ThreadPoolBuilder::new().stack_size(STACK);
        if let Some(threads) = options.threads {
            if threads.get() > MOST_THREADS {
                return Err(CliError::usage(
                    format!("`--threads` is {threads}, but must be at most {MOST_THREADS}"),
                    "leave it out for one thread for each core",
                ));
            }
            pool = pool.num_threads(threads.get());
        }
        pool.build_global().map_err(|error| {
            CliError::usage(format!("cannot start the threads: {error}"), "give fewer with `--threads N`")
        })?;
        Ok(Self { device: options.device.open()?, quiet: options.quiet })
    }

    /// Where tensors live, without gradients.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Whether only results may be printed.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Says something that is no result, to standard error.
    pub fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            note(text);
        }
    }
}
