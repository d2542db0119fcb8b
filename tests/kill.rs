//! What was acknowledged stays, through `kill -9`: exactly once, under the same id, in the same order for everybody.
//!
//! Thirty-two writers, half of them by REST and half by Socket.IO, write into several conversations. The server is killed at a
//! random moment and started again on the same port; each writer repeats what it has no answer to under the same
//! clientMessageId. Both members of every conversation follow it by `changes?since=` all the while, and say what they have got
//! and read. Afterwards histories, followers, acknowledgements, unread counts and ticks are compared.
//!
//! `MOMMYCARE_KILL_ROUNDS` sets the number of kills (default 5).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use support::{
    Server,
    http::{Person, Reply},
    socket::Socket,
};
use tokio::{sync::watch, task::JoinSet};

const CONVERSATIONS: usize = 4;
/// In each conversation; half of them by REST. In every other conversation they are all one member's devices, so that what the
/// other one has read moves by reading alone, and not by answering.
const WRITERS: usize = 8;

/// What all tasks of a run know.
#[derive(Clone)]
struct Run {
    up: watch::Receiver<bool>,
    stop: Arc<AtomicBool>,
    /// Who has said both what has come and what was read, and where.
    said: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Run {
    fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Waits until the server is meant to answer.
    async fn is_up(&mut self) {
        self.up.wait_for(|up| *up).await.unwrap();
        // Gives way, since the answer may still be the old server's silence.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    /// Asks until the server answers.
    async fn insist(&mut self, person: &Person, method: Method, path: &str, body: Option<&Value>) -> Reply {
        loop {
            self.is_up().await;
            match person.try_send(method.clone(), path, body.cloned()).await {
                Ok(reply) if reply.status == 503 => {}
                Ok(reply) => return reply,
                Err(_) => {}
            }
        }
    }
}

/// A message that the server said it has.
struct Acknowledged {
    conversation: String,
    client_id: String,
    id: String,
    seq: u64,
}

impl Acknowledged {
    fn of(message: &Value) -> Self {
        let text = |name: &str| message[name].as_str().unwrap().to_owned();
        Self {
            conversation: text("conversationId"),
            client_id: text("clientMessageId"),
            id: text("id"),
            seq: message["seq"].as_u64().unwrap(),
        }
    }
}

fn letter(conversation: &str, writer: &str, number: u32) -> Value {
    let id = format!("{writer}-{number}");
    json!({ "conversationId": conversation, "content": format!("The words of {id}."), "clientMessageId": id })
}

async fn write_by_rest(mut run: Run, person: Person, conversation: String, name: String) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        if run.stopping() {
            break;
        }
        let body = letter(&conversation, &name, number);
        let reply = run.insist(&person, Method::POST, "/api/chat/send", Some(&body)).await;
        assert!(reply.status == 200 || reply.status == 201, "{reply:?}");
        acknowledged.push(Acknowledged::of(reply.data()));
    }
    acknowledged
}

async fn write_by_socket(mut run: Run, person: Person, conversation: String, name: String) -> Vec<Acknowledged> {
    let mut acknowledged = Vec::new();
    let (mut number, mut socket) = (0, None);
    let mut heard = HashMap::new();
    while !run.stopping() {
        if socket.is_none() {
            run.is_up().await;
            socket = Socket::try_connect(&person.url, person.token.as_deref()).await.ok();
            heard.clear();
        }
        let Some(open) = &mut socket else { continue };
        let answer = open.try_ask("send_message", letter(&conversation, &name, number)).await;
        listen(open, &mut heard);
        match answer {
            Some(answer) if answer["success"] == true => {
                acknowledged.push(Acknowledged::of(&answer["data"]));
                number += 1;
            }
            Some(answer) => assert_eq!(answer["code"], "UNAVAILABLE", "{answer}"),
            None => socket = None,
        }
    }
    acknowledged
}

/// What one connection hears of a conversation comes in the conversation's order.
fn listen(socket: &mut Socket, heard: &mut HashMap<String, u64>) {
    for (event, data) in socket.events.drain(..) {
        if event == "new_message" || event == "message_sent" {
            let seq = data["message"]["seq"].as_u64().unwrap();
            let last = heard.insert(data["conversationId"].as_str().unwrap().to_owned(), seq).unwrap_or(0);
            assert!(seq > last, "{event} {seq} came after {last}");
        }
    }
}

/// A member's view of a conversation, built from changes alone.
#[derive(Default)]
struct Followed {
    messages: BTreeMap<u64, Value>,
    cursor: u64,
    marks: HashMap<String, (u64, u64)>,
    acknowledged_read: u64,
    acknowledged_delivered: u64,
}

impl Followed {
    fn take(&mut self, changes: &Value) {
        let cursor = changes["cursor"].as_u64().unwrap();
        assert!(cursor >= self.cursor, "the cursor went back from {} to {cursor}", self.cursor);
        self.cursor = cursor;
        for message in changes["messages"].as_array().unwrap() {
            let seq = message["seq"].as_u64().unwrap();
            if let Some(known) = self.messages.insert(seq, message.clone()) {
                assert_eq!((&known["id"], &known["content"]), (&message["id"], &message["content"]), "message {seq} became another");
                assert!(rank(message) >= rank(&known), "message {seq} went back from {} to {}", known["status"], message["status"]);
            }
        }
        for mark in changes["marks"].as_array().unwrap() {
            let now = (mark["readSeq"].as_u64().unwrap(), mark["deliveredSeq"].as_u64().unwrap());
            let before = self.marks.insert(mark["userId"].as_str().unwrap().to_owned(), now).unwrap_or((0, 0));
            assert!(now.0 >= before.0 && now.1 >= before.1 && now.1 >= now.0, "marks went from {before:?} to {now:?}");
        }
    }
}

fn rank(message: &Value) -> usize {
    ["sent", "delivered", "read"].iter().position(|status| message["status"] == **status).expect("a status")
}

/// Follows a conversation to its end, saying now and then what has arrived and what has been read.
async fn follow(mut run: Run, person: Person, conversation: String, mut done: watch::Receiver<bool>) -> Followed {
    let mut followed = Followed::default();
    loop {
        let last = *done.borrow_and_update();
        let path = format!("/api/chat/conversations/{conversation}/changes?since={}&limit=200", followed.cursor);
        let reply = run.insist(&person, Method::GET, &path, None).await;
        let changes = reply.data();
        followed.take(changes);
        let more = changes["hasMore"] == true;
        if last && !more {
            return followed;
        }
        if more || last {
            continue;
        }
        let from_other = followed.messages.values().rev().find(|message| message["senderId"] != person.id.as_str());
        if let Some(message) = from_other {
            let (seq, id) = (message["seq"].as_u64().unwrap(), message["id"].as_str().unwrap().to_owned());
            let both = followed.acknowledged_delivered > 0 && followed.acknowledged_read > 0;
            if both {
                run.said.lock().unwrap().insert((conversation.clone(), person.id.clone()));
            }
            if followed.acknowledged_delivered == 0 || (both && rand::rng().random_bool(0.5)) {
                let body = json!({ "status": "delivered" });
                let reply = run.insist(&person, Method::PATCH, &format!("/api/chat/messages/{id}/status"), Some(&body)).await;
                assert!(reply.status == 200 && rank(reply.data()) >= 1, "{reply:?}");
                followed.acknowledged_delivered = seq;
            } else {
                let path = format!("/api/chat/conversations/{conversation}/read");
                let reply = run.insist(&person, Method::PATCH, &path, Some(&json!({ "seq": seq }))).await;
                assert_eq!(reply.status, 200, "{reply:?}");
                followed.acknowledged_read = seq;
            }
        }
        let _ = tokio::time::timeout(Duration::from_millis(20), done.changed()).await;
    }
}

/// A conversation and its members.
struct Pair {
    id: String,
    members: [Person; 2],
}

async fn pairs(server: &Server) -> Vec<Pair> {
    // Two doctors, so that each of them has several conversations at once.
    let doctors = [Person::register(server, "Nadia", "doctor").await, Person::register(server, "Imre", "midwife").await];
    let mut pairs = Vec::new();
    for index in 0..CONVERSATIONS {
        let mother = Person::register(server, &format!("Mother{index}"), "mom").await;
        let doctor = doctors[index % doctors.len()].clone();
        pairs.push(Pair { id: mother.open(&doctor).await, members: [mother, doctor] });
    }
    pairs
}

fn rounds() -> u32 {
    std::env::var("MOMMYCARE_KILL_ROUNDS").map_or(5, |text| text.parse().expect("MOMMYCARE_KILL_ROUNDS is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_and_in_one_order_after_kills() {
    let mut server = Server::start();
    let pairs = pairs(&server).await;
    let (up, is_up) = watch::channel(true);
    let (done, is_done) = watch::channel(false);
    let run = Run { up: is_up, stop: Arc::default(), said: Arc::default() };
    let (mut writers, mut followers) = (JoinSet::new(), Vec::new());
    for (index, pair) in pairs.iter().enumerate() {
        for number in 0..WRITERS {
            let person = if index % 2 == 0 { &pair.members[number / 2 % 2] } else { &pair.members[0] };
            let (name, person, id) = (format!("{}-{number}", &pair.id[..6]), person.clone(), pair.id.clone());
            if number % 2 == 0 {
                writers.spawn(write_by_rest(run.clone(), person, id, name));
            } else {
                writers.spawn(write_by_socket(run.clone(), person, id, name));
            }
        }
        for person in &pair.members {
            followers.push(tokio::spawn(follow(run.clone(), person.clone(), pair.id.clone(), is_done.clone())));
        }
    }

    let mut ready = Vec::new();
    for _ in 0..rounds() {
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(50..500))).await;
        up.send_replace(false);
        let began = tokio::task::block_in_place(|| {
            server.kill();
            let began = Instant::now();
            server.restart();
            began
        });
        ready.push(began.elapsed());
        up.send_replace(true);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    // On a slow machine it takes longer until who only reads has said so.
    let silent: Vec<_> = pairs.iter().skip(1).step_by(2).map(|pair| (pair.id.clone(), pair.members[1].id.clone())).collect();
    let began = Instant::now();
    while !silent.iter().all(|one| run.said.lock().unwrap().contains(one)) {
        assert!(began.elapsed() < support::PATIENCE, "who only reads never says so");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    run.stop.store(true, Ordering::SeqCst);
    let mut acknowledged = Vec::new();
    while let Some(more) = writers.join_next().await {
        acknowledged.extend(more.unwrap());
    }
    done.send_replace(true);
    let mut followed = Vec::new();
    for follower in followers {
        followed.push(follower.await.unwrap());
    }

    let before = compare(&pairs, &acknowledged, &followed).await;
    tokio::task::block_in_place(|| {
        server.kill();
        server.restart();
    });
    // Without the connections of before.
    let pairs: Vec<Pair> = pairs.into_iter().map(|pair| Pair { members: pair.members.map(|person| person.anew()), ..pair }).collect();
    let after = compare(&pairs, &acknowledged, &followed).await;
    assert!(after == before, "one more kill, with nobody writing, changes nothing: {:?}", difference(&before, &after));

    for pair in &pairs {
        found_by_words(pair).await;
    }

    ready.sort_unstable();
    for silent in followed.iter().skip(3).step_by(4) {
        assert!(silent.acknowledged_read > 0 && silent.acknowledged_delivered > 0, "who only reads has said so");
    }
    println!(
        "{} kills, {} messages acknowledged, none lost, none twice; ready again after {:?} (middle) and {:?} (longest)",
        ready.len(),
        acknowledged.len(),
        ready[ready.len() / 2],
        ready[ready.len() - 1]
    );
    assert!(ready[ready.len() / 2] < support::PATIENCE / 2, "{ready:?}");
}

/// Compares everything with everything; gives what everybody sees, to be compared again later.
async fn compare(pairs: &[Pair], acknowledged: &[Acknowledged], followed: &[Followed]) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut unread: HashMap<&str, u64> = HashMap::new();
    let mut counted: HashMap<&str, (u64, u64)> = HashMap::new();
    for (index, pair) in pairs.iter().enumerate() {
        let histories = [pair.members[0].history(&pair.id).await, pair.members[1].history(&pair.id).await];
        one_history(&histories, acknowledged.iter().filter(|one| one.conversation == pair.id).collect());
        for (side, person) in pair.members.iter().enumerate() {
            let own = &followed[index * 2 + side];
            let other = &followed[index * 2 + 1 - side];
            same_as_followed(&histories[side], own, person);
            let count = marks_and_ticks(&histories[side], own, other, person, &pair.members[1 - side], &pair.id).await;
            *unread.entry(&person.id).or_default() += count;
            let own_messages = histories[side].iter().filter(|message| message["senderId"] == person.id.as_str()).count() as u64;
            let (sent, received) = counted.entry(&person.id).or_default();
            *sent += own_messages;
            *received += histories[side].len() as u64 - own_messages;
        }
        seen.extend(histories.into_iter().map(Value::from));
    }
    for pair in pairs {
        for person in &pair.members {
            let reply = person.get("/api/chat/unread-count").await;
            assert_eq!(reply.data()["total"], unread[person.id.as_str()], "{reply:?}");
            seen.push(reply.data().clone());
            let statistics = person.get("/api/chat/statistics").await;
            let totals = &statistics.data()["totals"];
            let (sent, received) = counted[person.id.as_str()];
            assert_eq!((&totals["messagesSent"], &totals["messagesReceived"]), (&json!(sent), &json!(received)), "{statistics:?}");
            seen.push(statistics.data().clone());
            let list = person.get("/api/chat/conversations").await;
            seen.extend(list.data().as_array().unwrap().iter().map(without_presence));
        }
    }
    seen
}

/// A conversation in the list, without who is there at the moment.
fn without_presence(conversation: &Value) -> Value {
    let kept = ["id", "name", "lastMessage", "unreadCount", "isMuted", "isPinned", "lastActivity", "createdAt", "seq", "cursor"];
    kept.iter().map(|field| ((*field).to_owned(), conversation[field].clone())).collect()
}

/// The first thing that two runs of `compare` see differently.
fn difference<'a>(before: &'a [Value], after: &'a [Value]) -> Option<(&'a Value, &'a Value)> {
    before.iter().zip(after).find(|(before, after)| before != after)
}

/// Whatever the kills have left of the index: in the end every message is found once.
async fn found_by_words(pair: &Pair) {
    let person = &pair.members[0];
    let mut history: Vec<Value> = person.history(&pair.id).await.iter().map(|message| message["id"].clone()).collect();
    history.reverse();
    let began = Instant::now();
    loop {
        let (mut found, mut indexing, mut cursor) = (Vec::new(), false, String::new());
        loop {
            let path = format!("/api/chat/search/messages?q=the+words+&conversationId={}&limit=100{cursor}", pair.id);
            let reply = person.get(&path).await;
            found.extend(reply.data().as_array().unwrap().iter().map(|hit| hit["message"]["id"].clone()));
            indexing |= reply.body["meta"]["indexing"] == true;
            let Some(next) = reply.body["pagination"]["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        if !indexing {
            return assert!(found == history, "{} found, {} there", found.len(), history.len());
        }
        assert!(began.elapsed() < support::PATIENCE, "the index is never ready");
    }
}

/// Every acknowledged message once, where it was said to be, in a row without gaps, the same for both.
fn one_history(histories: &[Vec<Value>; 2], acknowledged: Vec<&Acknowledged>) {
    let [left, right] = histories;
    assert_eq!(left.len(), right.len(), "both members see as much");
    let mut ids = HashSet::new();
    for (index, (message, other)) in left.iter().zip(right).enumerate() {
        assert_eq!(message["seq"], index + 1, "seq is dense");
        for field in ["seq", "id", "content", "senderId", "createdAt"] {
            assert_eq!(message[field], other[field], "{field} is the same for both");
        }
        assert!(index == 0 || message["createdAt"].as_str() >= left[index - 1]["createdAt"].as_str(), "time does not go back");
        // A sender's own id of a message is the sender's alone.
        let own: Vec<_> = [message, other].iter().filter_map(|seen| seen["clientMessageId"].as_str()).collect();
        assert!(own.len() == 1 && ids.insert(own[0]), "{own:?} stands at {index} and elsewhere");
    }
    assert_eq!(left.len(), acknowledged.len(), "every message has been acknowledged in the end, and nothing else is there");
    for one in acknowledged {
        let message = usize::try_from(one.seq - 1).ok().and_then(|index| left.get(index));
        let message = message.unwrap_or_else(|| panic!("{} was acknowledged as {} and is lost", one.client_id, one.seq));
        assert_eq!(message["id"], *one.id, "{}", one.client_id);
        assert_eq!(message["content"], format!("The words of {}.", one.client_id));
    }
}

/// Who followed the changes has what the history has.
fn same_as_followed(history: &[Value], followed: &Followed, person: &Person) {
    assert_eq!(history.len(), followed.messages.len(), "{} has every message", person.email);
    for (message, (seq, known)) in history.iter().zip(&followed.messages) {
        assert_eq!(message["seq"], *seq);
        for field in ["id", "clientMessageId", "content", "senderId", "createdAt", "sender"] {
            assert_eq!(message[field], known[field], "{field} of {seq}");
        }
        assert!(rank(message) >= rank(known), "the status of {seq} is not behind what was seen");
    }
}

/// Marks are where they were said to be, ticks follow from them, and so does the number of unread messages, which is returned.
async fn marks_and_ticks(history: &[Value], own: &Followed, other: &Followed, person: &Person, peer: &Person, id: &str) -> u64 {
    let last_own = |person: &Person| {
        let last = history.iter().rev().find(|message| message["senderId"] == person.id.as_str());
        last.map_or(0, |message| message["seq"].as_u64().unwrap())
    };
    let reply = person.get(&format!("/api/chat/conversations/{id}/changes?since={}", own.cursor)).await;
    let marks: HashMap<_, _> = reply.data()["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| {
            (mark["userId"].as_str().unwrap().to_owned(), (mark["readSeq"].as_u64().unwrap(), mark["deliveredSeq"].as_u64().unwrap()))
        })
        .collect();
    let read = own.acknowledged_read.max(last_own(person));
    assert_eq!(marks[&person.id].0, read, "{} has read so far", person.email);
    assert!(marks[&person.id].1 >= own.acknowledged_delivered.max(read), "delivered is not behind");
    assert_eq!(marks[&peer.id].0, other.acknowledged_read.max(last_own(peer)), "{} has read so far", peer.email);
    for message in history.iter().filter(|message| message["senderId"] == person.id.as_str()) {
        let (seq, (read, delivered)) = (message["seq"].as_u64().unwrap(), marks[&peer.id]);
        let status = if seq <= read {
            "read"
        } else if seq <= delivered {
            "delivered"
        } else {
            "sent"
        };
        assert_eq!(message["status"], status, "the tick of {seq} with {peer} at {read}, {delivered}", peer = peer.email);
    }
    let unread = history.len() as u64 - read;
    let conversation = person.get(&format!("/api/chat/conversations/{id}")).await;
    assert_eq!(conversation.data()["unreadCount"], unread, "unread of {}", person.email);
    assert_eq!(conversation.data()["seq"], history.len());
    unread
}
