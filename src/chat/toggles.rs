//! What a member sets for their own devices only: muted, pinned, put away.

use super::{Seat, db::TxOf};
use crate::{
    accounts::Actor,
    contract::{Emission, Event},
    error::Result,
    ids::{ChatId, UserId},
    store::{Read as _, StoreError, records::Member, tables},
};

/// What can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toggle {
    /// New messages make no sound.
    Muted,
    /// The conversation stands first in the list.
    Pinned,
    /// It stands in another list until somebody else writes; when it is muted, until it is taken out again.
    Archived,
}

impl Toggle {
    fn of(self, member: &mut Member) -> &mut bool {
        match self {
            Self::Muted => &mut member.muted,
            Self::Pinned => &mut member.pinned,
            Self::Archived => &mut member.archived,
        }
    }

    fn event(self, conversation_id: ChatId, user_id: UserId, is_set: bool) -> Event {
        match self {
            Self::Muted => Event::ChatMuteStatusChanged { conversation_id, user_id, is_muted: is_set },
            Self::Pinned => Event::ChatPinStatusChanged { conversation_id, user_id, is_pinned: is_set },
            Self::Archived => Event::ChatArchiveStatusChanged { conversation_id, user_id, is_archived: is_set },
        }
    }
}

/// Sets one of them; without a value turns it round. Answers how it is now.
pub fn set(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, toggle: Toggle, wanted: Option<bool>) -> Result<bool> {
    let mut seat = Seat::find(tx, actor.user, id)?;
    let place = toggle.of(&mut seat.me);
    let is_set = wanted.unwrap_or(!*place);
    *place = is_set;
    seat.save_member(tx)?;
    let comes_back = seat.me.archived && !seat.me.muted;
    if seat.chat.put_away.contains(&actor.user) != comes_back {
        seat.chat.put_away.retain(|user| *user != actor.user);
        seat.chat.put_away.extend(comes_back.then_some(actor.user));
        seat.save_chat(tx)?;
    }
    tx.emit(Emission::to_users(vec![actor.user], toggle.event(id, actor.user, is_set)));
    Ok(is_set)
}

/// Brings the conversation back into the lists of the others who have put it away: the member of the seat has written.
/// The seat is saved by the caller.
pub fn bring_back(tx: &mut TxOf<'_>, seat: &mut Seat) -> Result<(), StoreError> {
    let (stays, back): (Vec<_>, Vec<_>) = seat.chat.put_away.iter().partition(|user| **user == seat.user);
    for user in &back {
        if let Some(mut member) = tx.get(tables::MEMBERS, &(seat.id, *user))? {
            member.archived = false;
            tx.put(tables::MEMBERS, &(seat.id, *user), &member)?;
            tx.emit(Emission::to_users(vec![*user], Toggle::Archived.event(seat.id, *user, false)));
        }
    }
    seat.chat.put_away = stays;
    Ok(())
}
