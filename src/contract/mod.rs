//! The shapes of the wire: the only place with JSON field names and event names.
//! Records of the store never get here; rules turn them into these views.

pub mod account;
mod event;
mod names;
pub mod user;

pub use event::{Audience, Emission, Event};
pub use names::Word;
pub use user::{Presence, ResetLink, SessionView, SignedIn, UserView};
