//! Reading what clients send into types, with errors that name the field. The same for both doors.

use crate::error::{Code, Error, FieldError, Result};
use serde::{
    Deserializer,
    de::{DeserializeOwned, IgnoredAny},
};

/// Reads a JSON text, telling a text that is no JSON from one that does not fit.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = with_path(&mut json).map_err(|(path, error)| {
        // A value of the wrong type is met before the end of the text; whether that is JSON at all is looked up then.
        let is_json = error.is_data() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        if is_json { mismatch(&path, &error.to_string()) } else { Code::InvalidJson.into() }
    })?;
    json.end().map_err(|_| Error::new(Code::InvalidJson))?;
    Ok(value)
}

/// What JavaScript makes of a value that there is not, where only texts can be sent: in forms and queries.
#[must_use]
pub fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "null" | "undefined" | "NaN")
}

/// Reads any input; a failure comes with the path of the field.
pub fn with_path<'de, T: DeserializeOwned, D: Deserializer<'de>>(input: D) -> Result<T, (String, D::Error)> {
    serde_path_to_error::deserialize(input).map_err(|error| (error.path().to_string(), error.into_inner()))
}

/// Turns what serde says about a value into the field and what is allowed.
#[must_use]
pub fn mismatch(path: &str, said: &str) -> Error {
    let said = said.split(" at line ").next().unwrap_or(said);
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let (field, message) = if said.starts_with("missing field") {
        (join(path, quoted), "is required".to_owned())
    } else if said.starts_with("unknown field") {
        (join(path, quoted), "is not known here".to_owned())
    } else if is_about_a_number(said) {
        (path.to_owned(), "must be a whole number in the usual range".to_owned())
    } else if said.starts_with("duplicate field") {
        (join(path, quoted), "is there twice".to_owned())
    } else if let Some((_, expected)) = said.split_once("expected ") {
        (path.to_owned(), format!("must be {}", plain(expected)))
    } else if said.starts_with("provided string was not") {
        (path.to_owned(), "must be true or false".to_owned())
    } else if said.starts_with("invalid float") {
        (path.to_owned(), "must be a number".to_owned())
    } else {
        (path.to_owned(), said.to_owned())
    };
    let field = if field == "." || field.is_empty() { "body".into() } else { field };
    Error::fields(&[FieldError { field, message }])
}

/// Whether serde misses a whole number; it calls them by their types, which nobody outside knows.
fn is_about_a_number(said: &str) -> bool {
    let expected = said.split_once("expected ").map(|(_, expected)| expected);
    let is_integer = expected.is_some_and(|word| ["u8", "u16", "u32", "u64", "usize", "i32", "i64"].contains(&word));
    is_integer || said.starts_with("invalid digit") || said.starts_with("number too large")
}

/// What serde expects, in words that are not its own.
fn plain(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "true or false",
        other => other,
    }
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
        flag: Option<bool>,
        list: Option<Vec<u8>>,
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
        assert_eq!(errors(r#"{"name":"x","age":300}"#), (Code::Validation, "age: must be a whole number in the usual range".into()));
        assert_eq!(errors(r#"{"name":"x","role":"admin"}"#), (Code::Validation, "role: is not known here".into()));
        assert_eq!(errors(r#"{"name":"x","name":"y"}"#), (Code::Validation, "name: is there twice".into()));
        assert_eq!(errors(r#"{"name":"x","flag":1}"#), (Code::Validation, "flag: must be true or false".into()));
        assert_eq!(errors(r#"{"name":"x","list":{}}"#), (Code::Validation, "list: must be a list".into()));
        assert_eq!(errors("[]").0, Code::Validation);
        assert_eq!(parse::<Form>(br#"{"name":"x"}"#), Ok(Form { name: "x".into(), age: None, flag: None, list: None }));
    }

    #[test]
    fn a_body_that_is_no_json_is_refused_as_such() {
        for text in ["{", r#"{"name":"x"}}"#, &"[".repeat(5000), &format!(r#"{{"name":{}"#, "[".repeat(5000))] {
            assert_eq!(errors(text).0, Code::InvalidJson, "{}", &text[..text.len().min(20)]);
        }
        assert_eq!(parse::<Form>(b"{\"name\":\"\xff\"}").unwrap_err().code, Code::InvalidJson);
    }
}
