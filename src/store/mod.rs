//! Storage: an ordered key-value engine under typed tables, with one writer.
//!
//! [`Store::write`] runs an operation, makes what it wrote safe, answers, and publishes its events, in this order.
//! [`Store::read`] reads what has been committed.

mod codec;
mod error;
mod kv;
mod memory;
pub mod records;
pub mod tables;
mod tx;

pub use codec::{Key, Record, decode_body};
pub use error::StoreError;
pub use kv::{Direction, Kv, Pair, TableId, Write};
pub use memory::Memory;
pub use tx::{Inputs, Read, Reader, Table, Tx};

use crate::clock::Clock;
use parking_lot::Mutex;
use std::{ops::Bound, sync::Arc};
use tx::Overlay;

/// What happens with the events of an operation once it is safe. Called in commit order; must not wait.
pub type Publish<E> = Box<dyn Fn(Vec<E>) + Send + Sync>;

/// The one way to the data.
pub struct Store<E> {
    kv: Arc<dyn Kv>,
    clock: Clock,
    publish: Publish<E>,
    // Replaced by the writer thread with its journal.
    writer: Mutex<()>,
}

impl<E: Send + 'static> Store<E> {
    /// A store over an engine in memory; nothing survives the process.
    pub fn in_memory(clock: Clock, publish: Publish<E>) -> Self {
        Self { kv: Arc::new(Memory::default()), clock, publish, writer: Mutex::new(()) }
    }

    /// Runs an operation. When it succeeds, what it wrote is safe before this returns, and its events are published after.
    /// When it fails, nothing of it is written. The operation may be run more than once.
    pub async fn write<T, F, Err>(&self, operation: F) -> Result<T, Err>
    where
        F: Fn(&mut Tx<'_, E>) -> Result<T, Err> + Send + 'static,
        T: Send + 'static,
        Err: From<StoreError> + Send + 'static,
    {
        let inputs = Inputs { now: self.clock.now(), seed: rand::random() };
        let _writer = self.writer.lock();
        let group = Overlay::new();
        let mut tx = Tx::new(&*self.kv, &group, inputs);
        let result = operation(&mut tx)?;
        let (own, events) = tx.finish();
        let writes: Vec<Write> = own.into_iter().map(|((table, key), value)| Write { table, key, value }).collect();
        self.kv.commit(&writes)?;
        (self.publish)(events);
        Ok(result)
    }

    /// Reads what has been committed.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        read(&Reader(&*self.kv))
    }

    /// Writes, makes safe and reads back, for the health check.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let now = self.clock.now().0;
        self.write(move |tx| tx.put(tables::META, &"probe".to_owned(), &now)).await
    }

    /// The clock of this store's operations.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

/// Whether no key can lie between two bounds. The ranges of ordered maps panic on such bounds.
fn is_empty_range<T: Ord + ?Sized>(from: Bound<&T>, to: Bound<&T>) -> bool {
    match (from, to) {
        (Bound::Included(a), Bound::Included(b)) => a > b,
        (Bound::Included(a) | Bound::Excluded(a), Bound::Included(b) | Bound::Excluded(b)) => a >= b,
        _ => false,
    }
}
