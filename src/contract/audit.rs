//! The audit log and the access log. Never what anything says.

use super::{Word, word};
use crate::{
    clock::Timestamp,
    ids::{ChatId, FileId, MessageId, UserId},
    store::records::{
        Role,
        audit::{Action, Author, Browser, Program, System},
    },
};
use serde::{Deserialize, Serialize};

/// `GET /api/admin/audit` and `/api/admin/audit.csv`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct AuditQuery {
    /// Who did it.
    pub who: Option<String>,
    /// With whom.
    pub person: Option<String>,
    pub conversation_id: Option<String>,
    /// Words of actions, separated by commas.
    pub action: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub cursor: Option<u64>,
    pub limit: Option<u64>,
}

/// `GET /api/admin/audit/verify`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct VerifyQuery {
    /// An end of the log that was noted earlier, `NUMBER:HASH`.
    pub anchor: Option<String>,
}

/// `GET /api/privacy/access-log`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct AccessQuery {
    /// Also what the reader has opened.
    pub own: Option<bool>,
    pub cursor: Option<u64>,
    pub limit: Option<u64>,
}

/// A person by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct NamedView {
    pub id: UserId,
    #[serde(rename = "_id")]
    pub same_id: UserId,
    pub name: String,
    #[serde(serialize_with = "word")]
    pub role: Role,
}

impl NamedView {
    /// A person.
    #[must_use]
    pub fn new(id: UserId, name: String, role: Role) -> Self {
        Self { id, same_id: id, name, role }
    }
}

/// One entry of the audit log, as administrators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The names say it.
pub struct AuditView {
    pub id: String,
    #[serde(rename = "_id")]
    pub same_id: String,
    pub number: u64,
    pub created_at: Timestamp,
    #[serde(serialize_with = "word")]
    pub action: Action,
    /// `person`, `nobody` (somebody who has not proved who they are), `operator` or `server`.
    pub by: &'static str,
    /// Who did it, where that is a person.
    pub actor: Option<NamedView>,
    /// From which address.
    pub address: Option<String>,
    /// With what: `Chrome, Android`. Empty where it is not known.
    pub device: String,
    /// With whom it was done.
    pub person: Option<NamedView>,
    pub conversation_id: Option<ChatId>,
    /// Who is in that conversation now, at most five of them.
    pub participants: Vec<NamedView>,
    pub message_id: Option<MessageId>,
    pub file_id: Option<FileId>,
    pub detail: Option<String>,
    pub hash: String,
}

/// How a list by cursor goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CursorView {
    pub limit: u64,
    /// How many there are, where nothing is filtered.
    pub total: Option<u64>,
    pub has_more: bool,
    pub next_cursor: Option<u64>,
}

/// The answer to `GET /api/admin/audit/verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct VerdictView {
    pub ok: bool,
    pub entries: u64,
    /// The oldest entry that is kept.
    pub first: u64,
    pub first_broken: Option<u64>,
    /// What is wrong with it.
    pub reason: Option<&'static str>,
    pub head: HeadView,
    pub checked_at: Timestamp,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct HeadView {
    pub number: u64,
    pub hash: String,
    /// Both, to be noted and given back later.
    pub anchor: String,
}

/// Somebody looked at something of the reader's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AccessView {
    pub id: String,
    #[serde(rename = "_id")]
    pub same_id: String,
    /// When it was opened for the first time within that hour.
    pub opened_at: Timestamp,
    #[serde(serialize_with = "word")]
    pub action: Action,
    /// Whether the reader did it.
    pub is_own: bool,
    pub person: NamedView,
    pub conversation_id: Option<ChatId>,
    /// As the reader calls it.
    pub conversation_name: Option<String>,
    pub file_id: Option<FileId>,
    /// As long as the reader sees the file.
    pub file_name: Option<String>,
}

impl Word for Action {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::ServerStarted, "server_started"),
        (Self::AuditSwept, "audit_swept"),
        (Self::AuditExported, "audit_exported"),
        (Self::AuditViewed, "audit_viewed"),
        (Self::SignedIn, "signed_in"),
        (Self::SignInFailed, "sign_in_failed"),
        (Self::LockedOut, "locked_out"),
        (Self::SignedOut, "signed_out"),
        (Self::SessionEnded, "session_ended"),
        (Self::RefreshReused, "refresh_reused"),
        (Self::Registered, "registered"),
        (Self::SetUp, "set_up"),
        (Self::PersonMade, "person_made"),
        (Self::PasswordChanged, "password_changed"),
        (Self::ResetAsked, "reset_asked"),
        (Self::ResetLinkMade, "reset_link_made"),
        (Self::PasswordReset, "password_reset"),
        (Self::Approved, "approved"),
        (Self::Rejected, "rejected"),
        (Self::Disabled, "disabled"),
        (Self::Enabled, "enabled"),
        (Self::RoleChanged, "role_changed"),
        (Self::ProfileChanged, "profile_changed"),
        (Self::AccountViewed, "account_viewed"),
        (Self::DocumentAdded, "document_added"),
        (Self::DocumentRemoved, "document_removed"),
        (Self::DocumentOpened, "document_opened"),
        (Self::GroupMade, "group_made"),
        (Self::MemberAdded, "member_added"),
        (Self::MemberRemoved, "member_removed"),
        (Self::MemberLeft, "member_left"),
        (Self::GroupAdminChanged, "group_admin_changed"),
        (Self::ConversationOpened, "conversation_opened"),
        (Self::FileOpened, "file_opened"),
        (Self::FileDeleted, "file_deleted"),
        (Self::MessageEdited, "message_edited"),
        (Self::MessageDeleted, "message_deleted"),
        (Self::ReviewHidden, "review_hidden"),
        (Self::ReviewShown, "review_shown"),
        (Self::ReviewRemoved, "review_removed"),
    ];
}

/// The word for who has done something.
#[must_use]
pub fn by(author: Author) -> &'static str {
    match author {
        Author::Person(_) => "person",
        Author::Nobody => "nobody",
        Author::Operator => "operator",
        Author::Server => "server",
    }
}

/// A program and its system by their names: `Chrome, Android`.
#[must_use]
pub fn device(browser: Browser) -> String {
    let program = match browser.program {
        Program::Other => "",
        Program::Chrome => "Chrome",
        Program::Firefox => "Firefox",
        Program::Safari => "Safari",
        Program::Edge => "Edge",
        Program::Opera => "Opera",
        Program::Samsung => "Samsung Internet",
    };
    let system = match browser.system {
        System::Other => "",
        System::Android => "Android",
        System::IPhone => "iPhone",
        System::IPad => "iPad",
        System::Windows => "Windows",
        System::MacOs => "macOS",
        System::Linux => "Linux",
    };
    [program, system].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_its_word_in_the_order_of_the_disk() {
        for (index, (action, word)) in Action::WORDS.iter().enumerate() {
            assert_eq!((*action as usize, Action::from_word(word)), (index, Some(*action)), "{word}");
        }
        assert_eq!(Action::WORDS.len(), Action::ReviewRemoved as usize + 1, "the last one has a word too");
    }
}
