//! Calls between two people, over real TCP.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;
#[path = "../relay_support/mod.rs"]
mod relay_support;
#[path = "../support/mod.rs"]
mod support;

mod answering;
mod history;
mod lost;
mod refusals;
mod rules;
mod scene;
mod signals;
mod turn;
