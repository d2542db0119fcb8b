//! New tokens for old ones.
//!
//! A refresh token is good once. One that comes a second time is in two hands, and nobody can tell which is the thief's, so the
//! whole session ends. A client that lost the answer and asks again would be such a second hand, and so would a second tab of one browser.
//! So a client may name the renewal of a token with an id of its own: the same renewal, asked for again, comes to the same token, for ten
//! minutes at least and twenty at most, and only until that token is used. A thief has the first ten minutes at most, and only with the
//! id; whatever comes later is a reuse.

use super::{
    Accounts, Device, existing,
    sessions::{self, Opened},
    tokens::Refresh,
    validate::Check,
};
use crate::{
    audit::{By, Deed, note},
    contract::{Emission, SignedIn, account::RefreshBody},
    error::{Code, Error, Result},
    store::{Read as _, Tx, records::audit::Action, tables::SESSIONS},
};

/// A renewal is the same as one of the same name in this turn or in the one before. In milliseconds.
const TURN: u64 = 600_000;

/// What a refresh token came to.
enum Outcome {
    Renewed(Box<Opened>),
    /// Used before: the session has been ended, which must be written although the caller gets an error.
    Reused,
}

impl Accounts {
    /// A new pair of tokens in the same session.
    pub async fn refresh(&self, body: RefreshBody, device: &Device) -> Result<SignedIn> {
        let mut check = Check::default();
        let token = check.take("refreshToken", body.refresh_token.filter(|token| !token.is_empty()).ok_or_else(|| "is required".into()));
        let named = check.take("renewalId", body.renewal_id.map(|id| renewal_id(&id).map(|()| id)).transpose()).flatten();
        check.finish()?;
        let refresh = token.and_then(|token| self.tokens.read_refresh(&token)).ok_or_else(|| Error::new(Code::Unauthorized))?;
        let seen = self.seen.get(&(refresh.user, refresh.session)).map(|seen| *seen);
        let (tokens, config, random, by) = (self.tokens.clone(), self.config.clone(), rand::random(), device.nobody());
        let outcome = self.store.write(move |tx| {
            sessions::living(tx, &config, (refresh.user, refresh.session), seen, tx.now())?;
            let turn = tx.now().0 / TURN;
            let next = |turn| {
                let secret = named.as_ref().map_or(random, |id| tokens.renewal(&refresh, id, turn));
                tokens.refresh(refresh.user, refresh.session, refresh.generation.wrapping_add(1), &secret)
            };
            rotate(tx, &refresh, next(turn), next(turn.saturating_sub(1)), &by)
        });
        match outcome.await? {
            Outcome::Renewed(opened) => self.signed_in(*opened),
            Outcome::Reused => {
                Err(Error::with(Code::TokenRevoked, "This sign-in was renewed elsewhere and has ended. Please sign in again."))
            }
        }
    }
}

/// Long enough that nobody guesses one.
fn renewal_id(id: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let is_fine = (16..=64).contains(&id.len()) && id.bytes().all(is_plain);
    is_fine.then_some(()).ok_or_else(|| "must be 16 to 64 letters, digits, \"_\" or \"-\"".into())
}

/// `next` follows the token that came; `same` followed it, if this renewal has been asked for in the turn before.
fn rotate(tx: &mut Tx<'_, Emission>, came: &Refresh, next: (String, Refresh), same: (String, Refresh), by: &By) -> Result<Outcome> {
    let Refresh { user, session, .. } = *came;
    let mut row = tx.get(SESSIONS, &(user, session))?.ok_or_else(|| Error::new(Code::TokenRevoked))?;
    let is_kept = |token: &Refresh| (token.generation, token.hash) == (row.generation, row.refresh_hash);
    let refresh_token = if is_kept(came) {
        row.generation = next.1.generation;
        row.refresh_hash = next.1.hash;
        row.used_at = tx.now();
        tx.put(SESSIONS, &(user, session), &row)?;
        next.0
    } else if let Some((token, _)) = [next, same].into_iter().find(|(_, token)| is_kept(token)) {
        token
    } else {
        note(tx, by, &Deed::new(Action::RefreshReused).person(user))?;
        sessions::end(tx, user, session, "This sign-in was renewed twice, so it may have been stolen.");
        return Ok(Outcome::Reused);
    };
    let record = existing(tx, user)?;
    Ok(Outcome::Renewed(Box::new(Opened { user, session, ends: row.expires_at, refresh_token, record })))
}
