//! Everything that a stranger, a broken program or a spiteful one may send: the answer is a refusal in the contract's shape,
//! nobody else notices, and the server is still there. Each test ends by asking the server for a normal service; a server that
//! panicked anywhere fails its test when it is dropped (see `support::Server`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::similar_names,
    clippy::format_collect,
    clippy::too_many_lines,
    clippy::large_stack_arrays,
    clippy::cast_sign_loss
)]

#[path = "../support/mod.rs"]
mod support;

mod bodies;
mod connections;
mod floods;
mod folders;
mod frames;
mod headers;
mod ids;
mod origins;
mod paging;
mod repeats;
mod routes;
mod scene;
mod tokens;
