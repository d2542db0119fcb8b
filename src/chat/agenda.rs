//! What the house does at a set time: urgent messages are repeated, scheduled ones are sent.
//!
//! Both stand in the store by when they are due, so nothing is forgotten by a restart, and each is done and crossed off in one
//! operation, so nothing is done twice. One task looks at the earliest row, waits until then or until something is written
//! down, and looks again. The clock may be set meanwhile. Forward: what is due then is done at once. Back: scheduled messages wait for
//! the time that people set, and a repetition that seems farther off than its interval is made at once.

use super::{
    Chats,
    db::TxOf,
    schedule::{self, Slot},
    urgent,
};
use crate::{
    clock::{Clock, Timestamp},
    error::Result,
    ids::{ChatId, MessageId, Seq, UserId},
    store::{Begin, Change, Direction, Projection, Read, StoreError, TableId, tables},
};
use std::{future::poll_fn, ops::Bound, sync::Arc, task::Poll, time::Duration};
use tokio::{
    sync::Notify,
    task::unconstrained,
    time::{Instant, sleep},
};

/// How many things are done in one round. They are handed to the store together, and made safe together.
const ROUND: usize = 256;
/// How often the clock is looked at while something waits: it may be set, and timers stand still while a machine sleeps.
const GLANCE: Duration = Duration::from_secs(1);
/// After what time something is tried again that the store could not do.
const RETRY: Duration = Duration::from_secs(1);
/// How far a repetition may lie beyond its interval before that means that the clock was set back. Clocks are corrected by
/// milliseconds all the time.
const SLACK: Duration = Duration::from_secs(2);

/// Something to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Errand {
    /// Tell those who have not acknowledged an urgent message.
    Repeat(Timestamp, MessageId),
    /// Send a scheduled message.
    Deliver(Slot),
}

/// What stands on the agenda.
#[derive(Debug, Default, PartialEq, Eq)]
struct Agenda {
    /// To be done now.
    errands: Vec<Errand>,
    /// When there is more to do.
    next: Option<Timestamp>,
}

/// Whether a repetition is to be made: its time has come, or the clock was set back since that was set.
pub(super) fn is_due(due: Timestamp, now: Timestamp, interval: Duration) -> bool {
    due <= now || due > now.plus(interval + SLACK)
}

fn look(read: &impl Read, now: Timestamp, interval: Duration) -> Result<Agenda, StoreError> {
    let mut agenda = Agenda::default();
    let repeats = |from: Bound<Timestamp>, to: Bound<Timestamp>, limit| {
        let from = from.map(|at| (at, ChatId::MAX, Seq::MAX));
        let to = to.map(|at| (at, ChatId::MAX, Seq::MAX));
        read.scan(tables::REPEATS, (from, to), Direction::Ascending, limit)
    };
    let slots = |from: Bound<Timestamp>, to: Bound<Timestamp>, limit| {
        let from = from.map(|at| (at, UserId::MAX, ChatId::MAX, Seq::MAX));
        let to = to.map(|at| (at, UserId::MAX, ChatId::MAX, Seq::MAX));
        read.scan(tables::SCHEDULE, (from, to), Direction::Ascending, limit)
    };
    let (past, future) = (Bound::Included(now), Bound::Excluded(now));
    let too_far = Bound::Excluded(now.plus(interval + SLACK));
    let overdue = repeats(Bound::Unbounded, past, ROUND)?.into_iter().chain(repeats(too_far, Bound::Unbounded, ROUND)?);
    agenda.errands.extend(overdue.map(|((due, chat, seq), ())| Errand::Repeat(due, MessageId { chat, seq })));
    let due = slots(Bound::Unbounded, past, ROUND)?.into_iter();
    agenda.errands.extend(due.map(|((due, user, chat, seq), ())| Errand::Deliver(Slot { due, user, id: MessageId { chat, seq } })));
    let first_repeat = repeats(future, Bound::Unbounded, 1)?.first().map(|((due, ..), ())| *due);
    let first_slot = slots(future, Bound::Unbounded, 1)?.first().map(|((due, ..), ())| *due);
    agenda.next = first_repeat.into_iter().chain(first_slot).min();
    Ok(agenda)
}

/// Rings when something is written into tables or crossed off.
pub struct Bell {
    ring: Notify,
    tables: &'static [TableId],
}

impl Bell {
    /// Over these tables.
    #[must_use]
    pub fn new(tables: &'static [TableId]) -> Arc<Self> {
        Arc::new(Self { ring: Notify::new(), tables })
    }
}

impl Projection for Bell {
    fn name(&self) -> &'static str {
        "the bell of the agenda"
    }

    fn tables(&self) -> &[TableId] {
        self.tables
    }

    fn apply(&self, _: &[Change<'_>]) -> Result<(), StoreError> {
        self.ring.notify_one();
        Ok(())
    }
}

/// Waits for a moment, or until the bell rings or the clock has been set back.
pub async fn wait(clock: &Clock, bell: &Bell, next: Option<Timestamp>) {
    let Some(next) = next else { return bell.ring.notified().await };
    let mut before = clock.now();
    loop {
        let now = clock.now();
        if now >= next || now < before {
            return;
        }
        before = now;
        tokio::select! {
            () = bell.ring.notified() => return,
            () = sleep(next.since(now).min(GLANCE)) => {}
        }
    }
}

impl Agenda {
    /// Puts repetitions off until a moment.
    fn hold_repeats(&mut self, until: Timestamp) {
        let all = self.errands.len();
        self.errands.retain(|errand| matches!(errand, Errand::Deliver(_)));
        if self.errands.len() < all {
            self.next = self.next.into_iter().chain([until]).min();
        }
    }
}

impl Chats {
    /// Does everything at its time; repetitions not before `hold` is over, so that those who are to hear them have come back
    /// after a restart. Never ends.
    pub async fn keep_agenda(&self, hold: Duration) {
        let bell = Bell::new(const { &[tables::REPEATS.id, tables::SCHEDULE.id] });
        if let Err(error) = self.store.attach(bell.clone(), Begin::WithNextCommit) {
            tracing::warn!(%error, "nothing is done by itself: the store is closed");
            return std::future::pending().await;
        }
        let began = Instant::now();
        loop {
            match self.do_what_is_due(hold.saturating_sub(began.elapsed())).await {
                Ok(next) => wait(self.store.clock(), &bell, next).await,
                Err(error) => {
                    tracing::warn!(%error, "what is due has to wait");
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Goes through the agenda until nothing on it is due, repetitions left out until `hold` is over. Answers when something will be.
    pub async fn do_what_is_due(&self, hold: Duration) -> Result<Option<Timestamp>> {
        loop {
            let now = self.now();
            let mut agenda = self.store.read(|read| look(read, now, self.rules.settings.urgent_repeat))?;
            if !hold.is_zero() {
                agenda.hold_repeats(now.plus(hold));
            }
            if agenda.errands.is_empty() {
                return Ok(agenda.next);
            }
            self.run_all(agenda.errands).await?;
        }
    }

    /// Does things in their order, without waiting for each to be safe. One that fails keeps none of the others back.
    async fn run_all(&self, errands: Vec<Errand>) -> Result<()> {
        let mut begun = Vec::with_capacity(errands.len());
        let mut outcome = Ok(());
        for errand in errands {
            let mut task = Box::pin(self.run(errand));
            // An operation is handed to the store when its future is first polled, however many were before it.
            let first = poll_fn(|context| Poll::Ready(task.as_mut().poll(context)));
            match unconstrained(first).await {
                Poll::Ready(done) => outcome = outcome.and(done),
                Poll::Pending => begun.push(task),
            }
        }
        for task in begun {
            outcome = outcome.and(task.await);
        }
        outcome
    }

    async fn run(&self, errand: Errand) -> Result<()> {
        let rules = self.rules.clone();
        let write = move |tx: &mut TxOf<'_>| match errand {
            Errand::Repeat(due, id) => urgent::repeat(tx, &rules, due, id),
            Errand::Deliver(slot) => schedule::deliver(tx, &rules, slot),
        };
        self.store.write(write).await
    }
}
