//! What happens about appointments by itself: they are brought to mind, and their time is over.
//!
//! When one is due stands in the store, and doing it and crossing it off is one operation: neither a kill nor a clock that is set doubles
//! or loses a reminder.

use super::{Care, ledger};
use crate::{
    chat::{Bell, wait},
    clock::Timestamp,
    error::Result,
    ids::AppointmentId,
    store::{Begin, Direction, Read as _, tables},
};
use std::{ops::Bound, time::Duration};
use tokio::time::sleep;

/// How many appointments are looked at in one round.
const ROUND: usize = 256;
/// After what time something is tried again that the store could not do.
const RETRY: Duration = Duration::from_secs(1);

impl Care {
    /// Does everything at its time. Never ends.
    pub async fn keep_time(&self) {
        let bell = Bell::new(const { &[tables::APPOINTMENTS_DUE.id] });
        if let Err(error) = self.store.attach(bell.clone(), Begin::WithNextCommit) {
            tracing::warn!(%error, "nobody is reminded of appointments: the store is closed");
            return std::future::pending().await;
        }
        loop {
            match self.do_overdue().await {
                Ok(next) => wait(self.store.clock(), &bell, next).await,
                Err(error) => {
                    tracing::warn!(%error, "what is due about appointments has to wait");
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Does what is overdue at this moment. Answers when more will be due.
    pub async fn do_overdue(&self) -> Result<Option<Timestamp>> {
        loop {
            let now = self.store.clock().now();
            let last = (now, AppointmentId::MAX);
            let (overdue, next) = self.store.read(|read| {
                let overdue = read.scan(tables::APPOINTMENTS_DUE, ..=last, Direction::Ascending, ROUND)?;
                let later = (Bound::Excluded(last), Bound::Unbounded);
                Ok::<_, crate::store::StoreError>((overdue, read.scan(tables::APPOINTMENTS_DUE, later, Direction::Ascending, 1)?))
            })?;
            if overdue.is_empty() {
                return Ok(next.first().map(|((due, _), ())| *due));
            }
            for ((due, id), ()) in overdue {
                let rules = self.rules.clone();
                self.store.write(move |tx| ledger::do_due(tx, &rules, due, id)).await?;
            }
        }
    }
}
