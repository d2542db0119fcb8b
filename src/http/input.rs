//! What a request brings: JSON bodies and queries, read into types, with errors that name the field.

use super::{
    drain::{POLITE, drain},
    guard::{fail, state},
    multipart::Form,
};
use crate::{
    config::Config,
    contract::input::{is_nothing, mismatch, parse, with_path},
    error::{Code, Error, Result},
};
use rocket::{
    Data, Request,
    data::{DataStream, FromData, Outcome as DataOutcome, ToByteUnit as _},
    outcome::Outcome,
    request::{FromRequest, Outcome as RequestOutcome},
};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use tokio::{io::AsyncReadExt as _, time::timeout};

/// Largest JSON body, in KiB. The longest message of 10,000 characters takes 40.
const BODY_KIB: u64 = 256;

/// A JSON body. An empty one counts as `{}`.
pub struct Body<T>(pub T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Body<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        match json(request, data).await {
            Ok(value) => Outcome::Success(Self(value)),
            Err(error) => Outcome::Error(fail(request, error)),
        }
    }
}

/// A body as JSON, or as a form that may have files in it and is still to be received.
pub enum Payload<'r, T> {
    /// JSON.
    Json(T),
    /// A form.
    Form(Box<Form<'r>>),
}

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Payload<'r, T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        let is_form = request.content_type().is_some_and(|kind| kind.is_form_data());
        let read = if is_form {
            Form::of(request, data).map(|form| Self::Form(Box::new(form)))
        } else {
            json(request, data).await.map(Self::Json)
        };
        match read {
            Ok(payload) => Outcome::Success(payload),
            Err(error) => Outcome::Error(fail(request, error)),
        }
    }
}

async fn json<T: DeserializeOwned>(request: &Request<'_>, data: Data<'_>) -> Result<T> {
    parse_object(&read(request, data).await?)
}

/// Reads an object. A list would be taken for its fields in order, which nobody means.
fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None | Some(b'{') => parse(bytes),
        Some(_) => {
            parse::<serde::de::IgnoredAny>(bytes)?;
            Err(Error::field("body", "must be a JSON object"))
        }
    }
}

async fn read(request: &Request<'_>, mut data: Data<'_>) -> Result<Vec<u8>> {
    let patience = state::<Arc<Config>>(request)?.server.body_timeout;
    let is_other = request.content_type().is_some_and(|kind| !kind.is_json() && kind.sub() != "*");
    // Some clients name a type although there is no body: that of a form, for a request made with nothing.
    if is_other && !timeout(patience, data.peek(1)).await.map_err(|_| Error::new(Code::RequestTimeout))?.is_empty() {
        return Err(refuse(request, data.open(POLITE.bytes()), Code::UnsupportedMediaType.into()).await);
    }
    let too_large = || Error::with(Code::PayloadTooLarge, format!("The body is larger than {BODY_KIB} KiB."));
    if announced(request).is_some_and(|length| length > BODY_KIB << 10) {
        return Err(refuse(request, data.open(POLITE.bytes()), too_large()).await);
    }
    let (mut stream, mut body) = (data.open(POLITE.bytes()), Vec::new());
    match timeout(patience, (&mut stream).take((BODY_KIB << 10) + 1).read_to_end(&mut body)).await {
        Err(_) => Err(Code::RequestTimeout.into()),
        Ok(Err(_)) => Err(Error::with(Code::InvalidJson, "The body did not arrive whole.")),
        Ok(Ok(_)) if body.len() as u64 > BODY_KIB << 10 => Err(refuse(request, stream, too_large()).await),
        Ok(Ok(_)) => Ok(body),
    }
}

/// The length that a body is said to have.
fn announced(request: &Request<'_>) -> Option<u64> {
    request.headers().get_one("content-length").and_then(|text| text.parse().ok())
}

/// Reads what the client is still busy sending, so that it gets to hear why it is refused. Nobody waits for what nobody will send.
async fn refuse(request: &Request<'_>, stream: DataStream<'_>, error: Error) -> Error {
    if announced(request).is_none_or(|length| length <= POLITE) {
        drain(stream).await;
    }
    error
}

/// The query of a request.
pub struct Query<T>(pub T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromRequest<'r> for Query<T> {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        let text = request.uri().query().map_or("", |query| query.as_str());
        let pairs: Vec<_> = text.split('&').filter(|pair| says_something(pair)).collect();
        let text = pairs.join("&");
        let query = serde_urlencoded::Deserializer::new(form_pairs(&text));
        match with_path(query) {
            Ok(value) => Outcome::Success(Self(value)),
            Err((path, error)) => Outcome::Error(fail(request, mismatch(&path, &error.to_string()))),
        }
    }
}

/// Whether a pair of a query has a value. What is looked for is a word whatever it is.
fn says_something(pair: &str) -> bool {
    pair.split_once('=').is_some_and(|(name, value)| !value.is_empty() && (!is_nothing(value) || matches!(name, "q" | "query" | "search")))
}

fn form_pairs(text: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(text.as_bytes())
}
