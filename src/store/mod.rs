//! Storage: an ordered key-value engine under typed tables, with one writer.
//!
//! [`Store::write`] runs an operation, makes what it wrote safe, publishes its events, and answers, in this order.
//! [`Store::read`] reads what has been committed.

mod codec;
mod derived;
mod disk;
mod error;
mod folder;
mod gate;
mod images;
mod journal;
mod keeper;
mod kv;
mod log;
mod manifest;
mod memory;
mod metrics;
mod older;
mod options;
mod projection;
pub mod records;
mod recovery;
mod replay;
mod reserve;
mod sled;
mod snapshot;
pub mod tables;
mod tx;
mod writer;

pub use codec::{Key, Record, decode, decode_body, encode};
pub use derived::{Derived, Found};
pub use disk::{Disk, DiskFile, LocalDisk};
pub use error::StoreError;
pub use kv::{Direction, Kv, Pair, TableId, Write};
pub use memory::Memory;
pub use metrics::{Histogram, Metrics};
pub use options::{OpenError, OpenReport, Options, Start};
pub use projection::{Begin, Change, Projection};
pub use tx::{Inputs, Read, Reader, State, Table, Tx};

use crate::clock::Clock;
use gate::Gate;
use keeper::Keeper;
use parking_lot::Mutex;
use recovery::Opened;
use std::{ops::Bound, path::Path, sync::Arc, thread::JoinHandle};
use tokio::sync::{mpsc, oneshot, watch};
use writer::{Durable, Task, Waiting, Writer};

/// What happens with the events of an operation once it is safe. Called in commit order; must not wait.
pub type Publish<E> = Box<dyn Fn(Vec<E>) + Send + Sync>;

/// The one way to the data.
pub struct Store<E> {
    gate: Arc<Gate>,
    clock: Clock,
    metrics: Arc<Metrics>,
    tasks: mpsc::Sender<Task<E>>,
    failure: watch::Receiver<Option<String>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl<E: Send + 'static> Store<E> {
    /// Opens a data folder, or makes it. Blocks: after a kill for about a second, after a power cut for as long as it takes to read
    /// the last snapshot and the journals since.
    pub fn open(options: &Options, clock: Clock, publish: Publish<E>) -> Result<(Self, OpenReport), OpenError> {
        let Opened { home, gate, log, last, report } = recovery::open(options)?;
        let io = |error| OpenError::io(&options.folder, error);
        let metrics = Arc::new(Metrics::default());
        let keeper = Keeper::start(Arc::clone(&home), Arc::clone(&gate), Arc::clone(&metrics), options, last).map_err(io)?;
        let durable = Some(Durable { home, log, keeper, last });
        let store = Self::start(gate, clock, publish, metrics, durable, options.queue).map_err(io)?;
        Ok((store, report))
    }

    /// A store over an engine in memory; nothing survives the process.
    ///
    /// # Panics
    /// When the system has no room for one more thread.
    #[must_use]
    pub fn in_memory(clock: Clock, publish: Publish<E>) -> Self {
        let gate = Arc::new(Gate::new(Arc::new(Memory::default())));
        let queue = Options::new(Path::new("")).queue;
        #[expect(clippy::expect_used, reason = "only tests keep their data in memory")]
        Self::start(gate, clock, publish, Arc::default(), None, queue).expect("a thread for the writer")
    }

    fn start(
        gate: Arc<Gate>,
        clock: Clock,
        publish: Publish<E>,
        metrics: Arc<Metrics>,
        durable: Option<Durable>,
        queue: usize,
    ) -> std::io::Result<Self> {
        let (tasks, waiting) = mpsc::channel(queue);
        let (told, failure) = watch::channel(None);
        let writer =
            Writer { gate: Arc::clone(&gate), clock: clock.clone(), publish, metrics: Arc::clone(&metrics), durable, failure: told };
        let thread = std::thread::Builder::new().name("store-writer".into()).spawn(move || writer.work(waiting))?;
        Ok(Self { gate, clock, metrics, tasks, failure, writer: Mutex::new(Some(thread)) })
    }

    /// Runs an operation. When it succeeds, what it wrote is safe and its events are published before this returns.
    /// When it fails, nothing of it is written. The operation may be run more than once.
    ///
    /// Waits while too many others wait. Once submitted, the operation is run even if the caller goes away.
    pub async fn write<T, F, Err>(&self, operation: F) -> Result<T, Err>
    where
        F: Fn(&mut Tx<'_, E>) -> Result<T, Err> + Send + 'static,
        T: Send + 'static,
        Err: From<StoreError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let task = Task::Run(Box::new(Waiting { operation, result: None, caller }));
        self.tasks.send(task).await.map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Closed.into()))
    }

    /// Reads what has been committed. All reads of one closure see the same state, so keep it short: commits wait for it.
    pub fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        self.gate.read(|kv| read(&Reader(kv)))
    }

    /// Lets something in memory follow the tables, from now until the store is closed. Blocks until it has what it begins with;
    /// nobody reads or writes meanwhile. Not to be called inside [`Store::read`].
    pub fn attach(&self, projection: Arc<dyn Projection>, begin: Begin) -> Result<(), StoreError> {
        self.gate.attach(projection, begin)
    }

    /// Writes and reads a row on the usual way, to see whether the store works.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let now = self.clock.now().0;
        let row = "probe".to_owned();
        self.write(move |tx| tx.put(tables::META, &"probe".to_owned(), &now)).await?;
        match self.read(|reader| reader.get(tables::META, &row))? {
            Some(found) if found >= now => Ok(()),
            _ => Err(StoreError::Damaged { table: tables::META.id, what: "a row that was just written is not there" }),
        }
    }

    /// Finishes what waits, makes everything safe, and closes. Later writes and reads answer [`StoreError::Closed`].
    pub async fn close(&self) -> Result<(), StoreError> {
        let (caller, answer) = oneshot::channel();
        if self.tasks.send(Task::Close(caller)).await.is_err() {
            return Ok(());
        }
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Waits until the store has to stop because the disk or the engine failed, and says why in words for the operator.
    /// Then the process should end: nothing is written any more. Never returns otherwise.
    pub async fn failed(&self) -> String {
        let mut failure = self.failure.clone();
        let why = failure.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        match why {
            Some(why) => why,
            None => std::future::pending().await,
        }
    }

    /// What the store counts about itself.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The clock of this store's operations.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl<E> Drop for Store<E> {
    /// Closes the store if that has not been done, and waits until the folder is free again.
    fn drop(&mut self) {
        // Dropping the only sender ends the writer.
        let (closed, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut self.tasks, closed));
        let writer = self.writer.lock().take();
        // An operation may have held the last handle; its thread cannot wait for itself.
        if let Some(writer) = writer.filter(|writer| writer.thread().id() != std::thread::current().id()) {
            let _ = writer.join();
        }
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
