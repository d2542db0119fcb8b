//! Messages and what they say of themselves. Frozen like all records.

use super::AppointmentChange;
use crate::{
    clock::Timestamp,
    ids::{CallId, Cursor, Seq, UserId},
    store::{
        Record, decode_body,
        older::{self, Message1},
    },
};
use serde::{Deserialize, Serialize};

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageKind {
    /// Words.
    Text,
    /// A picture.
    Image,
    /// A document.
    File,
    /// Sound.
    Audio,
    /// A film.
    Video,
    /// A place on the map.
    Location,
}

/// How pressing a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Ordinary.
    Normal,
    /// Wants to be acknowledged.
    Urgent,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Who wrote it.
    pub sender: UserId,
    /// The words, exactly as they came.
    pub content: String,
    /// What it is.
    pub kind: MessageKind,
    /// When the server took it.
    pub created_at: Timestamp,
    /// The change that created it. Grows with the place.
    pub created: Cursor,
    /// The change that last touched it; equal to `created` at first.
    pub changed: Cursor,
    /// When it was last touched.
    pub updated_at: Timestamp,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// The message it answers, in the same conversation.
    pub reply_to: Option<Seq>,
    /// How pressing it is.
    pub priority: Priority,
    /// Whether the sender waits for an acknowledgement.
    pub requires_ack: bool,
    /// Who acknowledged, and when.
    pub acks: Vec<(UserId, Timestamp)>,
    /// Who reacted, with what, and when.
    pub reactions: Vec<(UserId, String, Timestamp)>,
    /// When it was last edited.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; then `content` is empty.
    pub deleted_at: Option<Timestamp>,
    /// Who wrote the original of a forwarded message.
    pub forwarded_from: Option<UserId>,
    /// Attached files.
    pub files: Vec<u64>,
    /// Not written by a person.
    pub system: Option<System>,
    /// The appointment it is about: an id as clients name it.
    pub appointment: Option<String>,
}
impl Message {
    /// A plain text to which nothing has happened yet.
    #[must_use]
    pub fn new(sender: UserId, content: String, at: Timestamp, cursor: Cursor) -> Self {
        Self {
            sender,
            content,
            kind: MessageKind::Text,
            created_at: at,
            created: cursor,
            changed: cursor,
            updated_at: at,
            client_message_id: None,
            reply_to: None,
            priority: Priority::Normal,
            requires_ack: false,
            acks: Vec::new(),
            reactions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            forwarded_from: None,
            files: Vec::new(),
            system: None,
            appointment: None,
        }
    }
}
impl Record for Message {
    const VERSION: u8 = 4;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        // Versions 2 and 3 are the same, but know no calls and no appointments among their system messages.
        if matches!(version, 2 | 3) { decode_body(bytes) } else { older::first::<Message1, _>(version, bytes) }
    }
}

/// What a system message tells. Its sender is who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum System {
    /// Something without facts for programs: welcome.
    Other(String),
    /// A change of a group.
    Group(GroupChange),
    /// A call that is over.
    Call(CallId),
    /// A change of an appointment.
    Appointment(AppointmentChange),
}

/// A change of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChange {
    /// What was done.
    pub action: GroupAction,
    /// To whom.
    pub people: Vec<UserId>,
    /// The name of the group, where it is about that.
    pub name: Option<String>,
}

/// What can be done with a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupAction {
    /// Made, with its first members.
    Created,
    /// Brought in.
    Added,
    /// Taken out.
    Removed,
    /// Went by themselves.
    Left,
    /// Given another name.
    Renamed,
    /// Given another picture, or none.
    Avatar,
    /// Put into the care of somebody else.
    Admin,
}

/// What a message said before an edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The words.
    pub content: String,
    /// Since when it said this.
    pub at: Timestamp,
}
impl Record for Version {}

/// Where a message went, for when its sender repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Its place.
    pub seq: Seq,
    /// When.
    pub at: Timestamp,
}
impl Record for Sent {}
