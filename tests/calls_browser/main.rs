//! Calls in real browsers, with cameras and microphones that Chromium makes up: two people find each other over the real server, and
//! what each sees and hears is counted as it is decoded.
//!
//! Wants `chromium` and `chromedriver`, and for the relay `turnserver` (Debian's `coturn`). Where they are missing the tests say so
//! and pass; with `CI=true` they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod answers;
mod devices;
mod lines;
mod looks;
mod reloads;
mod scene;
mod tabs;
mod talks;

#[path = "../browser_support/mod.rs"]
mod browser_support;
#[path = "../relay_support/mod.rs"]
mod relay_support;
#[path = "../support/mod.rs"]
mod support;
