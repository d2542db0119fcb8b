//! What the audit log is made of.

use super::Record;
use crate::{
    clock::Timestamp,
    ids::{ChatId, FileId, Seq, UserId},
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// One thing that somebody has done or looked at. It names who, when, from where and what; never what anything says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub author: Author,
    /// From which address; none where there is no network between.
    pub address: Option<IpAddr>,
    /// With which program, on which system.
    pub browser: Browser,
    /// What.
    pub action: Action,
    /// The person whom it is about.
    pub person: Option<UserId>,
    /// The conversation that it is about.
    pub chat: Option<ChatId>,
    /// The message in it.
    pub seq: Option<Seq>,
    /// The file.
    pub file: Option<FileId>,
    /// A word for programs, such as the new role; or names of settings or fields.
    pub detail: Option<String>,
    /// SHA-256 over the hash of the entry before, the number of this one, and the bytes of everything above. It stays the last field, so
    /// that what it is over can be cut off as it stands on the disk, whichever version wrote it.
    pub hash: [u8; 32],
}
impl Record for Entry {}

/// Who has done something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Author {
    /// Somebody with an account, as proved.
    Person(UserId),
    /// Somebody who has not proved who they are.
    Nobody,
    /// Whoever sits at the machine itself.
    Operator,
    /// The program, by itself.
    Server,
}

/// A program and the system that it runs on, as far as they say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Browser {
    /// The program.
    pub program: Program,
    /// The system.
    pub system: System,
}

/// Programs that are told apart. New ones come last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say it.
pub enum Program {
    /// Any other, or none.
    #[default]
    Other,
    Chrome,
    Firefox,
    Safari,
    Edge,
    Opera,
    Samsung,
}

/// Systems that are told apart. New ones come last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // The names say it.
pub enum System {
    /// Any other, or none.
    #[default]
    Other,
    Android,
    IPhone,
    IPad,
    Windows,
    MacOs,
    Linux,
}

/// What is written down. Numbers on the disk are places in this list: new ones come last, and none ever goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// The server began to serve; the detail names settings that differ from the defaults.
    ServerStarted,
    /// Entries have had their time; the detail says where the log begins now.
    AuditSwept,
    /// The log, or a part of it, was taken out as a table.
    AuditExported,
    /// An administrator looked at the log.
    AuditViewed,
    /// Somebody signed in.
    SignedIn,
    /// Somebody tried to.
    SignInFailed,
    /// So often that nobody is let in for a while.
    LockedOut,
    /// Somebody signed out.
    SignedOut,
    /// Somebody ended a sign-in on another device.
    SessionEnded,
    /// A token for renewal came twice; the sign-in was ended.
    RefreshReused,
    /// Somebody made an account.
    Registered,
    /// The first administrator was made.
    SetUp,
    /// The operator made an account.
    PersonMade,
    /// Somebody chose a new password.
    PasswordChanged,
    /// Somebody asked for a new password.
    ResetAsked,
    /// A link for a new password was made.
    ResetLinkMade,
    /// Somebody chose a new password with such a link.
    PasswordReset,
    /// A professional may work.
    Approved,
    /// A professional was turned away.
    Rejected,
    /// An account was switched off.
    Disabled,
    /// An account was switched on again.
    Enabled,
    /// A person has another role; the detail is its word.
    RoleChanged,
    /// An administrator changed somebody's page; the detail names the fields.
    ProfileChanged,
    /// An administrator looked at somebody's account.
    AccountViewed,
    /// A professional brought a document.
    DocumentAdded,
    /// A professional took a document back.
    DocumentRemoved,
    /// An administrator looked at a document.
    DocumentOpened,
    /// A group was made.
    GroupMade,
    /// Somebody was brought into a group.
    MemberAdded,
    /// Somebody was taken out of a group.
    MemberRemoved,
    /// Somebody left a group.
    MemberLeft,
    /// Somebody else looks after a group.
    GroupAdminChanged,
    /// Messages of a conversation were looked at.
    ConversationOpened,
    /// A file was looked at or fetched.
    FileOpened,
    /// A file went with its message.
    FileDeleted,
    /// The words of a message were changed.
    MessageEdited,
    /// A message was taken back.
    MessageDeleted,
    /// An administrator hid a review of the person; the detail is its id.
    ReviewHidden,
    /// An administrator showed it again.
    ReviewShown,
    /// An administrator removed it.
    ReviewRemoved,
}

/// The two ends of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The number of the oldest entry that is kept, from 1 on.
    pub first: u64,
    /// The hash of the entry before it.
    pub before: [u8; 32],
    /// The number of the newest entry; zero before there is one.
    pub last: u64,
    /// Its hash.
    pub head: [u8; 32],
    /// Its moment.
    pub at: Timestamp,
    /// The number of the entry that says since when the log begins at `first`; zero while it is whole.
    pub cut: u64,
}
impl Record for Chain {}

impl Default for Chain {
    fn default() -> Self {
        Self { first: 1, before: [0; 32], last: 0, head: [0; 32], at: Timestamp(0), cut: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    /// The bytes that stand on disks, and over which the hashes are made.
    #[test]
    fn the_bytes_are_frozen() {
        let entry = Entry {
            at: Timestamp(5),
            author: Author::Person(UserId(300)),
            address: Some([192, 168, 1, 7].into()),
            browser: Browser { program: Program::Samsung, system: System::Linux },
            action: Action::MessageDeleted,
            person: Some(UserId(2)),
            chat: Some(ChatId(3)),
            seq: Some(Seq(4)),
            file: None,
            detail: Some("x".into()),
            hash: [9; 32],
        };
        let bytes = [&[1, 5, 0, 251, 44, 1, 1, 0, 192, 168, 1, 7, 6, 6, 36, 1, 2, 1, 3, 1, 4, 0, 1, 1, b'x'][..], &[9; 32]].concat();
        assert_eq!(codec::encode(&entry).unwrap(), bytes);
        assert_eq!(codec::decode::<Entry>(TableId(74), &bytes), Ok(entry));
        let chain = Chain { first: 2, before: [7; 32], last: 300, head: [8; 32], at: Timestamp(6), cut: 299 };
        let bytes = [&[1, 2][..], &[7; 32], &[251, 44, 1], &[8; 32], &[6, 251, 43, 1]].concat();
        assert_eq!(codec::encode(&chain).unwrap(), bytes);
    }
}
