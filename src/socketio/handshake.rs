//! What is known about a client from the HTTP request that opened its session.

use std::fmt;
use std::net::IpAddr;

/// The request that opened a session, reduced to what an application may need later.
#[derive(Clone, Default)]
pub struct Handshake {
    /// The client's address, as the HTTP server sees it (it knows which proxies to believe).
    pub remote: Option<IpAddr>,
    /// The `Host` header.
    pub host: Option<Box<str>>,
    /// The `Origin` header; it is allowed, or there would be no session.
    pub origin: Option<Box<str>>,
    /// The `User-Agent` header.
    pub user_agent: Option<Box<str>>,
    /// The `Authorization` header.
    pub authorization: Option<Box<str>>,
}

impl fmt::Debug for Handshake {
    /// Leaves the token out, so that it cannot slip into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("remote", &self.remote)
            .field("host", &self.host)
            .field("origin", &self.origin)
            .field("user_agent", &self.user_agent)
            .field("authorization", &self.authorization.as_ref().map(|_| "…"))
            .finish()
    }
}
