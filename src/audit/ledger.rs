//! Writing the log, as operations over a transaction.

use super::{By, Mark};
use crate::{
    clock::{Day, Timestamp},
    ids::{ChatId, FileId, MessageId, Seq, UserId, hex},
    store::{
        Direction, Read as _, StoreError, Tx, encode,
        records::audit::{Action, Chain, Entry},
        tables::{AUDIT, AUDIT_CHAIN, AUDIT_INDEX},
    },
};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// The one row of [`AUDIT_CHAIN`].
pub(super) const ROW: u8 = 0;
/// Bytes of a hash.
pub(super) const HASH: usize = 32;
/// Most entries: some hundred megabytes. Beyond them the oldest go before their time.
pub(super) const MOST: u64 = 5_000_000;
/// Entries removed in one operation, with about four rows each, so that nobody waits for it.
const BATCH: usize = 250;

/// What was done, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    action: Action,
    person: Option<UserId>,
    chat: Option<ChatId>,
    seq: Option<Seq>,
    file: Option<FileId>,
    detail: Option<String>,
    /// When, if that is known better than by the moment of writing it down.
    at: Option<Timestamp>,
}

impl Deed {
    /// Something that was done.
    #[must_use]
    pub fn new(action: Action) -> Self {
        Self { action, person: None, chat: None, seq: None, file: None, detail: None, at: None }
    }

    /// With whom.
    #[must_use]
    pub fn person(self, person: UserId) -> Self {
        Self { person: Some(person), ..self }
    }

    /// In which conversation.
    #[must_use]
    pub fn chat(self, chat: ChatId) -> Self {
        Self { chat: Some(chat), ..self }
    }

    /// With which message.
    #[must_use]
    pub fn message(self, id: MessageId) -> Self {
        Self { chat: Some(id.chat), seq: Some(id.seq), ..self }
    }

    /// With which file.
    #[must_use]
    pub fn file(self, file: FileId) -> Self {
        Self { file: Some(file), ..self }
    }

    /// A word for programs. Never what somebody has written.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// Earlier than it is written down.
    #[must_use]
    pub(super) fn at(self, at: Timestamp) -> Self {
        Self { at: Some(at), ..self }
    }
}

/// Writes an entry, in the operation that does what it tells of.
pub fn note<E>(tx: &mut Tx<'_, E>, by: &By, deed: &Deed) -> Result<(), StoreError> {
    let mut chain = tx.get(AUDIT_CHAIN, &ROW)?.unwrap_or_default();
    let number = chain.last + 1;
    let mut entry = Entry {
        at: deed.at.unwrap_or(tx.now()),
        author: by.author,
        address: by.whence.address,
        browser: by.whence.browser,
        action: deed.action,
        person: deed.person,
        chat: deed.chat,
        seq: deed.seq,
        file: deed.file,
        detail: deed.detail.clone(),
        hash: [0; HASH],
    };
    entry.hash = hash(&chain.head, number, &encode(&entry)?);
    tx.put(AUDIT, &number, &entry)?;
    for mark in Mark::of(&entry) {
        tx.put(AUDIT_INDEX, &mark.row(number), &())?;
    }
    if chain.last < chain.first || Day::of(chain.at) != Day::of(entry.at) {
        tx.put(AUDIT_INDEX, &Mark::Begins(Day::of(entry.at)).row(number), &())?;
    }
    (chain.last, chain.head, chain.at) = (number, entry.hash, entry.at);
    tx.put(AUDIT_CHAIN, &ROW, &chain)
}

/// What stands at the end of an entry whose bytes are these. Its own hash, the last of them, does not count.
pub(super) fn hash(before: &[u8; HASH], number: u64, bytes: &[u8]) -> [u8; HASH] {
    let body = bytes.len().saturating_sub(HASH);
    let body = bytes.get(..body).unwrap_or_default();
    Sha256::new().chain_update(before).chain_update(number.to_be_bytes()).chain_update(body).finalize().into()
}

/// Removes some of the oldest entries: those older than `keep`, and those beyond the most. The log says where it begins then, in
/// an entry like any other, so that nobody can cut it short unseen. True when there may be more.
pub fn sweep<E>(tx: &mut Tx<'_, E>, keep: Duration) -> Result<bool, StoreError> {
    let Some(mut chain) = tx.get(AUDIT_CHAIN, &ROW)? else { return Ok(false) };
    let surplus = (chain.last + 1).saturating_sub(chain.first).saturating_sub(MOST);
    let rows = tx.scan(AUDIT, chain.first..=chain.last, Direction::Ascending, BATCH)?;
    let (first, now) = (chain.first, tx.now());
    let is_over = |(number, entry): &(u64, Entry)| entry.at.plus(keep) <= now || *number < first + surplus;
    let over: Vec<_> = rows.into_iter().take_while(is_over).collect();
    for (number, entry) in &over {
        tx.delete(AUDIT, number);
        for mark in Mark::of(entry) {
            tx.delete(AUDIT_INDEX, &mark.row(*number));
        }
        let day = Mark::Begins(Day::of(entry.at)).row(*number);
        if tx.get(AUDIT_INDEX, &day)?.is_some() {
            tx.delete(AUDIT_INDEX, &day);
        }
        (chain.first, chain.before) = (number + 1, entry.hash);
    }
    if over.is_empty() {
        return Ok(false);
    }
    // Its first day may have begun among those that are gone.
    if let Some(entry) = tx.get(AUDIT, &chain.first)? {
        tx.put(AUDIT_INDEX, &Mark::Begins(Day::of(entry.at)).row(chain.first), &())?;
    }
    chain.cut = chain.last + 1;
    tx.put(AUDIT_CHAIN, &ROW, &chain)?;
    note(tx, &By::server(), &Deed::new(Action::AuditSwept).detail(beginning(&chain)))?;
    Ok(over.len() == BATCH)
}

/// Where the log begins, as the entry says it that tells of a sweep.
pub(super) fn beginning(chain: &Chain) -> String {
    format!("{} {}", chain.first, hex(&chain.before))
}
