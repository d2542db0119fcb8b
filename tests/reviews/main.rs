//! Reviews and ratings: who may write, change, answer and hide them, who sees them, and that the books balance.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;
#[path = "../support/mod.rs"]
mod support;

mod books;
mod doors;
mod rules;
