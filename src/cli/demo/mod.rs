//! `mommycare demo`: a small clinic to look around in. Everybody in it is invented.

mod people;

use super::Failure;
use crate::{
    accounts::{Actor, NewPerson},
    app::App,
    clock::{Clock, Timestamp},
    config::Config,
    contract::{ProfileChange, SendBody, Word as _},
    ids::{SessionId, UserId},
    store::records::{Role, Verification},
};
use people::{PEOPLE, Person};
use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const CONVERSATIONS: &str = include_str!("conversations.txt");
const DAY: u64 = 86_400_000;
/// Weeks of pregnancy that the long conversation goes back over.
const WEEKS: std::ops::Range<u64> = 12..32;
