//! How fast, how small, how soon: figures of the server under load from outside, over real TCP on this machine.
//!
//! ```text
//! cargo bench --bench load -- [send] [rest] [one] [idle] [crowd] [storm] [deep] [search] [calls]
//! ```
//!
//! Without a word it measures everything. `BINARY_UNDER_TEST` names another executable than the one that cargo has built;
//! `BENCH_SECONDS` (5) is how long a rate is measured, `BENCH_SOCKETS` (5000) how many idle connections there are, and
//! `BENCH_MESSAGES` (1000000) how long the deep conversation is. Load and server share the machine: beside every figure stand the
//! load average, what a bare `fdatasync` takes in the same folder, and the processor time that the server spent on a message.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)] // Only measures.

mod calls;
mod search;
mod storm;
#[path = "../support/mod.rs"]
mod support;

use futures_util::{SinkExt as _, StreamExt as _, future::join_all, stream::SplitSink};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{Seek as _, Write as _},
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use support::{Server, http::Person};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

const SENDERS: usize = 64;
const WORDS: &str = "How are you today? I have a question about the vitamins that you gave me.";

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |what: &str| wanted.is_empty() || wanted.iter().any(|word| word == what);
    raise_file_limit();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        if wants("send") {
            rate("Socket.IO", SENDERS, false).await;
        }
        if wants("rest") {
            rate("REST", SENDERS, true).await;
        }
        if wants("one") {
            rate("Socket.IO", 1, false).await;
            rate("REST", 1, true).await;
        }
        if wants("idle") {
            idle().await;
        }
        if wants("crowd") {
            crowd().await;
        }
        if wants("storm") {
            storm::storm().await;
        }
        if wants("deep") {
            deep().await;
        }
        if wants("search") {
            search::search().await;
        }
        if wants("calls") {
            calls::calls().await;
        }
    });
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Each connection is an open file, also on this side.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

/// A server, and what the disk could do before anything happened on it.
fn start() -> (Server, String) {
    let server = Server::with(&[("MOMMYCARE_SERVER__MAX_SOCKETS", "100000"), ("MOMMYCARE_SERVER__MAX_SOCKETS_PER_ADDRESS", "100000")]);
    let disk = disk(server.data());
    (server, disk)
}

/// What the disk itself can do in the folder of the data: 4 KiB at a time, each made durable; appended, which also moves the
/// file's end, and into a file that has its size already, which is what a journal with room set aside does.
fn disk(folder: &Path) -> String {
    let path = folder.join("fdatasync.probe");
    let probe = |prepared: usize| {
        let mut file = File::create(&path).unwrap();
        for _ in 0..prepared {
            file.write_all(&[0; 4096]).unwrap();
        }
        file.sync_all().unwrap();
        file.rewind().unwrap();
        let (began, mut times) = (Instant::now(), Vec::new());
        while began.elapsed() < Duration::from_millis(700) && (prepared == 0 || times.len() < prepared) {
            let one = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            times.push(one.elapsed());
        }
        let rate = times.len() as f64 / began.elapsed().as_secs_f64();
        format!("{rate:.0}/s, p50 {}", millis(percentile(&mut times, 50)))
    };
    let (appended, prepared) = (probe(0), probe(8192));
    fs::remove_file(path).unwrap();
    format!("bare fdatasync appended {appended}, in place {prepared}")
}

fn load_average() -> String {
    format!("load {}", fs::read_to_string("/proc/loadavg").unwrap().split(' ').next().unwrap())
}

/// Processor time that the server has spent since `before`.
fn cpu_since(server: &Server, before: Duration) -> Duration {
    cpu(server).saturating_sub(before)
}

/// Processor time of the server so far.
fn cpu(server: &Server) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Resident memory of the server in KiB.
fn memory(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * percent / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// A Socket.IO connection that looks at no more of a packet than it must.
struct Wire(WebSocketStream<TcpStream>);

impl Wire {
    async fn open(person: &Person) -> Self {
        let address = person.url.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let mut wire = Self(client_async(url, stream).await.unwrap().0);
        wire.wait_for("0").await;
        wire.send(format!("40{}", json!({ "token": person.token }))).await;
        wire.wait_for("40").await;
        wire
    }

    async fn send(&mut self, packet: String) {
        self.0.send(Message::text(packet)).await.unwrap();
    }

    /// The next packet that begins so; pings are answered.
    async fn wait_for(&mut self, beginning: &str) -> tokio_tungstenite::tungstenite::Utf8Bytes {
        loop {
            match self.0.next().await.expect("a connection that lasts").unwrap() {
                Message::Text(text) if text.starts_with(beginning) => return text,
                Message::Text(text) if text.as_str() == "2" => self.send("3".into()).await,
                _ => {}
            }
        }
    }
}

/// A REST connection that is kept.
struct Rest {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

impl Rest {
    async fn open(person: &Person) -> Self {
        let address = person.url.strip_prefix("http://").unwrap();
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let token = person.token.as_deref().unwrap();
        let head = format!(
            "POST /api/chat/send HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: "
        );
        Self { stream, head, buffer: vec![0; 16 << 10] }
    }

    async fn post(&mut self, body: &str) {
        let request = format!("{}{}\r\n\r\n{body}", self.head, body.len());
        self.stream.write_all(request.as_bytes()).await.unwrap();
        let mut have = 0;
        loop {
            let count = self.stream.read(&mut self.buffer[have..]).await.unwrap();
            assert!(count > 0, "the server closed");
            have += count;
            let Some(end) = self.buffer[..have].windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse::<usize>().unwrap();
            if have >= end + 4 + length {
                assert!(head.starts_with("HTTP/1.1 201"), "{head}");
                return;
            }
        }
    }
}

/// Mothers and doctors, each pair with its conversation.
async fn pairs(server: &Server, count: usize) -> Vec<(Person, Person, String)> {
    let mut pairs = Vec::with_capacity(count);
    for group in (0..count).collect::<Vec<_>>().chunks(16) {
        pairs.extend(
            join_all(group.iter().map(|number| async move {
                let mother = Person::register(server, &format!("Mother{number}"), "mom").await;
                let doctor = Person::register(server, &format!("Doctor{number}"), "doctor").await;
                let chat = mother.open(&doctor).await;
                (mother, doctor, chat)
            }))
            .await,
        );
    }
    pairs
}

/// Prints a figure and what it was measured beside.
fn print(disk: &str, what: &str, figure: &str, messages: usize, spent: Duration) {
    let mut line = format!("{what}: {figure} [{}", load_average());
    if messages > 0 {
        write!(line, ", server {:.0} µs of processor a message", spent.as_secs_f64() * 1e6 / messages as f64).unwrap();
    }
    println!("{line}; {disk}]");
}

/// Messages a second from send to delivered: each is acknowledged (so it is durable) and received by the other person
/// before its sender writes the next.
async fn rate(door: &str, senders: usize, rest: bool) {
    let (server, disk) = start();
    let pairs = pairs(&server, senders).await;
    let time = Duration::from_secs(setting("BENCH_SECONDS", 5));
    let mut tasks = JoinSet::new();
    let ready = Arc::new(tokio::sync::Barrier::new(senders + 1));
    for (mother, doctor, chat) in pairs {
        let ready = ready.clone();
        tasks.spawn(async move {
            let mut there = Wire::open(&doctor).await;
            let mut wire = Wire::open(&mother).await;
            let mut http = Rest::open(&mother).await;
            let body = json!({ "conversationId": chat, "content": WORDS }).to_string();
            let packet = format!("427[\"send_message\",{body}]");
            ready.wait().await;
            let (began, mut times) = (Instant::now(), Vec::with_capacity(16_384));
            while began.elapsed() < time {
                let one = Instant::now();
                if rest {
                    tokio::join!(http.post(&body), there.wait_for("42[\"new_message\""));
                    // What the sender's own devices are told must not pile up.
                    wire.wait_for("42[\"message_sent\"").await;
                } else {
                    wire.send(packet.clone()).await;
                    tokio::join!(wire.wait_for("437[{\"success\":true"), there.wait_for("42[\"new_message\""));
                }
                times.push(one.elapsed());
            }
            times
        });
    }
    ready.wait().await;
    let (before, began) = (cpu(&server), Instant::now());
    let mut times: Vec<Duration> = tasks.join_all().await.into_iter().flatten().collect();
    let took = began.elapsed();
    let spent = cpu_since(&server, before);
    let figure = format!(
        "{:.0} durable messages/s, p50 {}, p99 {}",
        times.len() as f64 / took.as_secs_f64(),
        millis(percentile(&mut times, 50)),
        millis(percentile(&mut times, 99))
    );
    print(&disk, &format!("{door}, {senders} sender(s), send to delivered"), &figure, times.len(), spent);
}

/// What a connection that is silent costs.
async fn idle() {
    let (server, disk) = start();
    let count = usize::try_from(setting("BENCH_SOCKETS", 5000)).unwrap();
    println!("memory after the start: {:.1} MB", memory(&server) as f64 / 1000.0 * 1.024);
    // People with several devices each, since accounts cost time to make.
    let people: Vec<Person> = pairs(&server, count.div_ceil(20).min(250)).await.into_iter().flat_map(|(a, b, _)| [a, b]).collect();
    // What the first connections make the server allocate for good is not counted.
    drop(join_all(people.iter().take(50).map(Wire::open)).await);
    let before = memory(&server);
    let mut wires = Vec::with_capacity(count);
    for group in (0..count).collect::<Vec<_>>().chunks(50) {
        wires.extend(join_all(group.iter().map(|number| Wire::open(&people[number % people.len()]))).await);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = (memory(&server).saturating_sub(before)) as f64 * 1.024 / count as f64;
    let figure = format!("{each:.1} kB each ({:.1} MB before, {:.1} MB with them)", before as f64 / 976.6, memory(&server) as f64 / 976.6);
    print(&disk, &format!("{count} idle connections of {} people", people.len()), &figure, 0, Duration::ZERO);
}

/// Two thousand people on line, of whom some write: 250 messages a second in all.
async fn crowd() {
    const PER_SECOND: u64 = 250;
    let (server, disk) = start();
    let pairs = pairs(&server, 1000).await;
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let zero = Instant::now();
    let mut senders: Vec<SplitSink<WebSocketStream<TcpStream>, Message>> = Vec::new();
    let mut chats = Vec::new();
    for group in pairs.chunks(50) {
        for (mother, doctor) in
            join_all(group.iter().map(|(mother, doctor, _)| async { (Wire::open(mother).await, Wire::open(doctor).await) })).await
        {
            let (write, mut read) = mother.0.split();
            tokio::spawn(async move { while let Some(Ok(_)) = read.next().await {} });
            senders.push(write);
            let (mut pong, mut read) = doctor.0.split();
            let times = times.clone();
            tokio::spawn(async move {
                while let Some(Ok(Message::Text(text))) = read.next().await {
                    if text.starts_with("42[\"new_message\"") {
                        let sent = text.split("at=").nth(1).and_then(|rest| rest.split('=').next()).and_then(|micros| micros.parse().ok());
                        times.lock().unwrap().push(zero.elapsed().saturating_sub(Duration::from_micros(sent.unwrap())));
                    } else if text.as_str() == "2" {
                        let _ = pong.send(Message::text("3")).await;
                    }
                }
            });
        }
    }
    chats.extend(pairs.into_iter().map(|(.., chat)| chat));
    let seconds = setting("BENCH_SECONDS", 5).clamp(5, 20);
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / PER_SECOND));
    let (before, sent) = (cpu(&server), seconds * PER_SECOND);
    for number in 0..sent {
        tick.tick().await;
        let who = usize::try_from(number).unwrap() % chats.len();
        let content = format!("at={}= {WORDS}", zero.elapsed().as_micros());
        let packet = format!("42[\"send_message\",{}]", json!({ "conversationId": chats[who], "content": content }));
        senders[who].send(Message::text(packet)).await.unwrap();
    }
    let wait = Instant::now();
    while (times.lock().unwrap().len() as u64) < sent && wait.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let processor = cpu_since(&server, before);
    let mut latencies = times.lock().unwrap().clone();
    let figure = format!(
        "{} of {sent} received, p50 {}, p99 {}, {:.1} MB",
        latencies.len(),
        millis(percentile(&mut latencies, 50)),
        millis(percentile(&mut latencies, 99)),
        memory(&server) as f64 / 976.6
    );
    print(&disk, &format!("2,000 sockets, {PER_SECOND} messages/s for {seconds} s, send to receive"), &figure, latencies.len(), processor);
}

/// A very long conversation: pages at its end and in its depth, memory, and how soon the server is there again.
async fn deep() {
    let (mut server, disk) = start();
    let count = setting("BENCH_MESSAGES", 1_000_000);
    let (mother, doctor, chat) = pairs(&server, 1).await.swap_remove(0);
    let (before, began) = (cpu(&server), Instant::now());
    fill(&mother, &chat, count).await;
    let spent = cpu_since(&server, before);
    let rate = format!(
        "{:.0}/s over one socket with 64 on their way, {:.1} MB",
        count as f64 / began.elapsed().as_secs_f64(),
        memory(&server) as f64 / 976.6
    );
    print(&disk, &format!("{count} messages into one conversation"), &rate, usize::try_from(count).unwrap(), spent);
    let pages = async |what: &str, query: String| {
        let mut times = Vec::new();
        for _ in 0..200 {
            let one = Instant::now();
            let reply = doctor.get(&format!("/api/chat/conversations/{chat}/messages?{query}")).await;
            times.push(one.elapsed());
            assert_eq!(reply.data().as_array().unwrap().len(), 50, "{query}");
        }
        let figure = format!("p50 {}, p99 {}", millis(percentile(&mut times, 50)), millis(percentile(&mut times, 99)));
        println!("{what}: {figure} [{}]", load_average());
    };
    pages("newest page of 50", "limit=50".into()).await;
    pages(&format!("page of 50 that is {} deep", count / 2), format!("limit=50&skip={}", count / 2)).await;
    let starts = |server: &mut Server, how: &str| {
        let began = Instant::now();
        server.restart();
        let took = began.elapsed();
        print(
            &disk,
            &format!("start after {how} with {count} messages"),
            &format!("{}, {:.1} MB", millis(took), memory(server) as f64 / 976.6),
            0,
            Duration::ZERO,
        );
    };
    let (took, well) = server.terminate();
    println!("clean stop: {} ({})", millis(took), if well { "well" } else { "not well" });
    starts(&mut server, "a clean stop");
    fill(&mother, &chat, (count / 10).min(50_000)).await;
    server.kill();
    starts(&mut server, &format!("kill -9 after {} more", (count / 10).min(50_000)));
    let size: u64 = fs::read_dir(server.data()).unwrap().map(|entry| folder_size(&entry.unwrap().path())).sum();
    println!("the data folder: {:.0} MB", size as f64 / 1e6);
}

fn folder_size(path: &Path) -> u64 {
    if path.is_dir() {
        fs::read_dir(path).unwrap().map(|entry| folder_size(&entry.unwrap().path())).sum()
    } else {
        fs::metadata(path).unwrap().len()
    }
}

/// Writes many messages fast: over one socket, with as many on their way as the server takes from one client.
async fn fill(mother: &Person, chat: &str, count: u64) {
    const WINDOW: u64 = 64;
    let mut wire = Wire::open(mother).await;
    let body: Value = json!({ "conversationId": chat, "content": WORDS });
    let packet = format!("427[\"send_message\",{body}]");
    for _ in 0..WINDOW.min(count) {
        wire.send(packet.clone()).await;
    }
    for acknowledged in 1..=count {
        wire.wait_for("437[{\"success\":true").await;
        if acknowledged + WINDOW <= count {
            wire.send(packet.clone()).await;
        }
    }
}
