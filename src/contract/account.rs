//! What clients send about accounts. Unknown fields are refused here, so that nobody believes to have set something.
//!
//! Every field is optional for the parser: the rules gather all that is missing or wrong and say so at once.

use super::input::{mismatch, with_path};
use crate::{
    clock::Timestamp,
    error::{Error, FieldError, Result},
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// `POST /api/auth/register`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RegisterBody {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub password: Option<String>,
    pub role: Option<String>,
    pub specialty: Option<String>,
    pub license_number: Option<String>,
    pub phone: Option<String>,
}

/// `POST /api/auth/setup`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct SetupBody {
    pub token: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub password: Option<String>,
}

/// `POST /api/auth/login`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct LoginBody {
    pub email: Option<String>,
    pub password: Option<String>,
    /// A code of a second factor. Accepted for clients that always send it; no account has one yet.
    pub totp: Option<String>,
}

/// `POST /api/auth/refresh`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RefreshBody {
    pub refresh_token: Option<String>,
    pub renewal_id: Option<String>,
}

/// `PUT /api/auth/password`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct PasswordBody {
    pub current_password: Option<String>,
    pub new_password: Option<String>,
}

/// `POST /api/auth/forgot-password`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct ForgotBody {
    pub email: Option<String>,
}

/// `POST /api/auth/reset-password`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct ResetBody {
    pub token: Option<String>,
    #[serde(alias = "newPassword")]
    pub password: Option<String>,
}

/// `PUT /api/auth/profile`. A field that is absent stays; `null` empties it.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct ProfileBody {
    pub first_name: Change<String>,
    pub last_name: Change<String>,
    pub phone: Change<String>,
    pub avatar: Change<String>,
    pub specialty: Change<String>,
    pub experience: Change<String>,
    pub location: Change<String>,
    pub bio: Change<String>,
    pub languages: Change<Vec<String>>,
    pub license_number: Change<String>,
    /// Merged key by key; a key that is `null` is removed.
    pub preferences: Change<Map<String, Value>>,
}

/// `PATCH /api/users/me/availability`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct AvailabilityBody {
    pub availability: Option<String>,
    pub until: Option<Timestamp>,
}

/// `POST /api/admin/users/:id/reject`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RejectBody {
    pub reason: Option<String>,
}

/// `PATCH /api/admin/users/:id/role`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RoleBody {
    pub role: Option<String>,
}

/// `GET /api/admin/infected-files`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct PageQuery {
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/admin/users`
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct UsersQuery {
    pub search: Option<String>,
    pub status: Option<String>,
    pub role: Option<String>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// Whether a field was sent, and as what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Not sent.
    #[default]
    Keep,
    /// Sent as `null`.
    Clear,
    /// Sent with a value.
    Set(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Clear, Self::Set))
    }
}

/// Fields of a profile that somebody else decides about.
const NOT_OWN: &[&str] = &["role", "isActive", "verificationStatus", "email", "password", "rejectionReason"];

/// Names of the fields of [`ProfileBody`].
const OWN: &[&str] = &[
    "firstName",
    "lastName",
    "phone",
    "avatar",
    "specialty",
    "experience",
    "location",
    "bio",
    "languages",
    "licenseNumber",
    "preferences",
];

/// `PATCH /api/users/:id`: as a profile, but fields that are not known are passed over, so that a client can send back the whole
/// person it got. What the person may not decide is refused nevertheless.
pub fn lenient_profile(mut fields: Map<String, Value>) -> Result<ProfileBody> {
    let refuse = |name: &&str| FieldError { field: (**name).into(), message: "cannot be changed here".into() };
    let refused: Vec<_> = NOT_OWN.iter().filter(|name| fields.contains_key(**name)).map(refuse).collect();
    if !refused.is_empty() {
        return Err(Error::fields(&refused));
    }
    fields.retain(|name, _| OWN.contains(&name.as_str()));
    with_path(Value::Object(fields)).map_err(|(path, error)| mismatch(&path, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn lenient(value: Value) -> Result<ProfileBody> {
        lenient_profile(serde_json::from_value(value).unwrap())
    }

    #[test]
    fn a_whole_person_may_come_back_but_not_with_another_role() {
        let body = lenient(json!({ "_id": "1", "fullName": "x", "bio": null, "phone": "071 000 0000" })).unwrap();
        assert!(body.bio == Change::Clear && body.phone == Change::Set("071 000 0000".into()) && body.location == Change::Keep);
        let error = lenient(json!({ "bio": "x", "role": "admin", "isActive": true })).err().unwrap();
        assert_eq!(error.message, "role: cannot be changed here; isActive: cannot be changed here");
        let error = lenient(json!({ "languages": "si" })).err().unwrap();
        assert_eq!(error.message, "languages: must be a list");
    }

    #[test]
    fn the_names_of_own_fields_are_those_of_the_body() {
        for name in OWN {
            assert!(serde_json::from_value::<ProfileBody>(json!({ *name: null })).is_ok(), "{name}");
        }
        assert!(serde_json::from_value::<ProfileBody>(json!({ "role": "admin" })).is_err());
    }
}
