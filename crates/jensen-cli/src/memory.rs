//! How much memory the command takes, and the end of it where it takes too much.
//!
//! Every allocation is counted on its way to mimalloc (the system's allocator makes a training step
//! 1.6–1.9 times slower). What goes beyond the limit, or what the system refuses, ends the process
//! with a message and exit code 1: nothing unwinds, and no file is left half-written, since every file
//! is written beside its place first. Results never depend on the limit.

use std::alloc::{GlobalAlloc, Layout};
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use mimalloc::MiMalloc;

use crate::bytes::Bytes;

/// The allocator of the command.
pub struct Metered;

/// Bytes that are allocated now, and the most that ever were.
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
/// The most there may be, and whether a user said so.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
static IS_ASKED_FOR: AtomicBool = AtomicBool::new(false);
/// What the large things hold, in the order of [`Holder`].
static HELD: [AtomicUsize; 2] = [const { AtomicUsize::new(0) }; 2];
/// What takes less memory of the model at hand, once that is known.
static LESS: OnceLock<&str> = OnceLock::new();
/// Whether the process is about to end for want of memory.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// What holds much memory for long.
#[derive(Clone, Copy)]
pub enum Holder {
    /// The examples.
    Data,
    /// The weights.
    Weights,
}

// SAFETY: every call is handed to mimalloc as it came, and its answer back; the counters are apart.
unsafe impl GlobalAlloc for Metered {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        charge(layout.size());
        // SAFETY: the caller's promises are those that mimalloc asks for; so in all four.
        given(unsafe { MiMalloc.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        charge(layout.size());
        given(unsafe { MiMalloc.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { MiMalloc.dealloc(at, layout) };
        LIVE.fetch_sub(layout.size(), Relaxed);
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match size.checked_sub(layout.size()) {
            Some(more) => charge(more),
            None => _ = LIVE.fetch_sub(layout.size() - size, Relaxed),
        }
        given(unsafe { MiMalloc.realloc(at, layout, size) }, size)
    }
}

fn charge(size: usize) {
    let live = LIVE.fetch_add(size, Relaxed).wrapping_add(size);
    if live > PEAK.load(Relaxed) {
        PEAK.fetch_max(live, Relaxed);
        if live > LIMIT.load(Relaxed) && !IS_ENDING.swap(true, Relaxed) {
            end(size, "the limit");
        }
    }
}

/// What mimalloc gave, if it gave anything.
fn given(at: *mut u8, size: usize) -> *mut u8 {
    if at.is_null() {
        if !IS_ENDING.swap(true, Relaxed) {
            end(size, "the system");
        }
        // Another thread is ending the process.
        std::thread::sleep(Duration::from_secs(1));
    }
    at
}

/// Says what is missing and ends the process. Allocates nothing itself.
#[cold]
fn end(asked: usize, who: &str) {
    let text = explanation(asked, who);
    // Where even this cannot be said, the exit code speaks.
    let _ = std::io::stderr().write_all(text.as_bytes());
    jensen_data::discard_unfinished();
    std::process::exit(1);
}

fn explanation(asked: usize, who: &str) -> Text {
    let size = |bytes: usize| Bytes(bytes as u64);
    let limit = LIMIT.load(Relaxed);
    let live = LIVE.load(Relaxed).saturating_sub(asked);
    let [data, weights] = HELD.each_ref().map(|held| held.load(Relaxed));
    let mut text = Text::default();
    // A text that is full keeps its beginning.
    let _ = writeln!(
        text,
        "\n  × not enough memory: {} more are needed, but {who} of {} ({}) leaves no room for them beside {} in \
         use: data {}, weights {}, batches and everything else {}",
        size(asked),
        size(limit),
        source(),
        size(live),
        size(data),
        size(weights),
        size(live.saturating_sub(data + weights)),
    );
    let data_first =
        if data > limit / 4 { "`--set data.access=file` leaves the data in their file; " } else { "" };
    let raise = if IS_ASKED_FOR.load(Relaxed) { "; or raise the limit" } else { "" };
    let less =
        LESS.get().unwrap_or(&"a smaller `--batch-size`, fewer `--samples` or a smaller net takes less");
    let _ = writeln!(text, "  help: {data_first}{less}{raise}. What was saved before stands.");
    text
}

/// Says what takes less memory of the model at hand, for the message; the first that is said holds.
pub fn advise(less: &'static str) {
    let _ = LESS.set(less);
}

/// Lets no more than this be allocated; without a wish, no more than the machine has.
pub fn limit(asked: Option<Bytes>) {
    let most = asked.or_else(machine_memory).map_or(usize::MAX, |bytes| bytes.0 as usize);
    IS_ASKED_FOR.store(asked.is_some(), Relaxed);
    LIMIT.store(most, Relaxed);
    if LIVE.load(Relaxed) > most && !IS_ENDING.swap(true, Relaxed) {
        end(0, "the limit");
    }
}

/// The most that may be allocated.
pub fn most() -> Bytes {
    Bytes(LIMIT.load(Relaxed) as u64)
}

/// Who set that limit.
pub fn source() -> &'static str {
    if IS_ASKED_FOR.load(Relaxed) { "`--memory-limit`" } else { "the memory of this machine" }
}

/// What was taken of what was allowed, for whoever set a limit.
pub fn row() -> Option<(String, String)> {
    let row = || ("memory".to_owned(), format!("at most {} of {}", peak(), most()));
    IS_ASKED_FOR.load(Relaxed).then(row)
}

/// The most that was allocated at any moment.
pub fn peak() -> Bytes {
    Bytes(PEAK.load(Relaxed) as u64)
}

/// Does something, and books what it leaves in memory under a name for the message.
pub fn held<T>(holder: Holder, make: impl FnOnce() -> T) -> T {
    let before = LIVE.load(Relaxed);
    let made = make();
    HELD[holder as usize].store(LIVE.load(Relaxed).saturating_sub(before), Relaxed);
    made
}

/// What this machine, or the container that this runs in, has; unknown outside Linux.
fn machine_memory() -> Option<Bytes> {
    let meminfo = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kibibytes = |name: &str| -> Option<u64> {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    let machine = (kibibytes("MemTotal:")? + kibibytes("SwapTotal:").unwrap_or(0)) << 10;
    let container = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let container = container.iter().find_map(|path| std::fs::read_to_string(path).ok());
    let container = container.and_then(|text| text.trim().parse().ok()).unwrap_or(u64::MAX);
    Some(Bytes(machine.min(container)))
}

/// A text on the stack: whoever has no memory cannot allocate the message that says so.
struct Text {
    bytes: [u8; 1024],
    length: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self { bytes: [0; 1024], length: 0 }
    }
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl std::fmt::Write for Text {
    fn write_str(&mut self, part: &str) -> std::fmt::Result {
        let room = self.bytes.len() - self.length;
        let taken = part.floor_char_boundary(room.min(part.len()));
        self.bytes[self.length..self.length + taken].copy_from_slice(&part.as_bytes()[..taken]);
        self.length += taken;
        if taken == part.len() { Ok(()) } else { Err(std::fmt::Error) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allocated_is_counted_and_what_is_freed_is_not() {
        // Other tests allocate meanwhile, but nothing near as much: no page of this is ever touched.
        const BLOCK: usize = 2 << 30;
        const OTHERS: usize = 512 << 20;
        let before = LIVE.load(Relaxed);
        let block: Vec<u8> = held(Holder::Weights, || Vec::with_capacity(BLOCK));
        let held = HELD[Holder::Weights as usize].load(Relaxed);
        assert!((BLOCK - OTHERS..BLOCK + OTHERS).contains(&held), "{held}");
        assert!(peak().0 as usize >= before.saturating_sub(OTHERS) + BLOCK - OTHERS);
        drop(block);
        assert!(LIVE.load(Relaxed) < before + OTHERS);
    }

    #[test]
    fn the_message_names_what_is_asked_what_there_is_and_the_way_out() {
        let text = explanation(1_000_000_000, "the limit");
        let text = std::str::from_utf8(text.as_bytes()).expect("text");
        for part in ["1.0 GB more", "data ", "weights ", "--batch-size", "What was saved before stands.\n"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn this_machine_has_memory() {
        if cfg!(target_os = "linux") {
            assert!(machine_memory().is_some_and(|bytes| bytes > Bytes(64 << 20)));
        }
    }
}
