//! What is kept in memory beside the tables, and how it follows them.
//!
//! A projection is handed the rows that a commit has changed right after the engine has taken them, under the same gate that keeps
//! readers out. So inside [`super::Store::read`] a projection and the tables always show the same state, nobody ever sees in it what is
//! not safe, and whoever has been answered finds in it what he wrote.

use super::{
    Direction, Kv, StoreError, TableId, Write,
    codec::{self, Key, Record},
    tx::Table,
};
use std::{
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// Something in memory that follows tables.
///
/// It is called on the writer's thread while nobody reads. So it takes microseconds, takes no lock that somebody holds who reads or
/// writes the store, and leaves work to a thread of its own. When it fails or panics, it no longer says what is true: the store
/// finishes what it promised, takes nothing more, and says why ([`super::Store::failed`]); the next start makes it anew.
pub trait Projection: Send + Sync + 'static {
    /// What it is, for the operator.
    fn name(&self) -> &'static str;

    /// The tables that it follows.
    fn tables(&self) -> &[TableId];

    /// Takes rows as they are now: at first those that there are, if it begins with them, then in commit order what each commit
    /// changed. A row that an operation wrote twice comes once, as it is in the end.
    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError>;
}

/// With what a projection begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// With every row that its tables have: for what fits into memory as a whole.
    WithAllRows,
    /// With the next commit: for what looks into the tables by itself.
    WithNextCommit,
}

/// A row as a commit has left it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    table: TableId,
    key: &'a [u8],
    value: Option<&'a [u8]>,
}

impl Change<'_> {
    /// The key, if the row is one of this table.
    pub fn key<K: Key, R>(&self, table: Table<K, R>) -> Result<Option<K>, StoreError> {
        if self.table == table.id { codec::decode_key(table.id, self.key).map(Some) } else { Ok(None) }
    }

    /// Key and record, if the row is one of this table. No record: the row has been removed.
    pub fn row<K: Key, R: Record>(&self, table: Table<K, R>) -> Result<Option<(K, Option<R>)>, StoreError> {
        let Some(key) = self.key(table)? else { return Ok(None) };
        let record = self.value.map(|bytes| codec::decode(table.id, bytes)).transpose()?;
        Ok(Some((key, record)))
    }
}

/// All projections of a store.
#[derive(Default)]
pub(super) struct Projections(Vec<Arc<dyn Projection>>);

impl Projections {
    /// Adds one after it has taken what it begins with. `kv` does not change meanwhile.
    pub(super) fn add(&mut self, projection: Arc<dyn Projection>, begin: Begin, kv: &dyn Kv) -> Result<(), StoreError> {
        if begin == Begin::WithAllRows {
            for table in projection.tables() {
                load(&*projection, *table, kv)?;
            }
        }
        self.0.push(projection);
        Ok(())
    }

    /// Hands on what a commit has changed. The first failure, in words for the operator; the others get their rows all the same.
    pub(super) fn follow(&self, writes: &[Write]) -> Option<String> {
        let mut failure = None;
        for projection in &self.0 {
            let followed = projection.tables();
            let own = writes.iter().filter(|write| followed.contains(&write.table));
            let changes: Vec<_> = own.map(|write| Change { table: write.table, key: &write.key, value: write.value.as_deref() }).collect();
            if let Err(error) = tell(&**projection, &changes) {
                failure.get_or_insert_with(|| format!("{} could not follow what was written: {error}", projection.name()));
            }
        }
        failure
    }
}

/// Hands on every row of a table.
fn load(projection: &dyn Projection, table: TableId, kv: &dyn Kv) -> Result<(), StoreError> {
    const CHUNK: usize = 1_000;
    let mut last: Option<Vec<u8>> = None;
    loop {
        let from = last.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = kv.scan(table, from, Bound::Unbounded, Direction::Ascending, CHUNK)?;
        let changes: Vec<_> = rows.iter().map(|(key, value)| Change { table, key, value: Some(value) }).collect();
        tell(projection, &changes)?;
        if rows.len() < CHUNK {
            return Ok(());
        }
        last = rows.into_iter().next_back().map(|(key, _)| key);
    }
}

/// The writer goes on whatever a projection does.
fn tell(projection: &dyn Projection, changes: &[Change<'_>]) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    catch_unwind(AssertUnwindSafe(|| projection.apply(changes))).unwrap_or(Err(StoreError::Panicked))
}
