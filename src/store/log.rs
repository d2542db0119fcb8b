//! The durable side of a commit: the current journal file, the next one when it is full, and whether there is room at all.

use super::{
    Write,
    disk::is_full,
    folder::Home,
    images,
    journal::{Journal, JournalError},
    manifest::JournalFile,
};
use std::{io, sync::Arc};

/// Why a group did not become durable.
#[derive(Debug)]
pub(super) enum LogError {
    /// There is no room. Nothing was written, and another try may succeed.
    Full,
    /// The disk failed. What is on it is unknown, so nothing may be promised any more.
    Broken(io::Error),
}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

/// Where groups become durable.
#[derive(Debug)]
pub(super) struct Log {
    home: Arc<Home>,
    /// `None` when the last file is not to be appended to.
    journal: Option<Journal>,
    next: u64,
    file_bytes: u64,
    min_free: u64,
}

impl Log {
    /// `next` is the number of the next group.
    pub(super) fn new(home: Arc<Home>, journal: Option<Journal>, next: u64, file_bytes: u64, min_free: u64) -> Self {
        Self { home, journal, next, file_bytes, min_free }
    }

    /// Whether there is room for writes. Asked before each group; costs a microsecond.
    pub(super) fn has_room(&self) -> bool {
        // A system that does not say how much is free gets the benefit of the doubt: a full disk still fails the write itself.
        self.home.disk.available(&self.home.folder).map_or(true, |free| free >= self.min_free)
    }

    /// Makes a group durable. Returns its number and the bytes of journal it took.
    pub(super) fn append(&mut self, writes: &[Write]) -> Result<(u64, u64), LogError> {
        let body = images::encode(writes);
        let mut journal = match self.journal.take() {
            Some(journal) if journal.fits(body.len()) => journal,
            _ => self.begin_file(body.len())?,
        };
        match journal.append(self.next, &body) {
            Ok(bytes) => {
                self.journal = Some(journal);
                self.next += 1;
                Ok((self.next - 1, bytes))
            }
            // Nothing was acknowledged and the next group gets a new file, so what was half written does not matter.
            Err(JournalError::Write(error)) if is_full(&error) => Err(LogError::Full),
            Err(JournalError::Write(error) | JournalError::Sync(error)) => Err(LogError::Broken(error)),
        }
    }

    /// Makes the next journal file and names it in the manifest.
    fn begin_file(&mut self, room: usize) -> Result<Journal, LogError> {
        let result = create(&self.home, self.next, self.file_bytes, room);
        result.map_err(|error| if is_full(&error) { LogError::Full } else { LogError::Broken(error) })
    }
}

/// Makes a journal file whose first group has the number `first`, durable under a name that the manifest has.
pub(super) fn create(home: &Home, first: u64, bytes: u64, room: usize) -> io::Result<Journal> {
    let name = home.manifest().next_journal();
    let path = home.folder.join(&name);
    let journal = Journal::create(&*home.disk, &path, first, rand::random(), bytes, room)?;
    home.disk.sync_folder(&home.folder)?;
    home.update(|manifest| manifest.journals.push(JournalFile { name, first, bytes: journal.size() }))?;
    Ok(journal)
}
