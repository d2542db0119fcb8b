//! A message that somebody wants to send, once its form is right.

use super::{attached, schedule};
use crate::{
    clock::Timestamp,
    contract::{Word, request::SendBody},
    error::{Code, Error, FieldError, Result},
    fold::is_blank,
    ids::{ChatId, FileId, MessageId, UserId},
    store::records::{MessageKind, Priority},
};
use serde_json::Value;

/// Longest text in characters, and in bytes.
const MAX_CHARACTERS: usize = 10_000;
const MAX_BYTES: usize = 40_000;
/// Longest id that a client may give a message.
const MAX_CLIENT_ID: usize = 128;

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Into a conversation; the person, when one is named too, must be in it.
    Conversation(ChatId, Option<UserId>),
    /// To a person, in a conversation that is opened if there is none.
    Person(UserId),
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Where to.
    pub target: Target,
    /// The words, exactly as they came.
    pub content: String,
    /// What it is.
    pub kind: MessageKind,
    /// Uploads of the sender that go with it.
    pub files: Vec<FileId>,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The message whose words it passes on; then it has none of its own.
    pub forwards: Option<MessageId>,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// How pressing it is.
    pub priority: Priority,
    /// Whether the sender waits for an acknowledgement.
    pub requires_ack: bool,
    /// The appointment it is about.
    pub appointment: Option<String>,
    /// When it is to be sent; at once without.
    pub scheduled_for: Option<Timestamp>,
}

impl TryFrom<SendBody> for Draft {
    type Error = Error;

    /// Names every field that is wrong at once. Ids that nobody can have are answered like ids that nobody has.
    fn try_from(body: SendBody) -> Result<Self> {
        let mut wrong = Vec::new();
        let mut refuse = |field: &str, message: String| wrong.push(FieldError { field: field.into(), message });
        if given(body.conversation_id.as_ref()).is_none() && given(body.recipient_id.as_ref()).is_none() {
            refuse("recipientId", "is required, or conversationId".into());
        }
        let appointment = appointment(&body.appointment_id).map_err(|message| refuse("appointmentId", message));
        let scheduled_for = schedule::time(&body.scheduled_for).map_err(|message| refuse("scheduledFor", message));
        let forwards = forwarded(&body.forwarded_from).map_err(|message| refuse("forwardedFrom", message));
        let content = body.content.unwrap_or_default();
        let files = attached::wished(&body.file, &body.attachments);
        let with_files = files.as_ref().map_or(true, |files| !files.is_empty());
        if forwards != Ok(None) && with_files {
            refuse("file", "cannot be added to a message that is passed on".into());
        }
        if let Some(message) = wrong_content(&content, with_files).filter(|_| forwards == Ok(None)) {
            refuse("content", message);
        }
        let kind = word(body.message_type.as_deref(), MessageKind::Text).map_err(|message| refuse("messageType", message));
        let priority = word(body.priority.as_deref(), Priority::Normal).map_err(|message| refuse("priority", message));
        let reply_to = reply(&body.reply_to).map_err(|message| refuse("replyTo", message));
        let client_message_id = body.client_message_id.filter(|id| !id.is_empty());
        if client_message_id.as_ref().is_some_and(|id| id.chars().count() > MAX_CLIENT_ID) {
            refuse("clientMessageId", format!("must have at most {MAX_CLIENT_ID} characters"));
        }
        let (Ok(kind), Ok(priority), Ok(reply_to), Ok(forwards), Ok(appointment), Ok(scheduled_for), true) =
            (kind, priority, reply_to, forwards, appointment, scheduled_for, wrong.is_empty())
        else {
            return Err(Error::fields(&wrong));
        };
        let files = files?;
        let target = target(body.conversation_id.as_ref(), body.recipient_id.as_ref())?;
        // Who writes something urgent wants to know that it was seen.
        let requires_ack = priority == Priority::Urgent || body.requires_ack.unwrap_or(false);
        let forwards = forwards.map(|id| id.parse().map_err(|_| Error::new(Code::MessageNotFound))).transpose()?;
        Ok(Self { target, content, kind, files, reply_to, forwards, client_message_id, priority, requires_ack, appointment, scheduled_for })
    }
}

/// The appointment that something is about. Nothing is looked up: it is a name that clients give and get back, and opens nothing.
pub(super) fn appointment(value: &Value) -> Result<Option<String>, String> {
    let named = |text: &str| text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    match value {
        _ if is_empty(value) => Ok(None),
        Value::String(text) if named(text) => Ok(Some(text.clone())),
        _ => Err("must be an id of 1 to 64 letters, digits, - and _".into()),
    }
}

/// What the content may be. Files need no words.
pub(super) fn wrong_content(content: &str, with_files: bool) -> Option<String> {
    if is_blank(content) && !with_files {
        Some("is required".into())
    } else if content.len() > MAX_BYTES || content.chars().count() > MAX_CHARACTERS {
        Some(format!("must have at most {MAX_CHARACTERS} characters"))
    } else {
        None
    }
}

pub(super) fn target(conversation: Option<&String>, person: Option<&String>) -> Result<Target> {
    let person = given(person).map(|id| id.parse().map_err(|_| Error::new(Code::UserNotFound)));
    match (given(conversation), person) {
        (Some(id), person) => {
            let chat = id.parse().map_err(|_| Error::new(Code::ConversationNotFound))?;
            Ok(Target::Conversation(chat, person.transpose()?))
        }
        (None, Some(person)) => Ok(Target::Person(person?)),
        (None, None) => Err(Error::field("recipientId", "is required, or conversationId")),
    }
}

/// An empty text counts as none: forms send it.
fn given(text: Option<&String>) -> Option<&String> {
    text.filter(|text| !text.is_empty())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

fn word<T: Word>(text: Option<&str>, default: T) -> Result<T, String> {
    match text {
        None | Some("") => Ok(default),
        Some(text) => T::from_word(text).ok_or_else(|| format!("must be one of {}", words::<T>())),
    }
}

/// All words of an enum, for people.
pub(super) fn words<T: Word>() -> String {
    T::WORDS.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

fn reply(value: &Value) -> Result<Option<MessageId>, String> {
    match value {
        Value::String(text) if !text.is_empty() => text.parse().map(Some).map_err(|_| NOT_HERE.into()),
        _ => Ok(None),
    }
}

/// The message that is passed on.
fn forwarded(value: &Value) -> Result<Option<&str>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        _ => Err("must be the id of a message".into()),
    }
}

/// What is wrong with an answer to a message of another conversation, or to none.
pub(super) const NOT_HERE: &str = "must be a message of this conversation";
