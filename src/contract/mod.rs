//! The shapes of the wire: the only place with JSON field names and event names.
//! Records of the store never get here; rules turn them into these views.

mod event;

pub use event::{Audience, Emission, Event};
