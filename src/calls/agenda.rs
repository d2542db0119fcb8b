//! What happens to calls by themselves: ringing ends, lost connections are given up, people who may not talk any more are parted.
//!
//! When a call is due stands in the store, so a restart forgets nothing. A start ends what was going on: the devices of that time
//! are gone, and the other side of each call has been told so by its own socket.

use super::{Calls, ledger};
use crate::{
    chat::{Bell, wait},
    clock::Timestamp,
    error::{Code, Result},
    ids::{CallId, UserId},
    store::{Begin, Change, Direction, Projection, Read, StoreError, TableId, tables},
};
use parking_lot::Mutex;
use std::{collections::HashSet, ops::Bound, sync::Arc, time::Duration};
use tokio::time::sleep;

/// How many calls are looked at in one round.
const ROUND: usize = 256;
/// How many people are taken out of interrupted calls at once.
const CHUNK: usize = 100;
/// After what time something is tried again that the store could not do.
const RETRY: Duration = Duration::from_secs(1);
/// How often it is noted that the server is at work while people talk: so exactly is the length of a call known that a kill has ended.
const PULSE: Duration = Duration::from_secs(10);
/// Where that is noted.
const ALIVE: &str = "calls_alive";

/// When, and which call.
type Row = (Timestamp, CallId);

/// People whose record has changed and who may be in a call.
#[derive(Default)]
struct Changed(Mutex<HashSet<UserId>>);

impl Projection for Changed {
    fn name(&self) -> &'static str {
        "the watch over who may call"
    }

    fn tables(&self) -> &[TableId] {
        const { &[tables::USERS.id] }
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut people = self.0.lock();
        for change in changes {
            people.extend(change.key(tables::USERS)?);
        }
        Ok(())
    }
}

/// Who was in which call when the server stopped.
#[derive(Default)]
pub(super) struct Interrupted {
    /// When it was last known to work.
    alive: Timestamp,
    rows: Vec<(UserId, CallId)>,
}

fn interrupted(read: &impl Read) -> Result<Interrupted, StoreError> {
    let alive = Timestamp(read.get(tables::META, &ALIVE.to_owned())?.unwrap_or(0));
    let mut rows: Vec<(UserId, CallId)> = Vec::new();
    loop {
        let from = rows.last().map_or(Bound::Unbounded, |(user, _)| Bound::Excluded(*user));
        let some = read.scan(tables::ENGAGED, (from, Bound::Unbounded), Direction::Ascending, ROUND)?;
        if some.is_empty() {
            return Ok(Interrupted { alive, rows });
        }
        rows.extend(some);
    }
}

impl Calls {
    /// Ends the calls that were going on when the server stopped. To be called before anybody connects. Where the disk is full they end as
    /// soon as there is room: everything can be read meanwhile, and no other call can begin.
    pub async fn end_after_restart(&self) -> Result<()> {
        *self.interrupted.lock() = self.store.read(|read| interrupted(read))?;
        match self.end_interrupted().await {
            Err(error) if error.code == Code::StorageFull => {
                tracing::warn!(%error, "calls of before the start end later");
                Ok(())
            }
            ended => ended,
        }
    }

    /// Ends what is left of them.
    async fn end_interrupted(&self) -> Result<()> {
        loop {
            let (alive, rows) = {
                let mut interrupted = self.interrupted.lock();
                let from = interrupted.rows.len().saturating_sub(CHUNK);
                (interrupted.alive, interrupted.rows.split_off(from))
            };
            if rows.is_empty() {
                return Ok(());
            }
            let (rules, people) = (self.rules.clone(), rows.clone());
            if let Err(error) = self.store.write(move |tx| ledger::restart(tx, &rules, alive, &people)).await {
                self.interrupted.lock().rows.extend(rows);
                return Err(error);
            }
        }
    }

    /// Does everything at its time. Never ends.
    pub async fn keep_time(&self) {
        let (bell, changed) =
            (Bell::new(const { &[tables::CALLS_DUE.id, tables::ENGAGED.id, tables::USERS.id] }), Arc::new(Changed::default()));
        let attached = self.store.attach(changed.clone(), Begin::WithNextCommit);
        if let Err(error) = attached.and_then(|()| self.store.attach(bell.clone(), Begin::WithNextCommit)) {
            tracing::warn!(%error, "calls do not end by themselves: the store is closed");
            return std::future::pending().await;
        }
        let mut noted = Timestamp(0);
        loop {
            match self.do_what_is_due(&changed, &mut noted).await {
                Ok(next) => wait(self.store.clock(), &bell, next).await,
                Err(error) => {
                    tracing::warn!(%error, "what is due about calls has to wait");
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Goes on until nothing is due. Answers when something will be.
    async fn do_what_is_due(&self, changed: &Changed, noted: &mut Timestamp) -> Result<Option<Timestamp>> {
        self.end_interrupted().await?;
        let mut people = std::mem::take(&mut *changed.0.lock()).into_iter();
        while let Some(user) = people.next() {
            if let Err(error) = self.recheck(user).await {
                changed.0.lock().extend(people.chain([user]));
                return Err(error);
            }
        }
        let next = self.do_overdue().await?;
        let pulse = self.note_pulse(noted, self.now()).await?;
        Ok(pulse.into_iter().chain(next).min())
    }

    /// Does what is overdue at this moment. Answers when more will be due.
    pub async fn do_overdue(&self) -> Result<Option<Timestamp>> {
        loop {
            let now = self.now();
            let (overdue, next) = self.store.read(|read| self.look(read, now))?;
            if overdue.is_empty() {
                return Ok(next);
            }
            for (due, id) in overdue {
                let rules = self.rules.clone();
                self.store.write(move |tx| ledger::do_due(tx, &rules, due, id)).await?;
            }
        }
    }

    async fn recheck(&self, user: UserId) -> Result<()> {
        if self.store.read(|read| read.get(tables::ENGAGED, &user))?.is_none() {
            return Ok(());
        }
        let rules = self.rules.clone();
        self.store.write(move |tx| ledger::recheck(tx, &rules, user)).await
    }

    /// What is due, and when something will be.
    fn look(&self, read: &impl Read, now: Timestamp) -> Result<(Vec<Row>, Option<Timestamp>)> {
        let after = |at| Bound::Excluded((at, CallId::MAX));
        let mut overdue = read.scan(tables::CALLS_DUE, ..=(now, CallId::MAX), Direction::Ascending, ROUND)?;
        let later = read.scan(tables::CALLS_DUE, (after(now), Bound::Unbounded), Direction::Descending, ROUND)?;
        let next =
            read.scan(tables::CALLS_DUE, (after(now), Bound::Unbounded), Direction::Ascending, 1)?.first().map(|((due, _), ())| *due);
        overdue.extend(later.into_iter().take_while(|((due, _), ())| ledger::is_due(&self.rules, *due, now)));
        Ok((overdue.into_iter().map(|(key, ())| key).collect(), next))
    }

    /// Notes that the server is at work, if people talk. Answers when it is to be noted again.
    async fn note_pulse(&self, noted: &mut Timestamp, now: Timestamp) -> Result<Option<Timestamp>> {
        if self.store.read(|read| read.scan(tables::ENGAGED, .., Direction::Ascending, 1))?.is_empty() {
            return Ok(None);
        }
        if now < *noted || now >= noted.plus(PULSE) {
            let name = ALIVE.to_owned();
            self.store.write(move |tx| tx.put(tables::META, &name, &tx.now().0)).await?;
            *noted = now;
        }
        Ok(Some(noted.plus(PULSE)))
    }
}
