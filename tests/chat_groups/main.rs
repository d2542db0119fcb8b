//! Groups: who makes, changes, joins and leaves them, what each member sees, and what the others are told.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

#[path = "../chat_support/mod.rs"]
mod chat_support;
#[path = "../support/mod.rs"]
mod support;

mod history;
mod inbox;
mod members;
mod receipts;
mod removal;

use chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::Door,
    contract::{ConversationView, MessageView, request::*},
    error::Result,
    ids::{ChatId, MessageId},
    store::records::Role,
};

/// A doctor who looks after a group, a midwife and a mother in it.
pub(crate) struct Team {
    pub(crate) clinic: Clinic,
    pub(crate) dora: Actor,
    pub(crate) mia: Actor,
    pub(crate) ama: Actor,
    pub(crate) id: ChatId,
}

impl Team {
    pub(crate) async fn new() -> Self {
        Self::of(Clinic::new()).await
    }

    pub(crate) async fn of(clinic: Clinic) -> Self {
        let dora = clinic.person("Dora Sample", Role::Doctor).await;
        let mia = clinic.person("Mia Midwife", Role::Midwife).await;
        let ama = clinic.person("Ama Test", Role::Mom).await;
        let id = create(&clinic, dora, "Care team", &[mia, ama]).await.unwrap().id;
        clinic.clear_events();
        Self { clinic, dora, mia, ama, id }
    }

    pub(crate) async fn say(&self, from: Actor, content: &str) -> MessageView {
        self.try_say(from, content).await.unwrap()
    }

    pub(crate) async fn try_say(&self, from: Actor, content: &str) -> Result<MessageView> {
        let body = SendBody { conversation_id: Some(self.id.to_string()), content: Some(content.into()), ..SendBody::default() };
        Ok(self.clinic.chats.send(from, body, Door::Rest).await?.message)
    }

    pub(crate) async fn add(&self, by: Actor, people: &[Actor]) -> Result<ConversationView> {
        let user_ids = people.iter().map(|person| person.user.to_string()).collect();
        self.clinic.chats.add_people(by, &self.id.to_string(), PeopleBody { user_ids, ..PeopleBody::default() }).await
    }

    pub(crate) async fn remove(&self, by: Actor, person: Actor) -> Result<serde_json::Value> {
        let view = self.clinic.chats.remove_person(by, &self.id.to_string(), &person.user.to_string()).await?;
        Ok(serde_json::to_value(view).unwrap())
    }

    pub(crate) async fn update(&self, by: Actor, body: serde_json::Value) -> Result<ConversationView> {
        self.clinic.chats.update(by, &self.id.to_string(), serde_json::from_value(body).unwrap()).await
    }

    pub(crate) fn seen_by(&self, member: Actor) -> ConversationView {
        self.clinic.chats.get(member, &self.id.to_string()).unwrap()
    }

    /// The words that a member sees, oldest first.
    pub(crate) fn words(&self, member: Actor) -> Vec<String> {
        self.clinic.page(member, self.id, MessagesQuery::default()).items.into_iter().map(|message| message.content).collect()
    }

    pub(crate) fn message(&self, member: Actor, id: MessageId) -> MessageView {
        let page = self.clinic.page(member, self.id, MessagesQuery { deleted: Some(true), ..MessagesQuery::default() });
        page.items.into_iter().find(|message| message.id == id).unwrap()
    }
}

pub(crate) async fn create(clinic: &Clinic, by: Actor, name: &str, people: &[Actor]) -> Result<ConversationView> {
    let body = OpenBody {
        kind: Some("group".into()),
        name: Some(name.into()),
        participant_ids: Some(people.iter().map(|person| person.user.to_string()).collect()),
        ..OpenBody::default()
    };
    Ok(clinic.chats.open(by, body).await?.0)
}
