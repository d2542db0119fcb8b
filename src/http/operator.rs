//! Who may see figures and documents of the server: nobody from outside.

use super::guard::Client;
use crate::config::Config;
use rocket::{
    http::Status,
    request::{FromRequest, Outcome, Request},
};
use std::sync::Arc;

/// Asks from this machine, or knows the token where one is set.
pub struct Operator;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Operator {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Some(config) = request.rocket().state::<Arc<Config>>() else { return Outcome::Error((Status::InternalServerError, ())) };
        let client = request.guard::<Client>().await.succeeded();
        let given = request.headers().get_one("authorization").and_then(|value| value.strip_prefix("Bearer "));
        let allowed = match &config.server.metrics_token {
            Some(token) => given.is_some_and(|given| same(given.as_bytes(), token.as_bytes())),
            None => client.is_some_and(|client| client.address.to_canonical().is_loopback()),
        };
        if allowed { Outcome::Success(Self) } else { Outcome::Error((Status::Forbidden, ())) }
    }
}

/// Compares without telling by its time how much was right.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}
