//! Answers where no handler did: always JSON in the contract's shape, whatever layer refused.

use super::guard::failure;
use crate::error::{Code, Error};
use rocket::{Catcher, Request, catch, catchers, http::Status};

/// The one catcher.
pub fn catchers() -> Vec<Catcher> {
    catchers![any]
}

#[catch(default)]
fn any(status: Status, request: &Request<'_>) -> Error {
    if let Some(error) = failure(request) {
        return error;
    }
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
