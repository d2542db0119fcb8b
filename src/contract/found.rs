//! Messages that were found by their words.

use super::{MessageView, word};
use crate::{ids::ChatId, store::records::ChatKind};
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
