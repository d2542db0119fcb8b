//! A call as one of the two sees it, and what they are told while it lasts.

use super::{Word, word};
use crate::{
    clock::Timestamp,
    ids::{CallId, ChatId, UserId},
    store::records::{Call, CallKind, CallReason, CallState, Role},
};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

impl Word for CallKind {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Voice, "voice"), (Self::Video, "video")];
}

impl Word for CallState {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Ringing, "ringing"),
        (Self::Accepted, "accepted"),
        (Self::Ended, "ended"),
        (Self::Rejected, "rejected"),
        (Self::Missed, "missed"),
        (Self::Cancelled, "cancelled"),
        (Self::Busy, "busy"),
        (Self::Failed, "failed"),
    ];
}

impl Word for CallReason {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Hangup, "hangup"),
        (Self::Cancelled, "cancelled"),
        (Self::Missed, "missed"),
        (Self::Rejected, "rejected"),
        (Self::Busy, "busy"),
        (Self::ConnectionLost, "connection_lost"),
        (Self::ServerRestart, "server_restart"),
        (Self::Failed, "failed"),
        (Self::Removed, "removed"),
    ];
}

fn maybe_word<T: Word, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(T::word).serialize(serializer)
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct CallView {
    pub id: CallId,
    #[serde(rename = "_id")]
    pub same_id: CallId,
    pub conversation_id: ChatId,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: CallKind,
    pub caller_id: UserId,
    pub caller_name: String,
    pub callee_id: UserId,
    pub callee_name: String,
    /// `in` or `out`, from the reader's side.
    pub direction: &'static str,
    #[serde(serialize_with = "word")]
    pub status: CallState,
    pub started_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// Whole seconds from the answer to the end; zero for a call that was not answered or is not over.
    pub duration: u64,
    #[serde(serialize_with = "maybe_word")]
    pub end_reason: Option<CallReason>,
    /// The reader was called and had no part in how it was over.
    pub missed: bool,
    /// False: missed, and the reader has not looked since.
    pub seen: bool,
    /// Until when it rings.
    pub expires_at: Option<Timestamp>,
}

/// A server that helps two devices to find a way to each other, as browsers take it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// The answer to `GET /api/chat/ice-servers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct IceServersView {
    pub ice_servers: Vec<IceServer>,
    pub relay_only: bool,
    /// Seconds for which the passwords last; nothing where there is none.
    pub ttl: Option<u64>,
}

/// The answer to `voice_call_request` and `video_call_request`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct PlacedCall {
    pub call_id: CallId,
    pub call: CallView,
    pub ice_servers: Vec<IceServer>,
    pub relay_only: bool,
    /// Until when it rings.
    pub expires_at: Timestamp,
    /// The other one was calling at the same time: this has answered that call.
    pub joined: bool,
}

/// The answer to `call_accepted` and `call_resume`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AnsweredView {
    pub call: CallView,
    pub ice_servers: Vec<IceServer>,
    pub relay_only: bool,
}

/// How many missed calls a person has not seen; also the event `calls_missed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct CallsMissed {
    pub count: u64,
}

/// Somebody calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct IncomingCall {
    /// Stands in the name of the event.
    #[serde(skip)]
    pub kind: CallKind,
    pub call_id: CallId,
    pub caller_id: UserId,
    pub caller_name: String,
    #[serde(serialize_with = "word")]
    pub caller_role: Role,
    pub caller_avatar: Option<String>,
    pub conversation_id: ChatId,
    pub timestamp: Timestamp,
    pub ice_servers: Vec<IceServer>,
    pub relay_only: bool,
    pub expires_at: Timestamp,
}

/// A call was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TakenCall {
    pub call_id: CallId,
    pub conversation_id: ChatId,
    pub caller_id: UserId,
    pub recipient_id: UserId,
    pub timestamp: Timestamp,
}

/// A call is over. As `systemData` of the message about it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CallOver {
    pub call_id: CallId,
    pub conversation_id: ChatId,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: CallKind,
    pub caller_id: UserId,
    pub callee_id: UserId,
    /// The callee, as older clients know them.
    pub recipient_id: UserId,
    #[serde(serialize_with = "word")]
    pub status: CallState,
    #[serde(serialize_with = "maybe_word")]
    pub reason: Option<CallReason>,
    /// Whole seconds.
    pub duration: u64,
    pub timestamp: Timestamp,
}

/// What the two devices tell each other to get connected. The server does not look into it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CallSignal {
    pub call_id: CallId,
    pub signal: Box<RawValue>,
}

/// What somebody in a call lets the other one hear and see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CallMedia {
    pub call_id: CallId,
    pub user_id: UserId,
    pub audio: bool,
    pub video: bool,
    pub screen: bool,
}

/// Somebody in a call has lost the connection, or is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Connection {
    pub call_id: CallId,
    pub user_id: UserId,
    pub connected: bool,
    /// On another connection than before: negotiate anew.
    pub resumed: bool,
    /// Until when a lost connection may come back.
    pub until: Option<Timestamp>,
}

impl CallOver {
    /// Of a call that is over.
    #[must_use]
    pub fn new(id: CallId, call: &Call) -> Self {
        Self {
            call_id: id,
            conversation_id: call.chat,
            kind: call.kind,
            caller_id: call.caller.user,
            callee_id: call.callee.user,
            recipient_id: call.callee.user,
            status: call.state,
            reason: call.reason,
            duration: call.duration(),
            timestamp: call.ended_at.unwrap_or(call.started_at),
        }
    }
}
