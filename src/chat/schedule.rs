//! Messages that are sent later, at a time that their author sets. Until then they are nobody else's business; when the time comes
//! they go the way of all messages, with the rights that their author has then.

use super::{
    Chats, Door, Rules, Seat, attached,
    db::TxOf,
    draft,
    outgoing::{Enclosed, Outgoing},
    send, service,
    view::{People, View},
};
use crate::{
    accounts::Actor,
    audit::Whence,
    clock::Timestamp,
    contract::{DeletedView, Emission, Event, MessageView, ScheduledChange, Status, request::ScheduledBody},
    error::{Code, Error, Result},
    files,
    ids::{ChatId, Cursor, FileId, MessageId, Seq, SessionId, UserId},
    store::{
        Direction, Read, StoreError,
        records::{Member, Message, Scheduled},
        tables,
    },
};
use serde_json::Value;
use std::time::Duration;

/// How many messages of one person may wait.
const MOST: usize = 100;
/// How far ahead a message may be scheduled.
const FARTHEST: Duration = Duration::from_hours(366 * 24);
/// Random bits of the place of a message that waits, below the time at which it was made: what was scheduled first has the smaller one.
const CHANCE: u32 = 20;

impl Chats {
    /// What the actor has scheduled, soonest first.
    pub fn scheduled(&self, actor: Actor) -> Result<Vec<MessageView>> {
        self.store.read(|read| list(read, &self.rules, self.now(), actor.user))
    }

    /// Puts other words into a scheduled message, or sets another time.
    pub async fn reschedule(&self, actor: Actor, id: &str, body: ScheduledBody) -> Result<MessageView> {
        let (id, rules, change) = (service::message(id)?, self.rules.clone(), Change::try_from(body)?);
        self.store.write(move |tx| update(tx, &rules, &actor, id, &change)).await
    }

    /// Takes a message back before it is sent.
    pub async fn unschedule(&self, actor: Actor, id: &str) -> Result<DeletedView> {
        let (id, rules) = (service::message(id)?, self.rules.clone());
        self.store.write(move |tx| cancel(tx, &rules, &actor, id)).await
    }
}

/// What is to be different about a scheduled message.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    content: Option<String>,
    due: Option<Timestamp>,
}

impl TryFrom<ScheduledBody> for Change {
    type Error = Error;

    fn try_from(body: ScheduledBody) -> Result<Self> {
        // Whether it needs words is known when its files are.
        if let Some(wrong) = body.content.as_deref().and_then(|content| draft::wrong_content(content, true)) {
            return Err(Error::field("content", wrong));
        }
        let due = time(&body.scheduled_for).map_err(|message| Error::field("scheduledFor", message))?;
        Ok(Self { content: body.content, due })
    }
}

/// Reads a time. Nothing, also as an empty text, is none.
pub(super) fn time(value: &Value) -> Result<Option<Timestamp>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        value => serde_json::from_value(value.clone()).map(Some).map_err(|_| "must be a time such as 2026-11-22T14:10:43.123Z".into()),
    }
}

/// Keeps a message, and what goes with it, until its time comes.
pub(super) fn schedule(tx: &mut TxOf<'_>, rules: &Rules, seat: &Seat, outgoing: Outgoing, due: Timestamp) -> Result<MessageView> {
    check_time(tx, due)?;
    if tx.scan(tables::SCHEDULED, all_of(seat.user), Direction::Ascending, MOST)?.len() == MOST {
        return Err(Error::with(Code::Conflict, format!("You have {MOST} scheduled messages already.")));
    }
    let chance = tx.fresh();
    let id = MessageId { chat: seat.id, seq: place(tx, (seat.user, seat.id), tx.now(), chance)? };
    let now = tx.now();
    let mut message = send::message(&outgoing, seat.user, now, Cursor::ZERO);
    attached::place(tx, &outgoing, &mut message, id)?;
    let scheduled = Scheduled {
        content: outgoing.content,
        kind: message.kind,
        reply_to: outgoing.reply_to,
        client_message_id: outgoing.client_message_id,
        priority: outgoing.priority,
        requires_ack: outgoing.requires_ack,
        forwarded_from: outgoing.forwarded_from,
        appointment: outgoing.appointment,
        due,
        created_at: now,
        updated_at: now,
        failed: None,
        files: message.files,
    };
    put(tx, seat.user, id, &scheduled)?;
    tell(tx, rules, seat.user, id, &scheduled, ScheduledChange::Created)
}

/// A scheduled message that its author sends once more: as it is now. `None` when the place is that of a real one.
pub(super) fn repeated(read: &impl Read, rules: &Rules, now: Timestamp, seat: &Seat, seq: Seq) -> Result<Option<MessageView>> {
    if !seq.waits() {
        return Ok(None);
    }
    let scheduled = read.get(tables::SCHEDULED, &(seat.user, seat.id, seq))?;
    let scheduled = scheduled.ok_or_else(|| Error::with(Code::Conflict, "This message was scheduled and has been cancelled."))?;
    view(read, rules, now, seat.user, MessageId { chat: seat.id, seq }, &scheduled).map(Some)
}

/// Whether a message waits and somebody is its author: nobody else sees it or what goes with it.
pub(super) fn is_of(read: &impl Read, user: UserId, id: MessageId) -> Result<bool, StoreError> {
    Ok(id.seq.waits() && read.get(tables::SCHEDULED, &(user, id.chat, id.seq))?.is_some())
}

fn list(read: &impl Read, rules: &Rules, now: Timestamp, user: UserId) -> Result<Vec<MessageView>> {
    let mut rows = read.scan(tables::SCHEDULED, all_of(user), Direction::Ascending, MOST)?;
    rows.sort_by_key(|((_, chat, seq), scheduled)| (scheduled.due, *seq, *chat));
    rows.iter().map(|((_, chat, seq), scheduled)| view(read, rules, now, user, MessageId { chat: *chat, seq: *seq }, scheduled)).collect()
}

fn update(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: MessageId, change: &Change) -> Result<MessageView> {
    let mut scheduled = own(tx, actor.user, id)?;
    let before = scheduled.clone();
    if let Some(content) = change.content.as_ref().filter(|content| **content != scheduled.content) {
        if scheduled.forwarded_from.is_some_and(|author| author != actor.user) {
            return Err(Error::with(Code::Conflict, "These are somebody's own words and stay as they are."));
        }
        if let Some(wrong) = draft::wrong_content(content, !scheduled.files.is_empty()) {
            return Err(Error::field("content", wrong));
        }
        scheduled.content.clone_from(content);
    }
    if let Some(due) = change.due {
        check_time(tx, due)?;
        scheduled.due = due;
        // Whoever sets a new time gives it another try.
        scheduled.failed = None;
    }
    if scheduled == before {
        return view(tx, rules, tx.now(), actor.user, id, &scheduled);
    }
    scheduled.updated_at = tx.now();
    tx.delete(tables::SCHEDULE, &(before.due, actor.user, id.chat, id.seq));
    put(tx, actor.user, id, &scheduled)?;
    tell(tx, rules, actor.user, id, &scheduled, ScheduledChange::Updated)
}

fn cancel(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: MessageId) -> Result<DeletedView> {
    let scheduled = own(tx, actor.user, id)?;
    remove(tx, actor.user, id, scheduled.due);
    files::release(tx, &scheduled.files)?;
    tell(tx, rules, actor.user, id, &scheduled, ScheduledChange::Cancelled)?;
    Ok(DeletedView { id, same_id: id })
}

/// A message whose time is set down for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub due: Timestamp,
    pub user: UserId,
    pub id: MessageId,
}

/// Sends a message whose time has come: it leaves the list and stands in the conversation in one step. When its author may not
/// send it any more, it stays in the list with the reason.
pub(super) fn deliver(tx: &mut TxOf<'_>, rules: &Rules, slot: Slot) -> Result<()> {
    let Some(scheduled) = due(tx, slot)? else { return Ok(()) };
    match tx.attempt(|tx| send_now(tx, rules, slot, &scheduled)) {
        // What the rules refuse now they would refuse again; what the store could not do is tried again.
        Err(why) if why.code.status() < 500 => fail(tx, rules, slot, scheduled, &why),
        sent => sent,
    }
}

fn send_now(tx: &mut TxOf<'_>, rules: &Rules, slot: Slot, scheduled: &Scheduled) -> Result<()> {
    let Slot { user, id, .. } = slot;
    let actor = author(tx, user)?;
    actor.verified()?;
    let seat = Seat::find(tx, user, id.chat)?;
    let message = send::place(tx, rules, &actor, seat, &outgoing(scheduled), Door::Agenda)?;
    remove(tx, user, id, slot.due);
    tell(tx, rules, user, id, scheduled, ScheduledChange::Sent { as_message: message.id })?;
    Ok(())
}

/// Notes why a message whose time has come could not be sent. It stays in the list of its author.
fn fail(tx: &mut TxOf<'_>, rules: &Rules, slot: Slot, mut scheduled: Scheduled, why: &Error) -> Result<()> {
    let Slot { user, id, .. } = slot;
    scheduled.failed = Some(reason(why));
    scheduled.updated_at = tx.now();
    tx.delete(tables::SCHEDULE, &(slot.due, user, id.chat, id.seq));
    tx.put(tables::SCHEDULED, &(user, id.chat, id.seq), &scheduled)?;
    tell(tx, rules, user, id, &scheduled, ScheduledChange::Failed)?;
    Ok(())
}

/// The message of a slot if it is to be sent now: neither sent nor changed since somebody looked, nor the clock set back.
fn due(tx: &mut TxOf<'_>, slot: Slot) -> Result<Option<Scheduled>> {
    let Slot { due, user, id } = slot;
    let scheduled = tx.get(tables::SCHEDULED, &(user, id.chat, id.seq))?.filter(|it| it.due == due && it.failed.is_none());
    if scheduled.is_none() {
        tx.delete(tables::SCHEDULE, &(due, user, id.chat, id.seq));
    }
    Ok(scheduled.filter(|_| due <= tx.now()))
}

/// The author as an actor, with the rights of this moment.
fn author(read: &impl Read, user: UserId) -> Result<Actor> {
    let person = read.get(tables::USERS, &user)?.filter(|person| person.is_active).ok_or(Code::AccountDisabled)?;
    Ok(Actor { user, session: SessionId::MIN, role: person.role, verification: person.verification, whence: Whence::default() })
}

/// Why a message could not be sent, for its author.
fn reason(why: &Error) -> String {
    match why.code {
        Code::AccountDisabled => "Your account was switched off at that time.".into(),
        Code::VerificationPending => "Your account was waiting for the clinic's approval at that time.".into(),
        Code::ConversationNotFound => "You were no longer in this conversation at that time.".into(),
        _ => why.message.clone(),
    }
}

fn check_time(tx: &TxOf<'_>, due: Timestamp) -> Result<()> {
    if due <= tx.now() {
        return Err(Error::field("scheduledFor", "must lie in the future"));
    }
    if due > tx.now().plus(FARTHEST) {
        return Err(Error::field("scheduledFor", "must lie within a year"));
    }
    Ok(())
}

/// A place of its own for what is scheduled at a time: a drawn one, or the next that is free.
fn place(read: &impl Read, (user, chat): (UserId, ChatId), now: Timestamp, chance: u64) -> Result<Seq, StoreError> {
    let mut seq = Seq(Seq::WAITING.0 | ((now.0 << CHANCE) & (Seq::WAITING.0 - 1)) | (chance & ((1 << CHANCE) - 1)));
    while read.get(tables::SCHEDULED, &(user, chat, seq))?.is_some() {
        seq = seq.next();
    }
    Ok(seq)
}

type Row = (UserId, ChatId, Seq);

fn all_of(user: UserId) -> std::ops::RangeInclusive<Row> {
    (user, ChatId::MIN, Seq::ZERO)..=(user, ChatId::MAX, Seq::MAX)
}

fn own(tx: &TxOf<'_>, user: UserId, id: MessageId) -> Result<Scheduled> {
    tx.get(tables::SCHEDULED, &(user, id.chat, id.seq))?.ok_or_else(|| Code::MessageNotFound.into())
}

/// Writes a message that waits, when it is due, and how it is known to its author's devices.
fn put(tx: &mut TxOf<'_>, user: UserId, id: MessageId, scheduled: &Scheduled) -> Result<()> {
    if scheduled.failed.is_none() {
        tx.put(tables::SCHEDULE, &(scheduled.due, user, id.chat, id.seq), &())?;
    }
    if let Some(name) = &scheduled.client_message_id {
        send::remember(tx, (id.chat, user), name, id.seq, scheduled.due)?;
    }
    Ok(tx.put(tables::SCHEDULED, &(user, id.chat, id.seq), scheduled)?)
}

fn remove(tx: &mut TxOf<'_>, user: UserId, id: MessageId, due: Timestamp) {
    tx.delete(tables::SCHEDULE, &(due, user, id.chat, id.seq));
    tx.delete(tables::SCHEDULED, &(user, id.chat, id.seq));
}

fn outgoing(scheduled: &Scheduled) -> Outgoing {
    Outgoing {
        content: scheduled.content.clone(),
        kind: scheduled.kind,
        reply_to: scheduled.reply_to,
        client_message_id: scheduled.client_message_id.clone(),
        priority: scheduled.priority,
        requires_ack: scheduled.requires_ack,
        files: Enclosed::Waiting(scheduled.files.iter().copied().map(FileId).collect()),
        forwarded_from: scheduled.forwarded_from,
        appointment: scheduled.appointment.clone(),
    }
}

/// Tells all devices of the author what has become of a message.
fn tell(
    tx: &mut TxOf<'_>,
    rules: &Rules,
    user: UserId,
    id: MessageId,
    scheduled: &Scheduled,
    change: ScheduledChange,
) -> Result<MessageView> {
    let view = view(tx, rules, tx.now(), user, id, scheduled)?;
    tx.emit(Emission::to_users(vec![user], Event::scheduled_message_changed(change, &view)));
    Ok(view)
}

fn view(read: &impl Read, rules: &Rules, now: Timestamp, user: UserId, id: MessageId, scheduled: &Scheduled) -> Result<MessageView> {
    let seat = seat(read, user, id.chat)?;
    let people = People::new(read, rules, now);
    let record =
        Message { files: scheduled.files.clone(), ..send::message(&outgoing(scheduled), user, scheduled.created_at, Cursor::ZERO) };
    let message = View::of_new(&people, &seat).message(id.seq, &record)?;
    Ok(MessageView {
        seq: Seq::ZERO,
        status: Status::Scheduled,
        updated_at: scheduled.updated_at,
        scheduled_for: Some(scheduled.due),
        failed_reason: scheduled.failed.clone(),
        ..message
    })
}

/// The author's seat; of one who has left the conversation, a seat from which nothing is seen.
fn seat(read: &impl Read, user: UserId, id: ChatId) -> Result<Seat> {
    match Seat::find(read, user, id) {
        Err(error) if error.code == Code::ConversationNotFound => {
            let chat = read.get(tables::CHATS, &id)?.ok_or(error)?;
            Ok(Seat { id, chat, user, me: Member { sees_after: Seq::MAX, ..Member::default() } })
        }
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        chat::db::Db,
        clock::Clock,
        store::{
            Store,
            records::{MessageKind, Priority},
        },
    };

    #[tokio::test]
    async fn two_messages_of_one_moment_never_take_the_same_place() {
        let store: Db = Store::in_memory(Clock::system(), Box::new(|_| ()));
        let (whose, now) = ((UserId(1), ChatId(2)), Timestamp(1_795_000_000_000));
        let draw = |store: &Db, chance| store.read(|read| place(read, whose, now, chance)).unwrap();
        let scheduled = Scheduled {
            content: "later".into(),
            kind: MessageKind::Text,
            reply_to: None,
            client_message_id: None,
            priority: Priority::Normal,
            requires_ack: false,
            forwarded_from: None,
            appointment: None,
            due: now,
            created_at: now,
            updated_at: now,
            failed: None,
            files: Vec::new(),
        };
        let first = draw(&store, 7);
        store.write::<_, _, Error>(move |tx| Ok(tx.put(tables::SCHEDULED, &(whose.0, whose.1, first), &scheduled)?)).await.unwrap();
        assert_eq!(draw(&store, 7), first.next(), "the same was drawn again");
        assert!(first.waits() && draw(&store, 3) < first);
    }
}
