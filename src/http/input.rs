//! What a request brings: JSON bodies and queries, read into types, with errors that name the field.

use super::guard::fail;
use crate::error::{Code, Error, FieldError, Result};
use rocket::{
    Data, Request,
    data::{FromData, Outcome as DataOutcome, ToByteUnit},
    outcome::Outcome,
    request::{FromRequest, Outcome as RequestOutcome},
};
use serde::{Deserializer, de::DeserializeOwned};

/// Largest JSON body, in KiB. The longest message of 10,000 characters takes 40.
const BODY_KIB: u64 = 256;

/// A JSON body. An empty one counts as `{}`.
pub struct Body<T>(pub T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromData<'r> for Body<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> DataOutcome<'r, Self> {
        match read(request, data).await.and_then(|bytes| parse(&bytes)) {
            Ok(value) => Outcome::Success(Self(value)),
            Err(error) => Outcome::Error(fail(request, error)),
        }
    }
}

async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Vec<u8>> {
    if request.content_type().is_some_and(|kind| !kind.is_json() && kind.sub() != "*") {
        return Err(Code::UnsupportedMediaType.into());
    }
    let too_large = || Error::with(Code::PayloadTooLarge, format!("The body is larger than {BODY_KIB} KiB."));
    let length = request.headers().get_one("content-length").and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|length| length > BODY_KIB << 10) {
        return Err(too_large());
    }
    match data.open(BODY_KIB.kibibytes()).into_bytes().await {
        Ok(body) if body.is_complete() => Ok(body.into_inner()),
        Ok(_) => Err(too_large()),
        Err(_) => Err(Error::with(Code::InvalidJson, "The body did not arrive whole.")),
    }
}

/// Reads a JSON text, telling a text that is no JSON from one that does not fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = with_path(&mut json)
        .map_err(|(path, error)| if error.is_data() { mismatch(&path, &error.to_string()) } else { Code::InvalidJson.into() })?;
    json.end().map_err(|_| Error::new(Code::InvalidJson))?;
    Ok(value)
}

/// The query of a request.
pub struct Query<T>(pub T);

#[rocket::async_trait]
impl<'r, T: DeserializeOwned> FromRequest<'r> for Query<T> {
    type Error = Error;

    async fn from_request(request: &'r Request<'_>) -> RequestOutcome<Self, Error> {
        let text = request.uri().query().map_or("", |query| query.as_str());
        // An empty value, as forms send it for a field left blank, is no value.
        let pairs: Vec<_> = text.split('&').filter(|pair| pair.split_once('=').is_some_and(|(_, value)| !value.is_empty())).collect();
        let text = pairs.join("&");
        let query = serde_urlencoded::Deserializer::new(form_pairs(&text));
        match with_path(query) {
            Ok(value) => Outcome::Success(Self(value)),
            Err((path, error)) => Outcome::Error(fail(request, mismatch(&path, &error.to_string()))),
        }
    }
}

fn form_pairs(text: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(text.as_bytes())
}

fn with_path<'de, T: DeserializeOwned, D: Deserializer<'de>>(input: D) -> Result<T, (String, D::Error)> {
    serde_path_to_error::deserialize(input).map_err(|error| (error.path().to_string(), error.into_inner()))
}

/// Turns what serde says about a value into the field and what is allowed.
fn mismatch(path: &str, said: &str) -> Error {
    let said = said.split(" at line ").next().unwrap_or(said);
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let (field, message) = if said.starts_with("missing field") {
        (join(path, quoted), "is required".to_owned())
    } else if said.starts_with("unknown field") {
        (join(path, quoted), "is not known here".to_owned())
    } else if let Some((_, expected)) = said.split_once("expected ") {
        (path.to_owned(), format!("must be {expected}"))
    } else {
        (path.to_owned(), said.to_owned())
    };
    let field = if field == "." || field.is_empty() { "body".into() } else { field };
    Error::fields(&[FieldError { field, message }])
}

/// serde names the object of a missing field and, for an unknown one, sometimes the field already.
fn join(path: &str, field: &str) -> String {
    if path == "." || path.is_empty() || path == field || path.ends_with(&format!(".{field}")) {
        field.into()
    } else {
        format!("{path}.{field}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Form {
        name: String,
        age: Option<u8>,
    }

    fn errors(text: &str) -> (Code, String) {
        let error = parse::<Form>(text.as_bytes()).unwrap_err();
        (error.code, error.message)
    }

    #[test]
    fn a_body_that_does_not_fit_names_the_field() {
        assert_eq!(errors("{}"), (Code::Validation, "name: is required".into()));
        assert_eq!(errors(""), (Code::Validation, "name: is required".into()));
        assert_eq!(errors(r#"{"name":5}"#), (Code::Validation, "name: must be a string".into()));
        assert_eq!(errors(r#"{"name":"x","age":300}"#), (Code::Validation, "age: must be u8".into()));
        assert_eq!(errors(r#"{"name":"x","role":"admin"}"#), (Code::Validation, "role: is not known here".into()));
        assert_eq!(errors("[]").0, Code::Validation);
        assert_eq!(parse::<Form>(br#"{"name":"x"}"#), Ok(Form { name: "x".into(), age: None }));
    }

    #[test]
    fn a_body_that_is_no_json_is_refused_as_such() {
        for text in ["{", r#"{"name":"x"}}"#, &"[".repeat(5000), &format!(r#"{{"name":{}"#, "[".repeat(5000))] {
            assert_eq!(errors(text).0, Code::InvalidJson, "{}", &text[..text.len().min(20)]);
        }
        assert_eq!(parse::<Form>(b"{\"name\":\"\xff\"}").unwrap_err().code, Code::InvalidJson);
    }
}
