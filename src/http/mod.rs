//! The door for REST: routes, guards, answers. A handler parses, makes one call, and answers.

mod admin;
mod answer;
pub mod appointments;
mod arrival;
mod assets;
mod audit;
mod auth;
pub mod calls;
mod catch;
pub mod chat;
mod docs;
mod documents;
mod drain;
mod files;
mod forwarded;
mod guard;
mod headers;
mod health;
mod input;
mod multipart;
mod operator;
mod pieces;
mod request_id;
mod reviews;
mod trace;
mod users;
mod window;

pub use answer::Answer;
pub use arrival::{Arrivals, Encryption, redirect};
pub use assets::compress;
pub use catch::catchers;
pub use forwarded::Forwarded;
pub use guard::{Client, Newcomer};
pub use headers::Headers;
pub use health::Readiness;
pub use input::{Body, Query};
pub use pieces::Pieces;
pub use trace::Trace;

use rocket::Route;

/// Every route of the server but Socket.IO's.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        auth::routes(),
        admin::routes(),
        audit::routes(),
        users::routes(),
        chat::routes(),
        calls::routes(),
        appointments::routes(),
        reviews::routes(),
        files::routes(),
        documents::routes(),
        health::routes(),
        arrival::routes(),
        docs::routes(),
        assets::routes(),
    ]
    .concat()
}
