//! A disk that loses power at the worst moment.
//!
//! Until a file is synced, any part of its bytes may have reached the disk; until its folder is synced,
//! a renamed file may be found under its name or not. POSIX promises no more for `write` and `rename`.

use std::collections::BTreeSet;
use std::io;

use super::{Replacement, put_in_place};

const OLD: &[u8] = b"old";
const NEW: &[u8] = b"new and longer";

/// A written file that replaces an old one, and what was found after the power was cut and came back,
/// before and after each request.
#[derive(Default)]
struct Disk {
    is_file_synced: bool,
    is_renamed: bool,
    is_folder_synced: bool,
    found: Vec<BTreeSet<&'static [u8]>>,
}

impl Disk {
    /// Everything that may be read under the file's name if the power is cut now.
    fn cut_the_power(&mut self) {
        let mut found = BTreeSet::new();
        if self.is_renamed {
            let least = if self.is_file_synced { NEW.len() } else { 0 };
            found.extend((least..=NEW.len()).map(|length| &NEW[..length]));
        }
        if !self.is_renamed || !self.is_folder_synced {
            found.insert(OLD);
        }
        self.found.push(found);
    }

    /// What comes of replacing a file in some order.
    fn after(order: impl FnOnce(&mut Self) -> io::Result<()>) -> Verdict {
        let mut disk = Self::default();
        disk.cut_the_power();
        order(&mut disk).expect("a disk that works");
        Verdict {
            is_always_whole: disk.found.iter().flatten().all(|found| [OLD, NEW].contains(found)),
            is_new_in_the_end: disk.found.last().is_some_and(|found| *found == BTreeSet::from([NEW])),
        }
    }
}

impl Replacement for Disk {
    fn sync_file(&mut self) -> io::Result<()> {
        self.is_file_synced = true;
        self.cut_the_power();
        Ok(())
    }

    fn rename(&mut self) -> io::Result<()> {
        self.is_renamed = true;
        self.is_folder_synced = false;
        self.cut_the_power();
        Ok(())
    }

    fn sync_folder(&mut self) -> io::Result<()> {
        self.is_folder_synced = true;
        self.cut_the_power();
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
struct Verdict {
    is_always_whole: bool,
    is_new_in_the_end: bool,
}

#[test]
fn a_power_failure_leaves_the_old_file_or_the_new_one() {
    let verdict = Disk::after(put_in_place);
    assert_eq!(verdict, Verdict { is_always_whole: true, is_new_in_the_end: true });
}

/// Each order but ours fails on this disk, so that the test above can.
#[test]
fn every_other_order_loses_a_file() {
    type Request = fn(&mut Disk) -> io::Result<()>;
    let [sync, rename, folder]: [Request; 3] = [Disk::sync_file, Disk::rename, Disk::sync_folder];
    let orders: [&[Request]; 7] = [
        &[rename],
        &[sync, rename],
        &[rename, folder],
        &[rename, sync],
        &[rename, sync, folder],
        &[rename, folder, sync],
        &[folder, sync, rename],
    ];
    for (i, order) in orders.into_iter().enumerate() {
        let verdict = Disk::after(|disk| order.iter().try_for_each(|request| request(disk)));
        assert!(!verdict.is_always_whole || !verdict.is_new_in_the_end, "order {i}: {verdict:?}");
    }
}
