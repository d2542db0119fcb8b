//! Groups, by both doors.

use super::{Chats, conversation};
use crate::{
    accounts::Actor,
    chat::{
        group,
        group_input::{self, NewGroup, Update},
    },
    contract::{
        ConversationView, RemovedView,
        request::{OpenBody, PeopleBody, UpdateBody},
    },
    error::{Code, Error, Result},
};

impl Chats {
    /// Makes a group.
    pub(super) async fn create_group(&self, actor: Actor, body: OpenBody) -> Result<ConversationView> {
        let new = NewGroup::new(body, actor.user)?;
        let rules = self.rules.clone();
        self.store.write(move |tx| group::create(tx, &rules, &actor, &new)).await
    }

    /// Changes what a group is called, how it looks, who looks after it.
    pub async fn update(&self, actor: Actor, id: &str, body: UpdateBody) -> Result<ConversationView> {
        let (id, update, rules) = (conversation(id)?, Update::try_from(body)?, self.rules.clone());
        self.store.write(move |tx| group::update(tx, &rules, &actor, id, &update)).await
    }

    /// Brings people into a group.
    pub async fn add_people(&self, actor: Actor, id: &str, body: PeopleBody) -> Result<ConversationView> {
        let (id, people, rules) = (conversation(id)?, group_input::named(body)?, self.rules.clone());
        self.store.write(move |tx| group::add(tx, &rules, &actor, id, &people)).await
    }

    /// Takes somebody out of a group, or the one who asks.
    pub async fn remove_person(&self, actor: Actor, id: &str, person: &str) -> Result<RemovedView> {
        let id = conversation(id)?;
        let person = person.parse().map_err(|_| Error::new(Code::UserNotFound))?;
        let rules = self.rules.clone();
        self.store.write(move |tx| group::remove(tx, &rules, &actor, id, person)).await
    }
}
