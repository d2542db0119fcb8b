//! Three people in a clinic in memory that keeps its agenda.

use crate::chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::Policy,
    contract::request::{OpenBody, SendBody},
    ids::ChatId,
    store::records::Role,
};
use std::time::Duration;

pub struct Scene {
    pub clinic: Clinic,
    pub ama: Actor,
    pub dora: Actor,
    pub mia: Actor,
}

impl Scene {
    pub async fn kept() -> Self {
        Self::with(Policy::default()).await
    }

    pub async fn with(policy: Policy) -> Self {
        let clinic = Clinic::with(policy);
        keep(&clinic);
        let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
        let mia = clinic.person("Mia Midwife", Role::Midwife).await;
        Self { clinic, ama, dora, mia }
    }

    /// Puts people into a group that the first looks after.
    pub async fn group(clinic: &Clinic, people: &[Actor]) -> ChatId {
        let body = OpenBody {
            kind: Some("group".into()),
            name: Some("Care team".into()),
            participant_ids: Some(people.iter().map(|person| person.user.to_string()).collect()),
            ..OpenBody::default()
        };
        clinic.chats.open(people[0], body).await.unwrap().0.id
    }

    /// Lets somebody leave a group.
    pub async fn leave(clinic: &Clinic, group: ChatId, who: Actor) {
        clinic.chats.remove_person(who, &group.to_string(), &who.user.to_string()).await.unwrap();
    }
}

/// Lets a clinic do everything at its time, as long as the test lasts.
pub fn keep(clinic: &Clinic) {
    let chats = clinic.chats.clone();
    tokio::spawn(async move { chats.keep_agenda(Duration::ZERO).await });
}

/// Words for somebody.
pub fn body(to: Actor, words: &str) -> SendBody {
    SendBody { recipient_id: Some(to.user.to_string()), content: Some(words.into()), ..SendBody::default() }
}
