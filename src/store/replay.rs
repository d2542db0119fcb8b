//! Replaying journals: every entry in order, into the engine, or the name of the file that is damaged.

use super::{
    Kv, StoreError, Write, images,
    journal::{self, Scan, Tail},
    manifest::JournalFile,
    tx::Overlay,
};
use std::{fs, path::Path};

/// Writes that go to the engine at a time while it is built.
const CHUNK: usize = 512;
/// Bytes of post-images that are gathered before they go to the engine.
const BATCH: usize = 4 << 20;

/// What replaying gave.
pub(super) struct Replayed {
    /// Number of the last entry.
    pub last: u64,
    /// How many entries were applied.
    pub groups: u64,
    /// What the newest file holds.
    pub scan: Scan,
}

/// Applies every entry after `after`. An error says which file is damaged and how.
pub(super) fn replay(folder: &Path, kv: &dyn Kv, files: &[JournalFile], after: u64) -> Result<Replayed, String> {
    let needed = files.iter().rposition(|file| file.first <= after + 1).ok_or("there is no journal from where it must begin")?;
    let mut pending = Pending { kv, overlay: Overlay::new(), bytes: 0, failed: None };
    let (mut groups, mut newest) = (0, None);
    for (file, following) in files.iter().zip(files.iter().skip(1).map(Some).chain([None])).skip(needed) {
        let scan = read_journal(folder, file, |number, body| {
            if number > after {
                groups += 1;
                pending.add(body);
            }
        })?;
        check_end(file, &scan, following)?;
        newest = Some(scan);
    }
    pending.finish()?;
    let scan = newest.ok_or("there is no journal")?;
    Ok(Replayed { last: scan.next - 1, groups, scan })
}

/// A file must end where the next begins. What stands behind its last entry matters in the newest file only: elsewhere it is
/// what remained of a write for which there was no room, or which the power cut short before a restart.
fn check_end(file: &JournalFile, scan: &Scan, following: Option<&JournalFile>) -> Result<(), String> {
    match (following, &scan.tail) {
        (Some(next), _) if scan.next != next.first => {
            Err(format!("{} ends before entry {} where {} begins", file.name, next.first, next.name))
        }
        (None, Tail::Damaged(what)) => Err(format!("{} at byte {}: {what}", file.name, scan.end)),
        _ => Ok(()),
    }
}

/// Post-images on their way into the engine, the newest of each key only.
struct Pending<'a> {
    kv: &'a dyn Kv,
    overlay: Overlay,
    bytes: usize,
    failed: Option<String>,
}

impl Pending<'_> {
    fn add(&mut self, body: &[u8]) {
        let Some(writes) = images::decode(body) else {
            self.failed = Some("an entry of the journal cannot be read".into());
            return;
        };
        self.bytes += body.len();
        self.overlay.extend(writes.into_iter().map(|write| ((write.table, write.key), write.value)));
        if self.bytes >= BATCH {
            self.apply();
        }
    }

    fn apply(&mut self) {
        self.bytes = 0;
        let writes: Vec<Write> = std::mem::take(&mut self.overlay).into_iter().map(Write::from).collect();
        if let Err(error) = apply(self.kv, &writes) {
            self.failed = Some(error.to_string());
        }
    }

    fn finish(mut self) -> Result<(), String> {
        self.apply();
        self.failed.map_or(Ok(()), Err)
    }
}

/// Applies many writes of which nobody needs to see all or none: in small batches and with a flush after them, since the engine
/// keeps in memory what it has not yet handed on.
pub(super) fn apply(kv: &dyn Kv, writes: &[Write]) -> Result<(), StoreError> {
    writes.chunks(CHUNK).try_for_each(|chunk| kv.commit(chunk))?;
    kv.flush()
}

fn read_journal(folder: &Path, file: &JournalFile, visit: impl FnMut(u64, &[u8])) -> Result<Scan, String> {
    let bytes = fs::read(folder.join(&file.name)).map_err(|error| format!("{}: {error}", file.name))?;
    let scan = journal::scan(&bytes, visit).map_err(|error| format!("{}: {error}", file.name))?;
    if scan.first == file.first { Ok(scan) } else { Err(format!("{} is not the file that the manifest names", file.name)) }
}
