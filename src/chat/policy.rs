//! Who may reach whom: one table, asked wherever a person could learn of another or write to them.

use super::{Seat, appointed, db::TxOf};
use crate::{
    accounts::Actor,
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read,
        records::{ChatKind, User, Verification},
        tables,
    },
};

pub use crate::config::{Policy, Reach};

impl Policy {
    /// Whether `actor` may find `person` and open a conversation.
    #[must_use]
    pub fn may_open(&self, actor: &Actor, id: UserId, person: &User) -> bool {
        id != actor.user && is_there(person) && self.reach(actor.role, person.role) == Reach::Always
    }

    /// Refuses to write into a conversation between two people when the other is not to be reached any more.
    /// Groups were put together by somebody who was allowed to.
    pub(super) fn check_write(&self, tx: &TxOf<'_>, actor: &Actor, seat: &Seat) -> Result<()> {
        let Some(peer) = seat.peer() else { return Ok(()) };
        let closed = || Error::with(Code::Forbidden, "This person cannot be written to at present.");
        let person = tx.get(tables::USERS, &peer)?.filter(is_there).ok_or_else(closed)?;
        match self.reach(actor.role, person.role) {
            Reach::Always => Ok(()),
            Reach::InAnswer if seat.chat.kind == ChatKind::Direct && appointed::may_answer(tx, seat, peer, tx.now())? => Ok(()),
            Reach::InAnswer => Err(Error::with(Code::Forbidden, "You may write here as soon as the other person has written to you.")),
            Reach::Never => Err(closed()),
        }
    }
}

/// Whether a person can be reached by anybody: neither switched off nor waiting for the clinic.
#[must_use]
pub fn is_there(person: &User) -> bool {
    person.is_active && person.verification == Verification::Approved
}
