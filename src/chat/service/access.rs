//! Who looks at conversations.

use super::{Chats, conversation};
use crate::{
    accounts::Actor,
    audit::Thing,
    chat::access,
    contract::audit::{AccessQuery, AccessView, CursorView},
    error::{Code, Result},
    ids::ChatId,
};
use std::collections::BTreeSet;
use tokio::task::spawn_blocking;

impl Chats {
    /// Notes that somebody reads in conversations. What is noted is safe when this returns, so it comes before the answer.
    pub async fn opened(&self, actor: Actor, ids: impl IntoIterator<Item = ChatId>) {
        let ids: BTreeSet<ChatId> = ids.into_iter().collect();
        self.audit.opened(actor.by(), ids.into_iter().map(Thing::Conversation)).await;
    }

    /// The same for one by its id, which was found before; nothing when nothing was read.
    pub async fn opened_if(&self, actor: Actor, id: &str, something: bool) {
        if let Some(id) = conversation(id).ok().filter(|_| something) {
            self.opened(actor, [id]).await;
        }
    }

    /// Who has opened the actor's conversations and files, and looked at the actor's account.
    pub async fn access_log(&self, actor: Actor, query: &AccessQuery) -> Result<(Vec<AccessView>, CursorView)> {
        let (wish, chats) = (access::Wish::new(query)?, self.clone());
        let page = spawn_blocking(move || access::page(&chats.store, &chats.rules, actor, wish)).await;
        page.unwrap_or_else(|_| Err(Code::Internal.into()))
    }
}
