//! A database of what can be made again from the tables, such as an index. So it needs no journal, no snapshot and no place in a
//! backup: its files are used where they are known to be right, and thrown away everywhere else.
//!
//! It stands in a folder of its own with a manifest like the store's, and follows the store's rules of trust: after a clean stop
//! when the checksums of its files are as noted, after a kill when machine and folder are still the same.

use super::{
    Kv, LocalDisk, Memory, StoreError, Write,
    folder::{self, fingerprint},
    gate::Gate,
    manifest::{Manifest, Place, State},
    sled::Sled,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How a derived database came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// As it was left.
    Whole,
    /// As it was when the program was killed: complete up to some commit.
    Killed,
    /// Empty: there was none, or it was not to be trusted.
    Nothing,
}

/// The database.
pub struct Derived {
    gate: Gate,
    /// `None` in memory.
    place: Option<(PathBuf, String)>,
}

impl Derived {
    /// Opens what is called `name` in a folder, or makes it. Other names in the folder go: they are of other formats. Blocks as long
    /// as it takes to read all of it once. `cache` is the memory for its pages in bytes.
    pub fn open(folder: &Path, name: &str, cache: u64) -> Result<(Self, Found), StoreError> {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let trusted = trusted(folder, name);
        note(folder, State::Untrusted).map_err(|error| failed(&error))?;
        let opened = trusted.and_then(|found| Some((open_engine(folder, name, cache).ok()?, found)));
        let (kv, found) = if let Some(opened) = opened {
            opened
        } else {
            Self::discard(folder).map_err(|error| failed(&error))?;
            fs::create_dir_all(folder).map_err(|error| failed(&error))?;
            (open_engine(folder, name, cache)?, Found::Nothing)
        };
        note(folder, Place::of(folder).map_or(State::Untrusted, State::Running)).map_err(|error| failed(&error))?;
        let place = Some((folder.to_path_buf(), name.to_owned()));
        Ok((Self { gate: Gate::new(Arc::new(kv)), place }, found))
    }

    /// One in memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { gate: Gate::new(Arc::new(Memory::default())), place: None }
    }

    /// Throws away what is in the folder. Only while nobody has it open.
    pub fn discard(folder: &Path) -> io::Result<()> {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Whether what is in the folder would be used as it is, and how many bytes it has. Reads all of it and changes nothing.
    #[must_use]
    pub fn inspect(folder: &Path, name: &str) -> Option<u64> {
        trusted(folder, name)?;
        let prints = fingerprint(&folder.join(name), false).ok()?;
        Some(prints.iter().map(|print| print.bytes).sum())
    }

    /// Reads; all reads of one closure see the same state. Commits wait for it.
    pub fn read<T>(&self, read: impl FnOnce(&dyn Kv) -> T) -> T {
        self.gate.read(read)
    }

    /// Applies all writes as one. After a kill the newest ones may be missing, and then all after them.
    pub fn commit(&self, writes: &[Write]) -> Result<(), StoreError> {
        self.gate.commit(writes).map(drop)
    }

    /// Closes it as soon as the last reader is done, and leaves its files so that the next start can use them.
    pub fn close(&self) -> Result<(), StoreError> {
        let flushed = self.gate.flush();
        self.gate.close();
        flushed?;
        let Some((folder, name)) = &self.place else { return Ok(()) };
        // Not made durable: after a power cut the checksums tell, and it is made again.
        let prints = fingerprint(&folder.join(name), false).map_err(|error| failed(&error))?;
        note(folder, State::Clean(prints)).map_err(|error| failed(&error))
    }
}

/// Whether the files can be used as they are.
fn trusted(folder: &Path, name: &str) -> Option<Found> {
    let names = folder::names(folder).ok()?;
    let known = names.iter().all(|found| found == name || found == "manifest");
    let manifest = Manifest::read(folder).ok().flatten().filter(|_| known && names.iter().any(|found| found == name))?;
    match manifest.state {
        State::Running(place) if Place::of(folder).as_ref() == Some(&place) => Some(Found::Killed),
        State::Clean(prints) if fingerprint(&folder.join(name), false).ok()? == prints => Some(Found::Whole),
        _ => None,
    }
}

fn open_engine(folder: &Path, name: &str, cache: u64) -> Result<Sled, StoreError> {
    // A name that is not expected there makes the next start begin anew.
    Sled::open(&folder.join(name), cache, folder.join("suspect"))
}

fn note(folder: &Path, state: State) -> io::Result<()> {
    Manifest { state, ..Manifest::fresh() }.write(&LocalDisk, folder)
}

fn failed(error: &io::Error) -> StoreError {
    StoreError::Io(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::TableId;

    const KEY: (TableId, &[u8]) = (TableId(25), b"key");

    fn put(derived: &Derived) {
        derived.commit(&[Write { table: KEY.0, key: KEY.1.to_vec(), value: Some(b"value".to_vec()) }]).unwrap();
    }

    fn has(derived: &Derived) -> bool {
        derived.read(|kv| kv.get(KEY.0, KEY.1)).unwrap().is_some()
    }

    fn open(folder: &Path, name: &str) -> (Derived, Found) {
        Derived::open(folder, name, 8 << 20).unwrap()
    }

    #[test]
    fn what_was_left_well_is_used_and_everything_else_is_thrown_away() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("index");
        assert_eq!(Derived::inspect(&folder, "one-1"), None);
        let (derived, found) = open(&folder, "one-1");
        assert_eq!(found, Found::Nothing);
        put(&derived);
        derived.close().unwrap();
        assert!(Derived::inspect(&folder, "one-1").is_some_and(|bytes| bytes > 0));

        // As it was left.
        let (derived, found) = open(&folder, "one-1");
        assert!(found == Found::Whole && has(&derived));
        // Dropped without being closed, which is what a kill leaves behind, except that sled flushes.
        drop(derived);
        let (derived, found) = open(&folder, "one-1");
        assert!(found == Found::Killed && has(&derived));
        derived.close().unwrap();

        // Copied while in use.
        let (derived, _) = open(&folder, "one-1");
        drop(derived);
        let copy = root.path().join("copy");
        fs::create_dir_all(copy.join("one-1")).unwrap();
        for print in fingerprint(&folder, false).unwrap() {
            let to = copy.join(&print.path);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(folder.join(&print.path), to).unwrap();
        }
        let (derived, found) = open(&copy, "one-1");
        assert!(found == Found::Nothing && !has(&derived));
        drop(derived);

        // A byte of it changed after a clean stop.
        let (derived, found) = open(&folder, "one-1");
        assert_eq!(found, Found::Killed);
        derived.close().unwrap();
        let db = folder.join("one-1/db");
        let mut bytes = fs::read(&db).unwrap();
        bytes[100] ^= 1;
        fs::write(&db, bytes).unwrap();
        let (derived, found) = open(&folder, "one-1");
        assert!(found == Found::Nothing && !has(&derived));
        put(&derived);
        derived.close().unwrap();

        // Another format.
        let (derived, found) = open(&folder, "two-2");
        assert!(found == Found::Nothing && !has(&derived) && !folder.join("one-1").exists());
        drop(derived);

        // The engine failed while it ran.
        fs::write(folder.join("suspect"), b"").unwrap();
        assert_eq!(open(&folder, "two-2").1, Found::Nothing);
    }
}
