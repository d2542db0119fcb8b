//! The port to an engine: an ordered map per table, with few methods, so that engines can be exchanged.

use super::StoreError;
use std::ops::Bound;

/// A table by its number. The catalogue in `tables.rs` gives each its name, keys and records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u8);

/// Whether a scan goes from the smallest key up or from the largest down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest key first.
    Ascending,
    /// Largest key first.
    Descending,
}

/// The state of one key after a commit. Post-images can be applied twice with the same result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The table.
    pub table: TableId,
    /// The whole key.
    pub key: Vec<u8>,
    /// The new value; `None` removes the key.
    pub value: Option<Vec<u8>>,
}

impl From<((TableId, Vec<u8>), Option<Vec<u8>>)> for Write {
    fn from(((table, key), value): ((TableId, Vec<u8>), Option<Vec<u8>>)) -> Self {
        Self { table, key, value }
    }
}

/// A key with its value, as bytes.
pub type Pair = (Vec<u8>, Vec<u8>);

/// An ordered key-value engine.
///
/// Nothing here assumes that data is near: calls are few and bounded, so that an engine may sit behind a network.
pub trait Kv: Send + Sync + 'static {
    /// The value of a key.
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` pairs between two bounds, collected: no iterator outlives the call.
    fn scan(
        &self,
        table: TableId,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError>;

    /// Applies all writes. That readers see all of them or none is the gate's part, and that a kill takes none of them the journal's:
    /// what is applied here need not survive a kill before [`Kv::flush`], and need not survive a power cut at all: the journal does.
    fn commit(&self, writes: &[Write]) -> Result<(), StoreError>;

    /// Hands everything that was committed to the operating system, so that it survives when this process is killed.
    fn flush(&self) -> Result<(), StoreError>;
}
