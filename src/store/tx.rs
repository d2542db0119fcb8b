//! Typed reads and writes of one operation.

use super::{
    Direction, Kv, Pair, StoreError, TableId,
    codec::{self, Key, Record},
};
use crate::clock::Timestamp;
use std::{
    collections::BTreeMap,
    marker::PhantomData,
    ops::{Bound, RangeBounds},
};

/// A table of the catalogue: its number, its name for people, the types of its keys and records.
#[derive(Debug)]
pub struct Table<K, R> {
    /// The number in keys and journals; never used again for something else.
    pub id: TableId,
    /// The name for people.
    pub name: &'static str,
    types: PhantomData<fn(K) -> R>,
}

impl<K, R> Clone for Table<K, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, R> Copy for Table<K, R> {}

impl<K, R> Table<K, R> {
    /// Declares a table; only the catalogue does.
    #[must_use]
    pub const fn new(id: u8, name: &'static str) -> Self {
        Self { id: TableId(id), name, types: PhantomData }
    }
}

/// What is read: the committed state, and over it what is not committed yet.
#[derive(Clone, Copy)]
pub struct State<'a> {
    kv: &'a dyn Kv,
    /// The writes of the operations before in the group, and an operation's own.
    pending: Option<(&'a Overlay, &'a Overlay)>,
}

impl<'a> State<'a> {
    /// The uncommitted state of a key, if it has one.
    fn pending(&self, table: TableId, key: &[u8]) -> Option<&'a Option<Vec<u8>>> {
        let (group, own) = self.pending?;
        let key = (table, key.to_vec());
        own.get(&key).or_else(|| group.get(&key))
    }
}

/// Reading, outside or inside an operation.
pub trait Read {
    /// What is read.
    fn state(&self) -> State<'_>;

    /// The value of a key as bytes.
    fn get_bytes(&self, table: TableId, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.state();
        state.pending(table, key).map_or_else(|| state.kv.get(table, key), |value| Ok(value.clone()))
    }

    /// At most `limit` pairs between two bounds as bytes.
    fn scan_bytes(
        &self,
        table: TableId,
        from: Bound<&[u8]>,
        to: Bound<&[u8]>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<Pair>, StoreError> {
        scan(self.state(), table, (from, to), direction, limit)
    }

    /// What an operation, or one before it in its group, has left at a key and is not committed yet. The outer `None`: nothing, so
    /// that what follows the tables in memory is right.
    fn pending<K: Key, R: Record>(&self, table: Table<K, R>, key: &K) -> Result<Option<Option<R>>, StoreError> {
        let state = self.state();
        if state.pending.is_none() {
            return Ok(None);
        }
        let decode = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(|bytes| codec::decode(table.id, bytes)).transpose();
        state.pending(table.id, &key.to_bytes()).map(decode).transpose()
    }

    /// The record of a key.
    fn get<K: Key, R: Record>(&self, table: Table<K, R>, key: &K) -> Result<Option<R>, StoreError> {
        self.get_bytes(table.id, &key.to_bytes())?.map(|bytes| codec::decode(table.id, &bytes)).transpose()
    }

    /// At most `limit` records in a range of keys.
    fn scan<K: Key, R: Record>(
        &self,
        table: Table<K, R>,
        range: impl RangeBounds<K>,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<(K, R)>, StoreError> {
        let from = range.start_bound().map(Key::to_bytes);
        let to = range.end_bound().map(Key::to_bytes);
        let pairs = self.scan_bytes(table.id, as_slice(&from), as_slice(&to), direction, limit)?;
        pairs.into_iter().map(|(key, value)| Ok((codec::decode_key(table.id, &key)?, codec::decode(table.id, &value)?))).collect()
    }
}

fn as_slice(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

/// Reads what has been committed.
pub struct Reader<'a>(pub(super) &'a dyn Kv);

impl Read for Reader<'_> {
    fn state(&self) -> State<'_> {
        State { kv: self.0, pending: None }
    }
}

/// Writes that are not committed yet, over an engine.
pub(super) type Overlay = BTreeMap<(TableId, Vec<u8>), Option<Vec<u8>>>;

/// What an operation may not fetch itself, so that it gives the same result when it is run again.
#[derive(Debug, Clone, Copy)]
pub struct Inputs {
    /// The moment of the operation.
    pub now: Timestamp,
    /// Fresh random bits for new ids.
    pub seed: u64,
}

/// One operation under way: it sees the committed state, the writes of the operations before it in its group, and its own.
pub struct Tx<'a, E> {
    kv: &'a dyn Kv,
    group: &'a Overlay,
    own: Overlay,
    events: Vec<E>,
    inputs: Inputs,
    drawn: u64,
}

impl<'a, E> Tx<'a, E> {
    pub(super) fn new(kv: &'a dyn Kv, group: &'a Overlay, inputs: Inputs) -> Self {
        Self { kv, group, own: Overlay::new(), events: Vec::new(), inputs, drawn: 0 }
    }

    pub(super) fn finish(self) -> (Overlay, Vec<E>) {
        (self.own, self.events)
    }

    /// The moment of this operation.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.inputs.now
    }

    /// A random number for a new id, different at each call.
    pub fn fresh(&mut self) -> u64 {
        // SplitMix64: spreads the seed over as many numbers as the operation asks for.
        self.drawn = self.drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.inputs.seed.wrapping_add(self.drawn);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Sets a record.
    pub fn put<K: Key, R: Record>(&mut self, table: Table<K, R>, key: &K, record: &R) -> Result<(), StoreError> {
        self.own.insert((table.id, key.to_bytes()), Some(codec::encode(record)?));
        Ok(())
    }

    /// Removes a record.
    pub fn delete<K: Key, R: Record>(&mut self, table: Table<K, R>, key: &K) {
        self.own.insert((table.id, key.to_bytes()), None);
    }

    /// Does a part of the operation that may be refused: when it is, nothing that it wrote or told is left, and the rest goes on.
    pub fn attempt<T, F>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, F>) -> Result<T, F> {
        let (own, events) = (self.own.clone(), self.events.len());
        part(self).inspect_err(|_| {
            self.own = own;
            self.events.truncate(events);
        })
    }

    /// Publishes an event as soon as this operation is safe on disk; never if it fails.
    pub fn emit(&mut self, event: E) {
        self.events.push(event);
    }
}

impl<E> Read for Tx<'_, E> {
    fn state(&self) -> State<'_> {
        State { kv: self.kv, pending: Some((self.group, &self.own)) }
    }
}

/// Committed pairs between two bounds, with what is not committed yet merged into them.
fn scan(
    state: State<'_>,
    table: TableId,
    (from, to): (Bound<&[u8]>, Bound<&[u8]>),
    direction: Direction,
    limit: usize,
) -> Result<Vec<Pair>, StoreError> {
    let Some((group, own)) = state.pending else { return state.kv.scan(table, from, to, direction, limit) };
    let owned = |bound: Bound<&[u8]>| bound.map(|key| (table, key.to_vec()));
    let start = match owned(from) {
        Bound::Unbounded => Bound::Included((table, Vec::new())),
        bound => bound,
    };
    let end = match owned(to) {
        Bound::Unbounded => Bound::Excluded((TableId(table.0 + 1), Vec::new())),
        bound => bound,
    };
    if super::is_empty_range(start.as_ref(), end.as_ref()) {
        return Ok(Vec::new());
    }
    let mut pending = BTreeMap::new();
    for overlay in [group, own] {
        pending.extend(overlay.range((start.clone(), end.clone())).map(|((_, key), value)| (key.as_slice(), value.as_ref())));
    }
    // Pending removals can hide as many committed pairs, so ask for that many more.
    let removed = pending.values().filter(|value| value.is_none()).count();
    let committed = state.kv.scan(table, from, to, direction, limit.saturating_add(removed))?;
    if pending.is_empty() {
        return Ok(committed);
    }
    let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = committed.into_iter().collect();
    for (key, value) in pending {
        match value {
            Some(value) => merged.insert(key.to_vec(), value.clone()),
            None => merged.remove(key),
        };
    }
    Ok(match direction {
        Direction::Ascending => merged.into_iter().take(limit).collect(),
        Direction::Descending => merged.into_iter().rev().take(limit).collect(),
    })
}
