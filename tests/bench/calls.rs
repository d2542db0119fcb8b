//! What calls cost those who write: 200 pairs are in calls while others send messages. Windows take turns, so that what else the machine
//! does falls on each kind: nobody calls; 200 calls are up, as calls are most of the time: all signals have been said; 200 calls are up and
//! signal all the time; 200 calls begin, talk and end within the window, spread over it; and all 200 begin within the same moment.
//!
//! Each pair is a task of its own: one task for all would let a message wait for the generator and not for the server.

use super::{Instant, Person, WORDS, cpu, cpu_since, load_average, millis, pairs, percentile, setting, start};
use crate::support::{Server, socket::Socket};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Barrier,
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep},
};

/// Calls at the same time.
const CALLS: u32 = 200;
/// Pairs that write, and messages a second of all of them.
const WRITERS: u32 = 50;
const PER_SECOND: u32 = 250;
/// What each side of a call sends: a description of the session, and then the ways that it has found.
const SIGNALS: u32 = 20;

/// Two people in a conversation, each with a device.
struct Pair {
    one: Socket,
    other: Socket,
    chat: String,
}

/// When the calls of a window happen.
#[derive(Debug, Clone, Copy)]
enum Calls {
    /// Not at all.
    Never,
    /// They have begun and said all signals before the window, and end after it.
    Up,
    /// They are up before the window, signal throughout it and end after it.
    Throughout,
    /// They begin and end within the window, one after the other.
    Spread,
    /// They begin in the same moment, and end in the same moment.
    Together,
}

const KINDS: [(Calls, &str); 5] = [
    (Calls::Never, "without calls"),
    (Calls::Up, "200 calls are up"),
    (Calls::Throughout, "200 calls are up and signal"),
    (Calls::Spread, "200 calls come and go"),
    (Calls::Together, "200 calls in one moment"),
];

/// Messages, each as long as it took from being sent to being received.
async fn send(mut pair: Pair, number: u32, seconds: u32) -> (Pair, Vec<Duration>) {
    let every = Duration::from_secs(1) * WRITERS / PER_SECOND;
    sleep(every * number / WRITERS).await;
    let (mut tick, mut times) = (interval(every), Vec::new());
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..seconds * PER_SECOND / WRITERS {
        tick.tick().await;
        let sent = Instant::now();
        pair.one.emit("send_message", json!({ "conversationId": pair.chat, "content": WORDS })).await;
        pair.other.wait_for("new_message").await;
        times.push(sent.elapsed());
        // A socket that nobody reads answers no pings and is closed.
        pair.one.wait_for("message_sent").await;
        pair.other.events.clear();
        pair.one.events.clear();
    }
    (pair, times)
}

/// A call is placed and answered.
async fn place(Pair { one, other, chat }: &mut Pair) -> Value {
    let placed = one.ask("voice_call_request", json!({ "conversationId": chat })).await;
    let id = placed["data"]["callId"].clone();
    other.wait_for("incoming_voice_call").await;
    assert_eq!(other.ask("call_accepted", json!({ "callId": id })).await["success"], true);
    one.wait_for("call_accepted").await;
    id
}

/// Both sides signal for so long.
async fn signal(Pair { one, other, .. }: &mut Pair, id: &Value, duration: Duration) {
    for number in 0..SIGNALS {
        let signal = json!({ "callId": id, "signal": "x".repeat(if number == 0 { 5_000 } else { 200 }) });
        one.emit("call_signal", signal.clone()).await;
        other.emit("call_signal", signal).await;
        one.wait_for("call_signal").await;
        other.wait_for("call_signal").await;
        sleep(duration / SIGNALS).await;
    }
}

/// One of them hangs up.
async fn end(Pair { one, other, .. }: &mut Pair, id: &Value) {
    assert_eq!(one.ask("call_ended", json!({ "callId": id })).await["data"]["endReason"], "hangup");
    other.wait_for("call_ended").await;
    for socket in [one, other] {
        socket.so_far().await;
    }
}

/// One call of a window. The barriers stand before the window and after it.
async fn call(mut pair: Pair, number: u32, kind: Calls, seconds: u32, barriers: Arc<[Barrier; 2]>) -> Pair {
    let window = Duration::from_secs(seconds.into());
    let [before, after] = &*barriers;
    match kind {
        Calls::Never => {
            before.wait().await;
        }
        Calls::Up | Calls::Throughout => {
            sleep(Duration::from_millis(5) * number).await;
            let id = place(&mut pair).await;
            if matches!(kind, Calls::Up) {
                signal(&mut pair, &id, window / 5).await;
            }
            before.wait().await;
            if matches!(kind, Calls::Throughout) {
                sleep(window / SIGNALS * number / CALLS).await;
                signal(&mut pair, &id, window * 9 / 10).await;
            }
            after.wait().await;
            sleep(Duration::from_millis(5) * number).await;
            end(&mut pair, &id).await;
            return pair;
        }
        Calls::Spread => {
            before.wait().await;
            sleep(window / 2 * number / CALLS).await;
            let id = place(&mut pair).await;
            signal(&mut pair, &id, window * 4 / 10).await;
            end(&mut pair, &id).await;
        }
        Calls::Together => {
            before.wait().await;
            let id = place(&mut pair).await;
            signal(&mut pair, &id, window * 8 / 10).await;
            end(&mut pair, &id).await;
        }
    }
    after.wait().await;
    pair
}

async fn connected(pairs: Vec<(Person, Person, String)>) -> Vec<Pair> {
    let one = async |(one, other, chat)| Pair { one: Socket::connect(&one).await, other: Socket::connect(&other).await, chat };
    join_all(pairs.into_iter().map(one)).await
}

async fn all<T>(tasks: Vec<JoinHandle<T>>) -> Vec<T> {
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// Those who write, and those who call.
struct Crowd {
    writers: Vec<Pair>,
    talkers: Vec<Pair>,
}

impl Crowd {
    /// One window: how long each message took, and the processor time of the server.
    async fn window(&mut self, server: &Server, kind: Calls, seconds: u32) -> (Vec<Duration>, Duration) {
        let barriers = Arc::new([Barrier::new(CALLS as usize + 1), Barrier::new(CALLS as usize + 1)]);
        let numbered = |pairs: &mut Vec<Pair>| (0..).zip(std::mem::take(pairs)).collect::<Vec<(u32, Pair)>>();
        let talk = numbered(&mut self.talkers).into_iter();
        let talk: Vec<_> = talk.map(|(number, pair)| tokio::spawn(call(pair, number, kind, seconds, barriers.clone()))).collect();
        barriers[0].wait().await;
        let before = cpu(server);
        let send_all = numbered(&mut self.writers).into_iter();
        let written = all(send_all.map(|(number, pair)| tokio::spawn(send(pair, number, seconds))).collect()).await;
        barriers[1].wait().await;
        let spent = cpu_since(server, before);
        self.talkers = all(talk).await;
        let (writers, times): (Vec<_>, Vec<_>) = written.into_iter().unzip();
        self.writers = writers;
        (times.concat(), spent)
    }
}

/// Messages beside calls.
pub async fn calls() {
    let (server, disk) = start();
    let mut people = pairs(&server, (CALLS + WRITERS) as usize).await;
    let writers = connected(people.split_off(CALLS as usize)).await;
    let mut crowd = Crowd { writers, talkers: connected(people).await };
    let seconds = u32::try_from(setting("BENCH_SECONDS", 5).clamp(2, 20)).unwrap();
    let rounds = setting("BENCH_ROUNDS", 6);
    let mut figures = KINDS.map(|_| (Vec::new(), Vec::new(), Duration::ZERO));
    crowd.window(&server, Calls::Never, 2).await;
    for _ in 0..rounds {
        for ((kind, _), (all, p99, processor)) in KINDS.into_iter().zip(&mut figures) {
            let (mut times, spent) = crowd.window(&server, kind, seconds).await;
            p99.push(percentile(&mut times, 99));
            all.append(&mut times);
            *processor += spent;
        }
    }
    println!("{PER_SECOND} messages/s, {rounds} windows of {seconds} s of each kind; {}; {disk}", load_average());
    for ((_, name), (mut all, mut windows, processor)) in KINDS.into_iter().zip(figures) {
        let (p50, p99, window) = (percentile(&mut all, 50), percentile(&mut all, 99), percentile(&mut windows, 50));
        println!("  {name}: p50 {}, p99 {} (median of the windows {}); processor {processor:?}", millis(p50), millis(p99), millis(window));
    }
}
