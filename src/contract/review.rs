//! What mothers say of professionals.

use super::{Page, account::Change};
use crate::{
    clock::Timestamp,
    ids::{ReviewId, UserId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A review as its reader may see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct ReviewView {
    pub id: ReviewId,
    #[serde(rename = "_id")]
    pub same_id: ReviewId,
    pub provider_id: UserId,
    /// For the author, the professional and administrators.
    pub author_id: Option<UserId>,
    /// First name and initial.
    pub author_name: String,
    pub rating: u8,
    pub comment: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub reply: Option<ReplyView>,
    /// For the author and administrators; nobody else gets a review that is hidden.
    pub is_hidden: bool,
    pub hidden_reason: Option<String>,
    pub hidden_at: Option<Timestamp>,
}

/// What the professional answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ReplyView {
    pub comment: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A review for administrators, with whom it is about and who wrote it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AdminReviewView {
    #[serde(flatten)]
    pub review: ReviewView,
    pub provider_name: String,
    pub author_full_name: String,
    pub hidden_by: Option<UserId>,
}

/// How a professional is rated.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RatingView {
    /// The average with two digits; 0 without any review.
    pub rating: f64,
    pub review_count: u64,
    /// How many reviews have how many stars, five first.
    pub stars: Vec<StarsView>,
}

/// How many reviews have so many stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct StarsView {
    pub stars: u8,
    pub count: u64,
}

/// What the reader can do.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnReview {
    /// The reader's own review, hidden or not.
    pub review: Option<ReviewView>,
    /// Whether the reader may write one now.
    pub may_write: bool,
    /// Why not: `role` (only mothers do), `conversation` (the two have not both written yet), `written` (there is one).
    pub reason: Option<&'static str>,
}

/// One page of what is said of a professional.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewPage {
    /// The reviews, newest first.
    pub items: Vec<ReviewView>,
    /// Which page.
    pub page: Page,
    /// All of them together.
    pub summary: RatingView,
    /// What the reader can do.
    pub own: OwnReview,
}

/// The answer to `DELETE /api/reviews/:id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct RemovedReview {
    pub id: ReviewId,
    #[serde(rename = "_id")]
    pub same_id: ReviewId,
    pub provider_id: UserId,
}

/// `POST /api/providers/:id/reviews`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReviewBody {
    /// Anything but a whole number is refused by the rule for it, which says so better than a parser.
    pub rating: Value,
    pub comment: Option<String>,
}

/// `PUT /api/reviews/:id`. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReviewChange {
    pub rating: Change<Value>,
    pub comment: Change<String>,
}

/// `POST /api/reviews/:id/reply`. Nothing, or an empty text, takes the answer back.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReplyBody {
    pub comment: Change<String>,
}

/// `GET /api/providers/:id/reviews`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct ReviewsQuery {
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/admin/reviews`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct AdminReviewsQuery {
    pub search: Option<String>,
    pub provider: Option<String>,
    pub rating: Option<u64>,
    pub hidden: Option<bool>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
}

/// `POST /api/admin/reviews/:id/hide`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct HideBody {
    pub reason: Option<String>,
}
