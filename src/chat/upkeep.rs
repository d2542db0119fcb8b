//! What the house does by itself.

use super::db::TxOf;
use crate::{
    clock::Timestamp,
    error::Result,
    ids::{ChatId, UserId},
    store::{Direction, Read as _, tables},
};
use std::{ops::Bound, time::Duration};

/// How long a repeated message is recognised.
const REMEMBER_SENT: Duration = Duration::from_hours(48);
/// Rows looked at in one operation, so that nobody waits for it.
const CHUNK: usize = 1_000;

/// Where the next sweep goes on.
pub type SentKey = (ChatId, UserId, [u8; 16]);

/// Forgets clients' message ids that are too old to be repeated. Answers where to go on; nothing at the end.
pub fn sweep_sent(tx: &mut TxOf<'_>, after: Option<SentKey>) -> Result<Option<SentKey>> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let rows = tx.scan(tables::SENT, (from, Bound::Unbounded), Direction::Ascending, CHUNK)?;
    let next = rows.last().filter(|_| rows.len() == CHUNK).map(|(key, _)| *key);
    let now = tx.now();
    for (key, sent) in rows {
        if now.since(sent.at) > REMEMBER_SENT {
            tx.delete(tables::SENT, &key);
        }
    }
    Ok(next)
}

/// Remembers when people were last there.
pub fn save_last_seen(tx: &mut TxOf<'_>, batch: &[(UserId, Timestamp)]) -> Result<()> {
    for (user, at) in batch {
        tx.put(tables::LAST_SEEN, user, &at.0)?;
    }
    Ok(())
}
