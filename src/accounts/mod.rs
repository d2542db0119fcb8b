//! Accounts: who somebody is, and how they prove it.

mod actor;

pub use actor::Actor;
