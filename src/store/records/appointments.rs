//! Appointments between a mother and somebody who cares for her.

use super::Record;
use crate::{
    clock::Timestamp,
    ids::{AppointmentId, ChatId, UserId},
};
use serde::{Deserialize, Serialize};

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The conversation of the two.
    pub chat: ChatId,
    /// The mother.
    pub patient: UserId,
    /// The doctor, midwife or other professional.
    pub provider: UserId,
    /// What it is called; nothing where its kind says it.
    pub title: Option<String>,
    /// What there is to say about it, in the words of one of the two.
    pub description: Option<String>,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// Where.
    pub place: Place,
    /// What for.
    pub kind: AppointmentKind,
    /// How far it has come.
    pub state: AppointmentState,
    /// Who has named the time as it is. While it is not confirmed, the other one is asked.
    pub proposed_by: UserId,
    /// Why it was cancelled, in the words of who did.
    pub reason: Option<String>,
    /// Who has cancelled it.
    pub cancelled_by: Option<UserId>,
    /// When something happens about it by itself.
    pub due: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
impl Record for Appointment {}

impl Appointment {
    /// Whether it is one of a person's.
    #[must_use]
    pub fn is_of(&self, user: UserId) -> bool {
        self.patient == user || self.provider == user
    }

    /// The other one of the two.
    #[must_use]
    pub fn other(&self, user: UserId) -> UserId {
        if self.patient == user { self.provider } else { self.patient }
    }

    /// Whether it is still to come, or under way: neither ended by somebody nor by time.
    #[must_use]
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.state.is_open() && self.end > now
    }
}

/// Where an appointment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How they meet.
    pub meeting: Meeting,
    /// Where the house is.
    pub address: Option<String>,
    /// Where in the house.
    pub room: Option<String>,
}

/// How two people meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Meeting {
    /// At one place.
    InPerson,
    /// By a call with pictures.
    Video,
    /// By a call.
    Phone,
}

/// What an appointment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppointmentKind {
    /// Talking something over.
    Consultation,
    /// A regular look at mother and child.
    Checkup,
    /// Another look at what was found or done before.
    FollowUp,
    /// Pictures of the child.
    Ultrasound,
    /// Against an illness.
    Vaccination,
    /// Something else.
    Other,
}

/// How far an appointment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppointmentState {
    /// One of the two has named a time, and the other one is asked.
    Scheduled,
    /// Both want it.
    Confirmed,
    /// They are together.
    InProgress,
    /// It was.
    Completed,
    /// One of the two did not want it any more.
    Cancelled,
    /// The mother did not come.
    NoShow,
}

impl AppointmentState {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Scheduled, Self::Confirmed, Self::InProgress, Self::Completed, Self::Cancelled, Self::NoShow];

    /// Whether something can still become of it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::Confirmed | Self::InProgress)
    }

    /// Its number in keys; frozen like the record.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Scheduled => 0,
            Self::Confirmed => 1,
            Self::InProgress => 2,
            Self::Completed => 3,
            Self::Cancelled => 4,
            Self::NoShow => 5,
        }
    }
}

/// What a message tells of an appointment: what was done, and its time then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentChange {
    /// Which.
    pub id: AppointmentId,
    /// What was done.
    pub action: AppointmentAction,
    /// When it began, as it was after that.
    pub start: Timestamp,
    /// When it ended, likewise.
    pub end: Timestamp,
}

/// What can be done about an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppointmentAction {
    /// Asked for, or offered.
    Requested,
    /// Agreed to.
    Confirmed,
    /// Given another time, which is to be agreed to again.
    Moved,
    /// Given other words or another place.
    Updated,
    /// Begun.
    Started,
    /// Done.
    Completed,
    /// Called off.
    Cancelled,
    /// Noted as missed.
    NoShow,
    /// Brought to mind.
    Reminder,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{TableId, codec};

    /// The bytes that stand on disks. To change them is to lose what people have agreed on.
    #[test]
    fn the_bytes_are_frozen() {
        let appointment = Appointment {
            chat: ChatId(1),
            patient: UserId(2),
            provider: UserId(3),
            title: Some("t".into()),
            description: None,
            start: Timestamp(4),
            end: Timestamp(300),
            place: Place { meeting: Meeting::Phone, address: Some("a".into()), room: None },
            kind: AppointmentKind::Other,
            state: AppointmentState::NoShow,
            proposed_by: UserId(2),
            reason: Some("r".into()),
            cancelled_by: Some(UserId(3)),
            due: Some(Timestamp(5)),
            created_at: Timestamp(6),
            updated_at: Timestamp(7),
        };
        let bytes = [1, 1, 2, 3, 1, 1, b't', 0, 4, 251, 44, 1, 2, 1, 1, b'a', 0, 5, 5, 2, 1, 1, b'r', 1, 3, 1, 5, 6, 7];
        assert_eq!(codec::encode(&appointment).unwrap(), bytes);
        assert_eq!(codec::decode::<Appointment>(TableId(65), &bytes), Ok(appointment));
        assert_eq!(AppointmentState::ALL.map(AppointmentState::number), [0, 1, 2, 3, 4, 5]);
    }
}
