//! What a client of the Socket.IO engine can see, over real TCP, also when it misbehaves.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // Tests may fail.

#[path = "../socketio_support/mod.rs"]
mod socketio_support;

mod events;
mod garbage;
mod limits;
mod origins;
mod polling;
mod time;
mod upgrade;

use mommycare::socketio::Packet;

fn packet(text: &str) -> Packet {
    Packet::event("news", &text).unwrap()
}

/// What [`packet`] looks like to a client.
fn news(text: &str) -> String {
    format!(r#"42["news","{text}"]"#)
}
