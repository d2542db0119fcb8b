//! Conversations and messages over REST. The same calls as Socket.IO's.

use super::{Answer, Body, Query, files::ReaderLinks, input::Payload, multipart::Form};
use crate::{
    accounts::Actor,
    chat::{Chats, Door, Placed},
    contract::{
        DirectoryView,
        account::AvailabilityBody,
        request::{
            ArchiveBody, ChangesQuery, DirectoryQuery, EditBody, EmojiBody, FilesQuery, FindQuery, InboxQuery, MessagesQuery, MuteBody,
            OpenBody, PeopleBody, PinBody, ReadBody, ScheduledBody, SearchQuery, SendBody, StatisticsQuery, StatusBody, UpdateBody,
        },
    },
    error::Result,
    files::Purpose,
};
use rocket::{Route, State, delete, get, patch, post, routes};
use serde_json::json;

/// Routes of conversations, messages and the people in them.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![
        list,
        open,
        conversation,
        messages,
        changes,
        participants,
        send,
        send_alias,
        set_status,
        edit,
        versions,
        delete_message,
        react,
        unreact,
        acknowledge,
        scheduled,
        reschedule,
        unschedule,
        read,
        mute,
        pin,
        unread,
        search,
        find,
        files,
        providers,
        midwife_users,
        set_availability,
        statistics,
        update,
        add_people,
        remove_person,
        archive,
        receipts,
    ]
}

type House = State<Chats>;

#[get("/api/chat/conversations")]
fn list(actor: Actor, query: Query<InboxQuery>, chats: &House) -> Result<Answer> {
    let listing = chats.list(actor, &query.0)?;
    Answer::ok(&listing.items)?.page(&listing)
}

#[post("/api/chat/conversations", data = "<body>")]
async fn open(actor: Actor, chats: &House, body: Body<OpenBody>) -> Result<Answer> {
    let (conversation, created) = chats.open(actor, body.0).await?;
    if created { Answer::created(&conversation) } else { Answer::ok(&conversation) }
}

#[get("/api/chat/conversations/<id>")]
fn conversation(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.get(actor, id)?)
}

#[get("/api/chat/conversations/<id>/messages")]
async fn messages(actor: Actor, id: &str, query: Query<MessagesQuery>, chats: &House, links: ReaderLinks) -> Result<Answer> {
    let page = links.fill(actor, chats.messages(actor, id, &query.0)?);
    chats.opened_if(actor, id, !page.items.is_empty()).await;
    Answer::ok(&page.items)?.page(&page)
}

#[get("/api/chat/conversations/<id>/changes")]
async fn changes(actor: Actor, id: &str, query: Query<ChangesQuery>, chats: &House, links: ReaderLinks) -> Result<Answer> {
    let changes = links.fill(actor, chats.changes(actor, id, &query.0)?);
    chats.opened_if(actor, id, !changes.messages.is_empty()).await;
    Answer::ok(&changes)
}

#[get("/api/chat/conversations/<id>/participants")]
fn participants(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.participants(actor, id)?)
}

#[post("/api/chat/send", data = "<body>")]
async fn send(actor: Actor, chats: &House, links: ReaderLinks, body: Payload<'_, SendBody>) -> Result<Answer> {
    let placed = match body {
        Payload::Json(body) => chats.send(actor, body, Door::Rest).await?,
        Payload::Form(form) => send_form(actor, chats, &links, *form).await?,
    };
    let message = links.fill(actor, placed.message);
    if placed.fresh { Answer::created(&message) } else { Answer::ok(&message) }
}

/// A message with its files in one form. If the message is refused, or was there before, its files go again.
async fn send_form(actor: Actor, chats: &House, links: &ReaderLinks, form: Form<'_>) -> Result<Placed> {
    if let Err(error) = actor.verified() {
        return Err(form.refuse(error).await);
    }
    let received = form.receive(links.files(), actor.user, Purpose::Message).await?;
    let ids: Vec<_> = received.files.iter().map(|file| file.id).collect();
    let sent = match received.into_body() {
        Ok(body) => chats.send(actor, body, Door::Rest).await,
        Err(error) => Err(error),
    };
    if !ids.is_empty() && !sent.as_ref().is_ok_and(|placed| placed.fresh) {
        links.files().discard(actor.user, Purpose::Message, ids).await?;
    }
    sent
}

#[post("/api/chat/messages", data = "<body>")]
async fn send_alias(actor: Actor, chats: &House, links: ReaderLinks, body: Payload<'_, SendBody>) -> Result<Answer> {
    send(actor, chats, links, body).await
}

#[patch("/api/chat/messages/<id>/status", data = "<body>")]
async fn set_status(actor: Actor, id: &str, chats: &House, body: Body<StatusBody>) -> Result<Answer> {
    Answer::ok(&chats.set_status(actor, id, body.0).await?)
}

#[patch("/api/chat/messages/<id>/edit", data = "<body>")]
async fn edit(actor: Actor, id: &str, chats: &House, links: ReaderLinks, body: Body<EditBody>) -> Result<Answer> {
    Answer::ok(&links.fill(actor, chats.edit(actor, id, body.0).await?))
}

#[get("/api/chat/messages/<id>/history")]
async fn versions(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    let versions = chats.versions(actor, id)?;
    // The id of a message begins with that of its conversation.
    chats.opened_if(actor, id.get(..16).unwrap_or_default(), !versions.is_empty()).await;
    Answer::ok(&versions)
}

#[delete("/api/chat/messages/<id>")]
async fn delete_message(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.delete(actor, id).await?)
}

#[post("/api/chat/messages/<id>/reactions", data = "<body>")]
async fn react(actor: Actor, id: &str, chats: &House, body: Body<EmojiBody>) -> Result<Answer> {
    Answer::ok(&chats.react(actor, id, body.0, true).await?)
}

/// Not every client can send a body with `DELETE`.
#[delete("/api/chat/messages/<id>/reactions", data = "<body>")]
async fn unreact(actor: Actor, id: &str, query: Query<EmojiBody>, chats: &House, body: Body<EmojiBody>) -> Result<Answer> {
    let emoji = if body.0.emoji.is_some() { body.0 } else { query.0 };
    Answer::ok(&chats.react(actor, id, emoji, false).await?)
}

#[post("/api/chat/messages/<id>/ack")]
async fn acknowledge(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.acknowledge(actor, id).await?)
}

#[get("/api/chat/scheduled")]
fn scheduled(actor: Actor, chats: &House, links: ReaderLinks) -> Result<Answer> {
    Answer::ok(&links.fill(actor, chats.scheduled(actor)?))
}

#[patch("/api/chat/scheduled/<id>", data = "<body>")]
async fn reschedule(actor: Actor, id: &str, chats: &House, links: ReaderLinks, body: Body<ScheduledBody>) -> Result<Answer> {
    Answer::ok(&links.fill(actor, chats.reschedule(actor, id, body.0).await?))
}

#[delete("/api/chat/scheduled/<id>")]
async fn unschedule(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.unschedule(actor, id).await?)
}

#[patch("/api/chat/conversations/<id>/read", data = "<body>")]
async fn read(actor: Actor, id: &str, chats: &House, body: Body<ReadBody>) -> Result<Answer> {
    Answer::ok(&chats.read(actor, id, body.0).await?)
}

#[patch("/api/chat/conversations/<id>/mute", data = "<body>")]
async fn mute(actor: Actor, id: &str, chats: &House, body: Body<MuteBody>) -> Result<Answer> {
    Answer::ok(&chats.mute(actor, id, body.0.muted).await?)
}

#[patch("/api/chat/conversations/<id>/pin", data = "<body>")]
async fn pin(actor: Actor, id: &str, chats: &House, body: Body<PinBody>) -> Result<Answer> {
    Answer::ok(&chats.pin(actor, id, body.0.pinned).await?)
}

#[patch("/api/chat/conversations/<id>/archive", data = "<body>")]
async fn archive(actor: Actor, id: &str, chats: &House, body: Body<ArchiveBody>) -> Result<Answer> {
    Answer::ok(&chats.archive(actor, id, body.0.archived).await?)
}

#[get("/api/chat/messages/<id>/receipts")]
fn receipts(actor: Actor, id: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.receipts(actor, id)?)
}

#[get("/api/chat/unread-count")]
fn unread(actor: Actor, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.unread(actor)?)
}

#[get("/api/chat/search")]
fn search(actor: Actor, query: Query<SearchQuery>, chats: &House) -> Result<Answer> {
    let listing = chats.search(actor, &query.0)?;
    Answer::ok(&listing.items)?.page(&listing.page)
}

#[get("/api/chat/search/messages")]
async fn find(actor: Actor, query: Query<FindQuery>, chats: &House, links: ReaderLinks) -> Result<Answer> {
    let found = links.fill(actor, chats.find(actor, &query.0).await?);
    Answer::ok(&found.items)?.page(&found)?.top("meta", &json!({ "indexing": found.indexing }))
}

#[get("/api/chat/conversations/<id>/files")]
async fn files(actor: Actor, id: &str, query: Query<FilesQuery>, chats: &House, links: ReaderLinks) -> Result<Answer> {
    let found = links.fill(actor, chats.files(actor, id, &query.0).await?);
    Answer::ok(&found.items)?.page(&found)?.top("meta", &json!({ "indexing": found.indexing }))
}

#[get("/api/chat/providers")]
fn providers(actor: Actor, query: Query<DirectoryQuery>, chats: &House) -> Result<Answer> {
    directory(&chats.providers(actor, &query.0)?)
}

#[get("/api/chat/midwife-chat-users")]
fn midwife_users(actor: Actor, query: Query<DirectoryQuery>, chats: &House) -> Result<Answer> {
    directory(&chats.midwife_users(actor, &query.0)?)
}

fn directory(found: &DirectoryView) -> Result<Answer> {
    let DirectoryView { people, specialties } = found;
    Answer::ok(&people.items)?.page(&people.page)?.top("total", &people.page.total)?.top("specialties", specialties)
}

#[patch("/api/chat/conversations/<id>", data = "<body>")]
async fn update(actor: Actor, id: &str, chats: &House, body: Body<UpdateBody>) -> Result<Answer> {
    Answer::ok(&chats.update(actor, id, body.0).await?)
}

#[post("/api/chat/conversations/<id>/participants", data = "<body>")]
async fn add_people(actor: Actor, id: &str, chats: &House, body: Body<PeopleBody>) -> Result<Answer> {
    Answer::ok(&chats.add_people(actor, id, body.0).await?)
}

#[delete("/api/chat/conversations/<id>/participants/<person>")]
async fn remove_person(actor: Actor, id: &str, person: &str, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.remove_person(actor, id, person).await?)
}

#[get("/api/chat/statistics")]
fn statistics(actor: Actor, query: Query<StatisticsQuery>, chats: &House) -> Result<Answer> {
    Answer::ok(&chats.statistics(actor, &query.0)?)
}

#[patch("/api/users/me/availability", data = "<body>")]
async fn set_availability(actor: Actor, chats: &House, body: Body<AvailabilityBody>) -> Result<Answer> {
    Answer::ok(&chats.set_availability(actor, body.0).await?)
}
