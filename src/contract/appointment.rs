//! An appointment as the two whom it concerns see it, and what they send about it.

use super::{Page, Word, account::Change, word};
use crate::{
    clock::Timestamp,
    ids::{AppointmentId, ChatId, UserId},
    store::records::{Appointment, AppointmentAction, AppointmentChange, AppointmentKind, AppointmentState, Meeting},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

impl Word for AppointmentState {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Scheduled, "scheduled"),
        (Self::Confirmed, "confirmed"),
        (Self::InProgress, "in-progress"),
        (Self::Completed, "completed"),
        (Self::Cancelled, "cancelled"),
        (Self::NoShow, "no-show"),
    ];
}

impl Word for AppointmentKind {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Consultation, "consultation"),
        (Self::Checkup, "checkup"),
        (Self::FollowUp, "follow-up"),
        (Self::Ultrasound, "ultrasound"),
        (Self::Vaccination, "vaccination"),
        (Self::Other, "other"),
    ];
}

impl Word for Meeting {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::InPerson, "in-person"), (Self::Video, "video"), (Self::Phone, "phone")];
}

impl Word for AppointmentAction {
    const WORDS: &'static [(Self, &'static str)] = &[
        (Self::Requested, "requested"),
        (Self::Confirmed, "confirmed"),
        (Self::Moved, "moved"),
        (Self::Updated, "updated"),
        (Self::Started, "started"),
        (Self::Completed, "completed"),
        (Self::Cancelled, "cancelled"),
        (Self::NoShow, "no-show"),
        (Self::Reminder, "reminder"),
    ];
}

/// An appointment. The same for both of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct AppointmentView {
    pub id: AppointmentId,
    #[serde(rename = "_id")]
    pub same_id: AppointmentId,
    /// Its own, or what its type is called in English.
    pub title: String,
    pub description: String,
    pub patient_id: UserId,
    pub patient_name: String,
    pub provider_id: UserId,
    pub provider_name: String,
    pub start_time: Timestamp,
    pub end_time: Timestamp,
    /// Minutes.
    pub duration: u64,
    pub location: PlaceView,
    #[serde(serialize_with = "word")]
    pub status: AppointmentState,
    #[serde(rename = "type", serialize_with = "word")]
    pub kind: AppointmentKind,
    pub conversation_id: ChatId,
    /// Who has named the time as it is. While it is `scheduled`, the other one is asked.
    pub proposed_by: UserId,
    pub cancellation_reason: Option<String>,
    pub cancelled_by: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Where an appointment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct PlaceView {
    #[serde(rename = "type", serialize_with = "word")]
    pub meeting: Meeting,
    pub address: String,
    pub room: String,
}

impl AppointmentView {
    /// An appointment, with the names of mother and professional.
    #[must_use]
    pub fn new(id: AppointmentId, appointment: &Appointment, (patient_name, provider_name): (String, String)) -> Self {
        let Appointment { start, end, place, .. } = appointment;
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            id,
            same_id: id,
            title: appointment.title.clone().unwrap_or_else(|| title(appointment.kind).into()),
            description: text(&appointment.description),
            patient_id: appointment.patient,
            patient_name,
            provider_id: appointment.provider,
            provider_name,
            start_time: *start,
            end_time: *end,
            duration: end.since(*start).as_secs() / 60,
            location: PlaceView { meeting: place.meeting, address: text(&place.address), room: text(&place.room) },
            status: appointment.state,
            kind: appointment.kind,
            conversation_id: appointment.chat,
            proposed_by: appointment.proposed_by,
            cancellation_reason: appointment.reason.clone(),
            cancelled_by: appointment.cancelled_by,
            created_at: appointment.created_at,
            updated_at: appointment.updated_at,
        }
    }
}

/// What an appointment without a title of its own is called.
fn title(kind: AppointmentKind) -> &'static str {
    match kind {
        AppointmentKind::Consultation => "Consultation",
        AppointmentKind::Checkup => "Check-up",
        AppointmentKind::FollowUp => "Follow-up",
        AppointmentKind::Ultrasound => "Ultrasound",
        AppointmentKind::Vaccination => "Vaccination",
        AppointmentKind::Other => "Appointment",
    }
}

/// What a message tells of an appointment, as its `systemData`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AppointmentNote {
    pub appointment_id: AppointmentId,
    #[serde(serialize_with = "word")]
    pub action: AppointmentAction,
    /// Who did it. A reminder is nobody's doing.
    pub actor_id: Option<UserId>,
    /// As it was after that.
    pub start_time: Timestamp,
    pub end_time: Timestamp,
    /// As it is now.
    pub appointment: AppointmentView,
}

impl AppointmentNote {
    /// Of a change that `actor` has made.
    #[must_use]
    pub fn new(change: AppointmentChange, actor: UserId, appointment: AppointmentView) -> Self {
        Self {
            appointment_id: change.id,
            action: change.action,
            actor_id: (change.action != AppointmentAction::Reminder).then_some(actor),
            start_time: change.start,
            end_time: change.end,
            appointment,
        }
    }
}

/// A page of appointments.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentPage {
    /// The appointments.
    #[serde(skip)]
    pub items: Vec<AppointmentView>,
    /// Which page.
    #[serde(flatten)]
    pub page: Page,
    /// With this the next page costs the same at any depth. Nothing at the end.
    pub next_cursor: Option<String>,
}

/// `POST /api/appointments`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct BookBody {
    pub provider_id: Option<String>,
    pub patient_id: Option<String>,
    pub conversation_id: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub start_time: Value,
    pub end_time: Value,
    pub duration: Option<u64>,
    pub location: Option<PlaceBody>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The client's own id for it: what is sent again with the same one is booked once.
    pub client_appointment_id: Option<String>,
}

/// Where an appointment is to be.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct PlaceBody {
    #[serde(rename = "type")]
    pub meeting: Option<String>,
    pub address: Option<String>,
    pub room: Option<String>,
}

/// `PATCH /api/appointments/:id`. What is absent stays; `null` empties what may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct AmendBody {
    pub title: Change<String>,
    pub description: Change<String>,
    pub start_time: Value,
    pub end_time: Value,
    pub duration: Option<u64>,
    pub location: Option<PlaceBody>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub status: Option<String>,
    pub cancellation_reason: Option<String>,
}

/// `POST /api/appointments/:id/cancel`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct CancelBody {
    pub cancellation_reason: Option<String>,
    /// The same under a shorter name.
    pub reason: Option<String>,
}

/// `GET /api/appointments`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)]
pub struct AppointmentsQuery {
    /// `upcoming`, `past` or `all`.
    pub filter: Option<String>,
    /// Words of states, with commas between.
    pub status: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub page: Option<u64>,
    pub limit: Option<u64>,
    pub cursor: Option<String>,
}
