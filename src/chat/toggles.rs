//! What a member sets for their own devices only: muted, pinned.

use super::{Seat, db::TxOf};
use crate::{
    accounts::Actor,
    contract::{Emission, Event, MutedView, PinnedView},
    error::Result,
    ids::ChatId,
};

/// Sets whether new messages make a sound; without a value turns it round.
pub fn mute(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, muted: Option<bool>) -> Result<MutedView> {
    let mut seat = Seat::find(tx, actor.user, id)?;
    seat.me.muted = muted.unwrap_or(!seat.me.muted);
    seat.save_member(tx)?;
    let is_muted = seat.me.muted;
    let event = Event::ChatMuteStatusChanged { conversation_id: id, user_id: actor.user, is_muted };
    tx.emit(Emission::to_users(vec![actor.user], event));
    Ok(MutedView { conversation_id: id, is_muted })
}

/// Sets whether the conversation stands first in the list; without a value turns it round.
pub fn pin(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, pinned: Option<bool>) -> Result<PinnedView> {
    let mut seat = Seat::find(tx, actor.user, id)?;
    seat.me.pinned = pinned.unwrap_or(!seat.me.pinned);
    seat.save_member(tx)?;
    let is_pinned = seat.me.pinned;
    let event = Event::ChatPinStatusChanged { conversation_id: id, user_id: actor.user, is_pinned };
    tx.emit(Emission::to_users(vec![actor.user], event));
    Ok(PinnedView { conversation_id: id, is_pinned })
}
