//! A mother, her doctor and her midwife, over a store in memory.

use crate::chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    care::Care,
    clock::Timestamp,
    contract::{AppointmentView, Event, MessageView, Notification, appointment::*, request::MessagesQuery},
    error::Result,
    store::records::Role,
};
use serde_json::{Value, json};

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

pub struct Scene {
    pub clinic: Clinic,
    pub care: Care,
    pub ama: Actor,
    pub bea: Actor,
    pub dora: Actor,
    pub mia: Actor,
}

impl Scene {
    pub async fn new() -> Self {
        let clinic = Clinic::new();
        let ama = clinic.person("Ama Test", Role::Mom).await;
        let bea = clinic.person("Bea Test", Role::Mom).await;
        let dora = clinic.person("Dora Sample", Role::Doctor).await;
        let mia = clinic.person("Mia Sample", Role::Midwife).await;
        let care = Care::new(&clinic.chats);
        Self { clinic, care, ama, bea, dora, mia }
    }

    /// A time that lies so many milliseconds ahead.
    pub fn ahead(&self, milliseconds: u64) -> Timestamp {
        Timestamp(self.clinic.chats.now().0 + milliseconds)
    }

    /// Books half an hour.
    pub async fn book(&self, from: Actor, with: Actor, start: Timestamp) -> Result<AppointmentView> {
        self.book_as(from, with, json!({ "startTime": start })).await.map(|(view, _)| view)
    }

    pub async fn book_as(&self, from: Actor, with: Actor, mut body: Value) -> Result<(AppointmentView, bool)> {
        let field = if from.role == Role::Mom { "providerId" } else { "patientId" };
        body[field] = json!(with.user);
        self.care.book(from, serde_json::from_value(body).unwrap()).await
    }

    pub async fn amend(&self, actor: Actor, appointment: &AppointmentView, body: Value) -> Result<AppointmentView> {
        self.care.amend(actor, &appointment.id.to_string(), serde_json::from_value(body).unwrap()).await
    }

    pub async fn step(&self, actor: Actor, appointment: &AppointmentView, status: &str) -> Result<AppointmentView> {
        self.amend(actor, appointment, json!({ "status": status })).await
    }

    pub async fn cancel(&self, actor: Actor, appointment: &AppointmentView) -> Result<AppointmentView> {
        self.care.cancel(actor, &appointment.id.to_string(), CancelBody::default()).await
    }

    /// Sets the clock and does what is due then.
    pub async fn at(&self, now: Timestamp) -> Option<Timestamp> {
        self.clinic.set_clock(now);
        self.care.do_overdue().await.unwrap()
    }

    pub fn messages(&self, reader: Actor, appointment: &AppointmentView) -> Vec<MessageView> {
        self.clinic.page(reader, appointment.conversation_id, MessagesQuery::default()).items
    }

    /// What the messages of a conversation tell was done.
    pub fn told(&self, reader: Actor, appointment: &AppointmentView) -> Vec<String> {
        let action = |message: &MessageView| serde_json::to_value(message).unwrap()["systemData"]["action"].as_str().map(str::to_owned);
        self.messages(reader, appointment).iter().filter_map(action).collect()
    }

    /// What the notifications of a person say was done.
    pub fn notified(&self, person: Actor) -> Vec<Value> {
        let notes = self.clinic.events_for(person, "notification").into_iter();
        notes
            .filter(|event| matches!(event, Event::Notification(Notification::Appointment { .. })))
            .map(|event| serde_json::to_value(event).unwrap())
            .collect()
    }

    /// The start of the next appointment that the directory shows.
    pub fn next(&self, reader: Actor, person: Actor) -> Option<String> {
        let found = self.clinic.chats.providers(reader, &serde_json::from_value(json!({})).unwrap()).unwrap();
        found.people.items.into_iter().find(|entry| entry.person.id == person.user).unwrap().next_appointment
    }

    /// The appointment that the conversation names.
    pub fn linked(&self, reader: Actor, appointment: &AppointmentView) -> Option<String> {
        self.clinic.chats.get(reader, &appointment.conversation_id.to_string()).unwrap().appointment_id
    }

    pub fn list(&self, actor: Actor, query: Value) -> AppointmentPageOf {
        let page = self.care.list(actor, &serde_json::from_value(query).unwrap()).unwrap();
        AppointmentPageOf {
            starts: page.items.iter().map(|item| item.start_time).collect(),
            total: page.page.total,
            next: page.next_cursor,
        }
    }
}

/// A page of a list, by when its appointments begin.
#[derive(Debug, PartialEq)]
pub struct AppointmentPageOf {
    pub starts: Vec<Timestamp>,
    pub total: u64,
    pub next: Option<String>,
}
