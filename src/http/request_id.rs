//! One id for each request: in the answer, in the log, and in an error that somebody reports.

use rocket::Request;

/// The id of a request.
pub struct RequestId(String);

impl RequestId {
    /// The client's own id if it is sane, else a fresh one. Always the same for one request.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| {
            let given = request.headers().get_one("x-request-id").filter(|id| is_sane(id));
            Self(given.map_or_else(|| format!("{:016x}", rand::random::<u64>()), str::to_owned))
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_sane(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}
