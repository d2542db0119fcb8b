//! People as those see them who may write to them. Never e-mail or telephone.

use super::{
    Listing, Presence,
    user::{availability, availability_until, full_name},
    word,
};
use crate::{
    clock::Timestamp,
    ids::UserId,
    store::records::{Availability, Role, User},
};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// A person in a conversation, or one to begin a conversation with.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct ParticipantView {
    pub id: UserId,
    #[serde(rename = "_id")]
    pub same_id: UserId,
    pub name: String,
    pub first_name: String,
    pub last_name: String,
    #[serde(serialize_with = "word")]
    pub role: Role,
    pub avatar: Option<String>,
    pub specialty: String,
    pub is_online: bool,
    pub status: &'static str,
    pub last_seen: Option<Timestamp>,
    #[serde(serialize_with = "word")]
    pub availability: Availability,
    pub availability_until: Option<Timestamp>,
}

impl ParticipantView {
    /// A person as others see them at this moment.
    #[must_use]
    pub fn new(id: UserId, user: &User, presence: &Presence, now: Timestamp) -> Self {
        Self {
            id,
            same_id: id,
            name: full_name(user),
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            role: user.role,
            avatar: user.avatar.clone(),
            specialty: user.specialty.clone().unwrap_or_default(),
            is_online: presence.is_online,
            status: presence.status,
            last_seen: presence.last_seen,
            availability: availability(user, now),
            availability_until: availability_until(user, now),
        }
    }
}

/// Everybody in a conversation. Its members share one list, whoever reads it: a change of a group is told to each of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Participants {
    everybody: Arc<[ParticipantView]>,
    reader: UserId,
}

impl Participants {
    /// For one of them.
    #[must_use]
    pub fn new(everybody: Arc<[ParticipantView]>, reader: UserId) -> Self {
        Self { everybody, reader }
    }

    /// The others, and last the reader, since old clients take the first for the other person.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ParticipantView> {
        let others = self.everybody.iter().filter(|person| person.id != self.reader);
        others.chain(self.everybody.iter().find(|person| person.id == self.reader))
    }
}

impl Serialize for Participants {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// An entry of the directory: the person, and what the reader has with them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ProviderView {
    #[serde(flatten)]
    pub person: ParticipantView,
    pub experience: Option<String>,
    pub location: Option<String>,
    pub bio: Option<String>,
    pub rating: f64,
    pub review_count: u64,
    pub languages: Vec<String>,
    pub is_active: bool,
    pub conversation_id: Option<crate::ids::ChatId>,
    pub unread_count: u64,
    /// The words of the newest message, or nothing.
    pub last_message: String,
    /// Its time of day in UTC, as `14:05`, or nothing.
    pub last_message_time: String,
    pub last_message_at: Option<Timestamp>,
    /// When the next appointment of the two begins: a time as all times are, since only the reader knows their zone.
    pub next_appointment: Option<String>,
    pub next_appointment_id: Option<crate::ids::AppointmentId>,
    pub is_typing: bool,
}

impl ProviderView {
    /// A person with whom the reader has no conversation yet.
    #[must_use]
    pub fn new(person: ParticipantView, user: &User, (rating, review_count): (f64, u64)) -> Self {
        Self {
            person,
            experience: user.experience.clone(),
            location: user.location.clone(),
            bio: user.bio.clone(),
            rating,
            review_count,
            languages: user.languages.clone(),
            is_active: user.is_active,
            conversation_id: None,
            unread_count: 0,
            last_message: String::new(),
            last_message_time: String::new(),
            last_message_at: None,
            next_appointment: None,
            next_appointment_id: None,
            is_typing: false,
        }
    }

    /// Adds the next appointment.
    pub fn set_next_appointment(&mut self, id: crate::ids::AppointmentId, start: Timestamp) {
        (self.next_appointment, self.next_appointment_id) = (Some(start.to_string()), Some(id));
    }

    /// Adds the newest message.
    pub fn set_last_message(&mut self, content: &str, at: Timestamp) {
        content.clone_into(&mut self.last_message);
        at.to_string().get(11..16).unwrap_or_default().clone_into(&mut self.last_message_time);
        self.last_message_at = Some(at);
    }
}

/// How many people of the directory have a specialty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct SpecialtyCount {
    pub specialty: String,
    pub count: u64,
}

/// A page of the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectoryView {
    /// The people on it.
    pub people: Listing<ProviderView>,
    /// What one can choose among: everybody whom the query finds, whatever the specialty. The most frequent first.
    pub specialties: Vec<SpecialtyCount>,
}

/// The answer to `PATCH /api/users/me/availability`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AvailabilityView {
    pub user_id: UserId,
    #[serde(serialize_with = "word")]
    pub availability: Availability,
    pub until: Option<Timestamp>,
    pub last_seen: Option<Timestamp>,
}
