//! Answers where no handler did: always JSON in the contract's shape, whatever layer refused.

use super::{guard::failure, headers::dress, request_id::RequestId};
use crate::error::{Code, Error};
use rocket::{
    Catcher, Request, catch, catchers,
    http::Status,
    response::{self, Responder},
};

/// The one catcher.
pub fn catchers() -> Vec<Catcher> {
    catchers![any]
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Refused {
    Refused(failure(request).unwrap_or_else(|| explain(status)))
}

/// An error with all headers. Rocket has its fairings see every answer but the one to a request whose method it does not know.
struct Refused(Error);

impl<'r> Responder<'r, 'static> for Refused {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = self.0.respond_to(request)?;
        response.set_raw_header("X-Request-Id", RequestId::of(request).as_str().to_owned());
        dress(request, &mut response);
        Ok(response)
    }
}

fn explain(status: Status) -> Error {
    let code = match status.code {
        401 => Code::Unauthorized,
        403 => Code::Forbidden,
        404 | 405 => Code::NotFound,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        503 => Code::Unavailable,
        400..500 => Code::Validation,
        _ => Code::Internal,
    };
    if code == Code::Validation { Error::with(code, "The request cannot be understood.") } else { code.into() }
}
