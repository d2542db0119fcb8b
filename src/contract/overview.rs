//! What administrators look at first.

use super::PeopleView;
use crate::{
    clock::Timestamp,
    ids::{FileId, UserId, hex},
    store::records::Caught,
};
use serde::Serialize;

/// The answer to `GET /api/admin/stats`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsView {
    /// Accounts of any kind.
    pub total: u64,
    /// Accounts that are switched off.
    pub disabled: u64,
    /// Who may work, by role, and who waits for the clinic.
    pub people: PeopleView,
    /// What is to be done.
    pub waiting: WaitingView,
    /// What the virus scanner has caught.
    pub infected_files: InfectedView,
}

/// What waits for an administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WaitingView {
    /// Professionals about whom there is something to decide: new ones, and refused ones who have brought documents since.
    pub decisions: u64,
    /// People who have asked for a new password.
    pub password_resets: u64,
}

/// How much the virus scanner has caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InfectedView {
    /// Uploads ever.
    pub total: u64,
    /// The last time.
    pub newest_at: Option<Timestamp>,
}

/// An upload that carried a virus, of `GET /api/admin/infected-files`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The names say it.
pub struct CaughtView {
    pub id: FileId,
    #[serde(rename = "_id")]
    pub same_id: FileId,
    pub created_at: Timestamp,
    pub user_id: UserId,
    pub user_name: String,
    pub file_name: String,
    pub size: u64,
    /// What the scanner calls what it has found.
    pub signature: String,
    pub sha256: String,
    /// Its name in the server's folder for quarantine, as long as it is kept there.
    pub quarantine: String,
}

impl CaughtView {
    /// What was caught, and the name of whoever sent it.
    #[must_use]
    pub fn new(id: FileId, at: Timestamp, caught: Caught, user_name: String) -> Self {
        let Caught { owner, name, size, digest, virus, place } = caught;
        let sha256 = hex(&digest);
        Self {
            id,
            same_id: id,
            created_at: at,
            user_id: owner,
            user_name,
            file_name: name,
            size,
            signature: virus,
            sha256,
            quarantine: place,
        }
    }
}
