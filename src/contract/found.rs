//! Messages that were found by their words, and files by their conversation.

use super::{FileView, MessageView, word};
use crate::{
    clock::Timestamp,
    ids::{ChatId, FileId, MessageId, Seq, UserId},
    store::records::ChatKind,
};
use serde::Serialize;

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct FoundView {
    pub message: MessageView,
    pub conversation: ReferenceView,
    /// The part of it in which the first word stands: one line of plain text.
    pub snippet: String,
    /// The file of whose name the snippet is; none when it is of what the message says.
    pub file_id: Option<FileId>,
    /// The words in it.
    pub highlights: Vec<HighlightView>,
}

/// A conversation by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct ReferenceView {
    pub id: ChatId,
    #[serde(rename = "_id")]
    pub same_id: ChatId,
    pub name: String,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: ChatKind,
}

/// A part of a text, counted in units of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct HighlightView {
    pub start: usize,
    pub end: usize,
}

/// Messages that were found, newest first, and how to get more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundPage {
    /// The messages.
    #[serde(skip)]
    pub items: Vec<FoundView>,
    /// At most so many.
    pub limit: u64,
    /// Whether there may be more.
    pub has_more: bool,
    /// Where the next request goes on.
    pub next_cursor: Option<String>,
    /// Not counted.
    pub total: Option<u64>,
    /// Whether the index is still being made, so that older messages may be missing.
    #[serde(skip)]
    pub indexing: bool,
}

/// A file of a conversation, and the message that it came with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct SharedFileView {
    #[serde(flatten)]
    pub file: FileView,
    pub conversation_id: ChatId,
    pub message_id: MessageId,
    pub seq: Seq,
    pub sender_id: UserId,
    pub sender_name: String,
    /// What was said with it.
    pub content: String,
    pub timestamp: Timestamp,
}

impl SharedFileView {
    /// A file of a message.
    #[must_use]
    pub fn new(file: FileView, message: &MessageView) -> Self {
        Self {
            file,
            conversation_id: message.conversation_id,
            message_id: message.id,
            seq: message.seq,
            sender_id: message.sender_id,
            sender_name: message.sender_name.clone(),
            content: message.content.clone(),
            timestamp: message.timestamp,
        }
    }
}

/// Files of a conversation, newest first, and how to get more.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedFiles {
    /// The files.
    #[serde(skip)]
    pub items: Vec<SharedFileView>,
    /// About so many.
    pub limit: u64,
    /// Whether there may be more.
    pub has_more: bool,
    /// Where the next request goes on.
    pub next_cursor: Option<String>,
    /// Whether the index is still being made, so that older files may be missing.
    #[serde(skip)]
    pub indexing: bool,
}

impl SharedFiles {
    /// The same, and where it goes on.
    #[must_use]
    pub fn and_more(self, next: String) -> Self {
        Self { has_more: true, next_cursor: Some(next), ..self }
    }
}
