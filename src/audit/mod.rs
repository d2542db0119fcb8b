//! The audit log: who has done or looked at what, when, and from where. Never what anything says.
//!
//! What changes something writes its entry in the same operation ([`note`]), so neither is ever there without the other. What only
//! looks is written once an hour for each person, sign-in and thing ([`Audit::opened`]), and before the answer: whoever has seen something
//! is in the log, also after a power cut.
//!
//! Each entry holds a hash over itself and the hash of the one before. Whoever changes an old entry must make all later ones anew, and
//! the head with them. That is no proof against somebody who has the disk and does just that, and a key would be none either: it would lie
//! on the same disk, and with every new secret of the server the old entries could not be checked any more. What helps is to know
//! an earlier head from elsewhere. So head and number stand in the system's log at each start, day and stop, and `verify` shows them and
//! compares with one that is given to it.

mod ledger;
mod list;
mod marks;
mod openings;
mod verify;
mod whence;

pub use ledger::{Deed, note};
pub use list::{Found, Wish, newest_first};
pub use marks::{Mark, numbers};
pub use openings::Thing;
pub use verify::{Anchor, Verdict};
pub use whence::{By, Whence, browser};

use crate::{
    clock::Timestamp,
    contract::Emission,
    error::Result,
    ids::hex,
    store::{
        Read as _, Store, StoreError,
        records::audit::{Action, Chain},
        tables::AUDIT_CHAIN,
    },
};
use openings::Openings;
use std::{sync::Arc, time::Duration};

/// The log, and what of it is only in memory.
pub struct Audit {
    store: Arc<Store<Emission>>,
    openings: Openings,
    /// One look through the whole log at a time.
    turn: tokio::sync::Mutex<()>,
}

impl Audit {
    /// Over a store.
    #[must_use]
    pub fn new(store: Arc<Store<Emission>>) -> Self {
        Self { store, openings: Openings::default(), turn: tokio::sync::Mutex::default() }
    }

    fn now(&self) -> Timestamp {
        self.store.clock().now()
    }

    /// Writes down something that changes nothing else, and waits until it is safe.
    pub async fn write(&self, by: By, deed: Deed) -> Result<()> {
        Ok(self.store.write(move |tx| note(tx, &by, &deed)).await?)
    }

    /// Says that the server begins, with which settings that are not as they come, and where the log ends. Where the disk is too full to
    /// write that down, it waits.
    pub async fn start(&self, settings: &[&str]) {
        let deed = Deed::new(Action::ServerStarted).detail(settings.join(", "));
        let (at, row) = (self.now(), deed.clone());
        if let Err(error) = self.store.write(move |tx| note(tx, &By::server(), &row)).await {
            self.openings.put_aside(By::server(), deed.at(at), &error);
        }
        self.tell_head();
    }

    /// Writes down what had to wait, and says where the log ends. To be called at the end.
    pub async fn close(&self) {
        if let Err(error) = self.tend().await {
            tracing::error!(%error, "what was looked at last is missing in the audit log");
        }
        self.tell_head();
    }

    /// Somebody looks at things. When this returns, that is safe, or was so within this hour.
    pub async fn opened(&self, by: By, things: impl IntoIterator<Item = Thing>) {
        self.openings.note(&self.store, by, things).await;
    }

    /// Whether this is the first time within the hour. For what is told once an hour without being looked at.
    pub fn is_first(&self, by: By, thing: Thing) -> bool {
        self.openings.is_first(by, thing, self.now())
    }

    /// Writes down what had to wait, and forgets what is older than an hour. To be called about once a minute.
    pub async fn tend(&self) -> Result<()> {
        self.openings.catch_up(&self.store).await?;
        self.openings.forget(self.now());
        Ok(())
    }

    /// Removes entries that have had their time, the oldest first, in small operations, and says where the log ends. To be called once a day.
    pub async fn sweep(&self, keep_days: u32) -> Result<()> {
        let keep = Duration::from_hours(24 * u64::from(keep_days));
        while self.store.write::<_, _, StoreError>(move |tx| ledger::sweep(tx, keep)).await? {}
        self.tell_head();
        Ok(())
    }

    /// The two ends of the log.
    pub fn chain(&self) -> Result<Chain> {
        Ok(self.store.read(|read| read.get(AUDIT_CHAIN, &ledger::ROW))?.unwrap_or_default())
    }

    /// Says in the system's log where the log ends, for whoever compares later.
    fn tell_head(&self) {
        match self.chain() {
            Ok(Chain { first, last, head, .. }) => tracing::info!(first, last, head = hex(&head), "the audit log ends here"),
            Err(error) => tracing::warn!(%error, "the end of the audit log cannot be read"),
        }
    }

    /// Reads the whole log, in small steps on a thread of its own, and holds each entry against the one before.
    pub async fn verify(self: &Arc<Self>, anchor: Option<Anchor>) -> Result<Verdict> {
        let _turn = self.turn.lock().await;
        let audit = self.clone();
        let done = tokio::task::spawn_blocking(move || verify::verify(&audit.store, anchor));
        Ok(done.await.map_err(|_| crate::error::Code::Internal)??)
    }

    /// The store, for those who read.
    #[must_use]
    pub fn store(&self) -> &Arc<Store<Emission>> {
        &self.store
    }
}

/// Things that happen all the time; everything else also has a list of its own.
fn is_frequent(action: Action) -> bool {
    matches!(action, Action::ConversationOpened | Action::FileOpened | Action::SignedIn | Action::MessageEdited | Action::MessageDeleted)
}

#[cfg(test)]
mod tests;
