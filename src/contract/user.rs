//! A person as others, the person and administrators see them.

use super::word;
use crate::{
    clock::Timestamp,
    ids::{SessionId, UserId},
    store::records::{Availability, Ratings, Role, Session, User, Verification},
};
use serde::Serialize;
use serde_json::{Map, Value};

/// Whether a person is there. Comes from the connections, not from the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// At least one device is connected.
    pub is_online: bool,
    /// `online`, `away`, `busy` or `offline`.
    pub status: &'static str,
    /// When the person last came or left, if that is known.
    pub last_seen: Option<Timestamp>,
}

impl Presence {
    /// Not there.
    #[must_use]
    pub fn offline(last_seen: Option<Timestamp>) -> Self {
        Self { is_online: false, status: "offline", last_seen }
    }
}

/// What only the person and administrators see.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivateView {
    /// As typed at registration.
    pub email: String,
    /// Telephone.
    pub phone: Option<String>,
    /// False: may not sign in.
    pub is_active: bool,
    /// Decision of the clinic.
    #[serde(serialize_with = "word")]
    pub verification_status: Verification,
    /// Why the clinic said no.
    pub rejection_reason: Option<String>,
    /// Licence number of a professional.
    pub license_number: Option<String>,
    /// The person's own settings.
    pub preferences: Map<String, Value>,
    /// When the person asked for a new password; administrators see it in their list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_requested_at: Option<Timestamp>,
    /// How many documents the person has shown to the clinic; administrators see it in their list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_count: Option<usize>,
    /// How many of them a person has brought whom the clinic had refused before; administrators see it in their list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_documents: Option<usize>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct UserView {
    pub id: UserId,
    #[serde(rename = "_id")]
    pub same_id: UserId,
    pub first_name: String,
    pub last_name: String,
    pub name: String,
    pub full_name: String,
    #[serde(serialize_with = "word")]
    pub role: Role,
    pub avatar: Option<String>,
    pub specialty: Option<String>,
    pub experience: Option<String>,
    pub location: Option<String>,
    pub bio: Option<String>,
    pub languages: Vec<String>,
    pub rating: f64,
    pub review_count: u64,
    pub status: &'static str,
    pub is_online: bool,
    pub last_seen: Option<Timestamp>,
    #[serde(serialize_with = "word")]
    pub availability: Availability,
    pub availability_until: Option<Timestamp>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub private: Option<PrivateView>,
    pub created_at: Timestamp,
}

impl UserView {
    /// What anybody sees who may know of the person.
    #[must_use]
    pub fn public(id: UserId, user: &User, ratings: Option<Ratings>, presence: &Presence, now: Timestamp) -> Self {
        let name = full_name(user);
        let (rating, review_count) = rating(user, ratings);
        Self {
            id,
            same_id: id,
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            name: name.clone(),
            full_name: name,
            role: user.role,
            avatar: user.avatar.clone(),
            specialty: user.specialty.clone(),
            experience: user.experience.clone(),
            location: user.location.clone(),
            bio: user.bio.clone(),
            languages: user.languages.clone(),
            rating,
            review_count,
            status: presence.status,
            is_online: presence.is_online,
            last_seen: presence.last_seen,
            availability: availability(user, now),
            availability_until: availability_until(user, now),
            private: None,
            created_at: user.created_at,
        }
    }

    /// What the person and administrators see.
    #[must_use]
    pub fn full(id: UserId, user: &User, ratings: Option<Ratings>, presence: &Presence, now: Timestamp) -> Self {
        let private = PrivateView {
            email: user.email.clone(),
            phone: user.phone.clone(),
            is_active: user.is_active,
            verification_status: user.verification,
            rejection_reason: user.rejection_reason.clone(),
            license_number: user.license_number.clone(),
            preferences: serde_json::from_str(&user.preferences).unwrap_or_default(),
            reset_requested_at: None,
            document_count: None,
            new_documents: None,
        };
        Self { private: Some(private), ..Self::public(id, user, ratings, presence, now) }
    }
}

/// First and last name as one.
#[must_use]
pub fn full_name(user: &User) -> String {
    format!("{} {}", user.first_name, user.last_name).trim().to_owned()
}

/// The average rating and how many reviews there are, as far as others see reviews of the person at all.
#[must_use]
pub fn rating(user: &User, ratings: Option<Ratings>) -> (f64, u64) {
    let ratings = ratings.filter(|_| user.practises()).unwrap_or_default();
    (average(&ratings), ratings.count())
}

/// The average of all ratings with two digits; 0 without any.
#[must_use]
#[allow(clippy::cast_precision_loss)] // Sums of ratings are far below 2^53.
pub fn average(ratings: &Ratings) -> f64 {
    let count = ratings.count();
    if count == 0 { 0.0 } else { (ratings.sum() as f64 / count as f64 * 100.0).round() / 100.0 }
}

/// Whether the person takes conversations now: a limited answer runs out by itself.
#[must_use]
pub fn availability(user: &User, now: Timestamp) -> Availability {
    match user.availability_until {
        Some(until) if until <= now => Availability::Available,
        _ => user.availability,
    }
}

/// When a limited answer runs out; nothing where it has no end or has ended.
#[must_use]
pub fn availability_until(user: &User, now: Timestamp) -> Option<Timestamp> {
    user.availability_until.filter(|until| *until > now)
}

/// One of a person's own sign-ins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SessionView {
    pub id: SessionId,
    #[serde(rename = "_id")]
    pub same_id: SessionId,
    pub user_agent: String,
    pub address: String,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    /// The sign-in that asks.
    pub current: bool,
}

impl SessionView {
    /// A sign-in as its owner sees it.
    #[must_use]
    pub fn new(id: SessionId, session: &Session, current: SessionId) -> Self {
        Self {
            id,
            same_id: id,
            user_agent: session.user_agent.clone(),
            address: session.address.clone(),
            created_at: session.created_at,
            last_used_at: session.used_at,
            expires_at: session.expires_at,
            current: id == current,
        }
    }
}

/// What somebody gets who has just signed in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// For the `Authorization` header.
    pub token: String,
    /// For a new pair; good once.
    pub refresh_token: String,
    /// When `token` ends.
    pub expires_at: Timestamp,
    /// Who.
    pub user: UserView,
}

/// A link for a new password, to be handed over by an administrator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResetLink {
    /// What the link proves itself with; good once.
    pub token: String,
    /// The path of the link, with the token.
    pub path: String,
    /// The whole link.
    pub url: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ResetLink {
    /// A link on the server with this scheme and host.
    #[must_use]
    pub fn on(origin: &str, token: String, expires_at: Timestamp) -> Self {
        let path = format!("/reset?token={token}");
        Self { url: format!("{origin}{path}"), path, token, expires_at }
    }
}
