//! By what entries are found without reading all of them: numbers in the order of the log, for each thing that is looked for.

use super::is_frequent;
use crate::{
    clock::Day,
    ids::{ChatId, UserId},
    store::{
        Direction, Read, StoreError,
        records::audit::{Action, Author, Entry},
        tables::AUDIT_INDEX,
    },
};

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// What somebody has done.
    By(UserId),
    /// What was done with somebody.
    About(UserId),
    /// What was done in a conversation.
    In(ChatId),
    /// What was done so; only what is not done all the time, which is found soon anyway.
    Done(Action),
    /// Where a day begins: an entry of another day stands before it. A clock that was set back makes a day begin twice.
    Begins(Day),
}

impl Mark {
    /// How it stands in keys. The numbers are on disks.
    fn key(self) -> (u8, u64) {
        match self {
            Self::By(user) => (1, user.0),
            Self::About(user) => (2, user.0),
            Self::In(chat) => (3, chat.0),
            Self::Done(action) => (4, action as u64),
            Self::Begins(day) => (5, day.0),
        }
    }

    /// The row for an entry.
    #[must_use]
    pub fn row(self, number: u64) -> (u8, u64, u64) {
        let (kind, id) = self.key();
        (kind, id, number)
    }

    /// Everything by which an entry is found.
    pub fn of(entry: &Entry) -> impl Iterator<Item = Self> {
        let by = match entry.author {
            Author::Person(user) => Some(user),
            _ => None,
        };
        let done = Some(entry.action).filter(|action| !is_frequent(*action));
        [by.map(Self::By), entry.person.map(Self::About), entry.chat.map(Self::In), done.map(Self::Done)].into_iter().flatten()
    }
}

/// Where days begin: the number of the first entry and the day, in the order of the log.
pub(super) fn days(read: &impl Read) -> Result<Vec<(u64, Day)>, StoreError> {
    let all = Mark::Begins(Day(0)).row(0)..=Mark::Begins(Day(u64::MAX)).row(u64::MAX);
    let rows = read.scan(AUDIT_INDEX, all, Direction::Ascending, usize::MAX)?;
    let mut days: Vec<_> = rows.into_iter().map(|((_, day, number), ())| (number, Day(day))).collect();
    days.sort_unstable();
    Ok(days)
}

/// Numbers of entries below one, the newest first.
pub fn numbers(read: &impl Read, mark: Mark, below: u64, limit: usize) -> Result<Vec<u64>, StoreError> {
    let rows = read.scan(AUDIT_INDEX, mark.row(0)..mark.row(below), Direction::Descending, limit)?;
    Ok(rows.into_iter().map(|((.., number), ())| number).collect())
}
