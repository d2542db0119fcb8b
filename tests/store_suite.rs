//! What every engine has to do, through the store's own door: one suite, run on memory and on disk.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

use mommycare::{
    clock::{Clock, Timestamp},
    store::{Begin, Change, Direction, Projection, Publish, Read as _, Reader, Record, Store, StoreError, Table, TableId, Tx},
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, ops::Bound, sync::Arc};

const NUMBERS: Table<(u64, u64), u64> = Table::new(200, "numbers");
const NEIGHBOUR: Table<(u64, u64), u64> = Table::new(201, "neighbour");
const TEXTS: Table<u64, Text> = Table::new(255, "texts");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Text(String);
impl Record for Text {}

type Events = Arc<Mutex<Vec<u64>>>;

/// Runs a check on a store in memory and on one on disk; the second also after closing and opening again.
async fn on_all<F>(check: impl Fn(Arc<Store<u64>>, Events) -> F)
where
    F: Future<Output = ()>,
{
    let clock = || Clock::new(|| Timestamp(1_000));
    let listen = || -> (Events, Publish<u64>) {
        let events = Events::default();
        let heard = Arc::clone(&events);
        (events, Box::new(move |new| heard.lock().extend(new)))
    };
    let (events, publish) = listen();
    check(Arc::new(Store::in_memory(clock(), publish)), events).await;
    let folder = tempfile::tempdir().unwrap();
    let (events, publish) = listen();
    check(Arc::new(Store::open(&common::options(folder.path()), clock(), publish).unwrap().0), events).await;
}

#[path = "store_common/mod.rs"]
mod common;

#[tokio::test]
async fn an_operation_sees_its_own_writes_and_those_before_it() {
    on_all(|store, _| async move {
        for n in 1..=20 {
            let sum: Result<u64, StoreError> = store
                .write(move |tx| {
                    tx.put(NUMBERS, &(1, n), &n)?;
                    Ok(tx.scan(NUMBERS, (1, 0)..=(1, u64::MAX), Direction::Ascending, 100)?.iter().map(|(_, n)| n).sum())
                })
                .await;
            assert_eq!(sum, Ok(n * (n + 1) / 2));
        }
    })
    .await;
}

#[tokio::test]
async fn scans_respect_bounds_direction_limit_and_table() {
    use Bound::{Excluded, Included, Unbounded};
    use Direction::{Ascending, Descending};
    on_all(|store, _| async move {
        let fill = |tx: &mut Tx<'_, u64>| {
            for n in 0..10 {
                tx.put(NUMBERS, &(7, n), &n)?;
                tx.put(NEIGHBOUR, &(7, n), &(100 + n))?;
            }
            Ok::<(), StoreError>(())
        };
        store.write(fill).await.unwrap();
        let scan = |from: Bound<(u64, u64)>, to, direction, limit| {
            let rows = store.read(|r| r.scan(NUMBERS, (from, to), direction, limit)).unwrap();
            rows.into_iter().map(|(_, n)| n).collect::<Vec<_>>()
        };
        assert_eq!(scan(Unbounded, Unbounded, Ascending, 99), (0..10).collect::<Vec<_>>());
        assert_eq!(scan(Unbounded, Unbounded, Descending, 3), [9, 8, 7]);
        assert_eq!(scan(Included((7, 3)), Excluded((7, 6)), Ascending, 99), [3, 4, 5]);
        assert_eq!(scan(Excluded((7, 3)), Included((7, 6)), Descending, 2), [6, 5]);
        assert!(scan(Included((7, 6)), Included((7, 3)), Ascending, 99).is_empty());
        assert!(scan(Excluded((7, 6)), Excluded((7, 6)), Ascending, 99).is_empty());
        assert!(scan(Unbounded, Unbounded, Ascending, 0).is_empty());
        assert!(scan(Included((8, 0)), Unbounded, Ascending, 99).is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_removed_row_is_gone_and_does_not_shorten_a_scan() {
    on_all(|store, _| async move {
        let fill = |tx: &mut Tx<'_, u64>| (0..10).try_for_each(|n| tx.put(NUMBERS, &(7, n), &n));
        store.write::<_, _, StoreError>(fill).await.unwrap();
        let seen: Result<Vec<u64>, StoreError> = store
            .write(|tx| {
                tx.delete(NUMBERS, &(7, 0));
                tx.delete(NUMBERS, &(7, 2));
                Ok(tx.scan(NUMBERS, (7, 0)..(8, 0), Direction::Ascending, 3)?.into_iter().map(|(_, n)| n).collect())
            })
            .await;
        assert_eq!(seen.unwrap(), [1, 3, 4]);
        assert_eq!(store.read(|r| r.get(NUMBERS, &(7, 2))), Ok(None));
        assert_eq!(store.read(|r| r.get(NUMBERS, &(7, 3))), Ok(Some(3)));
    })
    .await;
}

#[tokio::test]
async fn a_failing_operation_writes_and_publishes_nothing() {
    on_all(|store, events| async move {
        let failing = store.write(|tx| {
            tx.put(NUMBERS, &(1, 1), &1)?;
            tx.emit(1);
            Err::<(), _>(StoreError::Unencodable)
        });
        assert_eq!(failing.await, Err(StoreError::Unencodable));
        assert_eq!(store.read(|r| r.get(NUMBERS, &(1, 1))), Ok(None));
        assert!(events.lock().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_part_that_is_refused_leaves_nothing_and_the_rest_goes_on() {
    on_all(|store, events| async move {
        let before_refused_after = store.write(|tx| {
            tx.put(NUMBERS, &(1, 1), &1)?;
            tx.emit(1);
            let refused = tx.attempt(|tx| {
                tx.put(NUMBERS, &(1, 1), &2)?;
                tx.put(NUMBERS, &(1, 2), &2)?;
                tx.emit(2);
                Err::<(), _>(StoreError::Unencodable)
            });
            assert_eq!(refused, Err(StoreError::Unencodable));
            assert_eq!((tx.get(NUMBERS, &(1, 1))?, tx.get(NUMBERS, &(1, 2))?), (Some(1), None));
            tx.attempt(|tx| {
                tx.put(NUMBERS, &(1, 3), &3)?;
                tx.emit(3);
                Ok::<(), StoreError>(())
            })
        });
        assert_eq!(before_refused_after.await, Ok(()));
        let row = |second| store.read(|read| read.get(NUMBERS, &(1, second))).unwrap();
        assert_eq!((row(1), row(2), row(3)), (Some(1), None, Some(3)));
        assert_eq!(*events.lock(), [1, 3]);
    })
    .await;
}

#[tokio::test]
async fn a_panicking_operation_harms_only_itself() {
    on_all(|store, _| async move {
        let panicking = store.write(|tx| {
            tx.put(NUMBERS, &(1, 1), &1)?;
            assert!(tx.get(NUMBERS, &(1, 1))?.is_none(), "on purpose");
            Ok::<(), StoreError>(())
        });
        assert_eq!(panicking.await, Err(StoreError::Panicked));
        assert_eq!(store.read(|r| r.get(NUMBERS, &(1, 1))), Ok(None));
        store.probe().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_come_in_commit_order_and_before_the_answer() {
    on_all(|store, events| async move {
        let writers = (0..32).map(|_| {
            let (store, events) = (Arc::clone(&store), Arc::clone(&events));
            tokio::spawn(async move {
                for _ in 0..20 {
                    let number: Result<u64, StoreError> = store
                        .write(|tx| {
                            let number = tx.get(NUMBERS, &(0, 0))?.unwrap_or(0) + 1;
                            tx.put(NUMBERS, &(0, 0), &number)?;
                            tx.emit(number);
                            Ok(number)
                        })
                        .await;
                    assert!(events.lock().contains(&number.unwrap()));
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        assert_eq!(*events.lock(), (1..=640).collect::<Vec<_>>());
        assert!(store.metrics().group_size.sum() >= 640);
    })
    .await;
}

#[tokio::test]
async fn values_of_any_size_come_back() {
    on_all(|store, _| async move {
        for (key, length) in [0, 1, 511, 512, 4_000, 70_000, 3_000_000, 9_000_000].into_iter().enumerate() {
            let (key, text) = (key as u64, Text("ä".repeat(length / 2)));
            let written = text.clone();
            store.write::<_, _, StoreError>(move |tx| tx.put(TEXTS, &key, &written)).await.unwrap();
            assert!(store.read(|r| r.get(TEXTS, &key)).unwrap() == Some(text), "{length} bytes");
        }
        assert_eq!(store.read(|r| r.scan(TEXTS, .., Direction::Descending, 99)).unwrap().len(), 8);
    })
    .await;
}

#[tokio::test]
async fn reads_may_be_nested_and_a_closed_store_says_so() {
    on_all(|store, _| async move {
        store.write::<_, _, StoreError>(|tx| tx.put(NUMBERS, &(1, 1), &5)).await.unwrap();
        assert_eq!(store.read(|_| store.read(|r| r.get(NUMBERS, &(1, 1)))), Ok(Some(5)));
        store.close().await.unwrap();
        store.close().await.unwrap();
        assert_eq!(store.read(|r| r.get(NUMBERS, &(1, 1))), Err(StoreError::Closed));
        assert_eq!(store.write(|tx| tx.put(NUMBERS, &(1, 1), &6)).await, Err(StoreError::Closed));
        assert_eq!(store.probe().await, Err(StoreError::Closed));
    })
    .await;
}

/// Follows `NUMBERS`: each row as it is now, and how often it was told something.
#[derive(Default)]
struct Follower {
    rows: Mutex<BTreeMap<(u64, u64), u64>>,
    told: Mutex<u64>,
    panics_at: Option<u64>,
}

impl Projection for Follower {
    fn name(&self) -> &'static str {
        "the follower"
    }

    fn tables(&self) -> &[TableId] {
        &[NUMBERS.id]
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        *self.told.lock() += 1;
        for change in changes {
            assert_eq!(change.row(TEXTS), Ok(None), "a row is of one table only");
            let (key, number) = change.row(NUMBERS)?.expect("only rows of the table that is followed");
            assert_ne!(number, self.panics_at.or(Some(u64::MAX)), "on purpose");
            match number {
                Some(number) => self.rows.lock().insert(key, number),
                None => self.rows.lock().remove(&key),
            };
        }
        Ok(())
    }
}

fn numbers(reader: &Reader<'_>) -> Vec<((u64, u64), u64)> {
    reader.scan(NUMBERS, .., Direction::Ascending, usize::MAX).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projection_shows_in_every_read_what_the_tables_show() {
    on_all(|store, _| async move {
        let fill = |tx: &mut Tx<'_, u64>| (0..2_500).try_for_each(|n| tx.put(NUMBERS, &(9, n), &n));
        store.write::<_, _, StoreError>(fill).await.unwrap();
        let (follower, late) = (Arc::new(Follower::default()), Arc::new(Follower::default()));
        store.attach(follower.clone(), Begin::WithAllRows).unwrap();
        store.attach(late.clone(), Begin::WithNextCommit).unwrap();
        assert_eq!((follower.rows.lock().len(), late.rows.lock().len()), (2_500, 0));
        let writers = (0..8).map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in 0..50 {
                    let change = move |tx: &mut Tx<'_, u64>| {
                        tx.put(NUMBERS, &(writer, n), &n)?;
                        tx.put(NUMBERS, &(writer, n), &(n + 1))?;
                        tx.delete(NUMBERS, &(9, writer * 50 + n));
                        if n % 7 == 3 { Err(StoreError::Unencodable) } else { Ok(()) }
                    };
                    assert_eq!(store.write(change).await.is_ok(), n % 7 != 3);
                    let own = store.read(|r| r.get(NUMBERS, &(writer, n))).unwrap();
                    assert_eq!(own, (n % 7 != 3).then_some(n + 1));
                }
            })
        });
        let writers: Vec<_> = writers.collect();
        while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
            store.read(|reader| assert!(numbers(reader).into_iter().eq(follower.rows.lock().clone()), "in the middle"));
        }
        for writer in writers {
            writer.await.unwrap();
        }
        store.read(|reader| assert!(numbers(reader).into_iter().eq(follower.rows.lock().clone()), "in the end"));
        assert!(late.rows.lock().keys().all(|(writer, _)| *writer < 8), "the rows from before it came are not its own");
        let told = *follower.told.lock();
        store.write::<_, _, StoreError>(|tx| tx.put(NEIGHBOUR, &(1, 1), &1)).await.unwrap();
        assert_eq!(*follower.told.lock(), told, "rows of other tables do not concern it");
    })
    .await;
}

#[tokio::test]
async fn a_projection_that_panics_ends_the_writing_but_not_what_was_promised() {
    on_all(|store, _| async move {
        let follower = Arc::new(Follower { panics_at: Some(13), ..Follower::default() });
        store.attach(follower, Begin::WithAllRows).unwrap();
        let put = |n| store.write::<_, _, StoreError>(move |tx| tx.put(NUMBERS, &(1, n), &n));
        put(12).await.unwrap();
        put(13).await.unwrap();
        assert!(store.failed().await.contains("the follower"), "the operator learns who failed");
        assert_eq!(put(14).await, Err(StoreError::Closed));
        assert_eq!(store.read(numbers), [((1, 12), 12), ((1, 13), 13)]);
        let beginner = Arc::new(Follower { panics_at: Some(13), ..Follower::default() });
        assert_eq!(store.attach(beginner, Begin::WithAllRows), Err(StoreError::Panicked), "nor does it harm who brings it");
    })
    .await;
}
