//! The manifest: one small text file that says which files the data folder consists of and how the program left it.
//! It is replaced as a whole, so it is always the old one or the new one. Its last line is a CRC-32 of the lines before.

use super::disk::{self, Disk};
use std::{
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

const NAME: &str = "manifest";
const TITLE: &str = "mommycare-manifest 1";

/// One run of the machine and one place of the folder. Within it, what a killed program had handed to the operating system is
/// still there; a copied folder or a restarted machine is another place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place(String);

impl Place {
    /// Where the folder is now; `None` when the system does not say.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let meta = fs::metadata(folder).ok()?;
        Some(Self(format!("{}/{}/{}", boot.trim(), meta.dev(), meta.ino())))
    }
}

/// How the engine's files were left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    /// In use since then.
    Running(Place),
    /// They are not to be trusted: being opened or built, or found faulty.
    Untrusted,
    /// Closed with exactly these files.
    Clean(Vec<Print>),
}

/// A file of the engine: path below its folder, length in bytes, CRC-32.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Print {
    pub path: String,
    pub bytes: u64,
    pub crc: u32,
}

/// A snapshot: with all entries after `from` it gives the whole state. It saw nothing newer than `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SnapshotFile {
    pub name: String,
    pub from: u64,
    pub to: u64,
    pub bytes: u64,
}

/// A journal file, the number of its first entry, its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JournalFile {
    pub name: String,
    pub first: u64,
    pub bytes: u64,
}

/// What the data folder consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub state: State,
    /// The engine's files hold every entry up to this one, unless the machine lost power since.
    pub checkpoint: u64,
    pub snapshot: Option<SnapshotFile>,
    /// Oldest first.
    pub journals: Vec<JournalFile>,
}

impl Manifest {
    /// Of a folder without data.
    pub(super) fn fresh() -> Self {
        Self { state: State::Untrusted, checkpoint: 0, snapshot: None, journals: Vec::new() }
    }

    /// The file of a folder.
    pub(super) fn path(folder: &Path) -> PathBuf {
        folder.join(NAME)
    }

    /// Reads the manifest of a folder; `None` when it is damaged.
    pub(super) fn read(folder: &Path) -> io::Result<Option<Self>> {
        Ok(std::str::from_utf8(&fs::read(Self::path(folder))?).ok().and_then(Self::parse))
    }

    /// Writes it and waits until it survives a power cut.
    pub(super) fn write(&self, disk: &dyn Disk, folder: &Path) -> io::Result<()> {
        disk::replace(disk, &Self::path(folder), self.text().as_bytes())
    }

    /// The name for the next journal file.
    pub(super) fn next_journal(&self) -> String {
        let last = self.journals.last().and_then(|file| file.name.strip_prefix("journal-")?.parse::<u64>().ok());
        format!("journal-{:08}", last.unwrap_or(0) + 1)
    }

    /// Bytes of all journals but the one that is being written.
    pub(super) fn finished_journal_bytes(&self) -> u64 {
        self.journals.iter().rev().skip(1).map(|file| file.bytes).sum()
    }

    fn text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        // Writing to a String cannot fail.
        let _ = match &self.state {
            State::Running(Place(place)) => writeln!(text, "state running {place}"),
            State::Untrusted => writeln!(text, "state untrusted"),
            State::Clean(_) => writeln!(text, "state clean"),
        };
        let _ = writeln!(text, "checkpoint {}", self.checkpoint);
        if let Some(SnapshotFile { name, from, to, bytes }) = &self.snapshot {
            let _ = writeln!(text, "snapshot {name} {from} {to} {bytes}");
        }
        for JournalFile { name, first, bytes } in &self.journals {
            let _ = writeln!(text, "journal {name} {first} {bytes}");
        }
        if let State::Clean(prints) = &self.state {
            for Print { path, bytes, crc } in prints {
                let _ = writeln!(text, "engine {path} {bytes} {crc}");
            }
        }
        let _ = writeln!(text, "crc {:08x}", crc32fast::hash(text.as_bytes()));
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let (body, crc) = text.strip_suffix('\n')?.rsplit_once('\n')?;
        let body = format!("{body}\n");
        if crc != format!("crc {:08x}", crc32fast::hash(body.as_bytes())) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != TITLE {
            return None;
        }
        let mut manifest = Self::fresh();
        for line in lines {
            manifest.take(&line.split(' ').collect::<Vec<_>>())?;
        }
        Some(manifest)
    }

    fn take(&mut self, words: &[&str]) -> Option<()> {
        match *words {
            ["state", "running", place] => self.state = State::Running(Place(place.into())),
            ["state", "untrusted"] => self.state = State::Untrusted,
            ["state", "clean"] => self.state = State::Clean(Vec::new()),
            ["checkpoint", number] => self.checkpoint = number.parse().ok()?,
            ["snapshot", name, from, to, bytes] => {
                let (from, to, bytes) = (from.parse().ok()?, to.parse().ok()?, bytes.parse().ok()?);
                self.snapshot = Some(SnapshotFile { name: name.into(), from, to, bytes });
            }
            ["journal", name, first, bytes] => {
                self.journals.push(JournalFile { name: name.into(), first: first.parse().ok()?, bytes: bytes.parse().ok()? });
            }
            ["engine", path, bytes, crc] => {
                let State::Clean(prints) = &mut self.state else { return None };
                prints.push(Print { path: path.into(), bytes: bytes.parse().ok()?, crc: crc.parse().ok()? });
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_comes_back_and_a_changed_one_is_refused() {
        let manifest = Manifest {
            state: State::Clean(vec![Print { path: "blobs/12".into(), bytes: 7, crc: 9 }]),
            checkpoint: 4,
            snapshot: Some(SnapshotFile { name: "snapshot-1".into(), from: 2, to: 3, bytes: 100 }),
            journals: vec![JournalFile { name: "journal-00000007".into(), first: 2, bytes: 512 }],
        };
        let text = manifest.text();
        assert_eq!(manifest.next_journal(), "journal-00000008");
        assert_eq!(Manifest::parse(&text), Some(manifest));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            assert_eq!(std::str::from_utf8(&changed).ok().and_then(Manifest::parse), None, "byte {at}");
            assert_eq!(Manifest::parse(&text[..at]), None, "cut at {at}");
        }
    }
}
