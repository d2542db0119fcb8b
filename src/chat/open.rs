//! Opening a conversation between two people.

use super::{
    Rules, Seat, appointed,
    db::TxOf,
    statistics,
    view::{self, Circle, People, View},
};
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

/// Opens the conversation with a person, or finds the one there is, and links it with an appointment if one is named: with the next one
/// of the two it is linked already. True when it is new.
pub fn direct(
    tx: &mut TxOf<'_>,
    rules: &Rules,
    actor: &Actor,
    peer: UserId,
    appointment: Option<&str>,
) -> Result<(ConversationView, bool)> {
    let (mut seat, created) = seat_with(tx, rules, actor, (peer, "participantId"))?;
    if let Some(name) = appointment.filter(|name| seat.chat.appointment.as_deref() != Some(*name))
        && appointed::takes_name(tx, &seat, name, tx.now())?
    {
        seat.chat.appointment = Some(name.to_owned());
        seat.save_chat(tx)?;
        announce(tx, rules, &seat)?;
    }
    Ok((view::conversation(tx, rules, tx.now(), &seat)?, created))
}

/// As [`direct`], for operations that go on with the seat. The peer comes with the name of the field that named them.
pub fn seat_with(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, (peer, field): (UserId, &str)) -> Result<(Seat, bool)> {
    actor.verified()?;
    if peer == actor.user {
        return Err(Error::field(field, "must be somebody else"));
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
pub(super) fn create(tx: &mut TxOf<'_>, kind: ChatKind, members: Vec<UserId>, creator: UserId) -> Result<Seat> {
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
        last_quiet: Seq::ZERO,
        put_away: Vec::new(),
        floor: (Seq::ZERO, Seq::ZERO),
    };
    tx.put(tables::CHATS, &id, &chat)?;
    statistics::opened(tx, creator)?;
    Ok(Seat { id, chat, user: creator, me })
}

/// Tells all members what the conversation looks like now, each from their side.
pub(super) fn announce(tx: &mut TxOf<'_>, rules: &Rules, seat: &Seat) -> Result<()> {
    let events = {
        let people = People::new(&*tx, rules, tx.now());
        let circle = Circle::new(&people, seat)?;
        let event = |(user, member): &(UserId, Member)| {
            let seat = Seat { user: *user, me: member.clone(), ..seat.clone() };
            let conversation = Box::new(View::with(&people, &seat, circle.clone()).conversation()?);
            Ok(Emission::to_users(vec![*user], Event::ConversationUpdated { conversation }))
        };
        circle.members().iter().map(event).collect::<Result<Vec<_>>>()?
    };
    for event in events {
        tx.emit(event);
    }
    Ok(())
}
