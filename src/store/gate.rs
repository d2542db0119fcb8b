//! Reads and commits keep apart: a read sees no commit half done, and two reads of one closure see the same state.

use super::{Direction, Kv, Pair, StoreError, TableId, Write};
use parking_lot::RwLock;
use std::{ops::Bound, sync::Arc};

/// The way to the engine, until it is closed.
pub(super) struct Gate(RwLock<Option<Arc<dyn Kv>>>);

impl Gate {
    pub(super) fn new(kv: Arc<dyn Kv>) -> Self {
        Self(RwLock::new(Some(kv)))
    }

    /// Runs `read` while nothing is committed. May be nested.
    pub(super) fn read<T>(&self, read: impl FnOnce(&dyn Kv) -> T) -> T {
        // Recursive, so that a helper which reads inside a read does not wait for a writer that waits for us.
        match &*self.0.read_recursive() {
            Some(kv) => read(&**kv),
            None => read(&Closed),
        }
    }

    /// Applies a group while nobody reads.
    pub(super) fn commit(&self, writes: &[Write]) -> Result<(), StoreError> {
        self.0.write().as_ref().map_or(Err(StoreError::Closed), |kv| kv.commit(writes))
    }

    /// Hands everything to the operating system. Reads and commits go on meanwhile.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let kv = self.0.read_recursive().clone();
        kv.map_or(Err(StoreError::Closed), |kv| kv.flush())
    }

    /// Closes the engine as soon as the last reader is done.
    pub(super) fn close(&self) {
        self.0.write().take();
    }
}

/// What is behind the gate when the engine is closed.
struct Closed;

impl Kv for Closed {
    fn get(&self, _: TableId, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Err(StoreError::Closed)
    }

    fn scan(&self, _: TableId, _: Bound<&[u8]>, _: Bound<&[u8]>, _: Direction, _: usize) -> Result<Vec<Pair>, StoreError> {
        Err(StoreError::Closed)
    }

    fn commit(&self, _: &[Write]) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }

    fn flush(&self) -> Result<(), StoreError> {
        Err(StoreError::Closed)
    }
}
