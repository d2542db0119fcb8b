//! What is not in the index yet, read from the tables: new messages behind its last place, and changes after its cursor.

use super::{doc::Subject, index::Directory};
use crate::{
    ids::{ChatId, Cursor, Seq},
    store::{
        Direction, Read, StoreError,
        records::{Chat, Message},
        tables,
    },
};

/// Places and messages.
pub type Rows = Vec<(u64, Subject)>;

/// How the index stands to a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has everything.
    Even,
    /// It lacks something.
    Behind,
    /// It has what is not there: it is of another time, and of no use.
    Ahead,
}

/// How a directory stands to its conversation.
#[must_use]
pub fn standing(chat: &Chat, directory: &Directory) -> Standing {
    let (have, are) = ((directory.last(), directory.cursor), (chat.last_seq.0, chat.cursor));
    if have == are {
        Standing::Even
    } else if have.0 > are.0 || have.1 > are.1 {
        Standing::Ahead
    } else {
        Standing::Behind
    }
}

/// Which messages have changed after the index took them, and up to which change this is complete: all changes, or at most `limit`.
pub fn changed(read: &impl Read, id: ChatId, chat: &Chat, directory: &Directory, limit: usize) -> Result<(Vec<u64>, Cursor), StoreError> {
    if directory.cursor >= chat.cursor {
        return Ok((Vec::new(), chat.cursor));
    }
    let range = (id, directory.cursor.next())..=(id, chat.cursor);
    let rows = read.scan(tables::CHANGES, range, Direction::Ascending, limit)?;
    let end = rows.last().filter(|_| rows.len() == limit).map_or(chat.cursor, |((_, cursor), _)| *cursor);
    let taken = directory.last();
    Ok((rows.into_iter().map(|(_, seq)| seq.0).filter(|seq| *seq <= taken).collect(), end))
}

/// The messages at places, as far as their words are not what they were when they were sent.
pub fn at(read: &impl Read, id: ChatId, places: &[u64]) -> Result<Rows, StoreError> {
    let mut rows = Rows::new();
    for place in places {
        let message = read.get(tables::MESSAGES, &(id, Seq(*place)))?;
        // A reaction or an acknowledgement changes nothing that one looks for.
        let differs = |message: &Message| message.edited_at.is_some() || message.deleted_at.is_some();
        if let Some(message) = message.filter(differs) {
            rows.push((*place, Subject::read(read, message)?));
        }
    }
    Ok(rows)
}

/// The first messages behind a place, at most `limit`.
pub fn behind(read: &impl Read, id: ChatId, place: u64, limit: usize) -> Result<Rows, StoreError> {
    let range = (id, Seq(place + 1))..=(id, Seq::MAX);
    subjects(read, read.scan(tables::MESSAGES, range, Direction::Ascending, limit)?)
}

/// The newest messages behind a place, at most `limit`, newest first.
pub fn newest(read: &impl Read, id: ChatId, place: u64, limit: usize) -> Result<Rows, StoreError> {
    let range = (id, Seq(place + 1))..=(id, Seq::MAX);
    subjects(read, read.scan(tables::MESSAGES, range, Direction::Descending, limit)?)
}

fn subjects(read: &impl Read, rows: Vec<((ChatId, Seq), Message)>) -> Result<Rows, StoreError> {
    rows.into_iter().map(|((_, seq), message)| Ok((seq.0, Subject::read(read, message)?))).collect()
}
