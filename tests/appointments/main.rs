//! Appointments, over a store in memory and over real TCP.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;
#[path = "../support/mod.rs"]
mod support;

mod forms;
mod kill;
mod lists;
mod race;
mod routes;
mod rules;
mod scene;
