//! The audit log and the access log, over real TCP: what stands in them by either door, who sees which of it, and that nobody changes it
//! unseen.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../support/mod.rs"]
mod support;

mod deeds;
mod looks;
mod scene;
mod whole;
