//! What the server tells clients unasked: one typed event each, with its name and to whom it goes.

use super::{
    AckView, AppointmentView, CallMedia, CallOver, CallSignal, CallView, CallsMissed, Connection, ConversationView, IncomingCall,
    MessageView, ReactionView, Status, TakenCall, word,
};
use crate::{
    clock::Timestamp,
    ids::{ChatId, Cursor, Device, MessageId, ReviewId, Seq, SessionId, UserId},
    store::records::{AppointmentAction, Availability, CallKind, Role, Verification},
};
use serde::Serialize;

/// An event on its way.
#[derive(Debug, Clone)]
pub struct Emission {
    /// Who gets it.
    pub to: Audience,
    /// What happened.
    pub event: Event,
}

impl Emission {
    /// An event for all devices of some people.
    #[must_use]
    pub fn to_users(users: Vec<UserId>, event: Event) -> Self {
        Self { to: Audience::Users(users), event }
    }
}

/// Who gets an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// All devices of these people.
    Users(Vec<UserId>),
    /// The devices of one sign-in.
    Session(UserId, SessionId),
    /// One device of a person.
    Device(UserId, Device),
    /// All devices of a person but one.
    OtherDevices(UserId, Device),
}

/// Everything that the server says unasked.
///
/// [`Event::TypingIndicator`], [`Event::FileSendingIndicator`], [`Event::UserStatusChange`], [`Event::CallSignal`] and
/// [`Event::CallMedia`] tell of the moment only, [`Event::ServerRestarting`] of the server: they are never stored and never part of an
/// operation. All others follow a commit.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub enum Event {
    /// A message for its recipients, with what old clients read beside it.
    #[serde(rename_all = "camelCase")]
    NewMessage {
        conversation_id: ChatId,
        id: MessageId,
        content: String,
        sender_id: UserId,
        sender_name: String,
        #[serde(serialize_with = "word")]
        sender_role: Role,
        timestamp: Timestamp,
        message: Box<MessageView>,
    },
    /// A message for all devices of its sender.
    #[serde(rename_all = "camelCase")]
    MessageSent { conversation_id: ChatId, id: MessageId, status: Status, client_message_id: Option<String>, message: Box<MessageView> },
    /// Somebody has received or read everything up to a place.
    MessageStatusUpdate(StatusUpdate),
    /// A message was read; for its sender.
    #[serde(rename_all = "camelCase")]
    MessageRead { message_id: MessageId, conversation_id: ChatId, read_at: Timestamp },
    /// A message says something else now.
    #[serde(rename_all = "camelCase")]
    MessageEdited {
        conversation_id: ChatId,
        message_id: MessageId,
        content: String,
        new_content: String,
        edited_at: Option<Timestamp>,
        message: Box<MessageView>,
    },
    /// A message was taken back.
    #[serde(rename_all = "camelCase")]
    MessageDeleted { conversation_id: ChatId, message_id: MessageId, cursor: Cursor },
    /// A recipient has acknowledged a message.
    #[serde(rename_all = "camelCase")]
    MessageAcknowledged {
        conversation_id: ChatId,
        message_id: MessageId,
        cursor: Cursor,
        user_id: UserId,
        at: Timestamp,
        acks: Vec<AckView>,
    },
    /// A reaction came or went.
    #[serde(rename_all = "camelCase")]
    MessageReactionUpdated {
        conversation_id: ChatId,
        message_id: MessageId,
        cursor: Cursor,
        user_id: UserId,
        emoji: String,
        action: &'static str,
        reactions: Vec<ReactionView>,
    },
    /// Somebody types or has stopped.
    #[serde(rename_all = "camelCase")]
    TypingIndicator { conversation_id: ChatId, user_id: UserId, is_typing: bool },
    /// Somebody sends a file or has stopped.
    #[serde(rename_all = "camelCase")]
    FileSendingIndicator { conversation_id: ChatId, user_id: UserId, file_type: &'static str, is_sending: bool },
    /// Somebody came, left, or is busy.
    #[serde(rename_all = "camelCase")]
    UserStatusChange { user_id: UserId, is_online: bool, status: &'static str, last_seen: Option<Timestamp> },
    /// Somebody takes conversations or does not.
    #[serde(rename_all = "camelCase")]
    UserAvailabilityChange {
        user_id: UserId,
        #[serde(serialize_with = "word")]
        availability: Availability,
        until: Option<Timestamp>,
        last_seen: Option<Timestamp>,
    },
    /// The same under its second name.
    #[serde(rename_all = "camelCase")]
    UserAvailabilityUpdate {
        user_id: UserId,
        #[serde(serialize_with = "word")]
        availability: Availability,
        until: Option<Timestamp>,
        last_seen: Option<Timestamp>,
    },
    /// Somebody is rated otherwise than before.
    #[serde(rename_all = "camelCase")]
    UserRatingChange { user_id: UserId, rating: f64, review_count: u64 },
    /// For the person's own devices.
    #[serde(rename_all = "camelCase")]
    ChatMuteStatusChanged { conversation_id: ChatId, user_id: UserId, is_muted: bool },
    /// For the person's own devices.
    #[serde(rename_all = "camelCase")]
    ChatPinStatusChanged { conversation_id: ChatId, user_id: UserId, is_pinned: bool },
    /// For the person's own devices.
    #[serde(rename_all = "camelCase")]
    ChatArchiveStatusChanged { conversation_id: ChatId, user_id: UserId, is_archived: bool },
    /// What has become of a scheduled message; for its author's own devices.
    #[serde(rename_all = "camelCase")]
    ScheduledMessageChanged {
        action: &'static str,
        /// As it is or was in the list of scheduled messages.
        message: Box<MessageView>,
        /// The message that it has become.
        sent_as: Option<MessageId>,
    },
    /// Something that wants to be noticed.
    Notification(Notification),
    /// A conversation is new, has another name or other members.
    ConversationUpdated { conversation: Box<ConversationView> },
    /// For who is out of a group: nothing more comes from it.
    #[serde(rename_all = "camelCase")]
    ConversationRemoved { conversation_id: ChatId, reason: &'static str },
    /// Somebody calls; for all devices of who is called.
    IncomingCall(Box<IncomingCall>),
    /// A call was answered: for the device that calls, and for those that need not ring any more.
    CallAccepted(TakenCall),
    /// For the person's other devices: they call somebody, or the one whom they call has answered.
    CallElsewhere { call: Box<CallView> },
    /// A call was not wanted.
    CallRejected(CallOver),
    /// A call is over.
    CallEnded(CallOver),
    /// From the other device in a call.
    CallSignal(CallSignal),
    /// From the other device in a call.
    CallMedia(CallMedia),
    /// The other one in a call has lost the connection, or is back.
    CallConnection(Connection),
    /// For the person's own devices.
    CallsMissed(CallsMissed),
    /// A sign-in has ended; its sockets close after this.
    SessionRevoked {
        /// For a person.
        reason: &'static str,
    },
    /// The server stops now and comes back soon.
    #[serde(rename_all = "camelCase")]
    ServerRestarting {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
}

/// How far messages have come: `status` holds for every message up to `seq`, of which `message_id` is the newest.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct StatusUpdate {
    pub conversation_id: ChatId,
    pub message_id: MessageId,
    pub seq: Seq,
    pub status: Status,
    /// Who received or read.
    pub user_id: UserId,
    pub read_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    /// What is left to read; on that person's own devices only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread_count: Option<u64>,
}

/// What has become of a scheduled message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduledChange {
    /// Is in the list now.
    Created,
    /// Has other words or another time.
    Updated,
    /// Was taken back.
    Cancelled,
    /// Is in its conversation now.
    Sent {
        /// As this message.
        as_message: MessageId,
    },
    /// Could not be sent, and stays in the list.
    Failed,
}

/// Something that wants to be noticed. Never with the words of a message.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
#[allow(missing_docs)]
pub enum Notification {
    /// An urgent message waits to be acknowledged.
    Urgent {
        conversation_id: ChatId,
        message_id: MessageId,
        sender_id: UserId,
        sender_name: String,
        sent_at: Timestamp,
        /// The first repetition is 1.
        attempt: u32,
    },
    /// The clinic has decided about a professional; the reason is the clinic's own, for that person.
    Verification {
        #[serde(serialize_with = "word")]
        status: Verification,
        reason: Option<String>,
    },
    /// Something has happened to an appointment, or it begins soon; for both of the two.
    Appointment {
        #[serde(serialize_with = "word")]
        action: AppointmentAction,
        /// Who did it; nobody, where it is about to begin.
        actor_id: Option<UserId>,
        /// The message that tells of it.
        message_id: MessageId,
        /// As it is now.
        appointment: Box<AppointmentView>,
    },
    /// Something has become of a review: for the professional that there is one, or that it says something else; for its author that it
    /// was answered, hidden or shown again.
    Review {
        action: &'static str,
        review_id: ReviewId,
        provider_id: UserId,
        provider_name: String,
        /// First name and initial.
        author_name: String,
        rating: u8,
    },
}

impl Event {
    /// A message for its recipients.
    #[must_use]
    pub fn new_message(message: MessageView) -> Self {
        Self::own_new_message(message.seen_by_recipients())
    }

    /// A message as `message` shows it, for people who see it like that.
    #[must_use]
    pub fn own_new_message(message: MessageView) -> Self {
        Self::NewMessage {
            conversation_id: message.conversation_id,
            id: message.id,
            content: message.content.clone(),
            sender_id: message.sender_id,
            sender_name: message.sender_name.clone(),
            sender_role: message.sender_role,
            timestamp: message.timestamp,
            message: Box::new(message),
        }
    }

    /// A message for all devices of its sender.
    #[must_use]
    pub fn message_sent(message: &MessageView) -> Self {
        Self::MessageSent {
            conversation_id: message.conversation_id,
            id: message.id,
            status: message.status,
            client_message_id: message.client_message_id.clone(),
            message: Box::new(message.clone()),
        }
    }

    /// A message that says something else now, for those who see it as `message` does.
    #[must_use]
    pub fn message_edited(message: &MessageView) -> Self {
        Self::MessageEdited {
            conversation_id: message.conversation_id,
            message_id: message.id,
            content: message.content.clone(),
            new_content: message.content.clone(),
            edited_at: message.edited_at,
            message: Box::new(message.clone()),
        }
    }

    /// What has become of a scheduled message.
    #[must_use]
    pub fn scheduled_message_changed(change: ScheduledChange, message: &MessageView) -> Self {
        let (action, sent_as) = match change {
            ScheduledChange::Created => ("created", None),
            ScheduledChange::Updated => ("updated", None),
            ScheduledChange::Cancelled => ("cancelled", None),
            ScheduledChange::Failed => ("failed", None),
            ScheduledChange::Sent { as_message } => ("sent", Some(as_message)),
        };
        Self::ScheduledMessageChanged { action, message: Box::new(message.clone()), sent_as }
    }

    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::NewMessage { .. } => "new_message",
            Self::MessageSent { .. } => "message_sent",
            Self::MessageStatusUpdate(_) => "message_status_update",
            Self::MessageRead { .. } => "message_read",
            Self::MessageEdited { .. } => "message_edited",
            Self::MessageDeleted { .. } => "message_deleted",
            Self::MessageAcknowledged { .. } => "message_acknowledged",
            Self::MessageReactionUpdated { .. } => "message_reaction_updated",
            Self::TypingIndicator { .. } => "typing_indicator",
            Self::FileSendingIndicator { .. } => "file_sending_indicator",
            Self::UserStatusChange { .. } => "user_status_change",
            Self::UserAvailabilityChange { .. } => "user_availability_change",
            Self::UserAvailabilityUpdate { .. } => "user_availability_update",
            Self::UserRatingChange { .. } => "user_rating_change",
            Self::ChatMuteStatusChanged { .. } => "chat_mute_status_changed",
            Self::ChatPinStatusChanged { .. } => "chat_pin_status_changed",
            Self::ChatArchiveStatusChanged { .. } => "chat_archive_status_changed",
            Self::ScheduledMessageChanged { .. } => "scheduled_message_changed",
            Self::Notification(_) => "notification",
            Self::ConversationUpdated { .. } => "conversation_updated",
            Self::ConversationRemoved { .. } => "conversation_removed",
            Self::IncomingCall(call) if call.kind == CallKind::Video => "incoming_video_call",
            Self::IncomingCall(_) => "incoming_voice_call",
            Self::CallAccepted(_) => "call_accepted",
            Self::CallElsewhere { .. } => "call_elsewhere",
            Self::CallRejected(_) => "call_rejected",
            Self::CallEnded(_) => "call_ended",
            Self::CallSignal(_) => "call_signal",
            Self::CallMedia(_) => "call_media",
            Self::CallConnection(_) => "call_connection",
            Self::CallsMissed(_) => "calls_missed",
            Self::SessionRevoked { .. } => "session_revoked",
            Self::ServerRestarting { .. } => "server_restarting",
        }
    }
}
