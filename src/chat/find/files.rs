//! The files of one conversation, newest first. They are found as messages with files are, so that no list has to be kept in step.

use super::{Position, Wish, find, wish};
use crate::{
    accounts::Actor,
    chat::{Db, Rules},
    contract::{FileView, MessageView, SharedFileView, SharedFiles, request::FilesQuery},
    error::{Error, Result},
    files::Kind,
    ids::ChatId,
    search::{Query, Search},
};

/// At most so many files on a page.
const MAX_LIMIT: u64 = 100;
/// So many when nothing is said.
const USUAL_LIMIT: u64 = 30;
/// Messages asked for at once.
const MESSAGES: usize = 60;
/// How often more are asked for, when those that came have no file of the kind.
const ROUNDS: usize = 4;

/// A valid wish for files.
#[derive(Debug, Clone)]
pub struct FilesWish {
    chat: ChatId,
    /// Only with these words in their names.
    names: Query,
    /// Only of this kind.
    kind: Option<Kind>,
    from: Option<Position>,
    limit: usize,
}

impl FilesWish {
    /// Reads a query.
    pub fn new(chat: ChatId, query: &FilesQuery) -> Result<Self> {
        let kind = query.kind.as_deref().map(|word| {
            Kind::from_word(word).ok_or_else(|| Error::field("kind", format!("must be one of {}", Kind::ALL.map(Kind::word).join(", "))))
        });
        let limit = crate::chat::limit(query.limit, USUAL_LIMIT, MAX_LIMIT)?;
        Ok(Self {
            chat,
            names: match query.q.as_deref().filter(|words| !words.trim().is_empty()) {
                Some(words) => wish::words(words)?,
                None => Query::default(),
            },
            kind: kind.transpose()?,
            from: wish::cursor(query.cursor.as_deref())?,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        })
    }

    /// What a message has of it.
    fn files(&self, message: &MessageView) -> Vec<SharedFileView> {
        let is_wanted =
            |file: &&FileView| self.kind.is_none_or(|kind| kind.word() == file.file_type) && self.names.find(&file.original_name).is_some();
        let wanted = message.attachments.iter().filter(is_wanted);
        wanted.map(|file| SharedFileView::new(file.clone(), message)).collect()
    }
}

/// One page of files. The files of a message stay together, so that a page may be a little shorter than asked, or longer where a single
/// message has more; with few files of a kind among many others it may be empty although there is more.
pub fn files(store: &Db, search: &Search, rules: &Rules, actor: Actor, wish: &FilesWish) -> Result<SharedFiles> {
    let mut page = SharedFiles { items: Vec::new(), limit: wish.limit as u64, has_more: false, next_cursor: None, indexing: false };
    let mut from = wish.from;
    for _ in 0..ROUNDS {
        let found = find(store, search, rules, actor, &Wish::with_files(wish.chat, wish.names.clone(), from, MESSAGES))?;
        page.indexing |= found.indexing;
        for message in found.items.iter().map(|found| &found.message) {
            let files = wish.files(message);
            if !page.items.is_empty() && page.items.len() + files.len() > wish.limit {
                let here = Position { at: message.created_at, chat: wish.chat, seq: message.seq.0 };
                return Ok(page.and_more(wish::cursor_text(&here)));
            }
            page.items.extend(files);
        }
        from = wish::cursor(found.next_cursor.as_deref())?;
        if from.is_none() || page.items.len() >= wish.limit {
            break;
        }
    }
    Ok(match from {
        Some(next) => page.and_more(wish::cursor_text(&next)),
        None => page,
    })
}
