//! An engine in memory: for tests, for the model, and for faults on purpose.

use super::{Direction, Kv, StoreError, TableId, Write, kv::Pair};
use parking_lot::RwLock;
use std::{collections::BTreeMap, ops::Bound};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Everything in one ordered map a table. Gone with the process.
#[derive(Default)]
pub struct Memory(RwLock<BTreeMap<TableId, Rows>>);

impl Kv for Memory {
    fn get(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.read().get(&table).and_then(|rows| rows.get(key)).cloned())
    }

    fn scan(
        &self,
        table: TableId,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        if super::is_empty_range(from, to) {
            return Ok(Vec::new());
        }
        let tables = self.0.read();
        let Some(rows) = tables.get(&table) else { return Ok(Vec::new()) };
        let range = rows.range::<[u8], _>((from, to)).map(|(key, value)| (key.clone(), value.clone()));
        Ok(match direction {
            Direction::Ascending => range.take(limit).collect(),
            Direction::Descending => range.rev().take(limit).collect(),
        })
    }

    fn commit(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut tables = self.0.write();
        for write in writes {
            let rows = tables.entry(write.table).or_default();
            match &write.value {
                Some(value) => rows.insert(write.key.clone(), value.clone()),
                None => rows.remove(&write.key),
            };
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
