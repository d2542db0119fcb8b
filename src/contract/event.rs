//! What the server tells clients unasked: one typed event each, with its name and to whom it goes.

use crate::ids::{SessionId, UserId};
use serde::Serialize;

/// An event on its way.
#[derive(Debug, Clone)]
pub struct Emission {
    /// Who gets it.
    pub to: Audience,
    /// What happened.
    pub event: Event,
}

/// Who gets an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// All devices of these people.
    Users(Vec<UserId>),
    /// The devices of one sign-in.
    Session(UserId, SessionId),
    /// Everybody who is connected.
    Everyone,
}

/// Everything that the server says unasked.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// A sign-in has ended; its sockets close after this.
    SessionRevoked {
        /// For a person.
        reason: &'static str,
    },
    /// The server stops now and comes back soon.
    #[serde(rename_all = "camelCase")]
    ServerRestarting {
        /// When to try again, in milliseconds.
        retry_after_ms: u64,
    },
}

impl Event {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SessionRevoked { .. } => "session_revoked",
            Self::ServerRestarting { .. } => "server_restarting",
        }
    }
}
