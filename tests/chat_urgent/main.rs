//! Messages that want more than to be read: acknowledged.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;

mod acknowledge;
