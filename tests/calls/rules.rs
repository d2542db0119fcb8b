//! The rules of calls over a store in memory: clocks that jump, and random histories after which the books must balance.

use crate::chat_support::{Clinic, PATIENCE};
use mommycare::{
    accounts::Actor,
    calls::Calls,
    clock::Timestamp,
    config::Config,
    contract::{CallView, Event, PlacedCall, request::*},
    error::{Code, Result},
    ids::{CallId, Device},
    store::{
        Direction, Disk, DiskFile, LocalDisk, Options, Read as _,
        records::{Call, CallKind, CallReason, CallState, Role, System},
        tables,
    },
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::timeout};

/// A clinic with calls, and the task that ends them in time.
struct House {
    clinic: Clinic,
    calls: Calls,
    time: JoinHandle<()>,
}

impl House {
    fn new() -> Self {
        Self::over(Clinic::new())
    }

    fn over(clinic: Clinic) -> Self {
        let calls = Calls::new(&clinic.chats, Config::default().calls).unwrap();
        let keeper = calls.clone();
        Self { clinic, calls, time: tokio::spawn(async move { keeper.keep_time().await }) }
    }

    async fn place(&self, from: Actor, device: u64, to: Actor) -> Result<PlacedCall> {
        let body = CallRequest { recipient_id: Some(to.user.to_string()), conversation_id: None };
        self.calls.place(from, Device(device), CallKind::Voice, &body).await
    }

    /// Moves the clock, and waits until everything is done that is due then.
    async fn set_clock(&self, now: Timestamp, someone: Actor) {
        self.clinic.set_clock(now);
        // The keeper looks at the clock when something is written.
        self.clinic.change_user(someone.user, |_| ()).await;
        let farthest = now.plus(Duration::from_secs(47));
        let is_done = || self.clinic.store.read(|read| read.scan(tables::CALLS_DUE, .., Direction::Ascending, 1_000)).unwrap();
        let done = async {
            while is_done().iter().any(|((due, _), ())| *due <= now || *due > farthest) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        assert!(timeout(PATIENCE, done).await.is_ok(), "what was due was not done: {:?}", is_done());
    }

    fn newest(&self, person: Actor) -> CallView {
        self.calls.list(person, &CallsQuery::default()).unwrap().items.remove(0)
    }

    fn now(&self) -> Timestamp {
        self.clinic.chats.now()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.time.abort();
    }
}

fn named(id: CallId) -> CallEvent {
    CallEvent { call_id: Some(id.to_string()), ..CallEvent::default() }
}

#[tokio::test]
async fn time_runs_by_the_clock_also_when_it_is_set() {
    let house = House::new();
    let (ama, dora) = (house.clinic.person("Ama Test", Role::Mom).await, house.clinic.person("Dora Sample", Role::Doctor).await);
    let began = house.now();
    house.place(ama, 1, dora).await.unwrap();
    house.set_clock(began.plus(Duration::from_millis(44_999)), ama).await;
    assert_eq!(house.newest(ama).status, CallState::Ringing);
    house.set_clock(began.plus(Duration::from_secs(45)), ama).await;
    assert_eq!(house.newest(ama).status, CallState::Missed);
    // Set back by an hour: nothing rings for an hour.
    house.place(ama, 1, dora).await.unwrap();
    house.set_clock(Timestamp(began.0 - 3_600_000), ama).await;
    let call = house.newest(dora);
    assert_eq!((call.status, call.missed, call.duration), (CallState::Missed, true, 0));
    // A line that is lost for an instant is not given up because the clock is corrected.
    let id = house.place(ama, 1, dora).await.unwrap().call_id;
    house.calls.accept(dora, Device(2), &named(id)).await.unwrap();
    house.calls.lose(dora.user, Device(2)).await.unwrap();
    house.set_clock(Timestamp(house.now().0 - 500), ama).await;
    assert_eq!(house.newest(ama).status, CallState::Accepted);
    house.set_clock(house.now().plus(Duration::from_secs(21)), ama).await;
    let call = house.newest(ama);
    assert_eq!((call.status, call.end_reason, call.duration), (CallState::Ended, Some(CallReason::ConnectionLost), 20));
}

#[tokio::test]
async fn what_a_kill_has_ended_is_as_long_as_the_server_was_seen() {
    let house = House::new();
    let (ama, dora) = (house.clinic.person("Ama Test", Role::Mom).await, house.clinic.person("Dora Sample", Role::Doctor).await);
    let id = house.place(ama, 1, dora).await.unwrap().call_id;
    house.calls.accept(dora, Device(2), &named(id)).await.unwrap();
    let alive = || house.clinic.store.read(|read| read.get(tables::META, &"calls_alive".to_owned())).unwrap().unwrap_or(0);
    let seen = house.now().plus(Duration::from_secs(100));
    house.set_clock(seen, ama).await;
    let noted = async {
        while alive() != seen.0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    assert!(timeout(PATIENCE, noted).await.is_ok(), "{}", alive());
    // Nobody was at work from then on, and it takes three hours until somebody notices.
    house.time.abort();
    house.clinic.set_clock(seen.plus(Duration::from_hours(3)));
    let again = Calls::new(&house.clinic.chats, Config::default().calls).unwrap();
    again.end_after_restart().await.unwrap();
    let call = house.newest(ama);
    assert_eq!((call.status, call.end_reason, call.duration), (CallState::Ended, Some(CallReason::ServerRestart), 100));
    assert_eq!(call.ended_at, Some(seen));
    again.end_after_restart().await.unwrap();
    assert_eq!(house.clinic.page(ama, call.conversation_id, MessagesQuery::default()).items.len(), 1);
}

/// A disk that is full as long as a test says so.
#[derive(Debug, Default, Clone)]
struct Narrow(Arc<AtomicBool>);

impl Disk for Narrow {
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        LocalDisk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        LocalDisk.open(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        LocalDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        LocalDisk.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        LocalDisk.sync_folder(path)
    }

    fn available(&self, _: &Path) -> io::Result<u64> {
        Ok(if self.0.load(Ordering::Relaxed) { 0 } else { u64::MAX })
    }
}

#[tokio::test]
async fn what_a_restart_ends_waits_for_room_on_the_disk() {
    let (folder, disk) = (tempfile::tempdir().unwrap(), Narrow::default());
    let options = Options { disk: Arc::new(disk.clone()), ..Options::new(folder.path().join("data")) };
    let house = House::over(Clinic::on_disk(&options, Arc::new(AtomicU64::new(1_795_000_000_000))));
    let (ama, dora) = (house.clinic.person("Ama Test", Role::Mom).await, house.clinic.person("Dora Sample", Role::Doctor).await);
    let id = house.place(ama, 1, dora).await.unwrap().call_id;
    house.calls.accept(dora, Device(2), &named(id)).await.unwrap();
    house.time.abort();
    disk.0.store(true, Ordering::Relaxed);
    let again = Calls::new(&house.clinic.chats, Config::default().calls).unwrap();
    again.end_after_restart().await.unwrap();
    assert_eq!(house.newest(ama).status, CallState::Accepted, "nothing can be written down");
    let keeper = again.clone();
    let time = tokio::spawn(async move { keeper.keep_time().await });
    disk.0.store(false, Ordering::Relaxed);
    house.clinic.until(|clinic| !clinic.events_for(dora, "call_ended").is_empty()).await;
    let call = house.newest(ama);
    assert_eq!((call.status, call.end_reason), (CallState::Ended, Some(CallReason::ServerRestart)));
    assert_eq!(house.clinic.page(ama, call.conversation_id, MessagesQuery::default()).items.len(), 1);
    assert!(house.place(ama, 1, dora).await.is_ok(), "and they are free again");
    time.abort();
}

/// People who call each other, answer, give up, are lost and come back as it was drawn: the same in each run, unless `MOMMYCARE_CALL_SEED`
/// says another number.
#[tokio::test]
async fn the_books_balance_after_any_history() {
    let steps: usize = std::env::var("MOMMYCARE_CALL_STEPS").map_or(1_500, |text| text.parse().expect("a number"));
    let seed = std::env::var("MOMMYCARE_CALL_SEED").map_or(23, |text| text.parse().expect("a number"));
    println!("MOMMYCARE_CALL_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let house = House::new();
    let mut people = Vec::new();
    for (name, role) in [("Ama Test", Role::Mom), ("Bea Test", Role::Mom), ("Dora Sample", Role::Doctor), ("Mia Midwife", Role::Midwife)] {
        people.push(house.clinic.person(name, role).await);
    }
    let mut ids = vec![CallId(1)];
    for step in 0..steps {
        let (one, other) = (people[random.random_range(0..4)], people[random.random_range(0..4)]);
        let (device, id) = (Device(random.random_range(0..3)), ids[ids.len() - 1 - random.random_range(0..ids.len().min(4))]);
        let outcome = match random.random_range(0..11) {
            0..=2 => house.place(one, device.0, other).await.map(|placed| {
                if !ids.contains(&placed.call_id) {
                    ids.push(placed.call_id);
                }
            }),
            3 | 4 => house.calls.accept(one, device, &named(id)).await.map(drop),
            5 => house.calls.reject(one, &named(id)).await.map(drop),
            6 => house.calls.hang_up(one, &named(id)).await.map(drop),
            7 => house.calls.lose(one.user, device).await,
            8 => house.calls.resume(one, device, &named(id)).await.map(drop),
            9 => house.calls.see(one).await.map(drop),
            _ => {
                house.set_clock(house.now().plus(Duration::from_secs(random.random_range(0..30))), one).await;
                Ok(())
            }
        };
        if let Err(error) = outcome {
            assert!(
                matches!(error.code, Code::NotFound | Code::Conflict | Code::Forbidden | Code::Validation | Code::UserNotFound),
                "{error}"
            );
        }
        if step % 50 == 0 {
            check(&house, &people).await;
        }
    }
    house.calls.end_after_restart().await.unwrap();
    check(&house, &people).await;
    assert!(house.clinic.store.read(|read| read.scan(tables::ENGAGED, .., Direction::Ascending, 1)).unwrap().is_empty());
    assert!(ids.len() > steps / 50, "{} calls", ids.len());
}

/// Compares every table about calls with the calls themselves, and with what was written and told.
async fn check(house: &House, people: &[Actor]) {
    house.clinic.store.read(|read| {
        let calls: BTreeMap<CallId, Call> = read.scan(tables::CALLS, .., Direction::Ascending, usize::MAX).unwrap().into_iter().collect();
        let live = |call: &Call| matches!(call.state, CallState::Ringing | CallState::Accepted);
        let mut engaged: Vec<_> =
            calls.iter().filter(|(_, call)| live(call)).flat_map(|(id, call)| [(call.caller.user, *id), (call.callee.user, *id)]).collect();
        engaged.sort_unstable();
        assert_eq!(read.scan(tables::ENGAGED, .., Direction::Ascending, 100).unwrap(), engaged, "one call at a time, and no more");
        let due = |call: &Call| {
            let lost = call.caller.lost_until.into_iter().chain(call.callee.lost_until);
            lost.chain((call.state == CallState::Ringing).then_some(call.rings_until)).min().filter(|_| live(call))
        };
        let mut rows: Vec<_> = calls.iter().filter_map(|(id, call)| due(call).map(|due| ((due, *id), ()))).collect();
        rows.sort_unstable();
        assert_eq!(read.scan(tables::CALLS_DUE, .., Direction::Ascending, 100).unwrap(), rows);
        let mut told: HashMap<CallId, usize> = HashMap::new();
        for (_, message) in read.scan(tables::MESSAGES, .., Direction::Ascending, usize::MAX).unwrap() {
            let Some(System::Call(id)) = message.system else { panic!("{message:?}") };
            *told.entry(id).or_default() += 1;
        }
        for (id, call) in &calls {
            assert_eq!(told.get(id).copied().unwrap_or(0), usize::from(!live(call)), "one message for each that is over: {call:?}");
            assert_eq!(call.ended_at.is_some(), !live(call));
            let unwanted = matches!(call.state, CallState::Rejected | CallState::Ringing);
            assert_eq!(call.missed > 0, call.answered_at.is_none() && !unwanted, "{call:?}");
        }
        for person in people {
            let all = (person.user, 0)..=(person.user, u64::MAX);
            let own = read.scan(tables::CALLS_OF_PERSON, all.clone(), Direction::Ascending, usize::MAX).unwrap();
            assert!(own.iter().zip(1..).all(|(((_, number), _), expected)| *number == expected), "numbers have no gaps");
            let is_party = |call: &&Call| call.caller.user == person.user || call.callee.user == person.user;
            assert_eq!(own.len(), calls.values().filter(is_party).count());
            let missed = read.scan(tables::MISSED_CALLS, all, Direction::Ascending, usize::MAX).unwrap();
            for ((_, number), id) in &missed {
                assert_eq!((calls[id].missed, calls[id].callee.user), (*number, person.user));
            }
            let count = calls.values().filter(|call| call.callee.user == person.user && call.missed > 0).count();
            assert_eq!(missed.len(), count);
        }
    });
    // What was told last is what is, once it has been told.
    for person in people {
        let is_told = |clinic: &Clinic| {
            let count = house.calls.missed(*person).unwrap().count;
            match clinic.events_for(*person, "calls_missed").pop() {
                Some(Event::CallsMissed(missed)) => missed.count == count,
                _ => count == 0,
            }
        };
        house.clinic.until(is_told).await;
    }
}
