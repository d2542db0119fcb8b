//! The log over a store in memory, with a clock that can jump.

use super::*;
use crate::{
    clock::Clock,
    ids::{ChatId, FileId, UserId},
    store::{
        Direction, Tx,
        records::audit::{Author, Entry},
        tables::{AUDIT, AUDIT_INDEX},
    },
};
use std::sync::atomic::{AtomicU64, Ordering};

const DAY: Duration = Duration::from_hours(24);
const NILA: UserId = UserId(7);
const DORA: UserId = UserId(8);

struct Book {
    audit: Arc<Audit>,
    time: Arc<AtomicU64>,
}

impl Book {
    fn new() -> Self {
        let time = Arc::new(AtomicU64::new(1_795_000_000_000));
        let clock = time.clone();
        let store = Store::in_memory(Clock::new(move || Timestamp(clock.load(Ordering::Relaxed))), Box::new(drop));
        Self { audit: Arc::new(Audit::new(Arc::new(store))), time }
    }

    fn wait(&self, time: Duration) {
        self.time.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }

    async fn write(&self, count: usize) {
        for number in 0..count {
            let action = if number.is_multiple_of(3) { Action::RoleChanged } else { Action::MessageEdited };
            let deed = Deed::new(action).person(DORA).chat(ChatId(number as u64 % 2)).detail(format!("{number}"));
            self.audit.write(nila(), deed).await.unwrap();
        }
    }

    /// Does something to the tables behind the log's back.
    async fn tamper(&self, change: impl Fn(&mut Tx<'_, Emission>) -> Result<(), StoreError> + Send + 'static) {
        self.audit.store.write(change).await.unwrap();
    }

    async fn verdict(&self) -> Verdict {
        self.audit.verify(None).await.unwrap()
    }

    async fn broken(&self) -> Option<u64> {
        self.verdict().await.broken.map(|(number, _)| number)
    }

    fn entries(&self, wish: Wish) -> (Vec<u64>, Option<u64>) {
        let found = self.audit.store.read(|read| newest_first(read, &wish)).unwrap();
        (found.entries.into_iter().map(|(number, _)| number).collect(), found.next)
    }

    fn all(&self) -> Vec<Entry> {
        let rows = self.audit.store.read(|read| read.scan(AUDIT, .., Direction::Ascending, usize::MAX)).unwrap();
        rows.into_iter().map(|(_, entry)| entry).collect()
    }

    fn marks(&self) -> usize {
        self.audit.store.read(|read| read.scan(AUDIT_INDEX, .., Direction::Ascending, usize::MAX)).unwrap().len()
    }
}

fn nila() -> By {
    By::person(NILA, Some(crate::ids::SessionId(1)), Whence::default())
}

#[tokio::test]
async fn what_is_written_fits_together() {
    let book = Book::new();
    assert_eq!(book.verdict().await, Verdict { first: 1, head: Anchor { number: 0, hash: [0; 32] }, broken: None });
    book.write(450).await;
    let verdict = book.verdict().await;
    assert_eq!((verdict.entries(), verdict.head.number, verdict.broken), (450, 450, None));
    assert_eq!(verdict.head.hash, book.all().last().unwrap().hash);
    assert!(book.audit.verify(Some(verdict.head)).await.unwrap().broken.is_none());
    assert_eq!(verdict.head.to_string().parse(), Ok(verdict.head));
}

#[tokio::test]
async fn every_change_is_found_and_named() {
    // What a hand in the data could do, and which entry is the first that is wrong.
    type Hand = fn(&mut Tx<'_, Emission>) -> Result<(), StoreError>;
    let hands: &[(Hand, u64)] = &[
        (|tx| with(tx, 5, |entry| entry.author = Author::Person(UserId(99))), 5),
        (|tx| with(tx, 300, |entry| entry.detail = None), 300),
        (|tx| with(tx, 1, |entry| entry.hash[0] ^= 1), 1),
        (|tx| with(tx, 400, |entry| entry.at = Timestamp(0)), 400),
        (
            |tx| {
                tx.delete(AUDIT, &200);
                Ok(())
            },
            200,
        ),
        (
            |tx| {
                tx.delete(AUDIT, &400);
                Ok(())
            },
            400,
        ),
        (
            |tx| {
                tx.delete(AUDIT, &1);
                Ok(())
            },
            1,
        ),
        (
            |tx| {
                let row = tx.get(AUDIT, &7)?.unwrap();
                tx.put(AUDIT, &401, &row)
            },
            401,
        ),
        (
            |tx| {
                tx.delete(AUDIT_INDEX, &Mark::About(DORA).row(77));
                Ok(())
            },
            77,
        ),
        (|tx| chain(tx, |chain| (chain.last, chain.head) = (399, [1; 32])), 400),
        (|tx| chain(tx, |chain| chain.first = 3), 3),
        (|tx| chain(tx, |chain| chain.head = [1; 32]), 400),
        // Cut short, as if it had been swept.
        (
            |tx| {
                let row = tx.get(AUDIT, &1)?.unwrap();
                tx.delete(AUDIT, &1);
                chain(tx, |chain| (chain.first, chain.before) = (2, row.hash))
            },
            2,
        ),
    ];
    for (index, (hand, broken)) in hands.iter().enumerate() {
        let book = Book::new();
        book.write(400).await;
        book.tamper(*hand).await;
        assert_eq!(book.broken().await, Some(*broken), "the hand number {index}");
    }
}

fn with(tx: &mut Tx<'_, Emission>, number: u64, change: impl Fn(&mut Entry)) -> Result<(), StoreError> {
    let mut entry = tx.get(AUDIT, &number)?.unwrap();
    change(&mut entry);
    tx.put(AUDIT, &number, &entry)
}

fn chain(tx: &mut Tx<'_, Emission>, change: impl Fn(&mut Chain)) -> Result<(), StoreError> {
    let mut chain = tx.get(AUDIT_CHAIN, &ledger::ROW)?.unwrap();
    change(&mut chain);
    tx.put(AUDIT_CHAIN, &ledger::ROW, &chain)
}

#[tokio::test]
async fn a_log_that_was_made_anew_does_not_fit_to_what_was_noted_before() {
    let (book, forged) = (Book::new(), Book::new());
    book.write(20).await;
    let noted = book.verdict().await.head;
    forged.audit.write(nila(), Deed::new(Action::SignedIn)).await.unwrap();
    assert_eq!(forged.audit.verify(Some(noted)).await.unwrap().broken.map(|(number, _)| number), Some(20), "it is shorter");
    forged.write(30).await;
    assert_eq!(forged.broken().await, None, "in itself it fits");
    assert_eq!(forged.audit.verify(Some(noted)).await.unwrap().broken.map(|(number, _)| number), Some(20));
    book.write(5).await;
    assert_eq!(book.audit.verify(Some(noted)).await.unwrap().broken, None);
}

#[tokio::test]
async fn what_has_had_its_time_goes_in_order_and_the_rest_still_fits() {
    let book = Book::new();
    book.write(600).await;
    book.wait(DAY * 10);
    book.write(3).await;
    book.audit.sweep(30).await.unwrap();
    assert_eq!((book.all().len(), book.verdict().await.first), (603, 1), "nothing is old enough");
    book.wait(DAY * 25);
    let marks = book.marks();
    book.audit.sweep(30).await.unwrap();
    let day = Timestamp(1_795_000_000_000).plus(DAY * 10);
    assert_eq!(book.entries(Wish { from: Some(day), before: Some(day.plus(DAY)), limit: 10, ..Wish::default() }).0, [603, 602, 601]);
    // Three operations, each of which says so.
    let verdict = book.verdict().await;
    assert_eq!((verdict.first, verdict.entries(), verdict.broken), (601, 6, None));
    assert!(book.marks() < marks / 50, "and nothing points at what is gone: {}", book.marks());
    let swept = book.entries(Wish { actions: vec![Action::AuditSwept], limit: 10, ..Wish::default() });
    assert_eq!(swept, (vec![606, 605, 604], None));
    book.wait(DAY * 100);
    book.audit.sweep(30).await.unwrap();
    let verdict = book.verdict().await;
    assert_eq!((verdict.first, verdict.entries(), verdict.broken), (607, 1, None), "only that it was swept");
    book.write(2).await;
    assert_eq!(book.broken().await, None);
    book.tamper(|tx| with(tx, 607, |entry| entry.detail = Some("1 00".into()))).await;
    assert_eq!(book.broken().await, Some(607));
}

#[tokio::test]
async fn a_look_counts_once_an_hour_for_each_sign_in_and_thing() {
    let book = Book::new();
    let (chat, other) = (Thing::Conversation(ChatId(1)), Thing::Conversation(ChatId(2)));
    for _ in 0..5 {
        book.audit.opened(nila(), [chat]).await;
        book.wait(Duration::from_mins(11));
    }
    assert_eq!(book.all().len(), 1);
    book.wait(Duration::from_mins(5));
    book.audit.opened(nila(), [chat, other, Thing::File(FileId(1), Some(ChatId(1)))]).await;
    assert_eq!(book.all().len(), 4);
    let tablet = By { session: Some(crate::ids::SessionId(2)), ..nila() };
    book.audit.opened(tablet, [chat]).await;
    let elsewhere = By { whence: Whence::new("192.0.2.1".parse().ok(), ""), ..tablet };
    book.audit.opened(elsewhere, [chat]).await;
    assert_eq!(book.all().len(), 5, "whoever walks through the house does not sign in anew");
    // Many at once are one, and all of them wait until it is safe.
    let crowd = (0..50).map(|_| async {
        book.audit.opened(nila(), [Thing::Conversation(ChatId(3))]).await;
        book.all().len()
    });
    assert_eq!(futures_util::future::join_all(crowd).await, vec![6; 50]);
    assert!(book.audit.is_first(nila(), Thing::Unknown) && !book.audit.is_first(nila(), Thing::Unknown));
    book.wait(Duration::from_hours(1));
    assert!(book.audit.is_first(nila(), Thing::Unknown));
    book.audit.tend().await.unwrap();
    assert_eq!(book.broken().await, None);
}

#[tokio::test]
async fn what_cannot_be_written_is_kept_and_written_later_with_its_time() {
    let book = Book::new();
    let began = book.audit.now();
    book.audit.openings.put_aside(nila(), Deed::new(Action::ConversationOpened).chat(ChatId(1)).at(began), &StoreError::Full);
    book.wait(DAY);
    book.audit.write(nila(), Deed::new(Action::SignedOut)).await.unwrap();
    book.audit.tend().await.unwrap();
    let all = book.all();
    assert_eq!(
        all.iter().map(|entry| (entry.action, entry.at)).collect::<Vec<_>>(),
        [(Action::SignedOut, began.plus(DAY)), (Action::ConversationOpened, began)]
    );
    assert_eq!(book.broken().await, None);
}

#[tokio::test]
async fn pages_come_newest_first_whatever_is_looked_for() {
    let book = Book::new();
    for _ in 0..10 {
        book.write(30).await;
        book.audit.write(By::server(), Deed::new(Action::ServerStarted)).await.unwrap();
        book.wait(DAY);
    }
    // Somebody has set the clock of the machine back, and forward again.
    for days in [6, 5] {
        book.time.fetch_sub(u64::try_from(DAY.as_millis()).unwrap() * days, Ordering::Relaxed);
        book.write(5).await;
        book.wait(DAY * u32::try_from(days).unwrap());
        book.write(5).await;
    }
    let limit = 7;
    let wishes = [
        Wish { limit, ..Wish::default() },
        Wish { limit, by: Some(NILA), ..Wish::default() },
        Wish { limit, about: Some(DORA), ..Wish::default() },
        Wish { limit, about: Some(NILA), ..Wish::default() },
        Wish { limit, chat: Some(ChatId(1)), ..Wish::default() },
        Wish { limit, actions: vec![Action::RoleChanged], ..Wish::default() },
        Wish { limit, actions: vec![Action::MessageEdited, Action::ServerStarted], ..Wish::default() },
        Wish { limit, chat: Some(ChatId(0)), by: Some(NILA), actions: vec![Action::RoleChanged], ..Wish::default() },
        Wish { limit, from: Some(Timestamp(1_795_000_000_000 + 3 * 86_400_000)), ..Wish::default() },
        Wish { limit, before: Some(Timestamp(1_795_000_000_000 + 3 * 86_400_000)), about: Some(DORA), ..Wish::default() },
        Wish {
            limit,
            from: Some(Timestamp(1_795_000_000_000 + 3 * 86_400_000)),
            before: Some(Timestamp(1_795_000_000_000 + 5 * 86_400_000 + 1)),
            ..Wish::default()
        },
        Wish { limit, from: Some(Timestamp(u64::MAX)), ..Wish::default() },
    ];
    let all: Vec<(u64, Entry)> = (1..).zip(book.all()).collect();
    for wish in wishes {
        let fits = |entry: &Entry| {
            wish.by.is_none_or(|id| entry.author == Author::Person(id))
                && wish.about.is_none_or(|id| entry.person == Some(id))
                && wish.chat.is_none_or(|id| entry.chat == Some(id))
                && (wish.actions.is_empty() || wish.actions.contains(&entry.action))
                && wish.from.is_none_or(|from| entry.at >= from)
                && wish.before.is_none_or(|before| entry.at < before)
        };
        let expected: Vec<u64> = all.iter().rev().filter(|(_, entry)| fits(entry)).map(|(number, _)| *number).collect();
        let (mut found, mut below) = (Vec::new(), None);
        loop {
            let (page, next) = book.entries(Wish { below, ..wish.clone() });
            assert!(page.len() == limit || next.is_none(), "{wish:?}");
            found.extend(page);
            let Some(next) = next else { break };
            below = Some(next);
        }
        assert_eq!(found, expected, "{wish:?}");
    }
}
