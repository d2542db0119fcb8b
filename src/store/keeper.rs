//! The keeper: a thread beside the writer that makes checkpoints and snapshots. The writer never waits for it.
//!
//! A checkpoint hands the engine's buffers to the operating system and notes how far they go, which bounds the replay after a
//! kill. A snapshot bounds the rebuild after a power cut; journals from before it go.

use super::{
    folder::Home,
    gate::Gate,
    manifest::Manifest,
    metrics::Metrics,
    options::Options,
    reserve,
    snapshot::{self, SnapshotError},
};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Acquire, Ordering::Release},
        mpsc::{self, RecvTimeoutError, SyncSender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_secs(1);
/// An idle store makes a checkpoint only when it spares a start at least this many bytes of journal …
const WORTHWHILE: u64 = 256 << 10;
/// … or after this long.
const AT_LEAST_EVERY: Duration = Duration::from_mins(1);
/// After a failure, the next try has to wait.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// What the writer tells the keeper.
#[derive(Debug, Default)]
pub(super) struct Progress {
    applied: AtomicU64,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Progress {
    /// The engine has every entry up to `number`, which took `bytes` more of journal.
    pub(super) fn advance(&self, number: u64, bytes: u64) {
        self.applied.store(number, Release);
        self.bytes.fetch_add(bytes, Release);
    }

    /// Number of the last entry that the engine has.
    pub(super) fn applied(&self) -> u64 {
        self.applied.load(Acquire)
    }
}

/// The running keeper.
pub(super) struct Keeper {
    progress: Arc<Progress>,
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
    checkpoint_after: u64,
    woken_at: u64,
}

impl Keeper {
    /// Starts it.
    pub(super) fn start(home: Arc<Home>, gate: Arc<Gate>, metrics: Arc<Metrics>, options: &Options, last: u64) -> io::Result<Self> {
        let progress = Arc::new(Progress::default());
        progress.advance(last, 0);
        let (wake, woken) = mpsc::sync_channel(1);
        let mut work = Work::new(home, gate, metrics, options.clone(), Arc::clone(&progress));
        let thread = std::thread::Builder::new().name("store-keeper".into()).spawn(move || {
            while !matches!(woken.recv_timeout(TICK), Err(RecvTimeoutError::Disconnected)) {
                work.turn();
            }
        })?;
        Ok(Self { progress, wake, thread, checkpoint_after: options.checkpoint_after, woken_at: 0 })
    }

    /// Takes note of a group.
    pub(super) fn committed(&mut self, number: u64, bytes: u64) {
        self.progress.advance(number, bytes);
        let total = self.progress.bytes.load(Acquire);
        if total - self.woken_at >= self.checkpoint_after {
            self.woken_at = total;
            // Full means that it is going to look anyway.
            let _ = self.wake.try_send(());
        }
    }

    /// Ends it and waits for that.
    pub(super) fn stop(self) {
        self.progress.stop.store(true, Release);
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the store's keeper panicked");
        }
    }
}

struct Work {
    home: Arc<Home>,
    gate: Arc<Gate>,
    metrics: Arc<Metrics>,
    options: Options,
    progress: Arc<Progress>,
    /// Bytes and time of the last checkpoint.
    checkpoint: (u64, Instant),
    /// Bytes at the last look, and since when they are the same.
    quiet: (u64, Instant),
    not_before: Instant,
}

impl Work {
    fn new(home: Arc<Home>, gate: Arc<Gate>, metrics: Arc<Metrics>, options: Options, progress: Arc<Progress>) -> Self {
        let now = Instant::now();
        Self { home, gate, metrics, options, progress, checkpoint: (0, now), quiet: (0, now), not_before: now }
    }

    fn turn(&mut self) {
        let (now, bytes) = (Instant::now(), self.progress.bytes.load(Acquire));
        if bytes != self.quiet.0 {
            self.quiet = (bytes, now);
        }
        if now < self.not_before {
            return;
        }
        let result = if self.checkpoint_is_due(now, bytes) { self.make_checkpoint(now, bytes) } else { Ok(()) };
        if let Err(error) = result.and_then(|()| self.maybe_snapshot()) {
            tracing::error!(%error, "the store could not make a checkpoint or snapshot; nothing is lost, and it will be tried again");
            self.not_before = now + AFTER_FAILURE;
        }
    }

    fn checkpoint_is_due(&self, now: Instant, bytes: u64) -> bool {
        let fresh = bytes - self.checkpoint.0;
        let idle = now - self.quiet.1 >= self.options.idle;
        fresh >= self.options.checkpoint_after || idle && (fresh >= WORTHWHILE || fresh > 0 && now - self.checkpoint.1 >= AT_LEAST_EVERY)
    }

    fn make_checkpoint(&mut self, now: Instant, bytes: u64) -> Result<(), SnapshotError> {
        let applied = self.progress.applied();
        self.gate.flush().map_err(SnapshotError::Engine)?;
        self.home.update(|manifest| manifest.checkpoint = applied)?;
        self.metrics.checkpoint();
        self.checkpoint = (bytes, now);
        reserve::take(&self.home, &self.options);
        Ok(())
    }

    fn maybe_snapshot(&self) -> Result<(), SnapshotError> {
        let manifest = self.home.manifest();
        let last = manifest.snapshot.as_ref().map_or(0, |file| file.bytes);
        let due = manifest.finished_journal_bytes() >= self.options.snapshot_after.max(last);
        if !due || !self.has_room(last) {
            return Ok(());
        }
        let (stop, applied) = (|| self.progress.stop.load(Acquire), || self.progress.applied());
        let file = match snapshot::write(&*self.home.disk, &self.home.folder, &self.gate, &applied, &stop) {
            Err(SnapshotError::Stopped) => return Ok(()),
            result => result?,
        };
        // A start after a kill begins at the checkpoint, so no journal behind the checkpoint may go.
        let reached = self.progress.applied();
        self.gate.flush().map_err(SnapshotError::Engine)?;
        let mut old = Vec::new();
        self.home.update(|manifest| {
            manifest.checkpoint = reached;
            old = drop_journals(manifest, file.from);
            old.extend(manifest.snapshot.take().map(|older| older.name).filter(|name| *name != file.name));
            manifest.snapshot = Some(file);
        })?;
        self.home.discard(&old);
        self.metrics.snapshot();
        Ok(())
    }

    /// A snapshot must not fill the disk.
    fn has_room(&self, last: u64) -> bool {
        let need = self.options.min_free + (last + self.options.snapshot_after) * 3 / 2;
        self.home.disk.available(&self.home.folder).map_or(true, |free| free >= need)
    }
}

/// Drops the journals whose entries all come at or before `from`; their names.
fn drop_journals(manifest: &mut Manifest, from: u64) -> Vec<String> {
    let needed = manifest.journals.iter().rposition(|file| file.first <= from + 1).unwrap_or(0);
    manifest.journals.drain(..needed).map(|file| file.name).collect()
}
