//! A file under inspection: reads that never go beyond it and never take more memory than asked for.

use std::{fs::File, io, os::unix::fs::FileExt as _};

/// A file and its length.
#[derive(Debug)]
pub struct Source<'a> {
    file: &'a File,
    len: u64,
}

impl<'a> Source<'a> {
    /// Over an open file.
    pub fn new(file: &'a File) -> io::Result<Self> {
        Ok(Self { file, len: file.metadata()?.len() })
    }

    /// Bytes in it.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// At most `count` bytes from a place on; fewer at the end.
    pub fn read(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let there = self.len.saturating_sub(offset);
        let mut bytes = vec![0; count.min(usize::try_from(there).unwrap_or(usize::MAX))];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// The last bytes, at most `count`.
    pub fn tail(&self, count: usize) -> io::Result<Vec<u8>> {
        self.read(self.len.saturating_sub(count as u64), count)
    }

    /// Exactly `N` bytes; `None` when the file ends before.
    pub fn exact<const N: usize>(&self, offset: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.read(offset, N)?.try_into().ok())
    }
}

/// A little-endian number at a place; 0 where nothing is.
pub fn le16(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// A little-endian number at a place; 0 where nothing is.
pub fn le32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

/// A little-endian number at a place; 0 where nothing is.
pub fn le64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

/// A big-endian number at a place; 0 where nothing is.
pub fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// A big-endian number at a place; 0 where nothing is.
pub fn be64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes)
}

/// Where a pattern begins.
pub fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

/// Whether a pattern in lower case stands anywhere, in any case.
pub fn contains_folded(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.windows(pattern.len()).any(|window| window.eq_ignore_ascii_case(pattern))
}
