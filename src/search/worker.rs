//! The worker: takes into the index what has happened in conversations. It follows each conversation's cursor, so after any absence
//! it finds by itself what it has missed.

use super::{
    CACHE, FOLDER, NAME, Next, Search,
    doc::Doc,
    feed::{self, Standing},
    index::{Index, Update},
};
use crate::{
    ids::ChatId,
    store::{Begin, Derived, Direction, Found, Projection, Read, Reader, Store, StoreError, tables},
};
use std::{
    collections::BTreeSet,
    ops::Bound,
    path::Path,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::{Duration, Instant},
};

/// How long what has moved waits for what moves next.
const MOMENT: Duration = Duration::from_millis(200);
/// Messages read at a time. Commits wait for a read, so it takes less than a tenth of a millisecond.
const READ: usize = 32;
/// Conversations looked at in one read.
const CHATS_AT_A_TIME: usize = 64;
/// Changes taken in one step.
const CHANGES: usize = 256;
/// While somebody writes, the worker rests so many times as long as it works …
const REST_WHILE_BUSY: u32 = 9;
/// … and otherwise so many times.
const REST_WHILE_QUIET: u32 = 1;
/// After a failure the next try has to wait, after each further one twice as long, but not longer than five minutes.
const AFTER_FAILURE: Duration = Duration::from_secs(5);
const MOST_DOUBLINGS: u32 = 6;

/// How much is taken in one step.
#[derive(Debug, Clone, Copy)]
struct Batch {
    messages: usize,
    /// Bytes of text, so that a few very long messages do not take much memory.
    bytes: usize,
}

const WHILE_SERVING: Batch = Batch { messages: 512, bytes: 256 << 10 };
const WHILE_REBUILDING: Batch = Batch { messages: 4_096, bytes: 2 << 20 };

/// Where conversations are read.
pub trait Source: Send + 'static {
    /// Reads one state of the tables. Commits wait for it.
    fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T;

    /// Has a projection told of every commit from now on.
    fn attach(&self, projection: Arc<dyn Projection>) -> Result<(), StoreError>;

    /// A number that grows while somebody writes.
    fn writes(&self) -> u64;
}

impl<E: Send + 'static> Source for Arc<Store<E>> {
    fn read<T>(&self, read: impl FnOnce(&Reader<'_>) -> T) -> T {
        Store::read(self, read)
    }

    fn attach(&self, projection: Arc<dyn Projection>) -> Result<(), StoreError> {
        Store::attach(self, projection, Begin::WithNextCommit)
    }

    fn writes(&self) -> u64 {
        self.metrics().group_size.count()
    }
}

/// How the index's database is opened; anew when it is true.
pub trait Open: Fn(bool) -> Result<(Derived, Found), StoreError> + Send + 'static {}
impl<F: Fn(bool) -> Result<(Derived, Found), StoreError> + Send + 'static> Open for F {}

/// Whose fault it was.
enum Trouble {
    /// The tables cannot be read: the store has stopped.
    Store(StoreError),
    /// The index is not as it was written, or cannot be written.
    Index(StoreError),
}

pub(super) struct Worker<S, O> {
    pub search: Arc<Search>,
    pub source: S,
    pub open: O,
}

impl<S: Source, O: Open> Worker<S, O> {
    /// Works until the end.
    pub(super) fn work(self) {
        let (mut anew, mut failures) = (false, 0);
        loop {
            let end = match (self.open)(anew) {
                Ok((derived, found)) => self.keep(&Arc::new(Index::new(derived)), found),
                Err(error) => Err(Trouble::Index(error)),
            };
            match end {
                Ok(End::Closed) => return,
                Ok(End::Anew) => anew = true,
                Err(Trouble::Store(error)) => {
                    tracing::warn!(%error, "the search index is no longer kept");
                    return;
                }
                Err(Trouble::Index(error)) => {
                    tracing::error!(%error, "the search index could not be kept and is made anew");
                    anew = true;
                    if !self.search.pause(AFTER_FAILURE * 2_u32.pow(failures)) {
                        return;
                    }
                    failures = MOST_DOUBLINGS.min(failures + 1);
                }
            }
        }
    }

    /// Keeps one index up, from its opening to its end.
    fn keep(&self, index: &Arc<Index>, found: Found) -> Result<End, Trouble> {
        if found == Found::Nothing {
            self.search.rebuilds.fetch_add(1, Relaxed);
        }
        *self.search.index.write() = Some(index.clone());
        let keeping = Keeping { source: &self.source, search: &self.search, index, batch: WHILE_SERVING };
        let end = keeping.follow(found);
        *self.search.index.write() = None;
        self.search.even.store(false, Relaxed);
        if let Ok(End::Closed) | Err(Trouble::Store(_)) = end
            && let Err(error) = index.close()
        {
            tracing::warn!(%error, "the search index did not close well and is made anew at the next start");
        }
        end
    }
}

/// Why an index is kept no longer.
enum End {
    Closed,
    Anew,
}

struct Keeping<'a, S> {
    source: &'a S,
    search: &'a Search,
    index: &'a Index,
    batch: Batch,
}

impl<S: Source> Keeping<'_, S> {
    /// Takes what there is, then what comes.
    fn follow(&self, found: Found) -> Result<End, Trouble> {
        let Some(mut chats) = self.compare(found)? else { return Ok(End::Closed) };
        loop {
            for chat in std::mem::take(&mut chats) {
                if !self.take_all(chat)? {
                    return Ok(End::Closed);
                }
            }
            self.search.backlog.store(0, Relaxed);
            self.search.even.store(true, Relaxed);
            chats = match self.search.next(MOMENT) {
                Next::Moved(moved) => moved,
                Next::Anew => return Ok(End::Anew),
                Next::End => return Ok(End::Closed),
            };
            self.count_backlog(&chats)?;
        }
    }

    /// Compares the index with all conversations: which are behind. What is of another time, or was written only in part when the
    /// program was killed, is forgotten. Nothing at the end.
    fn compare(&self, found: Found) -> Result<Option<BTreeSet<ChatId>>, Trouble> {
        let (mut behind, mut documents, mut backlog) = (BTreeSet::new(), 0, 0);
        let mut from = Bound::Unbounded;
        loop {
            let range = (from, Bound::Unbounded);
            let read = self.source.read(|read| read.scan(tables::CHATS, range, Direction::Ascending, CHATS_AT_A_TIME));
            let chats = read.map_err(Trouble::Store)?;
            let Some((last, _)) = chats.last() else { break };
            from = Bound::Excluded(*last);
            for (id, chat) in chats {
                let mut directory = self.index.directory(id).map_err(Trouble::Index)?;
                let whole = found != Found::Killed || self.index.is_whole(id, &directory).map_err(Trouble::Index)?;
                if !whole || feed::standing(&chat, &directory) == Standing::Ahead {
                    self.index.forget(id).map_err(Trouble::Index)?;
                    directory = super::Directory::default();
                }
                if feed::standing(&chat, &directory) == Standing::Behind {
                    behind.insert(id);
                }
                documents += directory.last();
                backlog += chat.last_seq.0 - directory.last();
            }
            if !self.search.pause(Duration::ZERO) {
                return Ok(None);
            }
        }
        self.search.documents.store(documents, Relaxed);
        self.search.backlog.store(backlog, Relaxed);
        Ok(Some(behind))
    }

    fn count_backlog(&self, chats: &BTreeSet<ChatId>) -> Result<(), Trouble> {
        let mut backlog = 0;
        for id in chats {
            let chat = self.source.read(|read| read.get(tables::CHATS, id)).map_err(Trouble::Store)?;
            let directory = self.index.directory(*id).map_err(Trouble::Index)?;
            backlog += chat.map_or(0, |chat| chat.last_seq.0.saturating_sub(directory.last()));
        }
        self.search.backlog.store(backlog, Relaxed);
        Ok(())
    }

    /// Takes everything that has happened in a conversation. False at the end.
    fn take_all(&self, id: ChatId) -> Result<bool, Trouble> {
        loop {
            let (begun, writes) = (Instant::now(), self.source.writes());
            let even = self.step(id)?;
            let busy = self.source.writes() != writes;
            if !self.search.pause(begun.elapsed() * if busy { REST_WHILE_BUSY } else { REST_WHILE_QUIET }) {
                return Ok(false);
            }
            if even {
                return Ok(true);
            }
        }
    }

    /// Takes the next part of what has happened in a conversation. True when that was all.
    fn step(&self, id: ChatId) -> Result<bool, Trouble> {
        let directory = self.index.directory(id).map_err(Trouble::Index)?;
        let first = self.source.read(|read| {
            let Some(chat) = read.get(tables::CHATS, &id)? else { return Ok(None) };
            let standing = feed::standing(&chat, &directory);
            let (places, cursor) = feed::changed(read, id, &chat, &directory, CHANGES)?;
            Ok(Some((standing, places, cursor)))
        });
        let Some((standing, places, cursor)) = first.map_err(Trouble::Store)? else { return Ok(true) };
        match standing {
            Standing::Even => return Ok(true),
            Standing::Ahead => {
                self.search.documents.fetch_sub(directory.last(), Relaxed);
                self.index.forget(id).map_err(Trouble::Index)?;
                return Ok(false);
            }
            Standing::Behind => {}
        }
        // Whatever is read from here on is as it was after `cursor`, or later.
        let mut update = Update { cursor, ..Update::default() };
        for places in places.chunks(READ) {
            let rows = self.source.read(|read| feed::at(read, id, places)).map_err(Trouble::Store)?;
            update.changed.extend(rows.iter().map(|(place, subject)| (*place, Doc::new(subject))));
        }
        let mut bytes = 0;
        while update.new.len() < self.batch.messages && bytes < self.batch.bytes {
            let last = directory.last() + update.new.len() as u64;
            let rows = self.source.read(|read| feed::behind(read, id, last, READ)).map_err(Trouble::Store)?;
            let expected = rows.iter().zip(last + 1..).all(|((place, _), expected)| *place == expected);
            if !expected {
                return Err(Trouble::Store(StoreError::Damaged { table: tables::MESSAGES.id, what: "a place has no message" }));
            }
            update.new.extend(rows.iter().map(|(_, subject)| Doc::new(subject)));
            bytes += rows.iter().flat_map(|(_, subject)| subject.texts()).map(str::len).sum::<usize>();
            if rows.len() < READ {
                break;
            }
        }
        self.index.apply(id, &update).map_err(Trouble::Index)?;
        let taken = update.new.len() as u64;
        self.search.documents.fetch_add(taken, Relaxed);
        let _ = self.search.backlog.fetch_update(Relaxed, Relaxed, |backlog| Some(backlog.saturating_sub(taken)));
        Ok(false)
    }
}

/// What [`rebuild`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Messages taken, deleted ones too.
    pub messages: u64,
    /// In so many conversations.
    pub conversations: u64,
    /// Bytes of the index.
    pub bytes: u64,
    /// How long it took.
    pub took: Duration,
}

/// Throws the index in a data folder away and makes it anew, without pauses. Only while nobody serves.
pub fn rebuild<E: Send + 'static>(store: &Arc<Store<E>>, data: &Path) -> Result<Rebuilt, StoreError> {
    let begun = Instant::now();
    let folder = data.join(FOLDER);
    Derived::discard(&folder).map_err(|error| StoreError::Io(error.to_string()))?;
    let (derived, found) = Derived::open(&folder, NAME, CACHE)?;
    let (index, search) = (Index::new(derived), Search::default());
    let keeping = Keeping { source: store, search: &search, index: &index, batch: WHILE_REBUILDING };
    let rebuilt = keeping.compare(found).and_then(|chats| {
        let chats = chats.unwrap_or_default();
        for chat in &chats {
            while !keeping.step(*chat)? {}
        }
        Ok(chats.len() as u64)
    });
    let conversations = rebuilt.map_err(|(Trouble::Store(error) | Trouble::Index(error))| error)?;
    index.close()?;
    let bytes = super::inspect(data).unwrap_or(0);
    Ok(Rebuilt { messages: search.documents(), conversations, bytes, took: begun.elapsed() })
}
