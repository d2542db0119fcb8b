//! Files: what people send arrives whole, is what it says, and is given only to those who may see it; what is hostile, cut off or too much
//! leaves nothing behind. The tests make all their samples themselves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::similar_names,
    clippy::too_many_lines,
    clippy::cast_possible_truncation,
    clippy::missing_panics_doc,
    clippy::format_collect
)]

#[path = "../support/mod.rs"]
mod support;

mod access;
mod being_sent;
mod broken_off;
mod documents;
mod full;
mod hostile;
mod kinds;
mod later;
mod limits;
mod listing;
mod names;
mod pictures;
mod ranges;
mod recordings;
mod samples;
mod scanner;
mod scene;
mod sending;
mod sound;
