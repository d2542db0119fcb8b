//! Full-text search over messages: words, the index of them, and the worker that keeps it.
//!
//! The index can be made again at any time, so it costs the writer nothing but a note of which conversations have moved. A worker
//! takes what has happened in them from the tables, in batches with pauses. What it has not taken yet is little, and whoever
//! searches reads that from the tables: a message is found as soon as it is sent. Every hit is compared with the message as it is.

mod doc;
pub mod feed;
mod index;
mod postings;
mod query;
mod segment;
mod snippet;
mod words;
mod worker;

pub use doc::{Doc, Filters, Subject, Wanted, is_searched};
pub use index::{Directory, Hits, Index};
pub use query::{MAX_WORDS, Query, Unusable};
pub use snippet::Snippet;
pub use worker::{Rebuilt, Source, rebuild};

use crate::{
    ids::ChatId,
    store::{Change, Derived, Projection, StoreError, TableId, tables},
};
use parking_lot::{Condvar, Mutex, RwLock};
use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// What the database of the index is called. The number changes with its format, with how words are cut and with what is taken of a
/// message: then it is made anew.
const NAME: &str = "words-2";
/// Memory for its pages, in bytes.
const CACHE: u64 = 8 << 20;
/// The folder of the index in the data folder.
const FOLDER: &str = "index";

/// The way to the index, whether there is one at present or not.
#[derive(Default)]
pub struct Search {
    turns: Turns,
    index: RwLock<Option<Arc<Index>>>,
    queue: Mutex<Queue>,
    wake: Condvar,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Has taken everything that was there when it began.
    even: AtomicBool,
    documents: AtomicU64,
    backlog: AtomicU64,
    rebuilds: AtomicU64,
}

/// Who may search now. A search keeps a processor busy for milliseconds, so half of them stay free for everybody who writes.
struct Turns(Semaphore);

impl Default for Turns {
    fn default() -> Self {
        Self(Semaphore::new(std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2))))
    }
}

/// What the worker has been told.
#[derive(Default)]
struct Queue {
    moved: BTreeSet<ChatId>,
    faulty: bool,
    closing: bool,
}

impl Search {
    /// Keeps an index of a store in a data folder, in a thread of its own, until it is closed.
    pub fn start(self: &Arc<Self>, source: impl Source, data: &Path) -> Result<(), StoreError> {
        let folder = data.join(FOLDER);
        self.start_with(source, move |anew| {
            if anew {
                Derived::discard(&folder).map_err(|error| StoreError::Io(error.to_string()))?;
            }
            Derived::open(&folder, NAME, CACHE)
        })
    }

    /// Keeps an index in memory, for tests.
    pub fn start_in_memory(self: &Arc<Self>, source: impl Source) -> Result<(), StoreError> {
        self.start_with(source, |_| Ok((Derived::in_memory(), crate::store::Found::Nothing)))
    }

    fn start_with(self: &Arc<Self>, source: impl Source, open: impl worker::Open) -> Result<(), StoreError> {
        source.attach(self.clone())?;
        let search = self.clone();
        let work = move || worker::Worker { search, source, open }.work();
        let thread = std::thread::Builder::new().name("search".into()).spawn(work);
        *self.thread.lock() = Some(thread.map_err(|error| StoreError::Io(error.to_string()))?);
        Ok(())
    }

    /// Ends the worker and leaves the index ready for the next start. Blocks for some milliseconds, and while the index is being opened.
    pub fn close(&self) {
        self.queue.lock().closing = true;
        self.wake.notify_all();
        let thread = self.thread.lock().take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the worker of the search index panicked");
        }
    }

    /// Waits until one may search; others have their turn when the answer is dropped.
    pub async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Nobody closes it.
        self.turns.0.acquire().await.ok()
    }

    /// The index, if it is open.
    #[must_use]
    pub fn index(&self) -> Option<Arc<Index>> {
        self.index.read().clone()
    }

    /// Has the index made anew, since something in it is not as it was written.
    pub fn distrust(&self, error: &StoreError) {
        if *error != StoreError::Closed {
            tracing::error!(%error, "the search index is faulty and is made anew");
            self.queue.lock().faulty = true;
            self.wake.notify_all();
        }
    }

    /// Whether the index has once taken everything since the start. Before that, older messages may be missing in it.
    #[must_use]
    pub fn is_even(&self) -> bool {
        self.even.load(Relaxed)
    }

    /// Messages in the index, deleted ones too.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.documents.load(Relaxed)
    }

    /// Messages that the worker knows of and has not taken yet.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.backlog.load(Relaxed)
    }

    /// How often the index was made anew since the start, because there was none or it was faulty.
    #[must_use]
    pub fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Relaxed)
    }

    /// Waits until something has moved or the end comes; then takes it, a moment later, so that what comes together is done together.
    fn next(&self, moment: Duration) -> Next {
        let mut queue = self.queue.lock();
        while queue.moved.is_empty() && !queue.closing && !queue.faulty {
            self.wake.wait(&mut queue);
        }
        let until = Instant::now() + moment;
        while !queue.closing && !queue.faulty && !self.wake.wait_until(&mut queue, until).timed_out() {}
        if queue.closing {
            Next::End
        } else if std::mem::take(&mut queue.faulty) {
            Next::Anew
        } else {
            Next::Moved(std::mem::take(&mut queue.moved))
        }
    }

    /// Sleeps, but not longer than until the end. False at the end.
    fn pause(&self, time: Duration) -> bool {
        let mut queue = self.queue.lock();
        let until = Instant::now() + time;
        while !queue.closing && !self.wake.wait_until(&mut queue, until).timed_out() {}
        !queue.closing
    }
}

/// What the worker does next.
enum Next {
    /// These conversations have moved.
    Moved(BTreeSet<ChatId>),
    /// The index is faulty.
    Anew,
    /// Nothing more.
    End,
}

impl Projection for Search {
    fn name(&self) -> &'static str {
        "the search index"
    }

    fn tables(&self) -> &[TableId] {
        const FOLLOWED: &[TableId] = &[tables::CHATS.id];
        FOLLOWED
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut queue = self.queue.lock();
        let idle = queue.moved.is_empty();
        for change in changes {
            queue.moved.extend(change.key(tables::CHATS)?);
        }
        if idle {
            self.wake.notify_all();
        }
        Ok(())
    }
}

/// What the operator may know of the index in a data folder without opening it: its bytes, if the next start can use it.
#[must_use]
pub fn inspect(data: &Path) -> Option<u64> {
    Derived::inspect(&data.join(FOLDER), NAME)
}
