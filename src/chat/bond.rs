//! What reviews ask of conversations: who may know of whom, who shares one, and whether two people have really talked.

use super::{Rules, db::TxOf, inbox};
use crate::{
    accounts::Actor,
    error::Result,
    ids::{Seq, UserId},
    store::{Read, StoreError, records::User, tables},
};

/// Whether the actor may know of a person: finds them in the directory, or has a conversation with them.
pub fn knows(read: &impl Read, rules: &Rules, actor: &Actor, id: UserId, person: &User) -> Result<bool> {
    Ok(rules.policy.may_open(actor, id, person) || inbox::shares(read, actor.user, id)?)
}

/// Everybody who shares a conversation with a person, and the person.
pub fn circle(tx: &TxOf<'_>, id: UserId) -> Result<Vec<UserId>> {
    let mut circle = inbox::contacts(tx, id)?;
    circle.insert(id);
    Ok(circle.into_iter().collect())
}

/// Whether each of two people has written to the other, in the conversation that only they have. What the system says counts for nobody,
/// and neither does a call; what was sent and taken back later was sent.
pub fn have_talked(read: &impl Read, one: UserId, other: UserId) -> Result<bool, StoreError> {
    let Some(chat) = read.get(tables::DIRECT, &(one.min(other), one.max(other)))? else { return Ok(false) };
    for person in [one, other] {
        let member = read.get(tables::MEMBERS, &(chat, person))?;
        if member.is_none_or(|member| member.sent == Seq::ZERO) {
            return Ok(false);
        }
    }
    Ok(true)
}
