//! What the index knows of a message: its words, the names of its files, who wrote it, what it is.

use super::{query::Query, words};
use crate::{
    ids::{FileId, UserId},
    store::{
        Read, StoreError,
        records::{Message, MessageKind},
        tables,
    },
};
use std::collections::BTreeSet;

/// Begins what is no word. No word begins so: it is no letter.
const MARK: char = '\u{1}';

/// A message with everything that it is found by.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The message.
    pub message: Message,
    /// Its files with their names, in their order; none of what is deleted.
    pub files: Vec<(FileId, String)>,
}

impl Subject {
    /// A message, and the names of its files from the tables.
    pub fn read(read: &impl Read, message: Message) -> Result<Self, StoreError> {
        let mut files = Vec::with_capacity(message.files.len());
        for id in message.files.iter().copied().map(FileId) {
            files.extend(read.get(tables::FILES, &id)?.map(|file| (id, file.name)));
        }
        Ok(Self { message, files })
    }

    /// What it says and what its files are called, the former first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.message.content.as_str()).chain(self.files.iter().map(|(_, name)| name.as_str()))
    }
}

/// A message as the index takes it.
#[derive(Debug, Clone, Default)]
pub struct Doc(Vec<String>);

impl Doc {
    /// Of a message as it is now. Deleted ones and those that no person wrote have nothing to be found by.
    #[must_use]
    pub fn new(subject: &Subject) -> Self {
        let message = &subject.message;
        if !is_searched(message) {
            return Self::default();
        }
        let words: BTreeSet<String> = subject.texts().flat_map(words::terms).collect();
        let mut terms: Vec<String> = words.into_iter().collect();
        terms.push(sender(message.sender));
        terms.extend(kind(message.kind));
        terms.extend((!message.files.is_empty()).then(file));
        Self(terms)
    }

    /// What it is found by.
    pub fn terms(&self) -> impl Iterator<Item = String> {
        self.0.iter().cloned()
    }

    /// About how many bytes it takes in the index if nothing is shared.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.iter().map(|term| term.len() as u64 + 4).sum()
    }
}

/// Whether a message can be found at all.
#[must_use]
pub fn is_searched(message: &Message) -> bool {
    message.deleted_at.is_none() && message.system.is_none()
}

/// A wish in the terms of the index.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// All of these.
    pub all: Vec<String>,
    /// Something that begins so.
    pub prefix: Option<String>,
    /// None of these.
    pub none: Vec<String>,
}

/// What else is asked of a message than its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Who wrote it.
    pub from: Option<UserId>,
    /// What it is.
    pub kind: Option<MessageKind>,
    /// Whether it has a file.
    pub has_file: Option<bool>,
}

impl Filters {
    /// Whether a message is as asked.
    #[must_use]
    pub fn fit(&self, message: &Message) -> bool {
        self.from.is_none_or(|from| from == message.sender)
            && self.kind.is_none_or(|kind| kind == message.kind)
            && self.has_file.is_none_or(|has| has != message.files.is_empty())
    }
}

impl Wanted {
    /// Messages with these words, as asked. The rarest come first, as far as that can be guessed.
    #[must_use]
    pub fn new(query: &Query, filters: &Filters) -> Self {
        let mut wanted = Self { all: query.terms.clone(), prefix: query.prefix.clone(), none: Vec::new() };
        wanted.all.sort_by_key(|term| std::cmp::Reverse(term.len()));
        wanted.all.extend(filters.from.map(sender));
        match filters.kind {
            // Most messages are of this kind, so the others are marked.
            Some(MessageKind::Text) => wanted.none.extend(KINDS.into_iter().filter_map(kind)),
            Some(other) => wanted.all.extend(kind(other)),
            None => {}
        }
        match filters.has_file {
            Some(true) => wanted.all.push(file()),
            Some(false) => wanted.none.push(file()),
            None => {}
        }
        wanted
    }
}

const KINDS: [MessageKind; 5] = [MessageKind::Image, MessageKind::File, MessageKind::Audio, MessageKind::Video, MessageKind::Location];

fn sender(user: UserId) -> String {
    format!("{MARK}{user}")
}

fn kind(kind: MessageKind) -> Option<String> {
    let letter = match kind {
        MessageKind::Text => return None,
        MessageKind::Image => 'i',
        MessageKind::File => 'f',
        MessageKind::Audio => 'a',
        MessageKind::Video => 'v',
        MessageKind::Location => 'l',
    };
    Some(format!("{MARK}kind {letter}"))
}

fn file() -> String {
    format!("{MARK}file")
}
