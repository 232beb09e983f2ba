//! `ulimit -f`: a file that grows past the limit.

/// Lets a write past the limit fail with an error that says so, where the system would end the process.
#[expect(unsafe_code, reason = "the disposition of a signal is set by a C function")]
pub fn fail_rather_than_die() {
    // SAFETY: to ignore a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}
