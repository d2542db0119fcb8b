//! The one writer: an OS thread, since the engine and the disk block.
//!
//! It takes what waits, runs it on an overlay, makes the whole group durable with one sync, applies it, publishes the events in
//! commit order, and answers. Publishing comes before answering: when a caller goes on, the events of its operation, and of all
//! before it, are already on their way; and neither ever precedes durability.

use super::{
    StoreError, Write,
    folder::{self, Home},
    gate::Gate,
    keeper::Keeper,
    log::{Log, LogError},
    manifest::State,
    metrics::Metrics,
    recovery::applied_row,
    tx::{Inputs, Overlay, Tx},
};
use crate::clock::Clock;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Instant,
};
use tokio::sync::{mpsc, oneshot, watch};

/// Operations in a group at most.
const GROUP: usize = 256;
/// Bytes of post-images after which a group takes no more operations.
const GROUP_BYTES: usize = 4 << 20;

/// What waits for the writer.
pub(super) enum Task<E> {
    /// An operation.
    Run(Box<dyn Job<E>>),
    /// Finish what waits and close; answered when all is on the disk.
    Close(oneshot::Sender<Result<(), StoreError>>),
}

/// An operation with its caller, whatever its types.
pub(super) trait Job<E>: Send {
    /// Runs it; true when what it wrote shall be kept.
    fn run(&mut self, tx: &mut Tx<'_, E>) -> bool;
    /// Tells the caller: its own result, or why nothing came of it.
    fn answer(self: Box<Self>, fate: Result<(), StoreError>);
}

/// A job of any types.
pub(super) struct Waiting<F, T, Err> {
    pub operation: F,
    pub result: Option<Result<T, Err>>,
    pub caller: oneshot::Sender<Result<T, Err>>,
}

impl<E, F, T, Err> Job<E> for Waiting<F, T, Err>
where
    F: Fn(&mut Tx<'_, E>) -> Result<T, Err> + Send,
    T: Send,
    Err: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_, E>) -> bool {
        // What a panicking operation leaves behind is its own overlay, and that is thrown away.
        self.result = catch_unwind(AssertUnwindSafe(|| (self.operation)(tx))).ok();
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, fate: Result<(), StoreError>) {
        let result = match (fate, self.result) {
            (Err(error), _) => Err(error.into()),
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Panicked.into()),
        };
        // A caller who has gone does not want to know.
        let _ = self.caller.send(result);
    }
}

/// The files of a durable store.
pub(super) struct Durable {
    pub home: Arc<Home>,
    pub log: Log,
    pub keeper: Keeper,
    pub last: u64,
}

/// Everything the writer thread owns.
pub(super) struct Writer<E> {
    pub gate: Arc<Gate>,
    pub clock: Clock,
    pub publish: super::Publish<E>,
    pub metrics: Arc<Metrics>,
    /// `None` for a store in memory.
    pub durable: Option<Durable>,
    /// Told why when the store has to stop.
    pub failure: watch::Sender<Option<String>>,
}

impl<E> Writer<E> {
    /// Works until the store is closed or dropped.
    pub(super) fn work(mut self, mut tasks: mpsc::Receiver<Task<E>>) {
        let mut closing = None;
        while closing.is_none() {
            let Some(first) = tasks.blocking_recv() else { break };
            let mut next = Some(first);
            let mut group = Group::default();
            while let Some(task) = next {
                match task {
                    Task::Run(job) => self.take(&mut group, job),
                    Task::Close(caller) => {
                        // Whatever was submitted before the end still comes out of the queue.
                        tasks.close();
                        closing = Some(caller);
                    }
                }
                next = if group.is_full() { None } else { tasks.try_recv().ok() };
            }
            self.commit(group);
        }
        while let Ok(Task::Run(job)) = tasks.try_recv() {
            job.answer(Err(StoreError::Closed));
        }
        let result = self.close();
        if let Some(caller) = closing {
            let _ = caller.send(result);
        }
    }

    /// Runs an operation as part of a group.
    fn take(&self, group: &mut Group<E>, mut job: Box<dyn Job<E>>) {
        if group.jobs.is_empty() {
            group.refused = self.refusal();
            group.begun = Instant::now();
        }
        if group.refused.is_some() {
            group.jobs.push((job, Vec::new()));
            return;
        }
        let inputs = Inputs { now: self.clock.now(), seed: rand::random() };
        let (kept, own, events) = self.gate.read(|kv| {
            let mut tx = Tx::new(kv, &group.overlay, inputs);
            let kept = job.run(&mut tx);
            let (own, events) = tx.finish();
            (kept, own, events)
        });
        let events = if kept {
            group.bytes += own.iter().map(|((_, key), value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum::<usize>();
            group.overlay.extend(own);
            events
        } else {
            Vec::new()
        };
        group.jobs.push((job, events));
    }

    /// Why nothing is written now, if so.
    fn refusal(&self) -> Option<StoreError> {
        if self.failure.borrow().is_some() {
            return Some(StoreError::Closed);
        }
        self.durable.as_ref().filter(|durable| !durable.log.has_room()).map(|_| {
            self.metrics.refused();
            StoreError::Full
        })
    }

    /// Makes a group durable and visible, publishes, answers.
    fn commit(&mut self, group: Group<E>) {
        let Group { jobs, overlay, refused, begun, .. } = group;
        if jobs.is_empty() {
            return;
        }
        self.metrics.group_size.record(jobs.len() as u64);
        let fate = match refused {
            Some(error) => Err(error),
            None => self.keep(overlay, begun),
        };
        for (job, events) in jobs {
            if fate.is_ok() && !events.is_empty() && catch_unwind(AssertUnwindSafe(|| (self.publish)(events))).is_err() {
                tracing::error!("publishing an event panicked");
            }
            job.answer(fate.clone());
        }
    }

    fn keep(&mut self, overlay: Overlay, begun: Instant) -> Result<(), StoreError> {
        if overlay.is_empty() {
            return Ok(());
        }
        let mut writes: Vec<Write> = overlay.into_iter().map(Write::from).collect();
        let appended = match &mut self.durable {
            Some(durable) => Some(durable.log.append(&writes)),
            None => None,
        };
        let (number, bytes) = match appended {
            None => (0, 0),
            Some(Ok(appended)) => appended,
            Some(Err(LogError::Full)) => return Err(StoreError::Full),
            Some(Err(LogError::Broken(error))) => return Err(self.stop(format!("the journal could not be written: {error}"))),
        };
        if self.durable.is_some() {
            writes.push(applied_row(number));
        }
        match self.gate.commit(&writes) {
            Ok(None) => {}
            // What was written is safe, so its callers are told; but nobody may go on with what is in memory.
            Ok(Some(why)) => drop(self.stop(why)),
            Err(error) => return Err(self.stop(format!("the engine could not take what is in the journal: {error}"))),
        }
        if let Some(durable) = &mut self.durable {
            durable.last = number;
            durable.keeper.committed(number, bytes);
        }
        self.metrics.committed(begun.elapsed(), bytes);
        Ok(())
    }

    /// Ends all writing: from here on nobody knows what is on the disk, so nothing is promised any more.
    fn stop(&self, why: String) -> StoreError {
        tracing::error!(why, "the store stops: nothing is acknowledged on a guess");
        self.failure.send_replace(Some(why.clone()));
        StoreError::Io(why)
    }

    /// Leaves the files so that the next start finds them complete and knows it.
    fn close(self) -> Result<(), StoreError> {
        let failed = self.failure.borrow().is_some();
        let Some(Durable { home, keeper, last, .. }) = self.durable else {
            self.gate.close();
            return Ok(());
        };
        keeper.stop();
        let flushed = self.gate.flush();
        self.gate.close();
        if failed {
            return Err(StoreError::Closed);
        }
        flushed?;
        let io = |error: std::io::Error| StoreError::Io(error.to_string());
        let prints = folder::fingerprint(&home.engine(), true).map_err(io)?;
        let note = |manifest: &mut super::manifest::Manifest| {
            manifest.state = State::Clean(prints);
            manifest.checkpoint = last;
        };
        home.update(note).map_err(io)
    }
}

/// Operations that become durable together.
struct Group<E> {
    jobs: Vec<(Box<dyn Job<E>>, Vec<E>)>,
    overlay: Overlay,
    bytes: usize,
    refused: Option<StoreError>,
    begun: Instant,
}

impl<E> Default for Group<E> {
    fn default() -> Self {
        Self { jobs: Vec::new(), overlay: Overlay::new(), bytes: 0, refused: None, begun: Instant::now() }
    }
}

impl<E> Group<E> {
    fn is_full(&self) -> bool {
        self.jobs.len() >= GROUP || self.bytes >= GROUP_BYTES
    }
}
