//! What comes next, made on a thread ahead of its use.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The items of an iterator, made on a thread of their own, a bounded number ahead.
///
/// They end with the first error. A panic goes on in the thread that asks for the item. The thread
/// ends when this is dropped, which waits for the item under way.
#[derive(Debug)]
pub(crate) struct Prefetch<T> {
    /// `None` once it is over.
    items: Option<Receiver<std::thread::Result<T>>>,
    pool: Option<ThreadPool>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Send + 'static, E: Send + 'static> Prefetch<Result<T, E>> {
    /// Begins to make the items of `source`, at most `ahead` before they are asked for.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn new(
        source: impl Iterator<Item = Result<T, E>> + Send + 'static,
        ahead: usize,
    ) -> Result<Self, std::io::Error> {
        let (sender, items) = sync_channel(ahead);
        let mut thread = None;
        // A pool of one: what is parallel inside stays on this thread, beside those that train.
        let pool = ThreadPoolBuilder::new()
            .num_threads(1)
            .spawn_handler(|worker| {
                let name = "jensen-prefetch".to_owned();
                thread = Some(std::thread::Builder::new().name(name).spawn(|| worker.run())?);
                Ok(())
            })
            .build()
            .map_err(std::io::Error::other)?;
        pool.spawn(move || {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| send_all(source, &sender))) {
                // Nobody left to tell is as good as told.
                let _ = sender.send(Err(panic));
            }
        });
        Ok(Self { items: Some(items), pool: Some(pool), thread })
    }
}

/// Sends items until they end, one is an error, or nobody receives.
fn send_all<T, E>(
    source: impl Iterator<Item = Result<T, E>>,
    sender: &SyncSender<std::thread::Result<Result<T, E>>>,
) {
    for item in source {
        let failed = item.is_err();
        if sender.send(Ok(item)).is_err() || failed {
            return;
        }
    }
}

impl<T> Iterator for Prefetch<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self.items.as_ref()?.recv() {
            Ok(Ok(item)) => Some(item),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => {
                self.items = None;
                None
            }
        }
    }
}

impl<T> Drop for Prefetch<T> {
    fn drop(&mut self) {
        self.items = None; // the thread's next send fails
        self.pool = None;
        if let Some(thread) = self.thread.take() {
            // Its panics were caught inside.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn items_come_in_order_and_end() {
        let mut items = Prefetch::new((0..100).map(Ok::<_, ()>), 3).expect("a thread");
        assert_eq!(items.by_ref().collect::<Result<Vec<_>, _>>(), Ok((0..100).collect()));
        assert_eq!(items.next(), None);
    }

    #[test]
    fn the_first_error_is_the_last_item() {
        let source = (0..10).map(|i| if i == 4 { Err("torn") } else { Ok(i) });
        let items = Prefetch::new(source, 2).expect("a thread");
        assert_eq!(items.collect::<Vec<_>>(), [Ok(0), Ok(1), Ok(2), Ok(3), Err("torn")]);
    }

    #[test]
    fn a_panic_goes_on_where_the_item_is_asked_for() {
        let source = (0..10).map(|i| if i == 2 { panic!("planted") } else { Ok::<_, ()>(i) });
        let mut items = Prefetch::new(source, 2).expect("a thread");
        assert_eq!((items.next(), items.next()), (Some(Ok(0)), Some(Ok(1))));
        let panic = catch_unwind(AssertUnwindSafe(|| items.next())).expect_err("a panic");
        assert_eq!(panic.downcast_ref(), Some(&"planted"));
    }

    /// The source is dropped by its thread, so a drop that returns while it lives left the thread.
    #[test]
    fn a_dropped_iterator_leaves_no_thread_and_ran_ahead_by_its_bound() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let source = std::iter::repeat_with(move || Ok::<_, ()>(count.fetch_add(1, Ordering::SeqCst)));
        let mut items = Prefetch::new(source, 3).expect("a thread");
        assert_eq!(items.next(), Some(Ok(0)));
        std::thread::sleep(Duration::from_millis(50));
        // One taken, three waiting, one in the hand of the thread.
        assert!(made.load(Ordering::SeqCst) <= 5, "{made:?} items were made");
        drop(items);
        assert_eq!(Arc::strong_count(&made), 1, "the thread is still there");
    }
}
