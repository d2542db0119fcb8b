//! How a store is opened, and what opening can answer.

use super::disk::{Disk, LocalDisk};
use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

/// Where the data lies and how much room it may take. [`Options::new`] has what fits a clinic.
#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder; made when it is missing.
    pub folder: PathBuf,
    /// Page cache of the engine, in bytes.
    pub cache: u64,
    /// Length of a journal file, in bytes.
    pub journal_file: u64,
    /// A checkpoint after this many bytes of journal. Bounds the work of a start after a kill.
    pub checkpoint_after: u64,
    /// A snapshot after this many bytes of journal, or after as many as the last snapshot has, whichever is more.
    /// Bounds the work of a rebuild, and with it the disk: twice the data for snapshots, once the data (or this) for journals.
    pub snapshot_after: u64,
    /// A checkpoint when nothing was written for this long.
    pub idle: Duration,
    /// Writes are refused when fewer bytes than this are free.
    pub min_free: u64,
    /// Waiting operations; more have to wait before they may wait.
    pub queue: usize,
    /// The disk; tests put a failing one here.
    pub disk: Arc<dyn Disk>,
}

impl Options {
    /// Sensible values for a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            cache: 48 << 20,
            journal_file: 8 << 20,
            checkpoint_after: 16 << 20,
            snapshot_after: 128 << 20,
            idle: Duration::from_secs(3),
            min_free: 64 << 20,
            queue: 1024,
            disk: Arc::new(LocalDisk),
        }
    }
}

/// How the store came up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The folder was empty.
    New,
    /// The program had been stopped properly, and the engine's files are exactly as it left them.
    Clean,
    /// The program had been killed; the journal since the last checkpoint was replayed.
    Killed,
    /// The engine's files were not to be trusted and were built anew from snapshot and journals.
    Rebuilt {
        /// Why they were not to be trusted.
        why: String,
    },
}

/// What opening found and did. Whatever is in `notes` is for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenReport {
    /// How it came up.
    pub start: Start,
    /// Groups replayed from the journal.
    pub replayed: u64,
    /// True when the newest entry of the journal was incomplete and left out: it was being written when the power went,
    /// and nobody had been told that it was safe.
    pub torn: bool,
    /// Damage that was found and worked around without losing anything.
    pub notes: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Why a data folder cannot be opened. Nothing in it has been changed or thrown away then.
#[derive(Debug)]
pub enum OpenError {
    /// Another process uses it.
    Locked {
        /// The data folder.
        folder: PathBuf,
        /// The other process, if it said so.
        pid: Option<u32>,
    },
    /// A newer version of the program wrote it.
    Newer {
        /// The data folder.
        folder: PathBuf,
        /// The version found.
        found: u64,
    },
    /// It cannot be written.
    ReadOnly {
        /// The data folder.
        folder: PathBuf,
    },
    /// Something that was promised to be there is not there or has changed.
    Damaged {
        /// The data folder.
        folder: PathBuf,
        /// Which file and what is wrong with it.
        what: String,
    },
    /// The disk reported an error.
    Io {
        /// The data folder.
        folder: PathBuf,
        /// What it reported.
        error: io::Error,
    },
}

impl OpenError {
    /// Gives an error of the disk its sentence.
    pub(super) fn io(folder: impl Into<PathBuf>, error: io::Error) -> Self {
        let folder = folder.into();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { folder },
            _ => Self::Io { folder, error },
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { folder, pid: Some(pid) } => {
                write!(f, "The data folder {} is in use by another MommyCare (process {pid}).", folder.display())
            }
            Self::Locked { folder, pid: None } => write!(f, "The data folder {} is in use by another MommyCare.", folder.display()),
            Self::Newer { folder, found } => write!(
                f,
                "The data folder {} was written by a newer MommyCare (data version {found}, this program reads up to {}). \
                 Please install the newer program again.",
                folder.display(),
                super::folder::VERSION
            ),
            Self::ReadOnly { folder } => {
                write!(
                    f,
                    "The data folder {} cannot be written. Please check who owns it and whether its disk is mounted for writing.",
                    folder.display()
                )
            }
            Self::Damaged { folder, what } => write!(
                f,
                "The data folder {} is damaged: {what}. Nothing was changed. Please look after the disk and restore the last backup.",
                folder.display()
            ),
            Self::Io { folder, error } => write!(f, "The data folder {} cannot be opened: {error}.", folder.display()),
        }
    }
}

impl std::error::Error for OpenError {}
