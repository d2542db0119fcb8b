//! The default engine. The only file that names sled.
//!
//! One tree, the table's number in front of the key. A group is not a batch of sled's: for each batch sled hands two buffers to its
//! seven threads and the disk, which cost more than the writes. Readers see a group as one since they wait at the gate, and of a group
//! that a kill has cut in two the journal has all. sled never has to be durable here: after a clean stop
//! its files are known by their checksums, after a kill the operating system still has all that sled wrote, and after a power cut
//! it is built anew from snapshot and journals. So it does not matter that sled calls fsync late, and for its blob files never.
//!
//! Callers never read while they commit ([`super::gate::Gate`]), which keeps out sled's deadlocks between iterators and writers.

use super::{Direction, Kv, Pair, StoreError, TableId, Write};
use std::{
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

/// How often sled hands its buffers to the operating system and cleans its segments on its own, in milliseconds. It makes the file
/// durable then, which nobody needs and for which a journal that is written in the same moment has to wait: so, rarely. A stop waits for
/// half of that time at most, where there is much to clean. What a kill takes from the buffers the journal gives back.
const FLUSH_EVERY: u64 = 2_000;

/// sled behind the port.
pub(super) struct Sled {
    db: sled::Db,
    suspect: PathBuf,
    failed: AtomicBool,
}

impl Sled {
    /// Opens or makes a database. `cache` is the size of its page cache in bytes.
    /// `suspect` is a file that is made when the database fails later, so that the next start does not trust it.
    pub(super) fn open(folder: &Path, cache: u64, suspect: PathBuf) -> Result<Self, StoreError> {
        let open = || sled::Config::default().path(folder).cache_capacity(cache).flush_every_ms(Some(FLUSH_EVERY)).open();
        let db = guarded(open)?;
        Ok(Self { db, suspect, failed: AtomicBool::new(false) })
    }

    /// Runs a call of sled. After the first failure nothing more is asked of it: it cannot be trusted then.
    fn call<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        if self.failed.load(Ordering::Acquire) {
            return Err(StoreError::Io("the engine has failed before".into()));
        }
        let result = guarded(call);
        if result.is_err() && !self.failed.swap(true, Ordering::AcqRel) {
            // If even this file cannot be made, the next start finds out by itself.
            let _ = std::fs::File::create(&self.suspect).and_then(|file| file.sync_all());
        }
        result
    }
}

/// sled panics where others return an error.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(StoreError::Io(error.to_string())),
        Err(_) => Err(StoreError::Io("the engine panicked".into())),
    }
}

fn full_key(table: TableId, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(key.len() + 1);
    full.push(table.0);
    full.extend_from_slice(key);
    full
}

impl Kv for Sled {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.call(|| Ok(self.db.get(full_key(table, key))?.map(|value| value.to_vec())))
    }

    fn scan(
        &self,
        table: TableId,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        let from = match from {
            Bound::Unbounded => Bound::Included(full_key(table, &[])),
            bound => bound.map(|key| full_key(table, key)),
        };
        let to = match (to, table.0.checked_add(1)) {
            (Bound::Unbounded, Some(after)) => Bound::Excluded(vec![after]),
            (bound, _) => bound.map(|key| full_key(table, key)),
        };
        if limit == 0 || super::is_empty_range(from.as_ref(), to.as_ref()) {
            return Ok(Vec::new());
        }
        let own = |item: sled::Result<(sled::IVec, sled::IVec)>| {
            item.map(|(key, value)| (key.get(1..).unwrap_or_default().to_vec(), value.to_vec()))
        };
        self.call(|| {
            let range = self.db.range((from, to));
            match direction {
                Direction::Ascending => range.take(limit).map(own).collect(),
                Direction::Descending => range.rev().take(limit).map(own).collect(),
            }
        })
    }

    fn commit(&self, writes: &[Write]) -> Result<(), StoreError> {
        self.call(|| {
            writes.iter().try_for_each(|write| {
                let key = full_key(write.table, &write.key);
                match &write.value {
                    Some(value) => self.db.insert(key, value.as_slice()).map(drop),
                    None => self.db.remove(key).map(drop),
                }
            })
        })
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.call(|| self.db.flush().map(drop))
    }
}
