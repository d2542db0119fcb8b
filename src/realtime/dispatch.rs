//! Events of clients: decode, make the one call that REST makes too, answer.

use super::{Realtime, connection::Client, doing::Deed, hub::fill, tell};
use crate::{
    accounts::Actor,
    chat::{Door, Mark},
    contract::{
        account::AvailabilityBody,
        input,
        request::{
            ArchiveEvent, ConversationEvent, EditBody, EditEvent, EmojiBody, FileSendingEvent, MessageEvent, MuteEvent, OpenBody,
            PeopleBody, PersonEvent, PinEvent, ReactionEvent, ReadBody, RemoveEvent, ScheduledBody, ScheduledEvent, SendBody, UpdateBody,
        },
    },
    error::{Code, Error, Result},
    files::Kind,
    ids::ChatId,
    socketio::{Ack, Args, Event},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};

/// Every event that clients may send.
pub const EVENTS: &[&str] = &[
    "join",
    "leave",
    "join_conversation",
    "leave_conversation",
    "send_message",
    "typing_start",
    "typing_stop",
    "file_sending",
    "message_delivered",
    "message_read",
    "user_away",
    "user_back",
    "user_busy",
    "update_availability",
    "message_edited",
    "message_deleted",
    "message_reaction_added",
    "message_reaction_removed",
    "message_ack",
    "scheduled_update",
    "scheduled_cancel",
    "chat_mute_toggled",
    "chat_pin_toggled",
    "chat_archive_toggled",
    "conversation_create",
    "conversation_update",
    "participants_add",
    "participant_remove",
    "voice_call_request",
    "video_call_request",
    "call_accepted",
    "call_rejected",
    "call_ended",
    "call_signal",
    "call_media",
    "call_resume",
    "calls_seen",
];

/// An answer.
pub(super) type Data = Box<RawValue>;

impl Realtime {
    /// Deals with one event, from proof of who asks to the answer.
    pub(super) async fn handle(&self, client: &Client, event: Event) {
        let Event { name, args, ack, permit, .. } = event;
        let known = client.state().actor;
        match self.0.accounts.actor(known.user, known.session).map(|actor| actor.at(known.whence.address)) {
            Ok(actor) => match self.0.limiter.event(actor.user) {
                Ok(()) => match self.dispatch(client, actor, &name, &args).await {
                    Ok(data) => {
                        acknowledge(ack, &data);
                        self.answered(client);
                    }
                    Err(error) => refuse_event(client, &name, &args, ack, &error),
                },
                // Nothing of the event has been read.
                Err(error) => refuse(client, &name, ack, &error),
            },
            Err(error) => {
                // The sign-in has ended, and this socket with it.
                refuse(client, &name, ack, &error);
                client.disconnect();
            }
        }
        drop(permit);
    }

    async fn dispatch(&self, client: &Client, actor: Actor, name: &str, args: &Args) -> Result<Data> {
        let chats = &self.0.chats;
        actor.admitted()?;
        match name {
            "join" | "leave" => answer(&own(actor, &decode(args, "userId")?)?),
            "join_conversation" => self.join(client, actor, decode(args, "conversationId")?).await,
            "leave_conversation" => {
                let ConversationEvent { conversation_id } = decode(args, "conversationId")?;
                answer(&json!({ "conversationId": chats.companions(actor, &conversation_id)?.0 }))
            }
            "send_message" => {
                let mut message = chats.send(actor, decode::<SendBody>(args, "content")?, Door::Socket).await?.message;
                fill(&self.0.links, client, &mut message);
                answer(&message)
            }
            "typing_start" | "typing_stop" => self.typing(actor, decode(args, "conversationId")?, name == "typing_start"),
            "file_sending" => self.sending(actor, decode(args, "conversationId")?),
            "message_delivered" => answer(&chats.mark(actor, &message_id(args)?, Mark::Delivered).await?),
            "message_read" => answer(&chats.mark(actor, &message_id(args)?, Mark::Read).await?),
            "user_away" | "user_back" => {
                self.0.attendance.set_away(actor.user, client.state().device, name == "user_away");
                self.presence(actor)
            }
            "user_busy" => {
                self.0.attendance.set_busy(actor.user, busy(args)?);
                self.presence(actor)
            }
            "update_availability" => answer(&chats.set_availability(actor, decode::<AvailabilityBody>(args, "availability")?).await?),
            "message_edited" => {
                let EditEvent { message_id, content, new_content } = decode(args, "messageId")?;
                let mut message = chats.edit(actor, &named(message_id)?, EditBody { content: content.or(new_content) }).await?;
                fill(&self.0.links, client, &mut message);
                answer(&message)
            }
            "message_deleted" => answer(&chats.delete(actor, &message_id(args)?).await?),
            "message_reaction_added" | "message_reaction_removed" => {
                let ReactionEvent { message_id, emoji } = decode(args, "messageId")?;
                let adds = name == "message_reaction_added";
                answer(&chats.react(actor, &named(message_id)?, EmojiBody { emoji }, adds).await?)
            }
            "scheduled_update" => {
                let ScheduledEvent { id, content, scheduled_for } = decode(args, "id")?;
                let mut message = chats.reschedule(actor, &given("id", id)?, ScheduledBody { content, scheduled_for }).await?;
                fill(&self.0.links, client, &mut message);
                answer(&message)
            }
            "scheduled_cancel" => {
                let ScheduledEvent { id, .. } = decode(args, "id")?;
                answer(&chats.unschedule(actor, &given("id", id)?).await?)
            }
            "message_ack" => answer(&chats.acknowledge(actor, &message_id(args)?).await?),
            "chat_mute_toggled" => {
                let MuteEvent { conversation_id, muted } = decode(args, "conversationId")?;
                answer(&chats.mute(actor, &conversation_id, muted).await?)
            }
            "chat_pin_toggled" => {
                let PinEvent { conversation_id, pinned } = decode(args, "conversationId")?;
                answer(&chats.pin(actor, &conversation_id, pinned).await?)
            }
            "chat_archive_toggled" => {
                let ArchiveEvent { conversation_id, archived } = decode(args, "conversationId")?;
                answer(&chats.archive(actor, &conversation_id, archived).await?)
            }
            "conversation_create" => answer(&chats.open(actor, decode::<OpenBody>(args, "participantId")?).await?.0),
            "conversation_update" => {
                answer(&chats.update(actor, &conversation_id(args)?, decode::<UpdateBody>(args, "conversationId")?).await?)
            }
            "participants_add" => {
                answer(&chats.add_people(actor, &conversation_id(args)?, decode::<PeopleBody>(args, "conversationId")?).await?)
            }
            "participant_remove" => {
                let RemoveEvent { conversation_id, user_id } = decode(args, "conversationId")?;
                answer(&chats.remove_person(actor, &conversation_id, &user_id).await?)
            }
            _ => match self.call(client, actor, name, args).await {
                Some(answer) => answer,
                None => Err(Error::with(Code::NotFound, "There is no such event.")),
            },
        }
    }

    /// Opens a conversation on this device, which reads it.
    async fn join(&self, client: &Client, actor: Actor, event: ConversationEvent) -> Result<Data> {
        let view = self.0.chats.read(actor, &event.conversation_id, ReadBody::default()).await?;
        tell(client, "conversation_joined", &json!({ "conversationId": view.conversation_id }));
        answer(&view)
    }

    fn typing(&self, actor: Actor, event: ConversationEvent, starts: bool) -> Result<Data> {
        let chat = self.doing(actor, &event.conversation_id, (Deed::Typing, Kind::File), starts)?;
        answer(&json!({ "conversationId": chat, "userId": actor.user, "isTyping": starts }))
    }

    fn sending(&self, actor: Actor, event: FileSendingEvent) -> Result<Data> {
        let FileSendingEvent { conversation_id, file_type, active } = event;
        let word = file_type.unwrap_or_else(|| Kind::File.word().into());
        let kind = Kind::from_word(&word).ok_or_else(|| Error::field("fileType", "must be image, file, audio or video"))?;
        let active = active.unwrap_or(true);
        let chat = self.doing(actor, &conversation_id, (Deed::Sending, kind), active)?;
        answer(&json!({ "conversationId": chat, "userId": actor.user, "fileType": kind.word(), "isSending": active }))
    }

    fn doing(&self, actor: Actor, conversation_id: &str, (deed, file): (Deed, Kind), starts: bool) -> Result<ChatId> {
        let companions = || self.0.chats.companions(actor, conversation_id);
        let (chat, _) = companions()?;
        if starts {
            actor.verified()?;
            return self.0.hub.started(actor.user, (deed, file), companions);
        }
        self.0.hub.stopped(chat, actor.user, deed);
        Ok(chat)
    }

    fn presence(&self, actor: Actor) -> Result<Data> {
        let presence = self.0.chats.roster().presence(actor.user);
        answer(&json!({ "userId": actor.user, "isOnline": presence.is_online, "status": presence.status }))
    }
}

/// Reads the first argument: an object, or a bare text for its one field that matters.
pub(super) fn decode<T: DeserializeOwned>(args: &Args, field: &str) -> Result<T> {
    let first = args.get(0).unwrap_or("{}").trim();
    match first.as_bytes().first() {
        Some(b'"') => {
            let text: String = input::parse(first.as_bytes())?;
            input::parse(json!({ field: text }).to_string().as_bytes())
        }
        _ if first == "null" => input::parse(b"{}"),
        _ => input::parse(first.as_bytes()),
    }
}

fn conversation_id(args: &Args) -> Result<String> {
    let ConversationEvent { conversation_id } = decode(args, "conversationId")?;
    Ok(conversation_id)
}

fn message_id(args: &Args) -> Result<String> {
    let MessageEvent { message_id } = decode(args, "messageId")?;
    named(message_id)
}

fn named(message_id: String) -> Result<String> {
    given("messageId", message_id)
}

/// An id that must be there.
pub(super) fn given(field: &str, id: String) -> Result<String> {
    if id.is_empty() { Err(Error::field(field, "is required")) } else { Ok(id) }
}

/// Old clients name themselves. It must be true, and changes nothing.
fn own(actor: Actor, event: &PersonEvent) -> Result<serde_json::Value> {
    match &event.user_id {
        Some(id) if *id != actor.user.to_string() => Err(Error::with(Code::Forbidden, "You can join as yourself only.")),
        _ => Ok(json!({ "userId": actor.user })),
    }
}

/// `true`, `false`, or the same in a field.
fn busy(args: &Args) -> Result<bool> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Busy {
        Plain(bool),
        Field { busy: bool },
    }
    match args.parse(0) {
        Ok(Busy::Plain(busy) | Busy::Field { busy }) => Ok(busy),
        Err(_) => Err(Error::field("busy", "must be true or false")),
    }
}

/// Writes an answer.
pub(super) fn answer(data: &impl Serialize) -> Result<Data> {
    to_raw_value(data).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written as JSON");
        Error::new(Code::Internal)
    })
}

/// The answer to an event whose sender wants one.
#[derive(Serialize)]
struct Answered<'a> {
    success: bool,
    status: &'static str,
    data: &'a RawValue,
}

fn acknowledge(ack: Option<Ack>, data: &RawValue) {
    if let Some(ack) = ack
        && let Err(error) = ack.send(&Answered { success: true, status: "success", data })
    {
        tracing::error!(%error, "an acknowledgement cannot be written as JSON");
    }
}

/// Says no; to a message that was sent without asking for an answer also in the words that old pages listen for.
fn refuse_event(client: &Client, name: &str, args: &Args, ack: Option<Ack>, error: &Error) {
    if name == "send_message" && ack.is_none() {
        let id = decode::<SendBody>(args, "content").ok().and_then(|body| body.client_message_id);
        tell(client, "message_error", &json!({ "error": error.message, "clientMessageId": id }));
    }
    refuse(client, name, ack, error);
}

/// Says no: to the one who asked for an answer, else by an event.
pub(super) fn refuse(client: &Client, name: &str, ack: Option<Ack>, error: &Error) {
    if let Some(ack) = ack {
        if let Err(error) = ack.send(&error.body()) {
            tracing::error!(%error, "an acknowledgement cannot be written as JSON");
        }
        return;
    }
    let Error { message, code, retry_after, .. } = error;
    tell(client, "error", &json!({ "message": message, "code": code.name(), "event": name, "retryAfter": retry_after }));
}
