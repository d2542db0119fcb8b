//! What somebody wants to say, once it is valid.

use crate::{
    accounts::validate::{Check, PARAGRAPHS, SENTENCE},
    contract::{
        account::Change,
        review::{HideBody, ReplyBody, ReviewBody, ReviewChange},
    },
    error::{Error, Result},
};
use serde_json::Value;

/// A whole review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// 1 to 5.
    pub stars: u8,
    /// Perhaps nothing.
    pub comment: String,
}

impl TryFrom<ReviewBody> for Said {
    type Error = Error;

    fn try_from(body: ReviewBody) -> Result<Self> {
        let mut check = Check::default();
        let rated = if body.rating.is_null() { Err("is required: a whole number from 1 to 5".into()) } else { stars(&body.rating) };
        let stars = check.take("rating", rated).unwrap_or_default();
        let comment = check.optional("comment", body.comment, PARAGRAPHS).unwrap_or_default();
        check.finish()?;
        Ok(Self { stars, comment })
    }
}

/// What is to be different. Nothing: stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Better {
    /// 1 to 5.
    pub stars: Option<u8>,
    /// Perhaps empty.
    pub comment: Option<String>,
}

impl TryFrom<ReviewChange> for Better {
    type Error = Error;

    fn try_from(body: ReviewChange) -> Result<Self> {
        let mut check = Check::default();
        let stars = match body.rating {
            Change::Keep => None,
            Change::Clear => check.take("rating", Err(RANGE.into())),
            Change::Set(value) => check.take("rating", stars(&value)),
        };
        let comment = match body.comment {
            Change::Keep => None,
            Change::Clear => Some(String::new()),
            Change::Set(text) => Some(check.optional("comment", Some(text), PARAGRAPHS).unwrap_or_default()),
        };
        check.finish()?;
        Ok(Self { stars, comment })
    }
}

/// An answer; nothing takes it back. That must be said: a body without a word about it is a mistake.
pub fn reply(body: ReplyBody) -> Result<Option<String>> {
    let mut check = Check::default();
    let reply = match body.comment {
        Change::Keep => {
            check.wrong("comment", "is required; an empty one takes the answer back");
            None
        }
        Change::Clear => None,
        Change::Set(text) => check.optional("comment", Some(text), PARAGRAPHS),
    };
    check.finish()?;
    Ok(reply)
}

/// Why a review is hidden.
pub fn reason(body: HideBody) -> Result<String> {
    let mut check = Check::default();
    let reason = check.required("reason", body.reason, SENTENCE);
    check.finish()?;
    Ok(reason)
}

const RANGE: &str = "must be a whole number from 1 to 5";

fn stars(value: &Value) -> Result<u8, String> {
    let number = value.as_u64().filter(|number| (1..=5).contains(number));
    number.and_then(|number| u8::try_from(number).ok()).ok_or_else(|| RANGE.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(body: Value) -> Result<Said> {
        serde_json::from_value::<ReviewBody>(body).unwrap().try_into()
    }

    #[test]
    fn a_review_has_stars_and_perhaps_words() {
        assert_eq!(said(json!({ "rating": 5 })).unwrap(), Said { stars: 5, comment: String::new() });
        let two = said(json!({ "rating": 1, "comment": "  Kind.\nSlow. ", "id": "x" })).unwrap();
        assert_eq!(two, Said { stars: 1, comment: "Kind.\nSlow.".into() });
        for rating in [json!(0), json!(6), json!(4.5), json!(-1), json!("5"), json!(true), json!([5]), json!(u64::MAX)] {
            assert_eq!(said(json!({ "rating": rating })).unwrap_err().message, "rating: must be a whole number from 1 to 5", "{rating}");
        }
        let error = said(json!({ "comment": "x".repeat(2_001) })).unwrap_err();
        assert_eq!(error.message, "rating: is required: a whole number from 1 to 5; comment: must have at most 2000 characters");
        assert!(said(json!({ "rating": 3, "comment": "ස".repeat(2_000) })).is_ok());
        assert!(said(json!({ "rating": 3, "comment": "a\u{0}b" })).is_err());
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        let better = |body: Value| Better::try_from(serde_json::from_value::<ReviewChange>(body).unwrap());
        assert_eq!(better(json!({})).unwrap(), Better::default());
        assert_eq!(better(json!({ "rating": 2 })).unwrap(), Better { stars: Some(2), comment: None });
        for empty in [json!(null), json!(" ")] {
            assert_eq!(better(json!({ "comment": empty })).unwrap(), Better { stars: None, comment: Some(String::new()) });
        }
        assert!(better(json!({ "rating": null })).is_err() && better(json!({ "rating": 9 })).is_err());
    }

    #[test]
    fn an_answer_is_given_or_taken_back() {
        let reply = |body: Value| reply(serde_json::from_value::<ReplyBody>(body).unwrap());
        assert_eq!(reply(json!({ "comment": " Thanks " })).unwrap().as_deref(), Some("Thanks"));
        assert_eq!((reply(json!({ "comment": "" })).unwrap(), reply(json!({ "comment": null })).unwrap()), (None, None));
        assert!(reply(json!({})).is_err() && reply(json!({ "comment": "x".repeat(2_001) })).is_err());
    }
}
