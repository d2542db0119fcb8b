//! Conversations and messages: the rules. One function for each operation, over one transaction; [`Chats`] is how both
//! doors, REST and Socket.IO, call them.

mod access;
mod agenda;
mod amend;
pub mod appointed;
mod attached;
mod availability;
pub mod bond;
mod db;
mod directory;
mod draft;
mod everybody;
mod find;
mod group;
mod group_input;
mod history;
mod inbox;
pub mod line;
mod location;
mod marks;
mod open;
mod outgoing;
mod policy;
mod reaction;
mod roster;
mod schedule;
mod seat;
mod send;
mod service;
mod statistics;
mod system;
mod toggles;
mod upkeep;
mod urgent;
mod view;

pub use agenda::{Bell, wait};
pub use db::{Db, TxOf};
pub use draft::{Draft, Target};
pub use everybody::{Everybody, Person};
pub use marks::Mark;
pub use policy::{Policy, Reach};
pub use roster::{Device, Roster};
pub use seat::Seat;
pub use send::{Door, Placed};
pub use service::Chats;
pub use statistics::Tallies;
pub use view::People;

use crate::{
    config,
    error::{Error, Result},
};
use std::sync::Arc;

/// What the operations need beside the store.
#[derive(Debug)]
pub struct Rules {
    /// Who may reach whom.
    pub policy: Policy,
    /// Everybody as others may see them.
    pub everybody: Arc<Everybody>,
    /// What has been counted lately.
    pub tallies: Arc<Tallies>,
    /// Who is there.
    pub roster: Roster,
    /// What the operator has set.
    pub settings: config::Chat,
}

/// A number of things from a query: too many become as many as there may be, nonsense is refused.
pub fn limit(wanted: Option<u64>, usual: u64, most: u64) -> Result<u64> {
    match wanted {
        None => Ok(usual),
        Some(0) => Err(Error::field("limit", format!("must be a number from 1 to {most}"))),
        Some(limit) => Ok(limit.min(most)),
    }
}

/// The number of a page, from 1.
pub fn page_number(wanted: Option<u64>) -> Result<u64> {
    match wanted {
        None => Ok(1),
        Some(0) => Err(Error::field("page", "must be a number from 1")),
        Some(page) => Ok(page),
    }
}
