//! Opening a conversation between two people.

use super::{Rules, Seat, db::TxOf, view};
use crate::{
    accounts::Actor,
    contract::{ConversationView, Emission, Event},
    error::{Code, Error, Result},
    ids::{ChatId, Cursor, Seq, UserId},
    store::{
        Read,
        records::{Chat, ChatKind, Member},
        tables,
    },
};

/// Opens the conversation with a person, or finds the one there is. True when it is new.
pub fn direct(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, peer: UserId) -> Result<(ConversationView, bool)> {
    let (seat, created) = seat_with(tx, rules, actor, peer)?;
    Ok((view::conversation(tx, rules, tx.now(), &seat)?, created))
}

/// As [`direct`], for operations that go on with the seat.
pub fn seat_with(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, peer: UserId) -> Result<(Seat, bool)> {
    actor.verified()?;
    if peer == actor.user {
        return Err(Error::field("recipientId", "must be somebody else"));
    }
    let pair = (actor.user.min(peer), actor.user.max(peer));
    if let Some(id) = tx.get(tables::DIRECT, &pair)? {
        return Ok((Seat::find(tx, actor.user, id)?, false));
    }
    let person = rules.everybody.get(tx, peer)?.filter(|person| rules.policy.may_open(actor, peer, person));
    if person.is_none() {
        return Err(Code::UserNotFound.into());
    }
    let seat = create(tx, ChatKind::Direct, vec![actor.user, peer], actor.user)?;
    tx.put(tables::DIRECT, &pair, &seat.id)?;
    announce(tx, rules, &seat)?;
    Ok((seat, true))
}

/// Writes a conversation with its members.
fn create(tx: &mut TxOf<'_>, kind: ChatKind, members: Vec<UserId>, creator: UserId) -> Result<Seat> {
    let (id, now) = (ChatId(tx.fresh()), tx.now());
    let me = Member { joined_at: now, ..Member::default() };
    for member in &members {
        tx.put(tables::MEMBERS, &(id, *member), &me)?;
        tx.put(tables::MEMBERSHIPS, &(*member, id), &())?;
    }
    let chat = Chat {
        kind,
        name: None,
        avatar: None,
        admin: None,
        appointment: None,
        members,
        last_seq: Seq::ZERO,
        deleted: 0,
        cursor: Cursor::ZERO,
        preview: None,
        last_activity: now,
        created_at: now,
        created_by: creator,
    };
    tx.put(tables::CHATS, &id, &chat)?;
    Ok(Seat { id, chat, user: creator, me })
}

/// Tells all members what the conversation looks like now, each from their side.
fn announce(tx: &mut TxOf<'_>, rules: &Rules, seat: &Seat) -> Result<()> {
    for (user, member) in seat.members(tx)? {
        let conversation = view::conversation(tx, rules, tx.now(), &view::seat_of(seat, user, member))?;
        tx.emit(Emission::to_users(vec![user], Event::ConversationUpdated { conversation: Box::new(conversation) }));
    }
    Ok(())
}
