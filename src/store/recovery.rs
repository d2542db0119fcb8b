//! Opening a data folder: decide what can be trusted, replay or rebuild, or name the damage.
//!
//! The engine's files are used only where they are known to be right: after a clean stop when their checksums are as noted, and
//! after a kill when machine and folder are still the same, since then the operating system has all that was written to them.
//! In every other case (power cut, copied folder, faulty engine) they are built anew from snapshot and journals.

use super::{
    Kv, StoreError, TableId, Write,
    folder::{self, Home},
    gate::Gate,
    journal::{self, Journal, Tail},
    log::{self, Log},
    manifest::{JournalFile, Manifest, Place, SnapshotFile, State},
    options::{OpenError, OpenReport, Options, Start},
    replay::{self, Replayed},
    reserve,
    sled::Sled,
    snapshot,
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The row in which the engine notes the last entry it has; part of every commit.
const APPLIED: (TableId, &[u8]) = (TableId(0), b"applied");
/// The first file of a new folder.
const FIRST_JOURNAL: &str = "journal-00000001";

/// The write that notes an entry as applied.
pub(super) fn applied_row(number: u64) -> Write {
    Write { table: APPLIED.0, key: APPLIED.1.to_vec(), value: Some(number.to_be_bytes().to_vec()) }
}

/// A folder that is ready for work.
pub(super) struct Opened {
    pub home: Arc<Home>,
    pub gate: Arc<Gate>,
    pub log: Log,
    /// Number of the last entry.
    pub last: u64,
    pub report: OpenReport,
}

/// Opens a data folder.
pub(super) fn open(options: &Options) -> Result<Opened, OpenError> {
    let begun = Instant::now();
    let folder = &options.folder;
    let io = |error| OpenError::io(folder, error);
    let lock = folder::claim(folder)?;
    reserve::release(options);
    folder::sign(&lock).map_err(io)?;
    let format = folder::check_format(folder)?;
    let mut notes = Vec::new();
    let fresh = folder::data_names(folder).map_err(io)?.is_empty() || never_used(folder);
    let manifest = if fresh { Manifest::fresh() } else { find_manifest(folder, &mut notes)? };
    let home = Arc::new(Home::new(folder.clone(), Arc::clone(&options.disk), lock, manifest));
    let report = OpenReport { start: Start::New, replayed: 0, torn: false, notes, took: Duration::ZERO };
    let mut recovery = Recovery { options, home, report };
    let (kv, last, journal) = if fresh { recovery.make()? } else { recovery.recover()? };
    if !format {
        if !fresh {
            recovery.report.notes.push("the file \"format\" was missing or unreadable and was written again".into());
        }
        folder::write_format(&*options.disk, folder).map_err(io)?;
    }
    let Recovery { home, mut report, .. } = recovery;
    home.tidy();
    reserve::take(&home, options);
    let log = Log::new(Arc::clone(&home), journal, last + 1, options.journal_file, options.min_free);
    report.took = begun.elapsed();
    Ok(Opened { home, gate: Arc::new(Gate::new(kv)), log, last, report })
}

/// The engine, the number of the last entry, and the journal file to go on with.
type Ready = (Arc<dyn Kv>, u64, Option<Journal>);

struct Recovery<'a> {
    options: &'a Options,
    home: Arc<Home>,
    report: OpenReport,
}

/// Why the engine's files are not used.
struct Distrust {
    why: String,
    /// Whether something is wrong with them, not only with the way the program ended.
    fault: bool,
}

impl Distrust {
    fn fault(why: impl Into<String>) -> Self {
        Self { why: why.into(), fault: true }
    }

    fn stale(why: impl Into<String>) -> Self {
        Self { why: why.into(), fault: false }
    }
}

impl Recovery<'_> {
    fn damaged(&self, what: impl Into<String>) -> OpenError {
        OpenError::Damaged { folder: self.options.folder.clone(), what: what.into() }
    }

    fn io(&self, error: io::Error) -> OpenError {
        OpenError::io(&self.options.folder, error)
    }

    fn open_engine(&self) -> Result<Arc<dyn Kv>, StoreError> {
        Ok(Arc::new(Sled::open(&self.home.engine(), self.options.cache, self.home.suspect())?))
    }

    /// Makes the files of a new store.
    fn make(&mut self) -> Result<Ready, OpenError> {
        let journal = log::create(&self.home, 1, self.options.journal_file, 0).map_err(|error| self.io(error))?;
        let kv = self.open_engine().map_err(|error| self.damaged(error.to_string()))?;
        self.begin(&*kv, 0)?;
        Ok((kv, 0, Some(journal)))
    }

    /// Brings an existing folder up.
    fn recover(&mut self) -> Result<Ready, OpenError> {
        let manifest = self.home.manifest();
        let trusted = self.trust(&manifest);
        self.home.update(|manifest| manifest.state = State::Untrusted).map_err(|error| self.io(error))?;
        let opened = trusted.and_then(|start| Ok((self.resume(&manifest).map_err(Distrust::fault)?, start)));
        let (kv, replayed) = match opened {
            Ok((kv, Start::Clean)) => {
                self.report.start = Start::Clean;
                let replayed = self.replay(&*kv, &manifest, manifest.checkpoint);
                let known = replayed.ok().filter(|replayed| replayed.last == manifest.checkpoint);
                (kv, known)
            }
            Ok((kv, start)) => {
                self.report.start = start;
                match self.replay(&*kv, &manifest, manifest.checkpoint) {
                    Ok(replayed) => (kv, Some(replayed)),
                    // What the journals lack from the checkpoint on, a snapshot may have.
                    Err(what) => {
                        drop(kv);
                        self.rebuilt(&manifest, Distrust::stale(what))?
                    }
                }
            }
            Err(distrust) => self.rebuilt(&manifest, distrust)?,
        };
        self.settle(kv, replayed, &manifest)
    }

    /// Leaves the folder as it was found, so that it can be looked at and opened again.
    fn give_up(&self, manifest: &Manifest, what: String) -> OpenError {
        match self.home.update(|held| held.state = manifest.state.clone()) {
            Ok(()) => self.damaged(what),
            Err(error) => self.damaged(format!("{what}; and the manifest could not be written: {error}")),
        }
    }

    /// Whether the engine's files can be used as they are.
    fn trust(&self, manifest: &Manifest) -> Result<Start, Distrust> {
        if self.home.suspect().exists() {
            return Err(Distrust::fault("the engine failed while it ran"));
        }
        match &manifest.state {
            State::Untrusted => Err(Distrust::stale("the last start or rebuild was not finished")),
            State::Running(place) if Place::of(&self.options.folder).as_ref() == Some(place) => Ok(Start::Killed),
            State::Running(_) => Err(Distrust::stale("the machine lost power or the folder was copied while the program ran")),
            State::Clean(prints) => match folder::fingerprint(&self.home.engine(), false) {
                Ok(found) if found == *prints => Ok(Start::Clean),
                Ok(_) => Err(Distrust::fault("the engine's files have changed since the program was stopped")),
                Err(error) => Err(Distrust::fault(format!("the engine's files cannot be read: {error}"))),
            },
        }
    }

    /// Opens the engine as it is.
    fn resume(&self, manifest: &Manifest) -> Result<Arc<dyn Kv>, String> {
        let kv = self.open_engine().map_err(|error| error.to_string())?;
        let applied = kv.get(APPLIED.0, APPLIED.1).map_err(|error| error.to_string())?;
        let applied = applied.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_be_bytes);
        if applied < manifest.checkpoint {
            return Err(format!("the engine has entries up to {applied} only, not up to {}", manifest.checkpoint));
        }
        Ok(kv)
    }

    /// As [`Recovery::rebuild`], and takes note of it.
    fn rebuilt(&mut self, manifest: &Manifest, distrust: Distrust) -> Result<(Arc<dyn Kv>, Option<Replayed>), OpenError> {
        let (kv, replayed) = self.rebuild(manifest, &distrust)?;
        self.report.start = Start::Rebuilt { why: distrust.why };
        Ok((kv, Some(replayed)))
    }

    /// Builds the engine's files anew from snapshot and journals. When that fails, the old ones stand where they stood.
    fn rebuild(&mut self, manifest: &Manifest, distrust: &Distrust) -> Result<(Arc<dyn Kv>, Replayed), OpenError> {
        tracing::warn!(folder = %self.options.folder.display(), why = distrust.why, "building the engine's files anew");
        if let Some(what) = missing(&self.options.folder, manifest) {
            return Err(self.give_up(manifest, what));
        }
        let engine = self.home.engine();
        let aside = set_aside(&engine).map_err(|error| self.io(error))?;
        match self.build(manifest) {
            Ok(built) => {
                if let Some(aside) = aside {
                    self.dismiss(&aside, distrust);
                }
                Ok(built)
            }
            Err(what) => {
                if let Some(aside) = aside {
                    fs::remove_dir_all(&engine).and_then(|()| fs::rename(&aside, &engine)).map_err(|error| self.io(error))?;
                }
                Err(self.give_up(manifest, what))
            }
        }
    }

    /// Keeps faulty files for whoever wants to look at them; others are only in the way of room.
    fn dismiss(&mut self, aside: &Path, distrust: &Distrust) {
        if distrust.fault {
            tracing::error!(why = distrust.why, kept = %aside.display(), "the engine's files were faulty and were built anew");
            self.report.notes.push(format!("{}; they were built anew, the old ones are kept as {}", distrust.why, aside.display()));
        } else if let Err(error) = fs::remove_dir_all(aside) {
            self.report.notes.push(format!("{} could not be removed: {error}", aside.display()));
        }
    }

    fn build(&mut self, manifest: &Manifest) -> Result<(Arc<dyn Kv>, Replayed), String> {
        let kv = self.open_engine().map_err(|error| error.to_string())?;
        let mut from = 0;
        if let Some(file) = &manifest.snapshot {
            let seen = snapshot::read(&self.options.folder.join(&file.name), |writes| replay::apply(&*kv, &writes))?;
            if seen != (file.from, file.to) {
                return Err(format!("{} is not the snapshot that the manifest names", file.name));
            }
            from = file.from;
        }
        let replayed = self.replay(&*kv, manifest, from)?;
        let promised = manifest.snapshot.as_ref().map_or(0, |file| file.to).max(manifest.checkpoint);
        if replayed.last < promised {
            return Err(format!("the journals end at entry {} but must reach {promised}", replayed.last));
        }
        Ok((kv, replayed))
    }

    /// Applies every entry after `after` and takes note of what was found.
    fn replay(&mut self, kv: &dyn Kv, manifest: &Manifest, after: u64) -> Result<Replayed, String> {
        let replayed = replay::replay(&self.options.folder, kv, &manifest.journals, after)?;
        self.report.replayed = replayed.groups;
        self.report.torn = replayed.scan.tail == Tail::Torn;
        Ok(replayed)
    }

    /// Decides where to go on writing, and makes a new snapshot at once if the old chain is broken.
    fn settle(&mut self, kv: Arc<dyn Kv>, replayed: Option<Replayed>, manifest: &Manifest) -> Result<Ready, OpenError> {
        let broken = match &replayed {
            Some(_) => missing(&self.options.folder, manifest),
            None => Some("the journals are damaged".into()),
        };
        let last = replayed.as_ref().map_or(manifest.checkpoint, |replayed| replayed.last);
        let journal = if let Some(what) = broken {
            tracing::error!(folder = %self.options.folder.display(), what, "a file is damaged; nothing is lost, as the engine has everything");
            self.report.notes.push(format!("{what}; the engine has everything, so a new snapshot was made"));
            self.rebase(&kv, last).map_err(|error| self.damaged(error.to_string()))?;
            None
        } else {
            self.go_on(replayed, manifest).map_err(|error| self.io(error))?
        };
        self.begin(&*kv, last)?;
        Ok((kv, last, journal))
    }

    fn go_on(&self, replayed: Option<Replayed>, manifest: &Manifest) -> io::Result<Option<Journal>> {
        let whole = replayed.filter(|replayed| replayed.scan.tail == Tail::Empty);
        let (Some(replayed), Some(file)) = (whole, manifest.journals.last()) else { return Ok(None) };
        Journal::resume(&*self.options.disk, &self.options.folder.join(&file.name), &replayed.scan).map(Some)
    }

    /// Starts a new chain of snapshot and journals from what the engine has.
    fn rebase(&self, kv: &Arc<dyn Kv>, last: u64) -> Result<(), snapshot::SnapshotError> {
        let gate = Gate::new(Arc::clone(kv));
        let file = snapshot::write(&*self.options.disk, &self.options.folder, &gate, &|| last, &|| false)?;
        self.home.update(|manifest| {
            manifest.checkpoint = last;
            manifest.snapshot = Some(file);
        })?;
        log::create(&self.home, last + 1, self.options.journal_file, 0)?;
        self.home.update(|manifest| manifest.journals.retain(|file| file.first > last))?;
        Ok(())
    }

    /// Notes that the engine is in use and has everything up to `last`.
    fn begin(&self, kv: &dyn Kv, last: u64) -> Result<(), OpenError> {
        kv.commit(&[applied_row(last)]).and_then(|()| kv.flush()).map_err(|error| self.damaged(error.to_string()))?;
        let suspect = self.home.suspect();
        if suspect.exists() {
            self.options.disk.remove(&suspect).map_err(|error| self.io(error))?;
        }
        let state = Place::of(&self.options.folder).map_or(State::Untrusted, State::Running);
        let note = |manifest: &mut Manifest| {
            manifest.state = state;
            manifest.checkpoint = last;
        };
        self.home.update(note).map_err(|error| self.io(error))
    }
}

/// The first file of the manifest that is not there with its length.
fn missing(folder: &Path, manifest: &Manifest) -> Option<String> {
    let snapshot = manifest.snapshot.iter().map(|file| (&file.name, file.bytes));
    let journals = manifest.journals.iter().map(|file| (&file.name, file.bytes));
    snapshot.chain(journals).find_map(|(name, bytes)| match fs::metadata(folder.join(name)) {
        Ok(meta) if meta.len() == bytes => None,
        Ok(meta) => Some(format!("{name} has {} bytes instead of {bytes}", meta.len())),
        Err(error) => Some(format!("{name}: {error}")),
    })
}

/// Whether the folder was being made when the power went: one journal file, which comes first of all, and nothing in it.
fn never_used(folder: &Path) -> bool {
    let names = folder::data_names(folder).unwrap_or_default();
    let nothing_in = |name: &str| fs::read(folder.join(name)).is_ok_and(|bytes| bytes.iter().skip(journal::SECTOR).all(|byte| *byte == 0));
    names == [FIRST_JOURNAL] && nothing_in(FIRST_JOURNAL)
}

/// Reads the manifest, or makes one from the files that are there.
fn find_manifest(folder: &Path, notes: &mut Vec<String>) -> Result<Manifest, OpenError> {
    match Manifest::read(folder) {
        Ok(Some(manifest)) => return Ok(manifest),
        Ok(None) => notes.push("the manifest was damaged and was made again from the files that are there".into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            notes.push("the manifest was missing and was made again from the files that are there".into());
        }
        Err(error) => return Err(OpenError::io(folder, error)),
    }
    let damaged = |what: String| OpenError::Damaged { folder: folder.into(), what };
    let mut manifest = Manifest::fresh();
    for name in folder::names(folder).map_err(|error| OpenError::io(folder, error))? {
        if name.starts_with("journal-") {
            let bytes = fs::read(folder.join(&name)).map_err(|error| OpenError::io(folder, error))?;
            let scan = journal::scan(&bytes, |_, _| ()).map_err(|what| damaged(format!("the manifest, and {name}: {what}")))?;
            manifest.journals.push(JournalFile { name, first: scan.first, bytes: bytes.len() as u64 });
        } else if let Some((from, to)) = name.strip_prefix("snapshot-").and_then(|numbers| numbers.split_once('-'))
            && let (Ok(from), Ok(to), Ok(meta)) = (from.parse(), to.parse(), fs::metadata(folder.join(&name)))
            && manifest.snapshot.as_ref().is_none_or(|file| file.from < from)
        {
            manifest.snapshot = Some(SnapshotFile { name, from, to, bytes: meta.len() });
        }
    }
    if manifest.journals.is_empty() {
        return Err(damaged("neither the manifest nor a journal is there".into()));
    }
    Ok(manifest)
}

/// Moves the engine's files out of the way and says where to, keeping only the newest that were moved.
fn set_aside(engine: &Path) -> io::Result<Option<PathBuf>> {
    let (Some(folder), Some(name)) = (engine.parent(), engine.file_name().and_then(|name| name.to_str())) else { return Ok(None) };
    if !engine.exists() {
        return Ok(None);
    }
    let prefix = format!("{name}.damaged-");
    for old in folder::names(folder)?.iter().filter(|found| found.starts_with(&prefix)) {
        fs::remove_dir_all(folder.join(old))?;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let aside = folder.join(format!("{prefix}{now}"));
    fs::rename(engine, &aside)?;
    Ok(Some(aside))
}
