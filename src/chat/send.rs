//! Sending a message.

use super::{
    Rules, Seat, attached,
    db::TxOf,
    draft::{Draft, Target},
    marks::{self, Mark},
    open,
    outgoing::Outgoing,
    schedule, statistics, toggles, urgent,
    view::{self, People, View},
};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{Emission, Event, MessageView},
    error::{Code, Error, Result},
    ids::{ChatId, Cursor, MessageId, Seq, UserId},
    store::{
        Read, StoreError,
        records::{Message, Preview, Priority, Sent, Watermark},
        tables,
    },
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// For how long a message by REST may be followed by its copy by socket.
const COPY_WINDOW: Duration = Duration::from_secs(10);
/// How many such messages are remembered in a conversation.
const COPIES: usize = 16;
/// How much of a message the list of conversations shows.
const PREVIEW_CHARACTERS: usize = 200;

/// Through which door a message came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// REST.
    Rest,
    /// Socket.IO.
    Socket,
    /// None: its time had come.
    Agenda,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The message.
    pub message: MessageView,
    /// False when it had been taken before: this was a repetition.
    pub fresh: bool,
}

/// Takes a message, once.
pub fn send(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, draft: &Draft, door: Door) -> Result<Placed> {
    actor.verified()?;
    let mut seat = seat(tx, rules, actor, draft.target)?;
    if let Some(seq) = repeated(tx, &mut seat, draft, door)? {
        if let Some(message) = schedule::repeated(tx, rules, tx.now(), &seat, seq)? {
            return Ok(Placed { message, fresh: false });
        }
        return Ok(Placed { message: present(tx, rules, &seat, seq)?, fresh: false });
    }
    let outgoing = Outgoing::new(tx, rules, &seat, draft)?;
    let message = match draft.scheduled_for {
        Some(due) => {
            rules.policy.check_write(tx, actor, &seat)?;
            schedule::schedule(tx, rules, &seat, outgoing, due)?
        }
        None => place(tx, rules, actor, seat, &outgoing, door)?,
    };
    Ok(Placed { message, fresh: true })
}

/// Writes a message into a conversation and tells everybody in it, if the actor may write there.
pub(super) fn place(
    tx: &mut TxOf<'_>,
    rules: &Rules,
    actor: &Actor,
    mut seat: Seat,
    outgoing: &Outgoing,
    door: Door,
) -> Result<MessageView> {
    rules.policy.check_write(tx, actor, &seat)?;
    let at = tx.now().max(seat.chat.last_activity);
    let seq = seat.chat.last_seq.next();
    let cursor = seat.next_cursor();
    let mut message = message(outgoing, seat.user, at, cursor);
    attached::place(tx, outgoing, &mut message, MessageId { chat: seat.id, seq })?;
    tx.put(tables::MESSAGES, &(seat.id, seq), &message)?;
    if let Some(name) = &outgoing.client_message_id {
        remember(tx, (seat.id, seat.user), name, seq, at)?;
    }
    if message.priority == Priority::Urgent && seat.others().next().is_some() {
        urgent::begin(tx, rules, MessageId { chat: seat.id, seq })?;
    }
    let before = seat.me.clone();
    toggles::bring_back(tx, &mut seat)?;
    let passed_others = record(&mut seat, &message, seq, door);
    seat.save(tx)?;
    statistics::sent(tx, seat.id, &seat.chat.members, &message)?;
    let message = {
        let people = People::new(&*tx, rules, at);
        View::of_new(&people, &seat).message(seq, &message)?
    };
    if passed_others {
        marks::tell(tx, &seat, &before, Seq(seq.0 - 1), Mark::Read)?;
    }
    for (readers, message) in view::by_reader(tx, &seat, &message)? {
        tx.emit(Emission::to_users(readers, Event::new_message(message)));
    }
    tx.emit(Emission::to_users(vec![seat.user], Event::message_sent(&message)));
    Ok(message)
}

/// Where something goes.
pub(super) fn seat(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, target: Target) -> Result<Seat> {
    match target {
        Target::Person(peer) => Ok(open::seat_with(tx, rules, actor, (peer, "recipientId"))?.0),
        Target::Conversation(id, person) => {
            let seat = Seat::find(tx, actor.user, id)?;
            match person.filter(|person| !seat.chat.members.contains(person)) {
                Some(_) => Err(Error::field("recipientId", "must be in the conversation")),
                None => Ok(seat),
            }
        }
    }
}

/// The place of the message if it has been taken before.
fn repeated(tx: &mut TxOf<'_>, seat: &mut Seat, draft: &Draft, door: Door) -> Result<Option<Seq>> {
    if let Some(id) = &draft.client_message_id {
        return Ok(tx.get(tables::SENT, &(seat.id, seat.user, digest(id)))?.map(|sent| sent.seq));
    }
    if door == Door::Rest || draft.forwards.is_some() || draft.scheduled_for.is_some() {
        return Ok(None);
    }
    // Old midwife pages send each message by REST and then by socket.
    let oldest = oldest_copied(tx.now());
    for (index, (seq, at)) in seat.me.posted.iter().enumerate() {
        let same = tx.get(tables::MESSAGES, &(seat.id, *seq))?.is_some_and(|message| is_copy(draft, &message));
        if same && *at >= oldest {
            let seq = *seq;
            seat.me.posted.remove(index);
            seat.save_member(tx)?;
            return Ok(Some(seq));
        }
    }
    Ok(None)
}

/// Whether a draft says what a message says. The copy of a message with files may come without them.
fn is_copy(draft: &Draft, message: &Message) -> bool {
    let same_files = draft.files.iter().map(|id| id.0).eq(message.files.iter().copied());
    message.content == draft.content && (same_files || (draft.files.is_empty() && !draft.content.is_empty()))
}

fn oldest_copied(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(u64::try_from(COPY_WINDOW.as_millis()).unwrap_or(0)))
}

/// A message of one's own that was taken before, as it is now. Who has left meanwhile and come back sees of it what they wrote, and
/// nothing of what others have done with it.
fn present(tx: &TxOf<'_>, rules: &Rules, seat: &Seat, seq: Seq) -> Result<MessageView> {
    let mut message = tx.get(tables::MESSAGES, &(seat.id, seq))?.ok_or(Code::MessageNotFound)?;
    if !seat.sees(seq) {
        message.reactions.clear();
        message.acks.clear();
    }
    let people = People::new(tx, rules, tx.now());
    View::new(&people, seat)?.message(seq, &message)
}

/// The record of a new message.
pub(super) fn message(outgoing: &Outgoing, sender: UserId, at: Timestamp, cursor: Cursor) -> Message {
    Message {
        kind: outgoing.kind,
        client_message_id: outgoing.client_message_id.clone(),
        reply_to: outgoing.reply_to,
        priority: outgoing.priority,
        requires_ack: outgoing.requires_ack,
        forwarded_from: outgoing.forwarded_from,
        appointment: outgoing.appointment.clone(),
        ..Message::new(sender, outgoing.content.clone(), at, cursor)
    }
}

/// Enters the new message in conversation and member. True when it passed messages of others that were unread:
/// who answers has read.
fn record(seat: &mut Seat, message: &Message, seq: Seq, door: Door) -> bool {
    let at = message.created_at;
    seat.chat.last_seq = seq;
    seat.chat.last_activity = at;
    seat.chat.preview = Some(preview(seq, message));
    seat.me.sent = seq;
    if door == Door::Rest {
        let oldest = oldest_copied(at);
        seat.me.posted.retain(|(_, at)| *at >= oldest);
        if seat.me.posted.len() == COPIES {
            seat.me.posted.remove(0);
        }
        seat.me.posted.push((seq, at));
    }
    // Whoever has a message sent by the house is perhaps asleep: what came meanwhile stays unread.
    let passes = |mark: &Watermark| door != Door::Agenda || mark.seq.next() == seq;
    if passes(&seat.me.delivered) {
        seat.me.delivered.pass_own(seq, at);
    }
    passes(&seat.me.read) && seat.me.read.pass_own(seq, at)
}

/// A message in short.
pub(super) fn preview(seq: Seq, message: &Message) -> Preview {
    let content = message.content.chars().take(PREVIEW_CHARACTERS).collect();
    Preview { seq, sender: message.sender, content, kind: message.kind, at: message.created_at }
}

/// Notes the client's own id for a message, so that a repetition finds it.
pub(super) fn remember(tx: &mut TxOf<'_>, (chat, user): (ChatId, UserId), name: &str, seq: Seq, at: Timestamp) -> Result<(), StoreError> {
    tx.put(tables::SENT, &(chat, user, digest(name)), &Sent { seq, at })
}

fn digest(id: &str) -> [u8; 16] {
    let whole = Sha256::digest(id.as_bytes());
    std::array::from_fn(|index| whole[index])
}
