//! How much happened, by day.

use crate::{
    clock::Day,
    store::records::{Figures, Role},
};
use serde::Serialize;

/// The answer to `GET /api/chat/statistics`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // The fields of the contract, under their own names.
pub struct StatisticsView {
    /// `own` or `clinic`.
    pub scope: &'static str,
    pub from: Day,
    pub to: Day,
    /// The first day of which there are figures at all; nothing before anything happened.
    pub since: Option<Day>,
    pub totals: FiguresView,
    /// Every day from `from` to `to`, also those on which nothing happened.
    pub days: Vec<DayView>,
    /// How many there are now.
    pub conversations: u64,
    /// Messages that the caller has not read; nothing for the clinic.
    pub unread: Option<u64>,
    /// Who works with the server; for administrators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleView>,
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct FiguresView {
    pub messages_sent: u64,
    pub messages_received: u64,
    pub urgent_sent: u64,
    pub acknowledged: u64,
    pub conversations_opened: u64,
    pub calls_made: u64,
    /// Made and received.
    pub calls_answered: u64,
    pub calls_missed: u64,
    pub call_seconds: u64,
}

impl From<Figures> for FiguresView {
    fn from(figures: Figures) -> Self {
        Self {
            messages_sent: figures.sent,
            messages_received: figures.received,
            urgent_sent: figures.urgent,
            acknowledged: figures.acknowledged,
            conversations_opened: figures.opened,
            calls_made: figures.calls,
            calls_answered: figures.answered,
            calls_missed: figures.missed,
            call_seconds: figures.talked,
        }
    }
}

/// What was done on a day; days begin at midnight UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct DayView {
    pub date: Day,
    #[serde(flatten)]
    pub figures: FiguresView,
}

/// How many people there are who may work, by role, and how many wait for the clinic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct PeopleView {
    pub mom: u64,
    pub doctor: u64,
    pub midwife: u64,
    pub service_provider: u64,
    pub admin: u64,
    pub pending: u64,
}

impl PeopleView {
    /// The count of a role.
    pub fn of(&mut self, role: Role) -> &mut u64 {
        match role {
            Role::Mom => &mut self.mom,
            Role::Doctor => &mut self.doctor,
            Role::Midwife => &mut self.midwife,
            Role::ServiceProvider => &mut self.service_provider,
            Role::Admin => &mut self.admin,
        }
    }
}
