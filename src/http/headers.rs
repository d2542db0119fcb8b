//! Headers that every answer carries: security, caching, and who else may read it.

use super::guard::state;
use crate::config::Config;
use rocket::{
    Request, Response,
    fairing::{Fairing, Info, Kind},
    http::{Method, Status},
};
use std::{io::Cursor, sync::Arc};

/// What the app may do: load its own parts and talk to its own server, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; \
    media-src 'self' blob:; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Sets the headers.
pub struct Headers;

#[rocket::async_trait]
impl Fairing for Headers {
    fn info(&self) -> Info {
        Info { name: "security and CORS headers", kind: Kind::Response }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        dress(request, response);
    }
}

/// Sets the headers. Twice is as good as once.
pub(super) fn dress(request: &Request<'_>, response: &mut Response<'_>) {
    let path = request.uri().path().as_str();
    security(path, response);
    // The Socket.IO engine answers for its own path, also to requests that never become one of Rocket's routes.
    if !path.starts_with("/socket.io") {
        cors(request, response);
    }
}

fn security(path: &str, response: &mut Response<'_>) {
    // A device finds out by it whether it trusts this server, from a page that came unencrypted: another origin.
    let who = if path == "/health" { "cross-origin" } else { "same-origin" };
    for (name, value) in [
        ("Content-Security-Policy", POLICY),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", who),
        ("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=(self)"),
    ] {
        if !response.headers().contains(name) {
            response.set_raw_header(name, value);
        }
    }
    if path.starts_with("/api") && !response.headers().contains("Cache-Control") {
        response.set_raw_header("Cache-Control", "no-store");
    }
    response.remove_header("Server");
}

/// For each allowed origin, errors included; a preflight is answered before sign-in and limits.
fn cors(request: &Request<'_>, response: &mut Response<'_>) {
    let Some(origin) = request.headers().get_one("origin") else { return };
    let Ok(config) = state::<Arc<Config>>(request) else { return };
    if !response.headers().get("Vary").any(|name| name == "Origin") {
        response.adjoin_raw_header("Vary", "Origin");
    }
    if !config.server.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
        return;
    }
    response.set_raw_header("Access-Control-Allow-Origin", origin.to_owned());
    response.set_raw_header("Access-Control-Allow-Credentials", "true");
    response.set_raw_header("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
    if request.method() == Method::Options && request.headers().contains("access-control-request-method") {
        response.set_status(Status::NoContent);
        response.remove_header("Content-Type");
        response.set_sized_body(0, Cursor::new(""));
        response.set_raw_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
        response.set_raw_header("Access-Control-Allow-Headers", "authorization, content-type, x-request-id");
        response.set_raw_header("Access-Control-Max-Age", "600");
    }
}
