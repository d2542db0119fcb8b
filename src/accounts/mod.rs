//! Accounts: who somebody is, and how they prove it.
//!
//! A sign-in is a *session*: a row that names person and device. Access tokens only point at it, so everything that ends a session
//! (sign-out, a new password, an administrator) works at the next request and closes its sockets.

mod actor;
mod admin;
mod audit;
mod config;
mod documents;
mod email;
mod lockout;
mod login;
mod operator;
mod overview;
mod password;
mod profile;
mod refresh;
mod register;
mod reset;
pub mod secret;
mod sessions;
mod setup;
mod tend;
#[cfg(test)]
mod tests;
mod tokens;
pub(crate) mod validate;

pub use actor::Actor;
pub use admin::UserFilter;
pub(crate) use admin::still_admin;
pub use config::AccountsConfig;
pub use login::Door;
pub use operator::NewPerson;
pub use sessions::Device;

use crate::{
    audit::Audit,
    clock::Timestamp,
    contract::{Emission, Presence, UserView},
    error::{Code, Result},
    ids::{SessionId, UserId},
    store::{
        Read, Store,
        records::User,
        tables::{RATINGS, USERS},
    },
};
use dashmap::DashMap;
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};

/// Tells whether a person is there. Handed in by whoever looks after the connections.
pub type PresenceOf = Arc<dyn Fn(UserId) -> Presence + Send + Sync>;

/// Everything that can be done with accounts.
pub struct Accounts {
    store: Arc<Store<Emission>>,
    audit: Arc<Audit>,
    config: AccountsConfig,
    tokens: Arc<tokens::Tokens>,
    hasher: password::Hasher,
    presence: PresenceOf,
    setup: Mutex<setup::Gate>,
    /// When sessions were last used, as far as the store does not know yet.
    seen: DashMap<(UserId, SessionId), Timestamp>,
}

impl Accounts {
    /// Accounts over a store, that of the log. Refuses a secret that can be guessed.
    pub fn new(audit: Arc<Audit>, config: AccountsConfig, presence: PresenceOf) -> Result<Self> {
        secret::check(&config.secret).map_err(|error| crate::error::Error::with(Code::Internal, error.to_string()))?;
        Ok(Self {
            tokens: Arc::new(tokens::Tokens::new(&config)?),
            hasher: password::Hasher::new(config.bcrypt_cost),
            store: audit.store().clone(),
            audit,
            config,
            presence,
            setup: Mutex::default(),
            seen: DashMap::new(),
        })
    }

    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// The log of what is done.
    pub fn log(&self) -> &Arc<Audit> {
        &self.audit
    }

    /// A person as the person and administrators see it.
    fn full_view(&self, id: UserId, user: &User) -> Result<UserView> {
        self.store.read(|read| self.full_view_in(read, id, user))
    }

    /// The same inside a read.
    fn full_view_in(&self, read: &impl Read, id: UserId, user: &User) -> Result<UserView> {
        Ok(UserView::full(id, user, read.get(RATINGS, &id)?, &(self.presence)(id), self.now()))
    }
}

/// A person who must exist.
fn existing(read: &impl Read, id: UserId) -> Result<User> {
    read.get(USERS, &id)?.ok_or_else(|| Code::UserNotFound.into())
}

/// Whole seconds until a moment, rounded up.
fn seconds_until(moment: Timestamp, now: Timestamp) -> u64 {
    moment.since(now).as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
