//! A message as one reader sees it, and what belongs to it.

use super::{AppointmentNote, CallOver, FileView, Word, word};
use crate::{
    clock::Timestamp,
    ids::{ChatId, Cursor, MessageId, Seq, UserId},
    store::records::{GroupAction, MessageKind, Priority, Role},
};
use serde::Serialize;

impl Word for MessageKind {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Text, "text"),
        (Self::Image, "image"),
        (Self::File, "file"),
        (Self::Audio, "audio"),
        (Self::Video, "video"),
        (Self::Location, "location"),
    ];
}

impl Word for GroupAction {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Created, "created"),
        (Self::Added, "added"),
        (Self::Removed, "removed"),
        (Self::Left, "left"),
        (Self::Renamed, "renamed"),
        (Self::Avatar, "avatar"),
        (Self::Admin, "admin"),
    ];
}

impl Word for Priority {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Normal, "normal"), (Self::Urgent, "urgent")];
}

/// How far a message has come with the slowest of its recipients. Grows only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not sent yet.
    Scheduled,
    /// Safe on the server.
    Sent,
    /// On a device of everyone.
    Delivered,
    /// Seen by everyone.
    Read,
}

/// Whose message it is, from the reader's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Perspective {
    /// The reader's own.
    User,
    /// Somebody else's.
    Provider,
}

impl Perspective {
    /// How `reader` sees what `sender` wrote.
    #[must_use]
    pub fn of(sender: UserId, reader: UserId) -> Self {
        if sender == reader { Self::User } else { Self::Provider }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct MessageView {
    pub id: MessageId,
    #[serde(rename = "_id")]
    pub same_id: MessageId,
    pub client_message_id: Option<String>,
    pub seq: Seq,
    /// Place of the message's newest change: of two versions the one with the greater cursor is the newer.
    pub cursor: Cursor,
    pub conversation_id: ChatId,
    pub sender_id: UserId,
    pub sender_name: String,
    #[serde(serialize_with = "word")]
    pub sender_role: Role,
    /// The other person of a direct conversation.
    pub recipient_id: Option<UserId>,
    pub sender: Perspective,
    pub content: String,
    /// What can be read from the content of a location.
    pub location: Option<LocationView>,
    #[serde(serialize_with = "word")]
    pub message_type: MessageKind,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: MessageKind,
    pub timestamp: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub status: Status,
    pub read: bool,
    pub read_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub file: Option<FileView>,
    pub attachments: Vec<FileView>,
    pub file_url: Option<String>,
    pub file_name: Option<String>,
    pub reply_to: Option<QuoteView>,
    pub forwarded_from: Option<OriginView>,
    pub reactions: Vec<ReactionView>,
    pub is_edited: bool,
    pub edited_at: Option<Timestamp>,
    pub is_deleted: bool,
    #[serde(serialize_with = "word")]
    pub priority: Priority,
    pub requires_ack: bool,
    pub acks: Vec<AckView>,
    pub is_system_message: bool,
    pub system_type: Option<String>,
    /// What a system message tells, for programs.
    pub system_data: Option<SystemView>,
    pub appointment_id: Option<String>,
    pub scheduled_for: Option<Timestamp>,
    /// Why a scheduled message could not be sent when its time had come.
    pub failed_reason: Option<String>,
}

impl MessageView {
    /// The same message as all its recipients see it.
    #[must_use]
    pub fn seen_by_recipients(mut self) -> Self {
        self.sender = Perspective::Provider;
        // The sender's own name for it is nobody else's business.
        self.client_message_id = None;
        // Several people get the same text, so a quote of one of them cannot say "you"; `senderId` does.
        if let Some(quote) = &mut self.reply_to {
            let own = self.recipient_id == Some(quote.sender_id);
            quote.sender = if own { Perspective::User } else { Perspective::Provider };
        }
        self
    }
}

/// What a system message tells, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SystemView {
    /// What happened to a group.
    Group(GroupView),
    /// How a call was over.
    Call(CallOver),
    /// What happened to an appointment.
    Appointment(Box<AppointmentNote>),
}

impl SystemView {
    /// What happened to a group, if it is about one.
    #[must_use]
    pub fn group(self) -> Option<GroupView> {
        match self {
            Self::Group(group) => Some(group),
            Self::Call(_) | Self::Appointment(_) => None,
        }
    }
}

/// What happened to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GroupView {
    #[serde(serialize_with = "word")]
    pub action: GroupAction,
    /// Who did it.
    pub actor_id: UserId,
    pub actor_name: String,
    /// To whom.
    pub user_ids: Vec<UserId>,
    /// Their names, in the same order.
    pub names: Vec<String>,
    /// The name of the group, where it is about that.
    pub name: Option<String>,
}

/// The message that another one answers, in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct QuoteView {
    pub id: MessageId,
    pub seq: Seq,
    pub sender: Perspective,
    pub sender_id: UserId,
    pub sender_name: String,
    pub content: String,
    #[serde(serialize_with = "word")]
    pub message_type: MessageKind,
    /// The words are gone then.
    pub is_deleted: bool,
}

/// Who wrote the words of a forwarded message. Where they stood is nobody's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct OriginView {
    pub sender_id: UserId,
    pub sender_name: String,
}

/// A place on the map, in decimal degrees.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct LocationView {
    pub latitude: f64,
    pub longitude: f64,
    pub label: Option<String>,
}

/// A reaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReactionView {
    pub user_id: UserId,
    pub user: UserId,
    pub emoji: String,
    pub created_at: Timestamp,
}

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AckView {
    pub user_id: UserId,
    pub at: Timestamp,
}

/// The answer to `PATCH /api/chat/messages/:id/status`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct StatusView {
    pub id: MessageId,
    #[serde(rename = "_id")]
    pub same_id: MessageId,
    pub conversation_id: ChatId,
    pub status: Status,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
}

/// The answer to `POST /api/chat/messages/:id/ack`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AckedView {
    pub id: MessageId,
    #[serde(rename = "_id")]
    pub same_id: MessageId,
    pub conversation_id: ChatId,
    pub acks: Vec<AckView>,
    /// When the one who asks acknowledged it.
    pub acknowledged_at: Timestamp,
}

/// How far a message has come with one recipient, of `GET /api/chat/messages/:id/receipts`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReceiptView {
    pub user_id: UserId,
    pub status: Status,
    pub delivered_at: Option<Timestamp>,
    pub read_at: Option<Timestamp>,
}

/// What a message said before an edit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct VersionView {
    pub content: String,
    /// Since when it said this.
    pub edited_at: Timestamp,
    pub created_at: Timestamp,
}

/// The answer to `DELETE /api/chat/messages/:id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct DeletedView {
    pub id: MessageId,
    #[serde(rename = "_id")]
    pub same_id: MessageId,
}

/// The answer to `…/reactions`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReactionsView {
    pub conversation_id: ChatId,
    pub message_id: MessageId,
    pub reactions: Vec<ReactionView>,
}

/// How far one member has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct MarkView {
    pub user_id: UserId,
    pub read_seq: Seq,
    pub delivered_seq: Seq,
}

/// The answer to `GET /api/chat/conversations/:id/changes`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangesView {
    /// Created or changed since the cursor, in their present state, tombstones too, in the order of their newest change.
    pub messages: Vec<MessageView>,
    /// How far every member has come now.
    pub marks: Vec<MarkView>,
    /// From where to ask next.
    pub cursor: Cursor,
    /// Whether there is more behind `cursor` already.
    pub has_more: bool,
}
