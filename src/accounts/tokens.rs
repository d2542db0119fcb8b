//! Tokens: short texts that stand for a sign-in.
//!
//! An *access token* is a JWT: signed, readable, sent with every request. It is worth no more than the sign-in it names, which is
//! looked up each time. A *refresh token* is opaque and good once. Neither is accepted in place of the other.

use super::AccountsConfig;
use crate::{
    clock::Timestamp,
    error::{Code, Error, Result},
    ids::{SessionId, UserId},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// What an access token says. All of it is required.
#[derive(Serialize, Deserialize)]
struct Claims {
    /// The person.
    sub: String,
    /// The sign-in.
    sid: String,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
}

/// A refresh token, taken apart. Made here, so it is known to be genuine; whether it is still good says the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refresh {
    pub user: UserId,
    pub session: SessionId,
    /// How many came before it in this sign-in.
    pub generation: u32,
    /// What the session keeps of it.
    pub hash: [u8; 32],
}

/// Makes and reads tokens.
pub(super) struct Tokens {
    sign: EncodingKey,
    verify: DecodingKey,
    rules: Validation,
    refresh_key: Hmac<Sha256>,
    renewal_key: Hmac<Sha256>,
    issuer: String,
    audience: String,
    lifetime: Duration,
}

/// Bytes of a refresh token: user, session, generation, secret; then their seal.
const BODY: usize = 8 + 8 + 4 + 32;
const SEAL: usize = 32;

impl Tokens {
    pub fn new(config: &AccountsConfig) -> Result<Self> {
        // One algorithm, whatever the header of a token says. Expiry is checked here, against the clock of the store.
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[&config.issuer]);
        rules.set_audience(&[&config.audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.validate_exp = false;
        let key = |bytes: &[u8]| Hmac::<Sha256>::new_from_slice(bytes).map_err(|_| Error::new(Code::Internal));
        // A key of its own, so that nothing signed for one purpose fits the other.
        let derive = |purpose: &[u8]| key(&key(&config.secret)?.chain_update(purpose).finalize().into_bytes());
        Ok(Self {
            sign: EncodingKey::from_secret(&config.secret),
            verify: DecodingKey::from_secret(&config.secret),
            rules,
            refresh_key: derive(b"mommycare refresh tokens")?,
            renewal_key: derive(b"mommycare renewals")?,
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
            lifetime: config.token_lifetime,
        })
    }

    /// A new access token and when it ends: not later than its sign-in.
    pub fn access(&self, user: UserId, session: SessionId, now: Timestamp, ends: Timestamp) -> Result<(String, Timestamp)> {
        let exp = now.plus(self.lifetime).min(ends).seconds();
        let claims = Claims {
            sub: user.to_string(),
            sid: session.to_string(),
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            iat: now.seconds(),
            exp,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(|error| {
            tracing::error!(%error, "a token could not be signed");
            Error::new(Code::Internal)
        })?;
        Ok((token, Timestamp(exp * 1000)))
    }

    /// Whose access token this is. It may have been revoked since: the caller looks.
    pub fn read_access(&self, token: &str, now: Timestamp) -> Result<(UserId, SessionId)> {
        let unauthorized = || Error::new(Code::Unauthorized);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verify, &self.rules).map_err(|_| unauthorized())?.claims;
        let user = claims.sub.parse().map_err(|_| unauthorized())?;
        let session = claims.sid.parse().map_err(|_| unauthorized())?;
        if claims.exp <= now.seconds() {
            return Err(Code::TokenExpired.into());
        }
        Ok((user, session))
    }

    /// A refresh token from fresh random bytes.
    pub fn refresh(&self, user: UserId, session: SessionId, generation: u32, secret: &[u8; 32]) -> (String, Refresh) {
        let mut bytes = Vec::with_capacity(BODY + SEAL);
        bytes.extend_from_slice(&user.0.to_be_bytes());
        bytes.extend_from_slice(&session.0.to_be_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        bytes.extend_from_slice(secret);
        let seal = self.refresh_key.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&seal);
        let refresh = Refresh { user, session, generation, hash: Sha256::digest(&bytes).into() };
        (URL_SAFE_NO_PAD.encode(bytes), refresh)
    }

    /// What the next token is made from when the client has named its renewal of this one: the same each time in one turn.
    pub fn renewal(&self, of: &Refresh, id: &str, turn: u64) -> [u8; 32] {
        self.renewal_key.clone().chain_update(of.hash).chain_update(turn.to_be_bytes()).chain_update(id).finalize().into_bytes().into()
    }

    /// Takes a refresh token apart, if it was made here. The seal proves that also of tokens which were used long ago, so a
    /// stranger cannot end somebody's sign-in with an invented old one.
    pub fn read_refresh(&self, token: &str) -> Option<Refresh> {
        if token.len() > 2 * (BODY + SEAL) {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, seal) = bytes.split_at_checked(BODY)?;
        self.refresh_key.clone().chain_update(body).verify_slice(seal).ok()?;
        let (user, rest) = body.split_first_chunk()?;
        let (session, rest) = rest.split_first_chunk()?;
        let (generation, _) = rest.split_first_chunk()?;
        Some(Refresh {
            user: UserId(u64::from_be_bytes(*user)),
            session: SessionId(u64::from_be_bytes(*session)),
            generation: u32::from_be_bytes(*generation),
            hash: Sha256::digest(&bytes).into(),
        })
    }
}

/// A one-time text from random bytes, and what is kept of it.
pub(super) fn one_time(user: UserId, secret: &[u8; 32]) -> (String, [u8; 32]) {
    let mut bytes = user.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(secret);
    (URL_SAFE_NO_PAD.encode(&bytes), Sha256::digest(&bytes).into())
}

/// Takes a one-time text apart: whose, and what should have been kept of it.
pub(super) fn read_one_time(token: &str) -> Option<(UserId, [u8; 32])> {
    let bytes = (token.len() <= 64).then(|| URL_SAFE_NO_PAD.decode(token).ok())??;
    let (user, secret) = bytes.split_first_chunk()?;
    (secret.len() == 32).then(|| (UserId(u64::from_be_bytes(*user)), Sha256::digest(&bytes).into()))
}
