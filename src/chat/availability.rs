//! Whether somebody takes conversations now.

use super::{Rules, db::TxOf, draft::words, inbox};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{AvailabilityView, Emission, Event, Word as _, account::AvailabilityBody, user::availability},
    error::{Code, Error, Result},
    ids::UserId,
    store::{Read, records::Availability, tables},
};

/// A valid wish: the state, and when it ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    state: Availability,
    until: Option<Timestamp>,
}

impl TryFrom<AvailabilityBody> for Wish {
    type Error = Error;

    fn try_from(body: AvailabilityBody) -> Result<Self> {
        let word = body.availability.as_deref().unwrap_or_default();
        let state = Availability::from_word(word)
            .ok_or_else(|| Error::field("availability", format!("must be one of {}", words::<Availability>())))?;
        Ok(Self { state, until: body.until })
    }
}

/// Sets the actor's own availability and tells everybody who shares a conversation.
pub fn set(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, wish: Wish) -> Result<AvailabilityView> {
    let now = tx.now();
    if wish.until.is_some_and(|until| until <= now) {
        return Err(Error::field("until", "must lie in the future"));
    }
    let mut user = tx.get(tables::USERS, &actor.user)?.ok_or_else(|| Error::new(Code::UserNotFound))?;
    user.availability = wish.state;
    user.availability_until = wish.until;
    user.updated_at = now;
    tx.put(tables::USERS, &actor.user, &user)?;
    let (user_id, availability, until) = (actor.user, availability(&user, now), wish.until);
    let last_seen = rules.roster.presence(user_id).last_seen;
    let mut audience: Vec<UserId> = inbox::contacts(tx, user_id)?.into_iter().collect();
    audience.push(user_id);
    tx.emit(Emission::to_users(audience.clone(), Event::UserAvailabilityChange { user_id, availability, until, last_seen }));
    tx.emit(Emission::to_users(audience, Event::UserAvailabilityUpdate { user_id, availability, until, last_seen }));
    Ok(AvailabilityView { user_id, availability, until, last_seen })
}
