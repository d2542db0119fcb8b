//! Messages whose sender waits for an acknowledgement. Everybody whom such a message reached acknowledges it for themselves; an
//! urgent one is repeated until all have.

use super::{Rules, Seat, agenda, amend, db::TxOf, inbox, marks, marks::Mark, statistics, view};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{AckedView, Emission, Event, Notification, user::full_name},
    error::{Code, Error, Result},
    ids::{MessageId, Seq, UserId},
    store::{
        Direction, Read, StoreError,
        records::{Chat, Message, Priority, Unacknowledged},
        tables,
    },
};

/// So many reminders at once, when somebody connects.
const MOST: usize = 50;

/// Acknowledges a message, which also reads everything up to it. Again is no mistake.
pub fn acknowledge(tx: &mut TxOf<'_>, actor: &Actor, id: MessageId) -> Result<AckedView> {
    let (mut seat, mut message) = Seat::find_message(tx, actor.user, id)?;
    if message.sender == actor.user {
        return Err(Error::with(Code::Forbidden, "Only a recipient can acknowledge a message."));
    }
    if message.deleted_at.is_some() {
        return Err(Error::with(Code::Conflict, "This message has been deleted."));
    }
    if !asks(&message) {
        return Err(Error::with(Code::Conflict, "This message does not ask for an acknowledgement."));
    }
    let known = message.acks.iter().find(|(user, _)| *user == actor.user).map(|(_, at)| *at);
    let at = known.unwrap_or_else(|| tx.now());
    if known.is_none() {
        message.acks.push((actor.user, at));
        statistics::acknowledged(tx, actor.user)?;
        amend::touch(tx, &mut seat, id.seq, &mut message)?;
        seat.save(tx)?;
        if message.priority == Priority::Urgent && waiting(tx, id, &seat.chat, &message).next().transpose()?.is_none() {
            forget(tx, id)?;
        }
        let acks = view::acks(&message);
        let cursor = message.changed;
        let event = Event::MessageAcknowledged { conversation_id: id.chat, message_id: id, cursor, user_id: actor.user, at, acks };
        tx.emit(Emission::to_users(seat.readers(tx, id.seq)?, event));
    }
    marks::advance(tx, &mut seat, id.seq, Mark::Read)?;
    Ok(AckedView { id, same_id: id, conversation_id: id.chat, acks: view::acks(&message), acknowledged_at: at })
}

/// Whether the sender waits for an acknowledgement. Urgent messages always ask for one, also those that were written before
/// the server said so.
pub fn asks(message: &Message) -> bool {
    message.requires_ack || message.priority == Priority::Urgent
}

/// Begins to wait for the acknowledgements of a new message.
pub(super) fn begin(tx: &mut TxOf<'_>, rules: &Rules, id: MessageId) -> Result<()> {
    set_next(tx, id, Unacknowledged { due: tx.now().plus(rules.settings.urgent_repeat), attempt: 0 })
}

/// Reminds those who have not acknowledged a message, if it is time to; or no longer, when there is nobody to remind.
pub(super) fn repeat(tx: &mut TxOf<'_>, rules: &Rules, due: Timestamp, id: MessageId) -> Result<()> {
    let Some(open) = tx.get(tables::UNACKNOWLEDGED, &(id.chat, id.seq))?.filter(|open| open.due == due) else {
        tx.delete(tables::REPEATS, &(due, id.chat, id.seq));
        return Ok(());
    };
    let (now, interval) = (tx.now(), rules.settings.urgent_repeat);
    if !agenda::is_due(due, now, interval) {
        return Ok(());
    }
    let users = match (tx.get(tables::CHATS, &id.chat)?, tx.get(tables::MESSAGES, &(id.chat, id.seq))?) {
        (Some(chat), Some(message)) if message.deleted_at.is_none() => {
            let users = waiting(tx, id, &chat, &message).collect::<Result<Vec<_>, _>>()?;
            Some((users, message)).filter(|(users, _)| !users.is_empty())
        }
        _ => None,
    };
    let Some((users, message)) = users else { return forget(tx, id) };
    let attempt = open.attempt.saturating_add(1);
    tx.delete(tables::REPEATS, &(due, id.chat, id.seq));
    set_next(tx, id, Unacknowledged { due: now.plus(interval), attempt })?;
    let notification = reminder(&*tx, id, &message, attempt)?;
    tx.emit(Emission::to_users(users, Event::Notification(notification)));
    Ok(())
}

/// The urgent messages that somebody has not acknowledged, as the reminders of them; at most [`MOST`].
pub fn open_for(read: &impl Read, user: UserId) -> Result<Vec<Notification>> {
    let mut reminders = Vec::new();
    for seat in inbox::seats(read, user)? {
        let range = (seat.id, seat.me.joined_seq.next())..=(seat.id, Seq::MAX);
        for ((_, seq), open) in read.scan(tables::UNACKNOWLEDGED, range, Direction::Ascending, MOST)? {
            let message = read.get(tables::MESSAGES, &(seat.id, seq))?.filter(|message| message.deleted_at.is_none());
            let waits = |message: &Message| message.sender != user && message.acks.iter().all(|(acked, _)| *acked != user);
            if let Some(message) = message.filter(waits) {
                reminders.push(reminder(read, MessageId { chat: seat.id, seq }, &message, open.attempt)?);
            }
            if reminders.len() == MOST {
                return Ok(reminders);
            }
        }
    }
    Ok(reminders)
}

fn reminder(read: &impl Read, id: MessageId, message: &Message, attempt: u32) -> Result<Notification, StoreError> {
    Ok(Notification::Urgent {
        conversation_id: id.chat,
        message_id: id,
        sender_id: message.sender,
        sender_name: read.get(tables::USERS, &message.sender)?.map(|user| full_name(&user)).unwrap_or_default(),
        sent_at: message.created_at,
        attempt,
    })
}

/// Waits no longer.
pub(super) fn forget(tx: &mut TxOf<'_>, id: MessageId) -> Result<()> {
    if let Some(open) = tx.get(tables::UNACKNOWLEDGED, &(id.chat, id.seq))? {
        tx.delete(tables::REPEATS, &(open.due, id.chat, id.seq));
        tx.delete(tables::UNACKNOWLEDGED, &(id.chat, id.seq));
    }
    Ok(())
}

fn set_next(tx: &mut TxOf<'_>, id: MessageId, open: Unacknowledged) -> Result<()> {
    tx.put(tables::REPEATS, &(open.due, id.chat, id.seq), &())?;
    Ok(tx.put(tables::UNACKNOWLEDGED, &(id.chat, id.seq), &open)?)
}

/// Those in the conversation whom a message has reached and who have not acknowledged it.
fn waiting<'a>(
    read: &'a impl Read,
    id: MessageId,
    chat: &'a Chat,
    message: &'a Message,
) -> impl Iterator<Item = Result<UserId, StoreError>> + 'a {
    let silent = move |user: &&UserId| **user != message.sender && message.acks.iter().all(|(acked, _)| acked != *user);
    chat.members.iter().filter(silent).filter_map(move |user| match read.get(tables::MEMBERS, &(id.chat, *user)) {
        Ok(member) => member.filter(|member| member.joined_seq < id.seq).map(|_| Ok(*user)),
        Err(error) => Some(Err(error)),
    })
}
