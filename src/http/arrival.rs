//! Encryption on the way, as requests see it: who stands behind a connection that came through the door, and what becomes of a request
//! that came unencrypted.

use super::assets::is_part;
use crate::{
    error::{Code, Error, Result},
    tls::{Arrival, Peers, Tls},
};
use rocket::{
    Data, Request, Response, Route, State,
    fairing::{Fairing, Info, Kind},
    get,
    http::{ContentType, Method, Status},
    request::{FromRequest, Outcome},
    response::{self, Responder},
    routes, uri,
};
use std::{net::SocketAddr, sync::Arc};

/// The server's own encryption, if it has any.
pub struct Encryption(pub Option<Arc<Tls>>);

/// Looks behind the loopback. Only for a server whose door stands in front of it.
pub struct Arrivals {
    peers: Arc<Peers>,
    /// Devices may still have to be told to trust the clinic's authority.
    needs_trust: bool,
}

impl Arrivals {
    /// Of the door that notes these.
    #[must_use]
    pub fn new(peers: Arc<Peers>, tls: &Tls) -> Self {
        Self { peers, needs_trust: tls.authority().is_some() }
    }
}

#[rocket::async_trait]
impl Fairing for Arrivals {
    fn info(&self) -> Info {
        Info { name: "who has come through the door", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let found = request.remote().and_then(|inner| self.peers.find(inner.port()));
        // Whoever has left already, or came by another way, is nobody.
        let nobody = Arrival { client: SocketAddr::from(([0, 0, 0, 0], 0)), encrypted: false };
        let arrival = found.unwrap_or(nobody);
        request.set_remote(arrival.client);
        if arrival.encrypted || may_be_read_by_all(request) {
            return;
        }
        let way = way(request, self.needs_trust);
        request.local_cache(|| Way(way));
        request.set_method(Method::Get);
        request.set_uri(uri!(encrypted));
    }
}

/// What is no secret: the way to the encrypted page with all that it needs, and whether the server lives.
fn may_be_read_by_all(request: &Request<'_>) -> bool {
    let path = request.uri().path().as_str();
    let is_way = path == "/connect" || path.starts_with("/connect/") || path == "/api/clinic";
    let is_sign_of_life = path == "/health" || path == "/health/ready";
    matches!(request.method(), Method::Get | Method::Head) && (is_way || is_sign_of_life || is_part(path))
}

/// Where to go instead: a person whose device may not trust the clinic yet goes to the page that helps, everything else to the same
/// place, encrypted. None where the client has not said which host it means.
fn way(request: &Request<'_>, needs_trust: bool) -> Option<String> {
    let host = request.headers().get_one("host").filter(|host| is_host(host))?;
    let is_page = request.method() == Method::Get && request.headers().get("accept").any(|kinds| kinds.contains("text/html"));
    let place = request.uri().to_string();
    Some(if is_page && needs_trust { "/connect".into() } else { format!("https://{host}{place}") })
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && host.len() <= 255 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}

/// The way of a request that came unencrypted.
#[derive(Clone, Default)]
struct Way(Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Way {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Error> {
        Outcome::Success(request.local_cache(Self::default).clone())
    }
}

impl<'r> Responder<'r, 'static> for Way {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        let Some(to) = self.0 else { return Err(Status::BadRequest) };
        // Not for ever: a clinic may put a proxy there one day.
        Response::build().status(Status::TemporaryRedirect).raw_header("Location", to).raw_header("Cache-Control", "no-store").ok()
    }
}

/// Where unencrypted requests are led. They are told the way; nothing else happens to them.
pub fn redirect() -> Vec<Route> {
    routes![encrypted]
}

#[get("/-/encrypted")]
fn encrypted(way: Way) -> Way {
    way
}

/// What devices are asked to trust.
pub(super) fn routes() -> Vec<Route> {
    routes![authority]
}

#[get("/connect/authority.crt")]
fn authority(encryption: &State<Encryption>) -> Result<(ContentType, Vec<u8>)> {
    let authority = encryption.0.as_deref().and_then(Tls::authority).ok_or(Code::NotFound)?;
    Ok((ContentType::new("application", "x-x509-ca-cert"), authority.certificate().to_vec()))
}
