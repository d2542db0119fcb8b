//! Who asks, proved before a handler runs.

use crate::{
    accounts::{Accounts, Actor},
    audit::Whence,
    error::{Code, Error, Result},
    files::Files,
    limit::Limiter,
};
use parking_lot::Mutex;
use rocket::{
    Request,
    http::Status,
    outcome::Outcome,
    request::{FromRequest, Outcome as RequestOutcome},
};
use std::{net::IpAddr, sync::Arc};

/// The error of a guard, kept for the catcher that answers.
#[derive(Default)]
struct Failure(Mutex<Option<Error>>);

/// Notes why a guard failed. Rocket hands only the status to the catcher.
pub(super) fn fail(request: &Request<'_>, error: Error) -> (Status, Error) {
    *request.local_cache(Failure::default).0.lock() = Some(error.clone());
    (Status::new(error.code.status()), error)
}

/// Why a guard failed, if one did.
pub(super) fn failure(request: &Request<'_>) -> Option<Error> {
    request.local_cache(Failure::default).0.lock().take()
}

/// Wraps a guard's result in what Rocket wants.
fn outcome<T>(request: &Request<'_>, result: Result<T>) -> RequestOutcome<T, Error> {
    match result {
        Ok(value) => Outcome::Success(value),
        Err(error) => Outcome::Error(fail(request, error)),
    }
}

/// The managed state that every rocket of ours has. A missing one is a mistake in `app.rs`.
pub(super) fn state<'r, T: Send + Sync + 'static>(request: &'r Request<'_>) -> Result<&'r T> {
    request.rocket().state::<T>().ok_or_else(|| Code::Internal.into())
}

/// The token of the `Authorization` header.
fn bearer<'r>(request: &'r Request<'_>) -> Option<&'r str> {
    let (scheme, token) = request.headers().get_one("authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Actor {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        outcome(request, authenticate(request))
    }
}

fn authenticate(request: &Request<'_>) -> Result<Actor> {
    let token = bearer(request).ok_or(Code::Unauthorized)?;
    let actor = state::<Arc<Accounts>>(request)?.authenticate(token)?.at(Some(address(request)));
    state::<Arc<Limiter>>(request)?.request(actor.user)?;
    // What people say to each other, and not one's own account.
    if request.uri().path().starts_with("/api/chat") {
        actor.admitted()?;
    }
    Ok(actor)
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address; behind a configured proxy the one that it names.
    pub address: IpAddr,
    /// The program, as it names itself, at most 200 characters.
    pub user_agent: String,
    /// Scheme and host that the client used, or the configured public one, for absolute addresses.
    pub base_url: String,
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Client {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        outcome(request, client(request))
    }
}

fn client(request: &Request<'_>) -> Result<Client> {
    let header = |name| request.headers().get_one(name).unwrap_or_default();
    let base_url = state::<Arc<Files>>(request)?.links().base(header("host"));
    Ok(Client { address: address(request), user_agent: header("user-agent").chars().take(200).collect(), base_url })
}

/// The client's address. Rocket looks into a header only where one is configured.
pub(super) fn address(request: &Request<'_>) -> IpAddr {
    request.client_ip().unwrap_or(IpAddr::from([0, 0, 0, 0]))
}

/// From where a request comes, for the audit log.
pub(super) fn whence(request: &Request<'_>) -> Whence {
    Whence::new(Some(address(request)), request.headers().get_one("user-agent").unwrap_or_default())
}

/// Somebody who has not signed in yet, on a route that guesses passwords or makes accounts. Limited by address.
#[derive(Debug, Clone)]
pub struct Newcomer(pub Client);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Newcomer {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        let limited = state::<Arc<Limiter>>(request).and_then(|limiter| limiter.address(address(request)));
        outcome(request, limited.and_then(|()| client(request)).map(Self))
    }
}
