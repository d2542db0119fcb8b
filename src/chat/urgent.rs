//! Messages whose sender waits for an acknowledgement. Everybody whom such a message reached acknowledges it for themselves.

use super::{Seat, amend, db::TxOf, marks, marks::Mark, view};
use crate::{
    accounts::Actor,
    contract::{AckedView, Emission, Event},
    error::{Code, Error, Result},
    ids::MessageId,
    store::records::{Message, Priority},
};

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
        amend::touch(tx, &mut seat, id.seq, &mut message)?;
        seat.save(tx)?;
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
