//! What the store counts about itself. Numbers only; whoever shows them decides how.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// How often a value fell under each of some bounds.
#[derive(Debug)]
pub struct Histogram<const N: usize> {
    bounds: [u64; N],
    counts: [AtomicU64; N],
    count: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    const fn new(bounds: [u64; N]) -> Self {
        Self { bounds, counts: [const { AtomicU64::new(0) }; N], count: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    pub(super) fn record(&self, value: u64) {
        if let Some((_, count)) = self.bounds.iter().zip(&self.counts).find(|(bound, _)| value <= **bound) {
            count.fetch_add(1, Relaxed);
        }
        self.count.fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// Each bound with the number of values at or below it, lowest first. Values above the last bound are only in [`Self::count`].
    pub fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut below = 0;
        self.bounds.iter().zip(&self.counts).map(move |(bound, count)| {
            below += count.load(Relaxed);
            (*bound, below)
        })
    }

    /// How many values.
    pub fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// Their sum.
    pub fn sum(&self) -> u64 {
        self.sum.load(Relaxed)
    }
}

/// Counters since the store was opened.
#[derive(Debug)]
pub struct Metrics {
    /// From the first operation of a group to its being durable and applied, in microseconds.
    pub commit_micros: Histogram<10>,
    /// Operations in a group.
    pub group_size: Histogram<9>,
    journal_bytes: AtomicU64,
    checkpoints: AtomicU64,
    snapshots: AtomicU64,
    refused_full: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            commit_micros: Histogram::new([500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 500_000, 2_000_000]),
            group_size: Histogram::new([1, 2, 4, 8, 16, 32, 64, 128, 256]),
            journal_bytes: AtomicU64::new(0),
            checkpoints: AtomicU64::new(0),
            snapshots: AtomicU64::new(0),
            refused_full: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    pub(super) fn committed(&self, took: Duration, bytes: u64) {
        self.commit_micros.record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        self.journal_bytes.fetch_add(bytes, Relaxed);
    }

    pub(super) fn checkpoint(&self) {
        self.checkpoints.fetch_add(1, Relaxed);
    }

    pub(super) fn snapshot(&self) {
        self.snapshots.fetch_add(1, Relaxed);
    }

    pub(super) fn refused(&self) {
        self.refused_full.fetch_add(1, Relaxed);
    }

    /// Bytes written to the journal.
    pub fn journal_bytes(&self) -> u64 {
        self.journal_bytes.load(Relaxed)
    }

    /// Checkpoints made.
    pub fn checkpoints(&self) -> u64 {
        self.checkpoints.load(Relaxed)
    }

    /// Snapshots made.
    pub fn snapshots(&self) -> u64 {
        self.snapshots.load(Relaxed)
    }

    /// Groups refused because the disk was nearly full.
    pub fn refused_full(&self) -> u64 {
        self.refused_full.load(Relaxed)
    }
}
