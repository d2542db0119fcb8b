//! What stands in the tables. These structs are frozen: to change one, add the next version and a conversion.
//! Nothing here is ever shown to a client; `contract` holds the shapes of the wire. Earlier versions are in `older.rs`.

mod agenda;
mod appointments;
pub mod audit;
mod calls;
mod figures;
mod files;
mod message;
mod reviews;

pub use agenda::{Scheduled, Unacknowledged};
pub use appointments::{Appointment, AppointmentAction, AppointmentChange, AppointmentKind, AppointmentState, Meeting, Place};
pub use calls::{Call, CallKind, CallReason, CallState, Party};
pub use figures::{Figures, Tally};
pub use files::{Blob, Caught, Document, Doomed, File, Format};
pub use message::{GroupAction, GroupChange, Message, MessageKind, Priority, Sent, System, Version};
pub use reviews::{Answer, Hiding, Ratings, Review, Tie};

use super::{
    Record,
    older::{self, Chat1, Member1, User1},
};
use crate::{
    clock::Timestamp,
    ids::{Cursor, Seq, UserId},
};
use serde::{Deserialize, Serialize};

/// What a person does at the clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// A mother.
    Mom,
    /// A doctor.
    Doctor,
    /// A midwife.
    Midwife,
    /// Somebody with another service, such as nutrition.
    ServiceProvider,
    /// Somebody who looks after the system.
    Admin,
}

impl Role {
    /// Whether the clinic checks people of this role before they may work.
    #[must_use]
    pub fn is_professional(self) -> bool {
        matches!(self, Self::Doctor | Self::Midwife | Self::ServiceProvider)
    }
}

/// Whether the clinic has checked a professional.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verification {
    /// Waits for a decision.
    Pending,
    /// May work.
    Approved,
    /// Was refused.
    Rejected,
}

/// Whether a professional takes conversations now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Availability {
    /// Answers.
    Available,
    /// With a patient.
    Busy,
    /// Does not answer.
    Unavailable,
}

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// As shown; not folded.
    pub email: String,
    /// bcrypt, over a digest of the password.
    pub password_hash: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Telephone, for the clinic only.
    pub phone: Option<String>,
    /// Role; only an administrator changes it.
    pub role: Role,
    /// False: may not sign in.
    pub is_active: bool,
    /// Decision of the clinic; mothers and administrators are approved from the start.
    pub verification: Verification,
    /// Why a professional was refused.
    pub rejection_reason: Option<String>,
    /// Licence number of a professional.
    pub license_number: Option<String>,
    /// Address of a picture.
    pub avatar: Option<String>,
    /// Field of work.
    pub specialty: Option<String>,
    /// Years or words about experience.
    pub experience: Option<String>,
    /// Where to find the person.
    pub location: Option<String>,
    /// A few sentences about the person.
    pub bio: Option<String>,
    /// Languages spoken.
    pub languages: Vec<String>,
    /// Whether the person takes conversations.
    pub availability: Availability,
    /// When `availability` goes back to available.
    pub availability_until: Option<Timestamp>,
    /// The person's own settings, a JSON object kept as it came.
    pub preferences: String,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
impl User {
    /// An account as it begins: it may sign in, and nothing is told yet of the person but name and role.
    #[must_use]
    pub fn new(email: String, (first_name, last_name): (String, String), role: Role, verification: Verification, at: Timestamp) -> Self {
        Self {
            email,
            password_hash: String::new(),
            first_name,
            last_name,
            phone: None,
            role,
            is_active: true,
            verification,
            rejection_reason: None,
            license_number: None,
            avatar: None,
            specialty: None,
            experience: None,
            location: None,
            bio: None,
            languages: Vec::new(),
            availability: Availability::Available,
            availability_until: None,
            preferences: "{}".into(),
            created_at: at,
            updated_at: at,
        }
    }

    /// Whether the person works with mothers here, as far as others may know: a professional whom the clinic has approved and has not
    /// switched off.
    #[must_use]
    pub fn practises(&self) -> bool {
        self.role.is_professional() && self.is_active && self.verification == Verification::Approved
    }
}
impl Record for User {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        older::first::<User1, _>(version, bytes)
    }
}

/// One sign-in. Each use of a token and each renewal keeps it from ending for want of use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// Hash of the refresh token that is valid now.
    pub refresh_hash: [u8; 32],
    /// How often it was renewed. An older generation that comes again has been stolen.
    pub generation: u32,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to within some minutes.
    pub used_at: Timestamp,
    /// After this the person signs in anew.
    pub expires_at: Timestamp,
    /// The program, as it names itself.
    pub user_agent: String,
    /// The address it came from.
    pub address: String,
}
impl Record for Session {}

/// A link for a new password. At most one a person: a new one replaces the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reset {
    /// Hash of the link's token.
    pub hash: [u8; 32],
    /// Until when.
    pub expires_at: Timestamp,
}
impl Record for Reset {}

/// Wrong passwords in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failures {
    /// How many since the last success or lock.
    pub count: u32,
    /// When the last one came.
    pub last_at: Timestamp,
    /// No password is tried before.
    pub locked_until: Timestamp,
}
impl Record for Failures {}

/// Whether a conversation is between two people or many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatKind {
    /// Two people.
    Direct,
    /// A care team or another group.
    Group,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    /// Direct or group.
    pub kind: ChatKind,
    /// Name of a group.
    pub name: Option<String>,
    /// Picture of a group.
    pub avatar: Option<String>,
    /// Who looks after a group.
    pub admin: Option<UserId>,
    /// The appointment it is about: an id as clients name it.
    pub appointment: Option<String>,
    /// Who is in it now, in the order in which they joined: finding out whom a message goes to needs no scan.
    pub members: Vec<UserId>,
    /// Place of the newest message.
    pub last_seq: Seq,
    /// How many messages have been deleted.
    pub deleted: u64,
    /// Place of the newest change.
    pub cursor: Cursor,
    /// The newest message that is not deleted, in short.
    pub preview: Option<Preview>,
    /// When something was last written.
    pub last_activity: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Who opened it.
    pub created_by: UserId,
    /// The newest place that makes nothing unread, see [`super::tables::QUIET`]. Who has read as far needs no look there.
    pub last_quiet: Seq,
    /// Members who have put it away until somebody else writes. Empty for almost every message.
    pub put_away: Vec<UserId>,
    /// How far the last companion had come, delivered and read, who left somebody alone in a group.
    pub floor: (Seq, Seq),
}
impl Record for Chat {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        older::first::<Chat1, _>(version, bytes)
    }
}

/// The newest message of a conversation, as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Its place.
    pub seq: Seq,
    /// Who wrote it.
    pub sender: UserId,
    /// The first 200 characters.
    pub content: String,
    /// Its type.
    pub kind: MessageKind,
    /// When.
    pub at: Timestamp,
}

/// How far a person has come in a conversation, and when each step was taken.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Watermark {
    /// Everything up to here.
    pub seq: Seq,
    /// The last steps, oldest first, at most [`Watermark::STEPS`]: up to which place, at what time.
    pub steps: Vec<(Seq, Timestamp)>,
}

/// A person in a conversation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// When the person joined.
    pub joined_at: Timestamp,
    /// What came after this place was sent to the person, who is no recipient of what came before.
    pub joined_seq: Seq,
    /// The person sees what came after this place: the same, or the beginning where the clinic shows everything.
    pub sees_after: Seq,
    /// How many of the messages that the person does not see have been deleted.
    pub deleted_unseen: u64,
    /// How far the person has read.
    pub read: Watermark,
    /// How far messages have reached one of the person's devices. Never behind `read`.
    pub delivered: Watermark,
    /// The person's own newest message; zero before the first.
    pub sent: Seq,
    /// Messages of the last seconds that came by REST and whose copy by socket has not come yet.
    pub posted: Vec<(Seq, Timestamp)>,
    /// No notifications.
    pub muted: bool,
    /// Stands first in the list.
    pub pinned: bool,
    /// Put away until something new comes.
    pub archived: bool,
}
impl Record for Member {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, bytes: &[u8]) -> Option<Self> {
        older::first::<Member1, _>(version, bytes)
    }
}

impl Watermark {
    /// How many steps are remembered. Enough for the screenful that people look at; older times are not shown.
    pub const STEPS: usize = 16;

    /// Moves forward. False when it already was there: a mark never goes back.
    pub fn advance(&mut self, seq: Seq, at: Timestamp) -> bool {
        if seq <= self.seq {
            return false;
        }
        self.seq = seq;
        if self.steps.len() == Self::STEPS {
            self.steps.remove(0);
        }
        self.steps.push((seq, at));
        true
    }

    /// Moves over a message of the person's own. Right behind the mark it is no step: nobody else's message was passed.
    /// True when it passed messages of others.
    pub fn pass_own(&mut self, seq: Seq, at: Timestamp) -> bool {
        if self.seq.next() != seq {
            return self.advance(seq, at);
        }
        self.seq = seq;
        if let Some(last) = self.steps.last_mut() {
            last.0 = seq;
        }
        false
    }

    /// When the mark passed a place; `None` when it has not, or when that is no longer remembered.
    #[must_use]
    pub fn passed_at(&self, seq: Seq) -> Option<Timestamp> {
        let first = self.steps.iter().position(|(step, _)| *step >= seq)?;
        // The step before the oldest one is forgotten, so the oldest one dates only what it surely reached.
        let forgotten = first == 0 && self.steps.len() == Self::STEPS && seq < self.steps[0].0;
        (!forgotten).then(|| self.steps[first].1)
    }
}
