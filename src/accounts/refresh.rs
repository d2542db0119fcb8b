//! New tokens for old ones.
//!
//! A refresh token is good once. One that comes a second time is in two hands, and nobody can tell which is the thief's, so the
//! whole session ends. There is no grace for a client that lost the answer and asks again: a thief could use it just as well.
//! Such a client signs in anew; since access tokens are long-lived, it refreshes seldom.

use super::{
    Accounts, existing,
    sessions::{self, Opened},
    tokens::{Refresh, Tokens},
    validate::Check,
};
use crate::{
    contract::{Emission, SignedIn, account::RefreshBody},
    error::{Code, Error, Result},
    store::{Read as _, Tx, tables::SESSIONS},
};

/// What a refresh token came to.
enum Outcome {
    Renewed(Box<Opened>),
    /// Used before: the session has been ended, which must be written although the caller gets an error.
    Reused,
}

impl Accounts {
    /// A new pair of tokens in the same session.
    pub async fn refresh(&self, body: RefreshBody) -> Result<SignedIn> {
        let mut check = Check::default();
        let token = check.take("refreshToken", body.refresh_token.filter(|token| !token.is_empty()).ok_or_else(|| "is required".into()));
        check.finish()?;
        let refresh = token.and_then(|token| self.tokens.read_refresh(&token)).ok_or_else(|| Error::new(Code::Unauthorized))?;
        let seen = self.seen.get(&(refresh.user, refresh.session)).map(|seen| *seen);
        let (tokens, config, secret) = (self.tokens.clone(), self.config.clone(), rand::random());
        let outcome = self.store.write(move |tx| {
            sessions::living(tx, &config, (refresh.user, refresh.session), seen, tx.now())?;
            rotate(tx, &tokens, &refresh, &secret)
        });
        match outcome.await? {
            Outcome::Renewed(opened) => self.signed_in(*opened),
            Outcome::Reused => {
                Err(Error::with(Code::TokenRevoked, "This sign-in was renewed elsewhere and has ended. Please sign in again."))
            }
        }
    }
}

fn rotate(tx: &mut Tx<'_, Emission>, tokens: &Tokens, refresh: &Refresh, secret: &[u8; 32]) -> Result<Outcome> {
    let Refresh { user, session, generation, hash } = *refresh;
    let mut row = tx.get(SESSIONS, &(user, session))?.ok_or_else(|| Error::new(Code::TokenRevoked))?;
    if (generation, hash) != (row.generation, row.refresh_hash) {
        sessions::end(tx, user, session, "This sign-in was renewed twice, so it may have been stolen.");
        return Ok(Outcome::Reused);
    }
    let (refresh_token, next) = tokens.refresh(user, session, generation.wrapping_add(1), secret);
    row.generation = next.generation;
    row.refresh_hash = next.hash;
    row.used_at = tx.now();
    tx.put(SESSIONS, &(user, session), &row)?;
    let record = existing(tx, user)?;
    Ok(Outcome::Renewed(Box::new(Opened { user, session, ends: row.expires_at, refresh_token, record })))
}
