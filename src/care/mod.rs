//! Appointments between a mother and somebody who cares for her: who may do what with one, when it is brought to mind, and lists of them.
//!
//! What can become of an appointment is one pure function ([`machine`]). Every step goes through the one write path, so nobody is booked
//! twice at one time however many ask at once, and the message about a step stands in the conversation of the two exactly once.
//! An appointment is nobody's but theirs: administrators, too, get what they get for one that there is not.

mod agenda;
mod ledger;
mod list;
mod machine;
mod service;
mod wish;

pub use service::Care;

use std::time::Duration;

/// The shortest and the longest appointment, and the usual one.
const SHORTEST: Duration = Duration::from_mins(5);
const LONGEST: Duration = Duration::from_hours(8);
const USUAL: Duration = Duration::from_mins(30);
/// How far ahead one may begin.
const FARTHEST: Duration = Duration::from_hours(366 * 24);
