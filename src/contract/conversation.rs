//! A conversation as one of its members sees it.

use super::{Participants, Perspective, Status, SystemView, word};
use crate::{
    clock::Timestamp,
    ids::{ChatId, Cursor, MessageId, Seq, UserId},
    store::records::{Availability, ChatKind, MessageKind},
};
use serde::Serialize;
use std::collections::BTreeMap;

impl super::Word for ChatKind {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Direct, "direct"), (Self::Group, "group")];
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct ConversationView {
    pub id: ChatId,
    #[serde(rename = "_id")]
    pub same_id: ChatId,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: ChatKind,
    /// Of a group its name, else the other person's.
    pub name: String,
    /// Everybody in it; the reader comes last.
    pub participants: Participants,
    pub last_message: Option<LastMessage>,
    pub unread_count: u64,
    pub is_muted: bool,
    pub is_pinned: bool,
    pub metadata: Metadata,
    pub appointment_id: Option<String>,
    pub last_activity: Timestamp,
    pub created_at: Timestamp,
    pub group_name: Option<String>,
    pub group_avatar: Option<String>,
    pub group_admin: Option<UserId>,
    /// Whether anybody is left to write to.
    pub is_active: bool,
    pub is_archived: bool,
    /// Place of the newest message.
    pub seq: Seq,
    /// Place of the newest change.
    pub cursor: Cursor,
}

/// The newest message, as a list shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct LastMessage {
    pub id: MessageId,
    #[serde(rename = "_id")]
    pub same_id: MessageId,
    pub content: String,
    #[serde(serialize_with = "word")]
    pub message_type: MessageKind,
    pub timestamp: Timestamp,
    pub sender: Perspective,
    pub sender_id: UserId,
    pub status: Status,
    /// How many files it has.
    pub file_count: u64,
    /// What they are: `file` where they differ, nothing where there is none.
    pub file_type: Option<&'static str>,
    pub is_system_message: bool,
    /// What a system message tells, for programs.
    pub system_data: Option<SystemView>,
}

/// About the other person of a direct conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Metadata {
    pub specialty: Option<String>,
    pub location: Option<String>,
    pub rating: f64,
    pub experience: Option<String>,
    #[serde(serialize_with = "optional_word")]
    pub availability: Option<Availability>,
}

fn optional_word<S: serde::Serializer>(value: &Option<Availability>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => word(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// The answer to `DELETE /api/chat/conversations/:id/participants/:userId`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum RemovedView {
    /// The one who asked has left.
    Left(LeftView),
    /// Somebody else is out; the group as it is now.
    Stays(Box<ConversationView>),
}

/// A group that one is no longer in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct LeftView {
    pub id: ChatId,
    #[serde(rename = "_id")]
    pub same_id: ChatId,
    pub left: bool,
}

/// The answer to `PATCH /api/chat/conversations/:id/read`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReadView {
    pub conversation_id: ChatId,
    /// How many messages were unread until now.
    pub marked_count: u64,
    pub read_at: Timestamp,
}

/// The answer to `PATCH …/mute`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct MutedView {
    pub conversation_id: ChatId,
    pub is_muted: bool,
}

/// The answer to `PATCH …/pin`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PinnedView {
    pub conversation_id: ChatId,
    pub is_pinned: bool,
}

/// The answer to `PATCH …/archive`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ArchivedView {
    pub conversation_id: ChatId,
    pub is_archived: bool,
}

/// The answer to `GET /api/chat/unread-count`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct UnreadView {
    pub total: u64,
    pub unread_count: u64,
    pub by_conversation: Vec<UnreadCount>,
    pub conversations: BTreeMap<ChatId, u64>,
}

/// How much is unread in one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct UnreadCount {
    pub conversation_id: ChatId,
    pub count: u64,
}
