//! Calls between two people: who may call whom, what becomes of a call, who was in it, and what is left of it.
//!
//! Sound and pictures go from device to device; what the server knows is who talks to whom. A call is a record that [`machine`]
//! takes from state to state, with the one write path below it and the agenda beside it: so a call is over exactly once, also
//! when the server is killed in the middle of it. What the devices tell each other to get connected is of the moment and goes
//! through the hub.

mod agenda;
mod figures;
mod ice;
mod ledger;
mod machine;
mod service;
mod view;

pub use figures::Live;
pub use ledger::{Which, absent};
pub use service::{Calls, End};

use crate::{chat, config};
use ice::Ice;
use std::{sync::Arc, time::Duration};

/// What the operations need beside the store.
#[derive(Debug)]
pub struct Rules {
    /// Those of conversations.
    pub chat: Arc<chat::Rules>,
    /// What the operator has set.
    pub settings: config::Calls,
    /// Servers that help devices to find each other.
    pub ice: Ice,
}

impl Rules {
    /// The longest time that anything about a call may wait.
    fn longest(&self) -> Duration {
        self.settings.ring_timeout.max(self.settings.grace)
    }
}
