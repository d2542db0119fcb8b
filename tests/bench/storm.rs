//! Two thousand people who share conversations come at once: after a restart of the server, and after a hiccup of the network.
//! How many are told what, what it costs, how long until it is calm again, and how long messages take meanwhile.

use super::{Wire, cpu, cpu_since, load_average, memory, millis, percentile, setting, start};
use crate::support::{Server, http::Person};
use futures_util::{SinkExt as _, StreamExt as _, future::join_all};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};
use tokio_tungstenite::tungstenite::Message;

const PEOPLE: usize = 2_000;
const PROFESSIONALS: usize = 100;
/// Nothing has been told for so long: it is calm.
const CALM: Duration = Duration::from_millis(1_500);

/// What all sockets of a storm count together.
struct Count {
    zero: Instant,
    told: AtomicU64,
    /// Microseconds since `zero`.
    last_told: AtomicU64,
    joined: AtomicU64,
    last_joined: AtomicU64,
}

impl Count {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            zero: Instant::now(),
            told: AtomicU64::new(0),
            last_told: AtomicU64::new(0),
            joined: AtomicU64::new(0),
            last_joined: AtomicU64::new(0),
        })
    }

    fn note(&self, counter: &AtomicU64, last: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
        last.fetch_max(u64::try_from(self.zero.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
    }
}

/// Measures both storms.
pub async fn storm() {
    let (mut server, _) = start();
    let each = usize::try_from(setting("BENCH_SHARED", 5)).unwrap();
    let people = people(&server, each).await;
    println!("{PEOPLE} people, {} conversations", (PEOPLE - PROFESSIONALS) * each);
    server.kill();
    server.restart();
    let sockets = come(&server, &people, "all come at once after a restart").await;
    for socket in sockets {
        socket.abort();
    }
    // The sockets have gone; whoever is back within the grace was never away.
    drop(come(&server, &people, "all come back at once after a hiccup").await);
}

/// Mothers with some professionals each. The first mother and the first professional are those who write meanwhile.
async fn people(server: &Server, each: usize) -> Vec<Person> {
    let mut people = Vec::with_capacity(PEOPLE);
    for group in (0..PEOPLE).collect::<Vec<_>>().chunks(16) {
        let role = |number: usize| if number < PROFESSIONALS { "midwife" } else { "mom" };
        let made = group.iter().map(|number| async move { Person::register(server, &format!("Person{number}"), role(*number)).await });
        people.extend(join_all(made).await);
    }
    for group in (PROFESSIONALS..PEOPLE).collect::<Vec<_>>().chunks(16) {
        let opened = group.iter().map(|mother| {
            let people = &people;
            async move {
                for number in 0..each {
                    people[*mother].open(&people[(mother * 7 + number * 13) % PROFESSIONALS]).await;
                }
            }
        });
        join_all(opened).await;
    }
    people
}

async fn come(server: &Server, people: &[Person], what: &str) -> Vec<JoinHandle<()>> {
    let (writer, reader) = (&people[PROFESSIONALS], &people[(PROFESSIONALS * 7) % PROFESSIONALS]);
    let chat = writer.open(reader).await;
    let (stop, stopped) = mpsc::channel(1);
    let writing = tokio::spawn(write(Wire::open(writer).await, Wire::open(reader).await, chat, stopped));
    sleep(Duration::from_millis(500)).await;

    let (count, before) = (Count::new(), cpu(server));
    let sockets: Vec<JoinHandle<()>> = people.iter().cloned().map(|person| tokio::spawn(listen(person, count.clone()))).collect();
    let all = people.len() as u64;
    let at = |micros: &AtomicU64| Duration::from_micros(micros.load(Ordering::Relaxed));
    while count.joined.load(Ordering::Relaxed) < all || count.zero.elapsed() < at(&count.last_told).max(at(&count.last_joined)) + CALM {
        assert!(count.zero.elapsed() < Duration::from_mins(2), "never calm");
        sleep(Duration::from_millis(50)).await;
    }
    let spent = cpu_since(server, before);
    stop.send(()).await.unwrap();
    let mut times = writing.await.unwrap();
    println!(
        "{what}: {} in after {}, {} told of others, calm after {}, {:.2} s of processor, {:.1} MB; a message meanwhile p50 {}, p99 {}, longest {} of {} [{}]",
        all,
        millis(at(&count.last_joined)),
        count.told.load(Ordering::Relaxed),
        millis(at(&count.last_told).max(at(&count.last_joined))),
        spent.as_secs_f64(),
        memory(server) as f64 / 976.6,
        millis(percentile(&mut times, 50)),
        millis(percentile(&mut times, 99)),
        millis(percentile(&mut times, 100)),
        times.len(),
        load_average()
    );
    sockets
}

/// Somebody's socket, which counts what it is told about others.
async fn listen(person: Person, count: Arc<Count>) {
    let wire = Wire::open(&person).await;
    count.note(&count.joined, &count.last_joined);
    let (mut pong, mut read) = wire.0.split();
    while let Some(Ok(Message::Text(text))) = read.next().await {
        if text.starts_with("42[\"user_status_change\"") {
            count.note(&count.told, &count.last_told);
        } else if text.as_str() == "2" {
            let _ = pong.send(Message::text("3")).await;
        }
    }
}

/// Writes fifty messages a second until told to stop; from sending to receiving of each.
async fn write(mut from: Wire, mut to: Wire, chat: String, mut stopped: mpsc::Receiver<()>) -> Vec<Duration> {
    let packet = format!("427[\"send_message\",{}]", json!({ "conversationId": chat, "content": "How are you today?" }));
    let mut times = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    while stopped.try_recv().is_err() {
        tick.tick().await;
        let began = Instant::now();
        from.send(packet.clone()).await;
        tokio::join!(from.wait_for("437[{\"success\":true"), to.wait_for("42[\"new_message\""));
        times.push(began.elapsed());
    }
    times
}
