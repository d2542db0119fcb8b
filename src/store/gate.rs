//! Reads and commits keep apart: a read sees no commit half done, and two reads of one closure see the same state, in the tables and
//! in what is kept in memory beside them.

use super::{
    Direction, Kv, Pair, StoreError, TableId, Write,
    projection::{Begin, Projection, Projections},
};
use parking_lot::RwLock;
use std::{ops::Bound, sync::Arc};

/// The way to the engine, until it is closed.
pub(super) struct Gate(RwLock<Inside>);

struct Inside {
    kv: Option<Arc<dyn Kv>>,
    projections: Projections,
}

impl Gate {
    pub(super) fn new(kv: Arc<dyn Kv>) -> Self {
        Self(RwLock::new(Inside { kv: Some(kv), projections: Projections::default() }))
    }

    /// Runs `read` while nothing is committed. May be nested.
    pub(super) fn read<T>(&self, read: impl FnOnce(&dyn Kv) -> T) -> T {
        // Recursive, so that a helper which reads inside a read does not wait for a writer that waits for us.
        match &self.0.read_recursive().kv {
            Some(kv) => read(&**kv),
            None => read(&Closed),
        }
    }

    /// Applies a group while nobody reads. Answers why a projection could not follow, if so; the tables have the group then.
    pub(super) fn commit(&self, writes: &[Write]) -> Result<Option<String>, StoreError> {
        let inside = self.0.write();
        inside.kv.as_ref().map_or(Err(StoreError::Closed), |kv| kv.commit(writes))?;
        Ok(inside.projections.follow(writes))
    }

    /// Adds a projection while nobody reads and nothing is committed.
    pub(super) fn attach(&self, projection: Arc<dyn Projection>, begin: Begin) -> Result<(), StoreError> {
        let inside = &mut *self.0.write();
        let kv = inside.kv.as_ref().ok_or(StoreError::Closed)?;
        inside.projections.add(projection, begin, &**kv)
    }

    /// Hands everything to the operating system. Reads and commits go on meanwhile.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let kv = self.0.read_recursive().kv.clone();
        kv.map_or(Err(StoreError::Closed), |kv| kv.flush())
    }

    /// Closes the engine as soon as the last reader is done.
    pub(super) fn close(&self) {
        self.0.write().kv.take();
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
