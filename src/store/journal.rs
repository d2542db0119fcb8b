//! The journal: what was committed, in order, on disk before anybody is told.
//!
//! A file is made at its full size, filled with zeros, and named in the manifest before its first entry. So its length never
//! changes: a sync writes data only, and a file that has been cut is recognised. An entry is one group: magic, length, sequence
//! number, CRC-32 of all that with the file's salt, post-images, one closing byte; it starts on a sector of its own, so that
//! writing it never touches a sector with acknowledged data.
//!
//! Only the newest entry can be torn by a power cut. A tail counts as torn when at least one of its sectors was never written;
//! when all were written and the CRC is wrong, or when intact entries follow, it is damage and is named.

use super::disk::{Disk, DiskFile};
use std::{fmt, io, path::Path};

/// What a disk writes as one.
pub(super) const SECTOR: usize = 512;
const FILE_MAGIC: [u8; 8] = *b"MCjrnl1\n";
const FILE_HEAD: usize = 32;
const ENTRY_MAGIC: [u8; 4] = *b"Entr";
const ENTRY_HEAD: usize = 20;
/// Closes an entry, so that its last sector is never all zeros.
const CLOSING: u8 = 0xe7;

/// Which step of appending failed.
#[derive(Debug)]
pub(super) enum JournalError {
    /// The bytes were not taken, or not all of them.
    Write(io::Error),
    /// They were taken, but nobody knows whether they are on the disk.
    Sync(io::Error),
}

/// A journal file open for appending.
#[derive(Debug)]
pub(super) struct Journal {
    file: Box<dyn DiskFile>,
    salt: u32,
    size: u64,
    position: u64,
}

impl Journal {
    /// Makes a new file whose first entry will have the number `first`, with room for at least `room` bytes of post-images.
    /// Its name must be made durable by the caller before anything is appended.
    pub(super) fn create(disk: &dyn Disk, path: &Path, first: u64, salt: u32, size: u64, room: usize) -> io::Result<Self> {
        let size = size.max((SECTOR + padded(room)) as u64).next_multiple_of(SECTOR as u64);
        let file = disk.create(path)?;
        let zeros = vec![0; 1 << 20];
        let mut offset = 0;
        while offset < size {
            let step = (size - offset).min(zeros.len() as u64);
            file.write_at(zeros.get(..usize::try_from(step).unwrap_or(0)).unwrap_or_default(), offset)?;
            offset += step;
        }
        file.write_at(&file_head(first, size, salt), 0)?;
        file.sync()?;
        Ok(Self { file, salt, size, position: SECTOR as u64 })
    }

    /// Goes on with a file after its last entry.
    pub(super) fn resume(disk: &dyn Disk, path: &Path, scan: &Scan) -> io::Result<Self> {
        Ok(Self { file: disk.open(path)?, salt: scan.salt, size: scan.size, position: scan.end })
    }

    /// The file's length in bytes; it never changes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Whether an entry of that many bytes of post-images still goes in.
    pub(super) fn fits(&self, body: usize) -> bool {
        self.position + padded(body) as u64 <= self.size
    }

    /// Appends one entry and waits until it survives a power cut. Returns the bytes used.
    /// After an error the file must not be appended to: nobody knows what of the entry is on the disk.
    pub(super) fn append(&mut self, number: u64, body: &[u8]) -> Result<u64, JournalError> {
        let bytes = entry(self.salt, number, body);
        self.file.write_at(&bytes, self.position).map_err(JournalError::Write)?;
        self.file.sync().map_err(JournalError::Sync)?;
        self.position += bytes.len() as u64;
        Ok(bytes.len() as u64)
    }
}

/// Bytes on disk of an entry with that many bytes of post-images.
fn padded(body: usize) -> usize {
    (ENTRY_HEAD + body + 1).next_multiple_of(SECTOR)
}

fn file_head(first: u64, size: u64, salt: u32) -> Vec<u8> {
    let mut head = FILE_MAGIC.to_vec();
    head.extend_from_slice(&first.to_le_bytes());
    head.extend_from_slice(&size.to_le_bytes());
    head.extend_from_slice(&salt.to_le_bytes());
    head.extend_from_slice(&crc32fast::hash(&head).to_le_bytes());
    head
}

fn entry(salt: u32, number: u64, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(padded(body.len()));
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&ENTRY_MAGIC);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&entry_crc(salt, length, number, body).to_le_bytes());
    bytes.extend_from_slice(body);
    bytes.push(CLOSING);
    bytes.resize(padded(body.len()), 0);
    bytes
}

fn entry_crc(salt: u32, length: u32, number: u64, body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new_with_initial(salt);
    crc.update(&length.to_le_bytes());
    crc.update(&number.to_le_bytes());
    crc.update(body);
    crc.finalize()
}

/// What follows the last intact entry of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing.
    Empty,
    /// Part of an entry whose writing was cut short. It was never acknowledged.
    Torn,
    /// Something that cannot have come from a power cut.
    Damaged(&'static str),
}

/// What a journal file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    /// Number of the first entry, whether or not it is there yet.
    pub first: u64,
    /// Number after the last intact entry.
    pub next: u64,
    /// Where the last intact entry ends, in bytes.
    pub end: u64,
    /// What comes after it.
    pub tail: Tail,
    salt: u32,
    size: u64,
}

/// A journal file that cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Reads the bytes of a journal file and shows each intact entry: its number and post-images.
pub(super) fn scan(bytes: &[u8], mut visit: impl FnMut(u64, &[u8])) -> Result<Scan, Unreadable> {
    let (first, size, salt) = read_file_head(bytes).ok_or(Unreadable("its head is not that of a journal"))?;
    if bytes.len() as u64 != size {
        return Err(Unreadable("it has not the length it was made with"));
    }
    let (mut next, mut at) = (first, SECTOR);
    while let Some((number, body)) = read_entry(bytes, at, salt).filter(|(number, _)| *number == next) {
        visit(number, body);
        at += padded(body.len());
        next += 1;
    }
    let tail = judge(bytes, at, salt, next);
    Ok(Scan { first, next, end: at as u64, tail, salt, size })
}

fn read_file_head(bytes: &[u8]) -> Option<(u64, u64, u32)> {
    let head = bytes.get(..FILE_HEAD)?;
    let first = u64_at(head, 8)?;
    let size = u64_at(head, 16)?;
    let salt = u32_at(head, 24)?;
    (head == file_head(first, size, salt)).then_some((first, size, salt))
}

/// The entry at an offset, if it is whole and its CRC is right.
fn read_entry(bytes: &[u8], at: usize, salt: u32) -> Option<(u64, &[u8])> {
    let entry = bytes.get(at..)?;
    if entry.get(..4)? != ENTRY_MAGIC {
        return None;
    }
    let (length, number, crc) = (u32_at(entry, 4)?, u64_at(entry, 8)?, u32_at(entry, 16)?);
    let end = ENTRY_HEAD.checked_add(usize::try_from(length).ok()?)?;
    let body = entry.get(ENTRY_HEAD..end)?;
    (entry.get(end) == Some(&CLOSING) && entry_crc(salt, length, number, body) == crc).then_some((number, body))
}

/// Decides what stands after the last intact entry.
fn judge(bytes: &[u8], at: usize, salt: u32, next: u64) -> Tail {
    let rest = bytes.get(at..).unwrap_or_default();
    let Some(last) = rest.iter().rposition(|byte| *byte != 0) else { return Tail::Empty };
    let later = (SECTOR..=last).step_by(SECTOR).filter_map(|ahead| read_entry(bytes, at + ahead, salt));
    if later.into_iter().any(|(number, _)| number > next) {
        return Tail::Damaged("an entry in the middle is damaged");
    }
    let written = |sector: &[u8]| sector.iter().any(|byte| *byte != 0);
    let length = if rest.starts_with(&ENTRY_MAGIC) { u32_at(rest, 4).and_then(|n| usize::try_from(n).ok()) } else { None };
    match length.and_then(|length| rest.get(..padded(length))) {
        Some(entry) if last >= entry.len() => Tail::Damaged("something stands behind the last entry"),
        Some(entry) if entry.chunks(SECTOR).all(written) => Tail::Damaged("the last entry is damaged"),
        None if rest.get(..SECTOR).is_some_and(written) => Tail::Damaged("the head of the last entry is damaged"),
        Some(_) | None => Tail::Torn,
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
