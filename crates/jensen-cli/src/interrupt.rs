//! Ctrl-C, SIGTERM and SIGHUP.
//!
//! Where there is something to save, the first signal asks for a checkpoint and an orderly end, the
//! second ends the process at once. Everywhere else the first ends it: what a verb writes appears
//! whole at its end, so a file that is not finished is removed and nothing else is lost.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::output::note;

/// What was asked for was not done.
const EXIT_CODE: i32 = 1;

/// What the first signal does.
enum Answer {
    /// Ends the process, with these words.
    End(String),
    /// Raises the flag.
    Raise,
}

static ANSWER: Mutex<Answer> = Mutex::new(Answer::End(String::new()));
static STOP: AtomicBool = AtomicBool::new(false);

fn answer() -> MutexGuard<'static, Answer> {
    ANSWER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers signals from now on, by ending the process.
///
/// Where no handler can be installed, they keep their usual meaning.
pub fn install() {
    let hangs_on = ignores_hangups();
    let installed = ctrlc::set_handler(|| {
        let answer = answer();
        match &*answer {
            Answer::Raise if !STOP.swap(true, Ordering::SeqCst) => {
                note("\nstopping after this step, with a checkpoint; press Ctrl-C again to stop at once");
            }
            Answer::Raise => end("stopped at once: the last checkpoint stands"),
            Answer::End(words) => end(words),
        }
    });
    if let Err(error) = installed {
        tracing::warn!("Ctrl-C will not save a checkpoint: {error}");
    }
    if hangs_on {
        ignore_hangups();
    }
}

/// Whether whoever started this process told it to outlive its terminal, as `nohup` does.
fn ignores_hangups() -> bool {
    // A bit a signal; see proc(5). SIGHUP is signal 1.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "a signal's disposition is set in no other way")]
fn ignore_hangups() {
    // SAFETY: no handler is installed, so none can do what a handler must not.
    if unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) } == libc::SIG_ERR {
        tracing::warn!("a closed terminal will end this: {}", std::io::Error::last_os_error());
    }
}

#[cfg(not(unix))]
fn ignore_hangups() {}

fn end(words: &str) {
    let words = if words.is_empty() { "interrupted" } else { words };
    note(format_args!("\n{words}"));
    let _ = std::io::stdout().flush();
    jensen_data::discard_unfinished();
    std::process::exit(EXIT_CODE);
}

/// While it lives, the first signal raises [`Orderly::flag`] and nothing more.
pub struct Orderly(());

impl Orderly {
    /// From here on there is something to save.
    pub fn begin() -> Self {
        *answer() = Answer::Raise;
        Self(())
    }

    /// The flag.
    #[expect(clippy::unused_self, reason = "the flag has a meaning while this lives")]
    pub fn flag(&self) -> &'static AtomicBool {
        &STOP
    }

    /// From here on a signal ends the process, with these words; if one came meanwhile, now.
    #[expect(clippy::unused_self, reason = "it ends the orderly time")]
    pub fn end(self, words: String) {
        // Held over both: a signal in between would raise a flag that nobody looks at again.
        let mut answer = answer();
        if STOP.load(Ordering::SeqCst) {
            end(&words);
        }
        *answer = Answer::End(words);
    }
}

impl Drop for Orderly {
    fn drop(&mut self) {
        let mut answer = answer();
        if matches!(*answer, Answer::Raise) {
            *answer = Answer::End(String::new());
        }
    }
}
