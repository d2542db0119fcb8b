//! Who may reach whom: one table, asked wherever a person could learn of another or write to them.

use super::{Seat, db::TxOf};
use crate::{
    accounts::Actor,
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read,
        records::{ChatKind, Role, User, Verification},
        tables,
    },
};

/// How far one role reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all: neither knows that the other exists.
    Never,
    /// Only in a conversation in which the other has written.
    InAnswer,
    /// Finds, opens and writes.
    Always,
}

/// The table. Rows are those who reach out, columns those who are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy([[Reach; 5]; 5]);

impl Default for Policy {
    fn default() -> Self {
        use Reach::{Always as Y, InAnswer as A, Never as N};
        //    mom doctor midwife service admin
        Self([
            [N, Y, Y, Y, N], // mom
            [Y, Y, Y, Y, Y], // doctor
            [Y, Y, Y, Y, Y], // midwife
            [A, Y, Y, N, Y], // service provider
            [N, Y, Y, Y, Y], // administrator: answers colleagues, looks into nothing
        ])
    }
}

impl Policy {
    /// How far `from` reaches `to`.
    #[must_use]
    pub fn reach(&self, from: Role, to: Role) -> Reach {
        self.0[index(from)][index(to)]
    }

    /// The same table with one entry changed.
    #[must_use]
    pub fn with(mut self, from: Role, to: Role, reach: Reach) -> Self {
        self.0[index(from)][index(to)] = reach;
        self
    }

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
            Reach::InAnswer if seat.chat.kind == ChatKind::Direct && seat.has_written(tx, peer)? => Ok(()),
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

fn index(role: Role) -> usize {
    match role {
        Role::Mom => 0,
        Role::Doctor => 1,
        Role::Midwife => 2,
        Role::ServiceProvider => 3,
        Role::Admin => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Doctor, Midwife, Mom, ServiceProvider};

    #[test]
    fn the_default_is_the_clinics_table() {
        let policy = Policy::default();
        for (from, to, reach) in [
            (Mom, Mom, Reach::Never),
            (Mom, Doctor, Reach::Always),
            (Mom, Midwife, Reach::Always),
            (Mom, ServiceProvider, Reach::Always),
            (Mom, Admin, Reach::Never),
            (Doctor, Mom, Reach::Always),
            (Midwife, Doctor, Reach::Always),
            (Doctor, Admin, Reach::Always),
            (ServiceProvider, Mom, Reach::InAnswer),
            (ServiceProvider, Doctor, Reach::Always),
            (ServiceProvider, ServiceProvider, Reach::Never),
            (ServiceProvider, Admin, Reach::Always),
            (Admin, Mom, Reach::Never),
        ] {
            assert_eq!(policy.reach(from, to), reach, "{from:?} to {to:?}");
        }
        assert_eq!(policy.with(Doctor, Mom, Reach::InAnswer).reach(Doctor, Mom), Reach::InAnswer);
    }
}
