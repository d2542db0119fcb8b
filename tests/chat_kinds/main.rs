//! Messages that are more than words: urgent, passed on, places on the map.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;
#[path = "../support/mod.rs"]
mod support;

mod acknowledge;
mod forward;
mod location;
mod real;
mod repeat;
mod scene;
mod schedule;
