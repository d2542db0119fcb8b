//! A snapshot: every row of every table in one file, from which the engine can be built anew.
//!
//! It is taken while writers go on, a few rows at a time. So its rows are of different moments between the entries `from` and
//! `to`; as entries are post-images, replaying all of them after `from` gives the exact state, provided they reach `to`.
//!
//! Frames of length, CRC-32 and post-images; the last frame is empty and followed by `to` and the number of rows.

use super::{Direction, StoreError, TableId, Write, disk::Disk, gate::Gate, images, manifest::SnapshotFile};
use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read},
    ops::Bound,
    path::Path,
    time::Duration,
};

const MAGIC: [u8; 8] = *b"MCsnap1\n";
/// Rows read at a time; between two reads, writers have their turn.
const ROWS: usize = 512;
const PAUSE: Duration = Duration::from_millis(1);
/// Post-images in a frame, in bytes.
const FRAME: usize = 256 << 10;
/// Bytes after which the file is synced, so that the journal's own syncs never wait for much.
const SYNC_AFTER: u64 = 8 << 20;

/// Why there is no snapshot.
#[derive(Debug)]
pub(super) enum SnapshotError {
    Disk(io::Error),
    Engine(StoreError),
    /// The store is closing.
    Stopped,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(error) => write!(f, "the disk failed: {error}"),
            Self::Engine(error) => write!(f, "the engine failed: {error}"),
            Self::Stopped => f.write_str("the store is closing"),
        }
    }
}

impl From<io::Error> for SnapshotError {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Writes a snapshot and makes it durable under its name.
/// `applied` says up to which entry the engine has everything; `stop` is asked now and then.
pub(super) fn write(
    disk: &dyn Disk,
    folder: &Path,
    gate: &Gate,
    applied: &dyn Fn() -> u64,
    stop: &dyn Fn() -> bool,
) -> Result<SnapshotFile, SnapshotError> {
    let from = applied();
    let unfinished = folder.join("snapshot.new");
    let mut out = Frames::create(disk, &unfinished, from)?;
    for table in 1..=u8::MAX {
        copy_table(TableId(table), gate, &mut out, stop)?;
    }
    let to = applied();
    let bytes = out.finish(to)?;
    let name = format!("snapshot-{from}-{to}");
    disk.rename(&unfinished, &folder.join(&name))?;
    disk.sync_folder(folder)?;
    Ok(SnapshotFile { name, from, to, bytes })
}

fn copy_table(table: TableId, gate: &Gate, out: &mut Frames, stop: &dyn Fn() -> bool) -> Result<(), SnapshotError> {
    let mut after: Option<Vec<u8>> = None;
    loop {
        let from = after.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let rows = gate.read(|kv| kv.scan(table, from, Bound::Unbounded, Direction::Ascending, ROWS)).map_err(SnapshotError::Engine)?;
        for (key, value) in &rows {
            out.push(table, key, value)?;
        }
        if rows.len() < ROWS {
            return Ok(());
        }
        after = rows.into_iter().next_back().map(|(key, _)| key);
        if stop() {
            return Err(SnapshotError::Stopped);
        }
        std::thread::sleep(PAUSE);
    }
}

/// A snapshot file under way.
struct Frames {
    file: Box<dyn super::disk::DiskFile>,
    offset: u64,
    synced: u64,
    rows: u64,
    body: Vec<u8>,
}

impl Frames {
    fn create(disk: &dyn Disk, path: &Path, from: u64) -> io::Result<Self> {
        let file = disk.create(path)?;
        let mut frames = Self { file, offset: 0, synced: 0, rows: 0, body: Vec::with_capacity(FRAME) };
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&from.to_le_bytes());
        head.extend_from_slice(&crc32fast::hash(&head).to_le_bytes());
        frames.write(&head)?;
        Ok(frames)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_at(bytes, self.offset)?;
        self.offset += bytes.len() as u64;
        if self.offset - self.synced >= SYNC_AFTER {
            self.file.sync()?;
            self.synced = self.offset;
        }
        Ok(())
    }

    fn push(&mut self, table: TableId, key: &[u8], value: &[u8]) -> io::Result<()> {
        images::push(&mut self.body, table, key, Some(value));
        self.rows += 1;
        if self.body.len() >= FRAME { self.end_frame() } else { Ok(()) }
    }

    fn end_frame(&mut self) -> io::Result<()> {
        let body = std::mem::replace(&mut self.body, Vec::with_capacity(FRAME));
        let mut head = u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
        head.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        self.write(&head)?;
        self.write(&body)
    }

    fn finish(mut self, to: u64) -> io::Result<u64> {
        if !self.body.is_empty() {
            self.end_frame()?;
        }
        self.body = Vec::new();
        self.end_frame()?;
        let mut foot = to.to_le_bytes().to_vec();
        foot.extend_from_slice(&self.rows.to_le_bytes());
        foot.extend_from_slice(&crc32fast::hash(&foot).to_le_bytes());
        self.write(&foot)?;
        self.file.sync()?;
        Ok(self.offset)
    }
}

/// Reads a snapshot and shows its rows, many at a time. An error names what is wrong with the file.
pub(super) fn read(path: &Path, mut visit: impl FnMut(Vec<Write>) -> Result<(), StoreError>) -> Result<(u64, u64), String> {
    let bad = |what: &str| format!("{}: {what}", path.display());
    let failed = |error: io::Error| bad(&error.to_string());
    let mut file = BufReader::with_capacity(FRAME, File::open(path).map_err(failed)?);
    let head: [u8; 20] = take(&mut file).map_err(failed)?;
    let (start, crc) = head.split_at(16);
    if !start.starts_with(&MAGIC) || crc != crc32fast::hash(start).to_le_bytes() {
        return Err(bad("its head is not that of a snapshot"));
    }
    let from = number(start.get(8..));
    let mut rows = 0;
    loop {
        let [a, b, c, d, crc @ ..]: [u8; 8] = take(&mut file).map_err(failed)?;
        let mut body = Vec::new();
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        (&mut file).take(length).read_to_end(&mut body).map_err(failed)?;
        if body.len() as u64 != length || crc32fast::hash(&body).to_le_bytes() != crc {
            return Err(bad("a part of it has changed"));
        }
        if body.is_empty() {
            break;
        }
        let writes = images::decode(&body).ok_or_else(|| bad("a part of it cannot be read"))?;
        rows += writes.len() as u64;
        visit(writes).map_err(|error| bad(&error.to_string()))?;
    }
    let foot: [u8; 20] = take(&mut file).map_err(failed)?;
    let (end, crc) = foot.split_at(16);
    if crc != crc32fast::hash(end).to_le_bytes() || number(end.get(8..)) != rows {
        return Err(bad("its end is not that of a snapshot"));
    }
    Ok((from, number(end.get(..8))))
}

fn take<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn number(bytes: Option<&[u8]>) -> u64 {
    bytes.and_then(|bytes| bytes.first_chunk()).map_or(0, |chunk| u64::from_le_bytes(*chunk))
}
