//! The one way into the rules of conversations, for both doors.

mod access;
mod figures;
mod files;
mod groups;
mod list;

use super::{
    Db, Door, Draft, Everybody, Mark, Placed, Policy, Roster, Rules, Seat, Tallies, amend, availability, directory, draft, find, history,
    marks, open, send, upkeep, urgent, view,
};
use crate::{
    accounts::Actor,
    audit::Audit,
    clock::Timestamp,
    config,
    contract::{
        AckedView, AvailabilityView, ChangesView, ConversationView, DeletedView, DirectoryView, FoundPage, Listing, MessagePage,
        MessageView, Notification, ParticipantView, Participants, ReactionsView, ReadView, ReceiptView, SharedFiles, StatusView,
        VersionView, Word as _,
        account::AvailabilityBody,
        request::{
            ChangesQuery, DirectoryQuery, EditBody, EmojiBody, FilesQuery, FindQuery, MessagesQuery, OpenBody, ReadBody, SearchQuery,
            SendBody, StatusBody,
        },
    },
    error::{Code, Error, Result},
    ids::{ChatId, Cursor, MessageId, Seq, UserId},
    search::Search,
    store::{Begin, StoreError, records::ChatKind},
};
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// Conversations, for those who may.
#[derive(Clone)]
pub struct Chats {
    pub(super) store: Arc<Db>,
    pub(super) rules: Arc<Rules>,
    search: Arc<Search>,
    audit: Arc<Audit>,
    most_files: usize,
}

impl Chats {
    /// Over a store, with nobody there yet.
    pub fn new(store: Arc<Db>, policy: Policy, settings: config::Chat) -> Result<Self, StoreError> {
        let roster = store.read(|read| Roster::load(read))?;
        let everybody = Arc::new(Everybody::default());
        let tallies = Arc::new(Tallies::default());
        store.attach(everybody.clone(), Begin::WithAllRows)?;
        store.attach(tallies.clone(), Begin::WithAllRows)?;
        let audit = Arc::new(Audit::new(store.clone()));
        Ok(Self {
            store,
            rules: Arc::new(Rules { policy, everybody, tallies, roster, settings }),
            search: Arc::default(),
            audit,
            most_files: files::USUAL_MOST,
        })
    }

    /// The store, for the rules that build on these.
    #[must_use]
    pub fn store(&self) -> &Arc<Db> {
        &self.store
    }

    /// The rules, likewise.
    #[must_use]
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Who is there.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.rules.roster
    }

    /// Everybody as others may see them.
    #[must_use]
    pub fn everybody(&self) -> &Arc<Everybody> {
        &self.rules.everybody
    }

    /// The index of messages. Until somebody starts it, only the newest are found.
    #[must_use]
    pub fn index(&self) -> &Arc<Search> {
        &self.search
    }

    /// The log of who does and looks at what.
    #[must_use]
    pub fn audit(&self) -> &Arc<Audit> {
        &self.audit
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// Opens a conversation, or finds the one there is. True when it is new.
    pub async fn open(&self, actor: Actor, body: OpenBody) -> Result<(ConversationView, bool)> {
        let kind = body.kind.as_deref().filter(|kind| !kind.is_empty());
        match kind.map_or(Some(ChatKind::Direct), ChatKind::from_word) {
            Some(ChatKind::Direct) => {}
            Some(ChatKind::Group) => return Ok((self.create_group(actor, body).await?, true)),
            None => return Err(Error::field("type", format!("must be one of {}", draft::words::<ChatKind>()))),
        }
        let appointment = draft::appointment(&body.appointment_id).map_err(|wrong| Error::field("appointmentId", wrong))?;
        let id = body.participant_id.filter(|id| !id.is_empty()).ok_or_else(|| Error::field("participantId", "is required"))?;
        let peer = id.parse().map_err(|_| Error::new(Code::UserNotFound))?;
        let rules = self.rules.clone();
        self.store.write(move |tx| open::direct(tx, &rules, &actor, peer, appointment.as_deref())).await
    }

    /// One conversation.
    pub fn get(&self, actor: Actor, id: &str) -> Result<ConversationView> {
        let id = conversation(id)?;
        self.store.read(|read| view::conversation(read, &self.rules, self.now(), &Seat::find(read, actor.user, id)?))
    }

    /// Who is in a conversation.
    pub fn participants(&self, actor: Actor, id: &str) -> Result<Participants> {
        Ok(self.get(actor, id)?.participants)
    }

    /// Takes a message.
    pub async fn send(&self, actor: Actor, body: SendBody, door: Door) -> Result<Placed> {
        let draft = Draft::try_from(body)?;
        self.check_count(&draft)?;
        let rules = self.rules.clone();
        self.store.write(move |tx| send::send(tx, &rules, &actor, &draft, door)).await
    }

    /// One page of a conversation.
    pub fn messages(&self, actor: Actor, id: &str, query: &MessagesQuery) -> Result<MessagePage> {
        let (id, wish) = (conversation(id)?, history::Wish::new(query)?);
        self.store.read(|read| history::page(read, &self.rules, self.now(), actor.user, id, wish))
    }

    /// What has happened in a conversation since a cursor.
    pub fn changes(&self, actor: Actor, id: &str, query: &ChangesQuery) -> Result<ChangesView> {
        let limit = super::limit(query.limit, history::MAX_MESSAGES, history::MAX_MESSAGES)?;
        let (id, since) = (conversation(id)?, Cursor(query.since.unwrap_or(0)));
        self.store.read(|read| history::changes(read, &self.rules, self.now(), (actor.user, id), since, limit))
    }

    /// Marks a message as delivered or read, by the word for it.
    pub async fn set_status(&self, actor: Actor, id: &str, body: StatusBody) -> Result<StatusView> {
        let mark = match body.status.as_deref() {
            Some("delivered") => Mark::Delivered,
            Some("read") => Mark::Read,
            _ => return Err(Error::field("status", "must be one of delivered, read")),
        };
        self.mark(actor, id, mark).await
    }

    /// Marks a message as delivered or read.
    pub async fn mark(&self, actor: Actor, id: &str, mark: Mark) -> Result<StatusView> {
        let id = message(id)?;
        let view = self.store.write(move |tx| marks::mark_message(tx, &actor, id, mark)).await?;
        if mark == Mark::Read {
            self.opened(actor, [id.chat]).await;
        }
        Ok(view)
    }

    /// Marks a conversation as read.
    pub async fn read(&self, actor: Actor, id: &str, body: ReadBody) -> Result<ReadView> {
        let id = conversation(id)?;
        let view = self.store.write(move |tx| marks::read_conversation(tx, &actor, id, body.seq.map(Seq))).await?;
        self.opened(actor, [id]).await;
        Ok(view)
    }

    /// Puts other words into one's own message.
    pub async fn edit(&self, actor: Actor, id: &str, body: EditBody) -> Result<MessageView> {
        let (id, rules, content) = (message(id)?, self.rules.clone(), body.content.unwrap_or_default());
        self.store.write(move |tx| amend::edit(tx, &rules, &actor, id, &content)).await
    }

    /// What a message said before.
    pub fn versions(&self, actor: Actor, id: &str) -> Result<Vec<VersionView>> {
        let id = message(id)?;
        self.store.read(|read| amend::versions(read, actor.user, id))
    }

    /// How far a message has come with each of its recipients.
    pub fn receipts(&self, actor: Actor, id: &str) -> Result<Vec<ReceiptView>> {
        let id = message(id)?;
        self.store.read(|read| marks::receipts(read, actor.user, id))
    }

    /// Takes one's own message back.
    pub async fn delete(&self, actor: Actor, id: &str) -> Result<DeletedView> {
        let id = message(id)?;
        self.store.write(move |tx| amend::delete(tx, &actor, id)).await
    }

    /// Adds a reaction to a message, or takes it away.
    pub async fn react(&self, actor: Actor, id: &str, body: EmojiBody, adds: bool) -> Result<ReactionsView> {
        let (id, emoji) = (message(id)?, body.emoji.unwrap_or_default());
        self.store.write(move |tx| amend::react(tx, &actor, id, &emoji, adds)).await
    }

    /// Acknowledges a message whose sender waits for that.
    pub async fn acknowledge(&self, actor: Actor, id: &str) -> Result<AckedView> {
        let id = message(id)?;
        self.store.write(move |tx| urgent::acknowledge(tx, &actor, id)).await
    }

    /// Reminders of the urgent messages that the actor has not acknowledged.
    pub fn reminders(&self, actor: Actor) -> Result<Vec<Notification>> {
        self.store.read(|read| urgent::open_for(read, actor.user))
    }

    /// Finds people to write to.
    pub fn search(&self, actor: Actor, query: &SearchQuery) -> Result<Listing<ParticipantView>> {
        let wish = directory::Wish::search(query)?;
        self.store.read(|read| directory::search(read, &self.rules, self.now(), &actor, &wish))
    }

    /// Finds messages by their words. This takes milliseconds, so it keeps no thread from answering others.
    pub async fn find(&self, actor: Actor, query: &FindQuery) -> Result<FoundPage> {
        let (wish, chats) = (find::Wish::new(query)?, self.clone());
        let turn = self.search.turn().await;
        let found = spawn_blocking(move || find::find(&chats.store, &chats.search, &chats.rules, actor, &wish)).await;
        drop(turn);
        let found = found.unwrap_or_else(|_| Err(Code::Internal.into()))?;
        self.opened(actor, found.items.iter().map(|hit| hit.conversation.id)).await;
        Ok(found)
    }

    /// The files of a conversation.
    pub async fn files(&self, actor: Actor, id: &str, query: &FilesQuery) -> Result<SharedFiles> {
        let (wish, chats) = (find::FilesWish::new(conversation(id)?, query)?, self.clone());
        let turn = self.search.turn().await;
        let found = spawn_blocking(move || find::files(&chats.store, &chats.search, &chats.rules, actor, &wish)).await;
        drop(turn);
        let found = found.unwrap_or_else(|_| Err(Code::Internal.into()))?;
        self.opened(actor, found.items.iter().map(|file| file.conversation_id)).await;
        Ok(found)
    }

    /// The professionals whom the actor may write to.
    pub fn providers(&self, actor: Actor, query: &DirectoryQuery) -> Result<DirectoryView> {
        let wish = directory::Wish::providers(query)?;
        self.store.read(|read| directory::directory(read, &self.rules, self.now(), &actor, &wish))
    }

    /// Whom a midwife looks after.
    pub fn midwife_users(&self, actor: Actor, query: &DirectoryQuery) -> Result<DirectoryView> {
        let wish = directory::Wish::midwife_users(query, &actor)?;
        self.store.read(|read| directory::directory(read, &self.rules, self.now(), &actor, &wish))
    }

    /// Sets whether the actor takes conversations now.
    pub async fn set_availability(&self, actor: Actor, body: AvailabilityBody) -> Result<AvailabilityView> {
        let wish = availability::Wish::try_from(body)?;
        let rules = self.rules.clone();
        self.store.write(move |tx| availability::set(tx, &rules, &actor, wish)).await
    }

    /// The others in one of the actor's conversations.
    pub fn companions(&self, actor: Actor, id: &str) -> Result<(ChatId, Vec<UserId>)> {
        let id = conversation(id)?;
        let seat = self.store.read(|read| Seat::find(read, actor.user, id))?;
        Ok((id, seat.others().collect()))
    }

    /// Remembers when people were last there.
    pub async fn save_last_seen(&self, batch: Vec<(UserId, Timestamp)>) -> Result<()> {
        self.store.write(move |tx| upkeep::save_last_seen(tx, &batch)).await
    }

    /// Forgets what has only to be remembered for a while. To be called every hour or so.
    pub async fn sweep(&self) -> Result<()> {
        let mut after = None;
        loop {
            after = self.store.write(move |tx| upkeep::sweep_sent(tx, after)).await?;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// The id of a conversation. What cannot be one is answered like one that nobody knows.
fn conversation(id: &str) -> Result<ChatId> {
    id.parse().map_err(|_| Error::new(Code::ConversationNotFound))
}

/// The id of a message, likewise.
pub(super) fn message(id: &str) -> Result<MessageId> {
    id.parse().map_err(|_| Error::new(Code::MessageNotFound))
}
