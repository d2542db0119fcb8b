//! Searching a million messages: how long it takes, what the index costs in memory and on disk, how soon it is there again, and
//! what sends feel of its being made.

use super::{Rest, Wire, folder_size, load_average, memory, millis, percentile, print, setting, start};
use crate::support::{Server, command, http::Person};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

const CHATS: usize = 50;
const VOCABULARY: u64 = 30_000;
/// Times that each kind of question is asked.
const TIMES: usize = 200;

/// Numbers that are the same in each run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A word as people use them: the most common one in a tenth of all places, each further one more rarely.
    fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        // The inverse of the sum of 1 / (rank + 3), as near as it matters.
        let top = ((VOCABULARY + 3) as f64 / 3.0).ln();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a rank
        word((3.0 * (share * top).exp() - 3.0) as u64)
    }

    fn message(&mut self) -> String {
        let words: Vec<String> = (0..3 + self.next() % 16).map(|_| self.word()).collect();
        words.join(" ")
    }
}

/// The word of a rank: made of syllables, in three scripts.
fn word(rank: u64) -> String {
    const SYLLABLES: [[&str; 16]; 3] = [
        ["ba", "ke", "di", "fo", "gu", "ha", "li", "mo", "na", "pe", "ri", "so", "tu", "va", "we", "yi"],
        ["ක", "ගි", "ජු", "ට", "ඩෙ", "ණා", "ත", "දි", "න", "පු", "බ", "මා", "ය", "ර", "ලි", "ස"],
        ["க", "ஙா", "ச", "ஞி", "ட", "ணு", "த", "ந", "ப", "மா", "ய", "ரி", "ல", "வெ", "ழ", "ள"],
    ];
    // Common words first use few syllables; the ranks are spread, so that neighbours do not begin alike.
    let mut left = rank.wrapping_mul(7_919) % 65_536;
    let script = usize::try_from(rank % 8).unwrap().saturating_sub(5);
    let mut word = String::new();
    for _ in 0..(2 + rank.min(4_096) / 2_048).max(u64::from(rank > 200) + 2) {
        word.push_str(SYLLABLES[script][usize::try_from(left % 16).unwrap()]);
        left /= 16;
    }
    word
}

/// Everything that is measured of searching.
pub async fn search() {
    let (mut server, disk) = start();
    let count = setting("BENCH_MESSAGES", 1_000_000);
    let reader = Person::register(&server, "Reader", "doctor").await;
    let mothers = join_all((0..CHATS).map(|number| {
        let server = &server;
        async move { Person::register(server, &format!("Mother{number}"), "mom").await }
    }))
    .await;
    let chats = join_all(mothers.iter().map(|mother| mother.open(&reader))).await;
    let began = Instant::now();
    let shares = join_all(
        mothers.iter().zip(&chats).enumerate().map(|(number, (mother, chat))| fill(mother, chat, number as u64, count / CHATS as u64)),
    );
    shares.await;
    let took = began.elapsed();
    println!("{count} messages into {CHATS} conversations: {:.0}/s [{}]", count as f64 / took.as_secs_f64(), load_average());
    let behind = figure(&reader, "search_backlog").await;
    indexed(&reader, count).await;
    println!(
        "of them {behind} were not in the index then; all were {:.1} s later [{}]",
        began.elapsed().checked_sub(took).unwrap().as_secs_f64(),
        load_average()
    );
    size(&server);
    questions(&reader, &mothers[0], &chats).await;
    size(&server);
    sends("with the index made", &mothers[1], &chats[1], Duration::from_secs(10)).await;
    let others = searchers(&reader);
    sends("while 8 search without a pause", &mothers[1], &chats[1], Duration::from_secs(10)).await;
    others.abort_all();

    let (took, _) = server.terminate();
    println!("clean stop: {}", millis(took));
    for how in ["a clean stop", "kill -9", "kill -9 without an index"] {
        if how.ends_with("index") {
            fs::remove_dir_all(server.data().join("index")).unwrap();
        }
        let began = Instant::now();
        server.restart();
        let up = began.elapsed();
        let before = cpu(&server);
        if how.ends_with("index") {
            sends("while the index is made", &mothers[2], &chats[2], Duration::from_secs(10)).await;
        }
        indexed(&reader, count).await;
        let ready = format!(
            "{}, {:.1} MB, whole index {:.1} s after the start",
            millis(up),
            memory(&server) as f64 / 976.6,
            began.elapsed().as_secs_f64()
        );
        print(&disk, &format!("start after {how}"), &ready, 0, Duration::ZERO);
        println!("the server spent {:.1} s of processor since", cpu(&server).checked_sub(before).unwrap().as_secs_f64());
        server.kill();
    }
    let folder = server.data().parent().unwrap().to_path_buf();
    let reindex = command(&folder).args(["reindex", "--data", server.data().to_str().unwrap()]).output().unwrap();
    println!("{}[{}]", String::from_utf8_lossy(&reindex.stdout), load_average());
}

fn cpu(server: &Server) -> Duration {
    super::cpu(server)
}

/// Sends made-up messages over one socket.
async fn fill(person: &Person, chat: &str, seed: u64, count: u64) {
    const WINDOW: u64 = 8;
    let (mut wire, mut chance) = (Wire::open(person).await, Chance(seed));
    let mut packet = || format!("427[\"send_message\",{}]", json!({ "conversationId": chat, "content": chance.message() }));
    for _ in 0..WINDOW.min(count) {
        wire.send(packet()).await;
    }
    for acknowledged in 1..=count {
        wire.wait_for("437[{\"success\":true").await;
        if acknowledged + WINDOW <= count {
            wire.send(packet()).await;
        }
    }
}

fn size(server: &Server) {
    let index = folder_size(&server.data().join("index")) as f64 / 1e6;
    let all = folder_size(server.data()) as f64 / 1e6;
    println!("memory {:.1} MB; the index {index:.1} MB on disk, the whole data folder {all:.0} MB", memory(server) as f64 / 976.6);
}

async fn figure(person: &Person, name: &str) -> u64 {
    let text = person.get("/metrics").await.body.as_str().unwrap().to_owned();
    let line = text.lines().find(|line| line.starts_with(&format!("mommycare_{name} "))).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn indexed(person: &Person, count: u64) {
    let person = person.sign_in().await;
    while figure(&person, "search_documents").await < count || figure(&person, "search_backlog").await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Questions of every kind, each many times with other words.
async fn questions(reader: &Person, mother: &Person, chats: &[String]) {
    let mut chance = Chance(1_000);
    let middle = middle(reader, &chats[0]).await;
    let ranks = |from: u64, to: u64| move |chance: &mut Chance| word(from + chance.next() % (to - from));
    let (common, rare) = (ranks(0, 50), ranks(20_000, VOCABULARY));
    let any = |chance: &mut Chance| chance.word();
    ask(reader, "a word, as often as it is used", &mut chance, |c| (format!("{} ", any(c)), String::new())).await;
    ask(reader, "a common word", &mut chance, |c| (format!("{} ", common(c)), String::new())).await;
    ask(reader, "a rare word", &mut chance, |c| (format!("{} ", rare(c)), String::new())).await;
    ask(reader, "a word that is nowhere", &mut chance, |c| (format!("nowhere{} ", c.next() % 1_000), String::new())).await;
    ask(reader, "two words", &mut chance, |c| (format!("{} {} ", any(c), any(c)), String::new())).await;
    ask(reader, "a common and a rare word", &mut chance, |c| (format!("{} {} ", common(c), rare(c)), String::new())).await;
    ask(reader, "the beginning of a word, 4 letters", &mut chance, |c| (rare(c).chars().take(4).collect(), String::new())).await;
    ask(reader, "one letter", &mut chance, |c| (rare(c).chars().take(1).collect(), String::new())).await;
    ask(reader, "a rare word and one letter", &mut chance, |c| {
        (format!("{} {}", rare(c), char::from(b'a' + (c.next() % 26) as u8)), String::new())
    })
    .await;
    ask(reader, "a common word of one person", &mut chance, |c| (format!("{} ", common(c)), format!("&from={}", mother.id))).await;
    ask(reader, "a common word of nobody here", &mut chance, |c| (format!("{} ", common(c)), format!("&from={}", reader.id))).await;
    ask(reader, "a word in one conversation", &mut chance, |c| (any(c), format!("&conversationId={}", chats[(c.next() % 50) as usize])))
        .await;
    ask(reader, "a word before the middle", &mut chance, |c| (format!("{} ", any(c)), format!("&before={middle}"))).await;
    ask(reader, "a common word, 100 hits", &mut chance, |c| (format!("{} ", common(c)), "&limit=100".into())).await;
    pages(reader, &mut chance, common).await;
}

/// When half of a conversation had been written.
async fn middle(reader: &Person, chat: &str) -> String {
    let newest = reader.get(&format!("/api/chat/conversations/{chat}/messages?limit=1")).await.data()[0]["seq"].as_u64().unwrap();
    let message = reader.get(&format!("/api/chat/conversations/{chat}/messages?limit=1&before={}", newest / 2)).await.data()[0].clone();
    message["createdAt"].as_str().unwrap().to_owned()
}

async fn ask(reader: &Person, what: &str, chance: &mut Chance, question: impl Fn(&mut Chance) -> (String, String)) {
    let (mut times, mut hits, mut short) = (Vec::new(), 0, 0);
    for _ in 0..TIMES {
        let (words, filters) = question(chance);
        let (took, body) = one(reader, &words, &filters).await;
        times.push(took);
        hits += body["data"].as_array().unwrap().len();
        short += usize::from(body["pagination"]["hasMore"] == true && body["data"].as_array().unwrap().len() < 20);
    }
    let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    println!(
        "{what}: p50 {}, p99 {}; {:.1} hits each, {short} of {TIMES} stopped early [{}]",
        millis(p50),
        millis(p99),
        hits as f64 / TIMES as f64,
        load_average()
    );
}

async fn one(reader: &Person, words: &str, filters: &str) -> (Duration, Value) {
    let words: String = form_urlencoded::byte_serialize(words.as_bytes()).collect();
    let began = Instant::now();
    let reply = reader.get(&format!("/api/chat/search/messages?q={words}{filters}")).await;
    let took = began.elapsed();
    assert_eq!(reply.status, 200, "{reply:?}");
    (took, reply.body)
}

/// One page after the other.
async fn pages(reader: &Person, chance: &mut Chance, common: impl Fn(&mut Chance) -> String) {
    let mut times = Vec::new();
    for _ in 0..4 {
        let (words, mut cursor) = (format!("{} ", common(chance)), String::new());
        for _ in 0..TIMES / 4 {
            let (took, body) = one(reader, &words, &cursor).await;
            times.push(took);
            cursor = format!("&cursor={}", body["pagination"]["nextCursor"].as_str().unwrap());
        }
    }
    let (p50, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    println!("a common word, page after page of 20, 50 deep: p50 {}, p99 {} [{}]", millis(p50), millis(p99), load_average());
}

/// People who search all the time.
struct Searchers(Vec<tokio::task::JoinHandle<()>>);

impl Searchers {
    fn abort_all(&self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

fn searchers(reader: &Person) -> Searchers {
    Searchers((0..8).map(|seed| tokio::spawn(keep_searching(reader.clone(), seed))).collect())
}

async fn keep_searching(reader: Person, seed: u64) {
    let mut chance = Chance(seed);
    for _ in 0..u64::MAX {
        one(&reader, &chance.word(), "").await;
    }
}

/// What one sender waits for each message, one after the other.
async fn sends(when: &str, person: &Person, chat: &str, time: Duration) {
    let person = person.sign_in().await;
    let mut rest = Rest::open(&person).await;
    let body = json!({ "conversationId": chat, "content": "iron tablets after breakfast" }).to_string();
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < time {
        let one = Instant::now();
        rest.post(&body).await;
        times.push(one.elapsed());
    }
    let (count, p50, p99) = (times.len(), percentile(&mut times, 50), percentile(&mut times, 99));
    println!("one sender by REST {when}: {count} messages, p50 {}, p99 {} [{}]", millis(p50), millis(p99), load_average());
}
