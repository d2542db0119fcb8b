//! What can go wrong below the rules.

use super::TableId;
use crate::error::{Code, Error};
use std::fmt;

/// A failure of the store. None of them has written anything of the operation that got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The disk is nearly full. Reads go on; writes work again as soon as there is room.
    Full,
    /// The engine or the disk reported an error; the text is for the operator.
    Io(String),
    /// Bytes that this program did not write or that have changed since.
    Damaged {
        /// Where.
        table: TableId,
        /// What is wrong.
        what: &'static str,
    },
    /// A record that a newer version of the program wrote.
    NewerRecord {
        /// Where.
        table: TableId,
        /// The version found.
        version: u8,
    },
    /// A record that cannot be written as bytes.
    Unencodable,
    /// The operation panicked. That is a mistake in the program; nothing of it was written.
    Panicked,
    /// The store has been closed, or has stopped after an error of the disk.
    Closed,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(f, "the disk is full"),
            Self::Io(what) => write!(f, "the disk or the engine failed: {what}"),
            Self::Damaged { table, what } => write!(f, "table {}: {what}", table.0),
            Self::NewerRecord { table, version } => {
                write!(f, "table {} holds a record of version {version}, which only a newer MommyCare can read", table.0)
            }
            Self::Unencodable => write!(f, "a record cannot be written as bytes"),
            Self::Panicked => write!(f, "an operation panicked"),
            Self::Closed => write!(f, "the store is closed"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for Error {
    /// The caller learns whether to try again; the log learns what happened.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::new(Code::StorageFull).retry_after(30),
            StoreError::Closed => Self::new(Code::Unavailable).retry_after(2),
            other => {
                tracing::error!(error = %other, "the store failed");
                Self::new(Code::Internal)
            }
        }
    }
}
