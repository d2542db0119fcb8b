//! What calls cost those who write: 200 pairs call each other, talk and hang up while others send messages. Windows with calls and
//! without take turns, so that what else the machine does falls on both.

use super::{Instant, Person, WORDS, cpu, cpu_since, load_average, millis, pairs, percentile, setting, start};
use crate::support::socket::Socket;
use futures_util::future::join_all;
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Calls at the same time.
const CALLS: usize = 200;
/// Pairs that write, and messages a second of all of them.
const WRITERS: usize = 50;
const PER_SECOND: u64 = 250;
/// What each side of a call sends: a description of the session, and then the ways that it has found.
const SIGNALS: usize = 20;

/// One window: how long each message took from being sent to being received.
async fn window(writers: &mut [(Socket, Socket, String)], seconds: u64) -> Vec<Duration> {
    let every = Duration::from_micros(1_000_000 * WRITERS as u64 / PER_SECOND);
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    join_all(writers.iter_mut().enumerate().map(|(number, (from, to, chat))| {
        let times = times.clone();
        async move {
            tokio::time::sleep(every * u32::try_from(number).unwrap() / u32::try_from(WRITERS).unwrap()).await;
            let mut tick = tokio::time::interval(every);
            for _ in 0..seconds * PER_SECOND / WRITERS as u64 {
                tick.tick().await;
                let one = Instant::now();
                from.emit("send_message", json!({ "conversationId": chat, "content": WORDS })).await;
                to.wait_for("new_message").await;
                times.lock().unwrap().push(one.elapsed());
                // A socket that nobody reads answers no pings and is closed.
                from.wait_for("message_sent").await;
                to.events.clear();
                from.events.clear();
            }
        }
    }))
    .await;
    Arc::try_unwrap(times).unwrap().into_inner().unwrap()
}

/// A pair that calls, talks until the window is over, and hangs up. All of them are in a call at the same time.
async fn call(phone: &mut Socket, desk: &mut Socket, chat: &str, over: &AtomicBool, seconds: u64) -> usize {
    let placed = phone.ask("voice_call_request", json!({ "conversationId": chat })).await;
    let id = placed["data"]["callId"].clone();
    desk.wait_for("incoming_voice_call").await;
    assert_eq!(desk.ask("call_accepted", json!({ "callId": id })).await["success"], true);
    phone.wait_for("call_accepted").await;
    let mut sent = 0;
    let pause = Duration::from_millis(seconds * 800) / u32::try_from(SIGNALS).unwrap();
    for number in 0..SIGNALS {
        let signal = json!({ "callId": id, "signal": "x".repeat(if number == 0 { 5_000 } else { 200 }) });
        phone.emit("call_signal", signal.clone()).await;
        desk.emit("call_signal", signal).await;
        phone.wait_for("call_signal").await;
        desk.wait_for("call_signal").await;
        sent += 2;
        if !over.load(Ordering::Relaxed) {
            tokio::time::sleep(pause).await;
        }
    }
    assert_eq!(phone.ask("call_ended", json!({ "callId": id })).await["data"]["endReason"], "hangup");
    desk.wait_for("call_ended").await;
    for socket in [phone, desk] {
        socket.so_far().await;
    }
    sent
}

async fn connected(pairs: Vec<(Person, Person, String)>) -> Vec<(Socket, Socket, String)> {
    join_all(pairs.into_iter().map(|(one, other, chat)| async move { (Socket::connect(&one).await, Socket::connect(&other).await, chat) }))
        .await
}

/// Messages beside calls.
pub async fn calls() {
    let (server, disk) = start();
    let mut people = pairs(&server, CALLS + WRITERS).await;
    let mut writers = connected(people.split_off(CALLS)).await;
    let mut talkers = connected(people).await;
    let (seconds, rounds) = (setting("BENCH_SECONDS", 5).clamp(2, 20), setting("BENCH_ROUNDS", 6));
    let (mut quiet, mut busy, mut processor) = (Vec::new(), Vec::new(), [Duration::ZERO; 2]);
    let (mut quiet_p99, mut busy_p99) = (Vec::new(), Vec::new());
    let mut signals = 0;
    window(&mut writers, 2).await;
    for _ in 0..rounds {
        let before = cpu(&server);
        let mut times = window(&mut writers, seconds).await;
        processor[0] += cpu_since(&server, before);
        quiet_p99.push(percentile(&mut times, 99));
        quiet.append(&mut times);
        let (before, over) = (cpu(&server), AtomicBool::new(false));
        let talk = join_all(talkers.iter_mut().map(|(phone, desk, chat)| call(phone, desk, chat, &over, seconds)));
        let write = async {
            let times = window(&mut writers, seconds).await;
            over.store(true, Ordering::Relaxed);
            times
        };
        let (mut times, each) = tokio::join!(write, talk);
        processor[1] += cpu_since(&server, before);
        busy_p99.push(percentile(&mut times, 99));
        busy.append(&mut times);
        signals += each.into_iter().sum::<usize>();
    }
    let figure = |all: &mut Vec<Duration>, windows: &mut Vec<Duration>| {
        let (p50, p99) = (millis(percentile(all, 50)), millis(percentile(all, 99)));
        format!("p50 {p50}, p99 {p99} (median of the windows {})", millis(percentile(windows, 50)))
    };
    println!("{PER_SECOND} messages/s, {rounds} windows of {seconds} s each way; {}; {disk}", load_average());
    println!("  without calls: {}; processor {:?}", figure(&mut quiet, &mut quiet_p99), processor[0]);
    println!("  {CALLS} calls at once: {}; processor {:?}; {signals} signals", figure(&mut busy, &mut busy_p99), processor[1]);
}
