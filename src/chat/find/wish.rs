//! What is looked for, read from a query.

use super::Position;
use crate::{
    clock::Timestamp,
    contract::{Word as _, request::FindQuery},
    error::{Code, Error, Result},
    fold::check_search,
    ids::ChatId,
    search::{Filters, MAX_WORDS, Query, Unusable},
    store::records::MessageKind,
};

/// At most so many hits on a page.
const MAX_LIMIT: u64 = 100;
/// So many when nothing is said.
const USUAL_LIMIT: u64 = 20;

/// A valid wish for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The words.
    pub(super) query: Query,
    /// What else is asked of a message.
    pub(super) filters: Filters,
    /// Only here.
    pub(super) chat: Option<ChatId>,
    /// Not before this moment.
    pub(super) after: Timestamp,
    /// The first position that may be shown.
    pub(super) from: Option<Position>,
    /// So many.
    pub(super) limit: usize,
}

impl Wish {
    /// Reads a query. `before` is the first moment that is too late, `after` the first that is not too early.
    pub fn new(query: &FindQuery) -> Result<Self> {
        let words = words(query.q.as_deref().unwrap_or_default())?;
        let kind = query.kind.as_deref().map(|word| {
            let allowed = || MessageKind::WORDS.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ");
            MessageKind::from_word(word).ok_or_else(|| Error::field("type", format!("must be one of {}", allowed())))
        });
        let from = query.from.as_deref().map(|id| id.parse().map_err(|_| Error::field("from", "must be the id of a person")));
        let chat = query.conversation_id.as_deref().map(|id| id.parse().map_err(|_| Error::new(Code::ConversationNotFound)));
        let before = moment("before", query.before.as_deref())?.map(|moment| Position {
            at: Timestamp(moment.0.saturating_sub(1)),
            chat: ChatId::MAX,
            seq: u64::MAX,
        });
        let cursor = cursor(query.cursor.as_deref())?;
        let limit = super::super::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?;
        Ok(Self {
            query: words,
            filters: Filters { from: from.transpose()?, kind: kind.transpose()?, has_file: query.has_file },
            chat: chat.transpose()?,
            after: moment("after", query.after.as_deref())?.unwrap_or_default(),
            from: [before, cursor].into_iter().flatten().min(),
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        })
    }

    /// Messages of one conversation that have files, with some words or whatever they say.
    pub(super) fn with_files(chat: ChatId, query: Query, from: Option<Position>, limit: usize) -> Self {
        Self {
            query,
            filters: Filters { has_file: Some(true), ..Filters::default() },
            chat: Some(chat),
            after: Timestamp::default(),
            from,
            limit,
        }
    }
}

/// The words of a query.
pub(super) fn words(text: &str) -> Result<Query> {
    check_search("q", text)?;
    Query::new(text).map_err(|unusable| match unusable {
        Unusable::Empty => Error::field("q", "must have at least one word"),
        Unusable::TooLong => Error::field("q", format!("must have at most {MAX_WORDS} words")),
    })
}

/// Where the page before has stopped.
pub(super) fn cursor(text: Option<&str>) -> Result<Option<Position>> {
    let read = |text| read_cursor(text).ok_or_else(|| Error::field("cursor", "must be the nextCursor of the page before"));
    text.map(read).transpose()
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let wrong = |_| Error::field(field, "must be a date such as 2026-11-22 or a time such as 2026-11-22T14:10:43Z");
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

/// A position as clients carry it.
pub(super) fn cursor_text(position: &Position) -> String {
    format!("{:016x}{}{:016x}", position.at.0, position.chat, position.seq)
}

fn read_cursor(text: &str) -> Option<Position> {
    let (at, rest) = text.split_at_checked(16)?;
    let (chat, seq) = rest.split_at_checked(16)?;
    let number = |text: &str| text.parse::<ChatId>().ok().map(|id| id.0);
    Some(Position { at: Timestamp(number(at)?), chat: chat.parse().ok()?, seq: number(seq)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_from_their_text_and_others_are_refused() {
        let position = Position { at: Timestamp(1_795_356_643_123), chat: ChatId(7), seq: 42 };
        assert_eq!(read_cursor(&cursor_text(&position)), Some(position));
        for text in ["", "7", &cursor_text(&position)[1..], &format!("{}0", cursor_text(&position)), &"ü".repeat(24)] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}
