//! The list of one's conversations, and what one sets in it for oneself.

use super::{Chats, conversation};
use crate::{
    accounts::Actor,
    chat::{
        directory, inbox, marks,
        toggles::{self, Toggle},
    },
    contract::{ArchivedView, ConversationPage, MutedView, PinnedView, Presence, UnreadView, request::InboxQuery},
    error::Result,
    ids::{ChatId, UserId},
    store::records::User,
};

impl Chats {
    /// One page of the actor's conversations.
    pub fn list(&self, actor: Actor, query: &InboxQuery) -> Result<ConversationPage> {
        let wish = inbox::Wish::new(query)?;
        self.store.read(|read| inbox::list(read, &self.rules, self.now(), actor.user, &wish))
    }

    /// How much the actor has not read.
    pub fn unread(&self, actor: Actor) -> Result<UnreadView> {
        self.store.read(|read| marks::unread(read, actor.user))
    }

    /// Mutes a conversation or gives it its sound back.
    pub async fn mute(&self, actor: Actor, id: &str, muted: Option<bool>) -> Result<MutedView> {
        let (conversation_id, is_muted) = self.toggle(actor, id, Toggle::Muted, muted).await?;
        Ok(MutedView { conversation_id, is_muted })
    }

    /// Pins a conversation or takes the pin away.
    pub async fn pin(&self, actor: Actor, id: &str, pinned: Option<bool>) -> Result<PinnedView> {
        let (conversation_id, is_pinned) = self.toggle(actor, id, Toggle::Pinned, pinned).await?;
        Ok(PinnedView { conversation_id, is_pinned })
    }

    /// Puts a conversation away until somebody else writes, or takes it out again.
    pub async fn archive(&self, actor: Actor, id: &str, archived: Option<bool>) -> Result<ArchivedView> {
        let (conversation_id, is_archived) = self.toggle(actor, id, Toggle::Archived, archived).await?;
        Ok(ArchivedView { conversation_id, is_archived })
    }

    /// What the actor may know of a person's presence. `None` when the actor may not even know of the person: neither finds them in the
    /// directory nor has a conversation with them.
    pub fn known(&self, actor: Actor, id: UserId, person: &User) -> Result<Option<Presence>> {
        let shares = self.store.read(|read| inbox::shares(read, actor.user, id))?;
        let finds = self.rules.policy.may_open(&actor, id, person) && actor.verified().is_ok();
        (shares || finds).then(|| directory::presence(&self.rules, id, person, || Ok(shares))).transpose()
    }

    /// Everybody who shares a conversation with a person.
    pub fn contacts(&self, user: UserId) -> Result<Vec<UserId>> {
        Ok(self.store.read(|read| inbox::contacts(read, user))?.into_iter().collect())
    }

    async fn toggle(&self, actor: Actor, id: &str, toggle: Toggle, wanted: Option<bool>) -> Result<(ChatId, bool)> {
        let id = conversation(id)?;
        Ok((id, self.store.write(move |tx| toggles::set(tx, &actor, id, toggle, wanted)).await?))
    }
}
