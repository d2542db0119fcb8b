//! Housekeeping: what has run out is removed, and what is only in memory is written down.

use super::{Accounts, lockout, sessions};
use crate::{
    clock::Timestamp,
    contract::Emission,
    error::{Error, Result},
    ids::{SessionId, UserId},
    store::{
        Direction, Key, Read as _, Record, Table, Tx,
        records::Session,
        tables::{FAILURES, RESETS, SESSIONS},
    },
};
use std::ops::Bound;

/// How many rows one operation looks at, so that messages do not wait for it.
const BATCH: usize = 500;

impl Accounts {
    /// To be called about once a minute.
    pub async fn tend(&self) -> Result<()> {
        self.note_use().await?;
        let (config, now) = (self.config.clone(), self.now());
        let ended = move |session: &Session| !sessions::is_alive(&config, session, None, now);
        let end = |tx: &mut Tx<'_, Emission>, (user, session): &_| sessions::end(tx, *user, *session, "This sign-in has run out.");
        self.sweep(SESSIONS, ended, end).await?;
        self.sweep(FAILURES, move |failures| lockout::is_stale(failures, now), |tx, key| tx.delete(FAILURES, key)).await?;
        self.sweep(RESETS, move |reset| reset.expires_at <= now, |tx, key| tx.delete(RESETS, key)).await
    }

    /// Writes down when sessions were last used. A crash in between costs a minute of that knowledge.
    async fn note_use(&self) -> Result<()> {
        let seen: Vec<((UserId, SessionId), Timestamp)> = self.seen.iter().map(|entry| (*entry.key(), *entry.value())).collect();
        for batch in seen.chunks(BATCH) {
            let batch = batch.to_vec();
            let noted = batch.clone();
            let note = self.store.write(move |tx| {
                for (key, at) in &batch {
                    if let Some(mut session) = tx.get(SESSIONS, key)?.filter(|session| session.used_at < *at) {
                        session.used_at = *at;
                        tx.put(SESSIONS, key, &session)?;
                    }
                }
                Ok::<_, Error>(())
            });
            note.await?;
            for (key, at) in noted {
                self.seen.remove_if(&key, |_, latest| *latest == at);
            }
        }
        Ok(())
    }

    /// Walks through a table and removes what has run out, in small operations.
    async fn sweep<K, R>(
        &self,
        table: Table<K, R>,
        is_over: impl Fn(&R) -> bool + Clone + Send + 'static,
        remove: impl Fn(&mut Tx<'_, Emission>, &K) + Clone + Send + 'static,
    ) -> Result<()>
    where
        K: Key + Clone + Send + 'static,
        R: Record + 'static,
    {
        let mut from = Bound::Unbounded;
        loop {
            let rows = self.store.read(|read| read.scan(table, (from, Bound::Unbounded), Direction::Ascending, BATCH))?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            from = Bound::Excluded(last.clone());
            let over: Vec<K> = rows.into_iter().filter(|(_, row)| is_over(row)).map(|(key, _)| key).collect();
            if over.is_empty() {
                continue;
            }
            let (is_over, remove) = (is_over.clone(), remove.clone());
            let tidy = self.store.write(move |tx| {
                for key in &over {
                    // Looked at once more: it may have been renewed since.
                    if tx.get(table, key)?.is_some_and(|row| is_over(&row)) {
                        remove(tx, key);
                    }
                }
                Ok::<_, Error>(())
            });
            tidy.await?;
        }
    }
}
