//! What clients send about conversations, for both doors. Unknown fields are ignored; the rules judge what the fields say.

use super::account::Change;
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// `POST /api/chat/conversations`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct OpenBody {
    pub participant_id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub name: Option<String>,
    pub participant_ids: Option<Vec<String>>,
    pub avatar: Option<String>,
    pub appointment_id: Value,
}

/// `PATCH /api/chat/conversations/:id` and `conversation_update`. What is absent stays; `null` empties what may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "UpdateFields")]
#[allow(missing_docs)]
pub struct UpdateBody {
    pub name: Option<String>,
    pub avatar: Change<String>,
    pub group_admin: Option<String>,
    pub appointment_id: Change<String>,
}

/// As it comes. A Conversation has its name and picture under two names, and may come back whole; the first of them counts.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct UpdateFields {
    name: Option<String>,
    group_name: Option<String>,
    avatar: Change<String>,
    group_avatar: Change<String>,
    group_admin: Option<String>,
    appointment_id: Change<String>,
}

impl From<UpdateFields> for UpdateBody {
    fn from(fields: UpdateFields) -> Self {
        let UpdateFields { name, group_name, avatar, group_avatar, group_admin, appointment_id } = fields;
        let avatar = if matches!(avatar, Change::Keep) { group_avatar } else { avatar };
        Self { name: name.or(group_name), avatar, group_admin, appointment_id }
    }
}

/// `POST /api/chat/conversations/:id/participants` and `participants_add`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct PeopleBody {
    pub user_id: Option<String>,
    pub user_ids: Vec<String>,
    pub participant_ids: Vec<String>,
}

/// `POST /api/chat/send` and `send_message`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct SendBody {
    pub recipient_id: Option<String>,
    pub conversation_id: Option<String>,
    pub content: Option<String>,
    pub message_type: Option<String>,
    /// Anything but a text is ignored.
    pub reply_to: Value,
    /// A message whose words are sent instead of own ones.
    pub forwarded_from: Value,
    pub client_message_id: Option<String>,
    pub priority: Option<String>,
    pub requires_ack: Option<bool>,
    pub file: Value,
    pub attachments: Value,
    pub appointment_id: Value,
    pub scheduled_for: Value,
}

/// `PATCH /api/chat/scheduled/:id`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ScheduledBody {
    pub content: Option<String>,
    pub scheduled_for: Value,
}

/// `PATCH /api/chat/messages/:id/status`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct StatusBody {
    pub status: Option<String>,
}

/// `PATCH /api/chat/messages/:id/edit`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "EditFields")]
#[allow(missing_docs)]
pub struct EditBody {
    pub content: Option<String>,
}

/// As it comes: the event says the new words under both names, and so do clients.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EditFields {
    content: Option<String>,
    new_content: Option<String>,
}

impl From<EditFields> for EditBody {
    fn from(fields: EditFields) -> Self {
        Self { content: fields.content.or(fields.new_content) }
    }
}

/// `POST` and `DELETE /api/chat/messages/:id/reactions`, in the body or in the query
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct EmojiBody {
    pub emoji: Option<String>,
}

/// `PATCH /api/chat/conversations/:id/read`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReadBody {
    pub seq: Option<u64>,
}

/// `PATCH …/mute`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct MuteBody {
    pub muted: Option<bool>,
}

/// `PATCH …/pin`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct PinBody {
    pub pinned: Option<bool>,
}

/// `PATCH …/archive`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ArchiveBody {
    pub archived: Option<bool>,
}

/// `GET /api/chat/conversations`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct InboxQuery {
    pub page: Option<u64>,
    pub limit: Option<u64>,
    /// Instead of `page`: the `nextCursor` of the page before.
    pub cursor: Option<String>,
    pub search: Option<String>,
    pub filter: Option<String>,
}

/// `GET /api/chat/conversations/:id/messages`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct MessagesQuery {
    pub limit: Option<u64>,
    pub skip: Option<u64>,
    pub before: Option<u64>,
    pub after: Option<u64>,
    pub deleted: Option<bool>,
}

/// `GET /api/chat/conversations/:id/changes`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ChangesQuery {
    pub since: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/chat/search`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct SearchQuery {
    #[serde(alias = "q")]
    pub query: Option<String>,
    /// Several, with commas between.
    pub role: Option<String>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/chat/search/messages`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct FindQuery {
    #[serde(alias = "query")]
    pub q: Option<String>,
    pub conversation_id: Option<String>,
    pub from: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub has_file: Option<bool>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// `GET /api/chat/conversations/:id/files`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct FilesQuery {
    #[serde(alias = "search")]
    pub q: Option<String>,
    #[serde(alias = "type")]
    pub kind: Option<String>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}

/// `GET /api/chat/providers` and `/midwife-chat-users`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct DirectoryQuery {
    pub role: Option<String>,
    pub specialty: Option<String>,
    /// Only who is available; `availability` says more.
    pub available: Option<bool>,
    /// Several, with commas between.
    pub availability: Option<String>,
    pub language: Option<String>,
    pub min_rating: Option<f64>,
    pub search: Option<String>,
    pub sort: Option<String>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/chat/statistics`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct StatisticsQuery {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// `join` and `leave`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct PersonEvent {
    pub user_id: Option<String>,
}

/// `join_conversation`, `leave_conversation`, `typing_start`, `typing_stop`. A person in it is not believed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ConversationEvent {
    pub conversation_id: String,
}

/// `file_sending`. Without `active` it begins.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct FileSendingEvent {
    pub conversation_id: String,
    pub file_type: Option<String>,
    pub active: Option<bool>,
}

/// `participant_remove`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct RemoveEvent {
    pub conversation_id: String,
    pub user_id: String,
}

/// `message_delivered`, `message_read` and `message_ack`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct MessageEvent {
    pub message_id: String,
}

/// `scheduled_update` and `scheduled_cancel`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ScheduledEvent {
    pub id: String,
    pub content: Option<String>,
    pub scheduled_for: Value,
}

/// `chat_mute_toggled`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct MuteEvent {
    pub conversation_id: String,
    pub muted: Option<bool>,
}

/// `chat_pin_toggled`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct PinEvent {
    pub conversation_id: String,
    pub pinned: Option<bool>,
}

/// `chat_archive_toggled`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ArchiveEvent {
    pub conversation_id: String,
    pub archived: Option<bool>,
}

/// `voice_call_request` and `video_call_request`: one of the two is enough.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct CallRequest {
    pub recipient_id: Option<String>,
    pub conversation_id: Option<String>,
}

/// `call_accepted`, `call_rejected`, `call_ended` and `call_resume`. Old clients name the other person instead of the call.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct CallEvent {
    pub call_id: Option<String>,
    pub caller_id: Option<String>,
    pub recipient_id: Option<String>,
    /// Anything but `failed` is for people.
    pub reason: Option<String>,
    /// With `call_resume`: the ids of the sockets over which this client was in the call, at most [`CallEvent::MOST_LINES`]. Whoever names
    /// them does not take the call away from another device; without them it is taken wherever it is.
    pub line: Option<Vec<String>>,
}

impl CallEvent {
    /// How many sockets a client may name.
    pub const MOST_LINES: usize = 16;
}

/// `call_media`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct CallMediaEvent {
    pub call_id: String,
    pub audio: bool,
    pub video: bool,
    pub screen: bool,
}

/// `call_signal`, as far as the server reads it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CallSignalEvent {
    #[serde(default)]
    pub call_id: String,
    pub signal: Option<Box<RawValue>>,
}

/// `GET /api/chat/calls`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct CallsQuery {
    pub conversation_id: Option<String>,
    pub missed: Option<bool>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `message_edited`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct EditEvent {
    pub message_id: String,
    pub content: Option<String>,
    pub new_content: Option<String>,
}

/// `message_reaction_added` and `message_reaction_removed`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReactionEvent {
    pub message_id: String,
    pub emoji: Option<String>,
}
