//! Whoever follows the contract ends with exactly what the server has.
//!
//! Everybody writes, edits, deletes, reacts and marks by REST, while each person's two devices, one over WebSocket and one over
//! polling, only listen: they load the list and `changes?since=` when they connect, and believe the events from then on. Their
//! connections are cut at random, polls are given up half-way, and the server is killed and started again. In the end nobody
//! looks anything up any more: what each device has got must equal what the server says.
//!
//! `MOMMYCARE_SYNC_ROUNDS` sets the number of kills (default 3).
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod support;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};
use support::{
    PATIENCE, Server,
    http::{Person, Reply},
    polling::Polling,
    socket::Socket,
};
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

/// The last words in each conversation: who has heard them has heard everything.
const LAST: &str = "That is all.";
/// The reaction to the last words, when every device has them: who has heard it has also heard who received them.
const END: &str = "🏁";

/// What all tasks of a run know.
#[derive(Clone)]
struct Run {
    up: watch::Receiver<bool>,
    stop: Arc<AtomicBool>,
    /// Connections that were made.
    connections: Arc<AtomicU64>,
    /// Changes that were acknowledged.
    changes: Arc<AtomicU64>,
    /// Rung once by each device that has heard the last words.
    heard: mpsc::UnboundedSender<()>,
}

impl Run {
    fn stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Asks until the server answers.
    async fn insist(&mut self, person: &Person, method: Method, path: &str, body: Option<&Value>) -> Reply {
        loop {
            self.up.wait_for(|up| *up).await.unwrap();
            match person.try_send(method.clone(), path, body.cloned()).await {
                Ok(reply) if reply.status != 503 => return reply,
                _ => sleep(Duration::from_millis(5)).await,
            }
        }
    }
}

/// Somebody busy: one change after the other, most of them allowed.
async fn act(mut run: Run, person: Person, conversations: Vec<String>, seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut messages: Vec<String> = Vec::new();
    for number in 0_u64.. {
        if run.stopping() {
            return;
        }
        let chat = &conversations[rng.random_range(0..conversations.len())];
        let path = format!("/api/chat/conversations/{chat}/messages?limit=5&deleted=true");
        if rng.random_bool(0.3) || messages.is_empty() {
            let page = run.insist(&person, Method::GET, &path, None).await;
            messages = page.data().as_array().unwrap().iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect();
        }
        let (method, path, body) = change(&mut rng, chat, &messages, &person.id, number);
        let reply = run.insist(&person, method, &path, Some(&body)).await;
        assert!(reply.status < 500, "{reply:?}");
        if reply.status < 300 {
            run.changes.fetch_add(1, Ordering::Relaxed);
        }
        sleep(Duration::from_millis(rng.random_range(0..25))).await;
    }
}

/// Something to do, in a conversation or to one of its newest messages.
fn change(rng: &mut StdRng, chat: &str, messages: &[String], by: &str, number: u64) -> (Method, String, Value) {
    let drawn = if messages.is_empty() { 0 } else { rng.random_range(0..100) };
    let id = if messages.is_empty() { "" } else { &messages[rng.random_range(0..messages.len())] };
    match drawn {
        0..40 => {
            let reply = if rng.random_bool(0.3) { Value::from(id) } else { Value::Null };
            let body = json!({ "conversationId": chat, "content": format!("number {number}"), "clientMessageId": format!("{by}-{number}"),
                "replyTo": Some(reply).filter(|reply| *reply != ""), "priority": if number.is_multiple_of(7) { "urgent" } else { "normal" } });
            (Method::POST, "/api/chat/send".into(), body)
        }
        40..52 => (Method::PATCH, format!("/api/chat/messages/{id}/edit"), json!({ "content": format!("better {number}") })),
        52..58 => (Method::DELETE, format!("/api/chat/messages/{id}"), Value::Null),
        58..70 => {
            let method = if rng.random_bool(0.6) { Method::POST } else { Method::DELETE };
            let emoji = if rng.random_bool(0.5) { "👍" } else { "🙏" };
            (method, format!("/api/chat/messages/{id}/reactions"), json!({ "emoji": emoji }))
        }
        70..76 => (Method::POST, format!("/api/chat/messages/{id}/ack"), Value::Null),
        76..86 => {
            let status = if rng.random_bool(0.5) { "read" } else { "delivered" };
            (Method::PATCH, format!("/api/chat/messages/{id}/status"), json!({ "status": status }))
        }
        86..92 => (Method::PATCH, format!("/api/chat/conversations/{chat}/read"), json!({})),
        92..96 => (Method::PATCH, format!("/api/chat/conversations/{chat}/mute"), json!({})),
        _ => (Method::PATCH, format!("/api/chat/conversations/{chat}/pin"), json!({})),
    }
}

/// What a device knows of a conversation.
#[derive(Default, Clone)]
struct Known {
    /// Up to where the feed was followed.
    cursor: u64,
    messages: BTreeMap<u64, Value>,
    marks: HashMap<String, (u64, u64)>,
    is_muted: bool,
    is_pinned: bool,
}

/// A device that only listens.
struct Device {
    person: Person,
    known: HashMap<String, Known>,
    rang: bool,
}

impl Device {
    /// Loads what has moved since the last connection.
    async fn catch_up(&mut self, run: &mut Run) {
        let list = run.insist(&self.person, Method::GET, "/api/chat/conversations?limit=100", None).await;
        for conversation in list.data().as_array().unwrap() {
            let id = conversation["id"].as_str().unwrap();
            let known = self.known.entry(id.to_owned()).or_default();
            (known.is_muted, known.is_pinned) = (conversation["isMuted"] == true, conversation["isPinned"] == true);
            let mut more = conversation["cursor"].as_u64().unwrap() > known.cursor;
            while more {
                let path = format!("/api/chat/conversations/{id}/changes?since={}&limit=7", known.cursor);
                let reply = run.insist(&self.person, Method::GET, &path, None).await;
                known.take(reply.data());
                more = reply.data()["hasMore"] == true;
            }
        }
    }

    /// Believes an event.
    fn hear(&mut self, name: &str, data: &Value) {
        let Some(id) = data["conversationId"].as_str() else { return };
        let known = self.known.entry(id.to_owned()).or_default();
        match name {
            "new_message" | "message_sent" | "message_edited" => {
                let message = &data["message"];
                let (seq, sender) = (message["seq"].as_u64().unwrap(), message["senderId"].as_str().unwrap());
                if name != "message_edited" {
                    // Who has written has read what was before.
                    known.mark(sender, seq, true);
                }
                known.put(message.clone());
            }
            "message_deleted" => known.change(data, |message| {
                (message["isDeleted"], message["content"]) = (json!(true), json!(""));
                (message["reactions"], message["acks"]) = (json!([]), json!([]));
            }),
            "message_reaction_updated" => known.change(data, |message| message["reactions"] = data["reactions"].clone()),
            "message_acknowledged" => known.change(data, |message| message["acks"] = data["acks"].clone()),
            "message_status_update" => {
                known.mark(data["userId"].as_str().unwrap(), data["seq"].as_u64().unwrap(), data["status"] == "read");
            }
            "chat_mute_status_changed" => known.is_muted = data["isMuted"] == true,
            "chat_pin_status_changed" => known.is_pinned = data["isPinned"] == true,
            _ => {}
        }
    }

    /// Whether the newest message of every conversation is like this.
    fn ends(&self, conversations: &[String], fits: impl Fn(&Value) -> bool) -> bool {
        let newest = |id| self.known.get(id)?.messages.values().next_back();
        conversations.iter().all(|id| newest(id).is_some_and(&fits))
    }

    /// Whether nothing more will come; rings when the last words have.
    fn is_done(&mut self, run: &Run, conversations: &[String]) -> bool {
        if !self.rang && self.ends(conversations, |message| message["content"] == LAST) {
            self.rang = true;
            run.heard.send(()).unwrap();
        }
        self.rang && self.ends(conversations, |message| message["reactions"][0]["emoji"] == END)
    }
}

impl Known {
    fn take(&mut self, changes: &Value) {
        for message in changes["messages"].as_array().unwrap() {
            self.put(message.clone());
        }
        for mark in changes["marks"].as_array().unwrap() {
            let who = mark["userId"].as_str().unwrap();
            self.mark(who, mark["deliveredSeq"].as_u64().unwrap(), false);
            self.mark(who, mark["readSeq"].as_u64().unwrap(), true);
        }
        self.cursor = changes["cursor"].as_u64().unwrap();
    }

    /// A message, unless a newer version of it is known.
    fn put(&mut self, message: Value) {
        let seq = message["seq"].as_u64().unwrap();
        if self.messages.get(&seq).is_none_or(|known| version(known) < version(&message)) {
            self.messages.insert(seq, message);
        }
    }

    /// What an event says of a message, unless something newer is known.
    fn change(&mut self, data: &Value, change: impl FnOnce(&mut Value)) {
        let known = self.messages.values_mut().find(|message| message["id"] == data["messageId"]);
        if let Some(message) = known.filter(|message| version(message) < version(data)) {
            message["cursor"] = data["cursor"].clone();
            change(message);
        }
    }

    /// Somebody has received, or read, everything up to a place. Who has read has received.
    fn mark(&mut self, who: &str, seq: u64, read: bool) {
        let mark = self.marks.entry(who.to_owned()).or_default();
        mark.1 = mark.1.max(seq);
        if read {
            mark.0 = mark.0.max(seq);
        }
    }
}

fn version(value: &Value) -> u64 {
    value["cursor"].as_u64().expect("a cursor")
}

/// One connection, of either kind.
enum Wire {
    Socket(Box<Socket>),
    Polling(Box<Polling>),
}

impl Wire {
    async fn open(person: &Person, polls: bool) -> Option<Self> {
        if polls {
            return Polling::try_connect(person).await.map(|polling| Self::Polling(Box::new(polling)));
        }
        Socket::try_connect(&person.url, person.token.as_deref()).await.ok().map(|socket| Self::Socket(Box::new(socket)))
    }

    /// What comes within a moment; `None` when the connection has ended.
    async fn news(&mut self) -> Option<Vec<(String, Value)>> {
        const MOMENT: Duration = Duration::from_millis(100);
        match self {
            Self::Socket(socket) => {
                if let Ok(came) = timeout(MOMENT, socket.receive()).await {
                    came?;
                }
                Some(socket.events.drain(..).collect())
            }
            Self::Polling(polling) => {
                polling.poll().await?;
                Some(polling.events.drain(..).collect())
            }
        }
    }

    /// Ends without a word; a poll is given up while it waits.
    async fn cut(self) {
        match self {
            Self::Socket(socket) => socket.cut(),
            Self::Polling(polling) => polling.half_open().await,
        }
    }
}

/// Listens until everything has come, with cuts at random until nobody writes any more.
async fn listen(mut run: Run, person: Person, conversations: Vec<String>, polls: bool, seed: u64) -> Device {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut device = Device { person: person.clone(), known: HashMap::new(), rang: false };
    loop {
        run.up.wait_for(|up| *up).await.unwrap();
        let Some(mut wire) = Wire::open(&person, polls).await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        run.connections.fetch_add(1, Ordering::Relaxed);
        device.catch_up(&mut run).await;
        if device.is_done(&run, &conversations) {
            return device;
        }
        // Some connections last, others hardly begin.
        let lasts = Duration::from_millis([5, 50, 300, 2_000][rng.random_range(0..4)]);
        let cut = tokio::time::Instant::now() + lasts;
        loop {
            let Some(news) = wire.news().await else { break };
            for (name, data) in news {
                device.hear(&name, &data);
            }
            if device.is_done(&run, &conversations) {
                return device;
            }
            if !run.stopping() && tokio::time::Instant::now() > cut {
                wire.cut().await;
                break;
            }
        }
        sleep(Duration::from_millis(rng.random_range(0..100))).await;
    }
}

fn rounds() -> u32 {
    std::env::var("MOMMYCARE_SYNC_ROUNDS").map_or(3, |text| text.parse().expect("MOMMYCARE_SYNC_ROUNDS is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_contract_ends_with_what_the_server_has() {
    let mut server = Server::start();
    let doctor = Person::register(&server, "Nadia", "doctor").await;
    let midwife = Person::register(&server, "Imre", "midwife").await;
    let mothers = [Person::register(&server, "Asha", "mom").await, Person::register(&server, "Sita", "mom").await];
    let mut seats: Vec<(Person, Vec<String>)> = Vec::new();
    let pairs = [(&mothers[0], &doctor), (&mothers[1], &doctor), (&mothers[0], &midwife), (&doctor, &midwife)];
    for (one, other) in pairs {
        let id = one.open(other).await;
        for person in [one, other] {
            match seats.iter_mut().find(|(known, _)| known.id == person.id) {
                Some((_, chats)) => chats.push(id.clone()),
                None => seats.push((person.clone(), vec![id.clone()])),
            }
        }
    }

    let (up, is_up) = watch::channel(true);
    let (heard, mut rings) = mpsc::unbounded_channel();
    let run = Run { up: is_up, stop: Arc::default(), connections: Arc::default(), changes: Arc::default(), heard };
    let seed = rand::random::<u32>();
    println!("seed {seed}");
    let (mut actors, mut devices) = (Vec::new(), Vec::new());
    for (index, (person, chats)) in seats.iter().enumerate() {
        let seed = u64::from(seed) * 100 + index as u64 * 10;
        actors.push(tokio::spawn(act(run.clone(), person.clone(), chats.clone(), seed)));
        for polls in [false, true] {
            devices.push(tokio::spawn(listen(run.clone(), person.clone(), chats.clone(), polls, seed + 1 + u64::from(polls))));
        }
    }
    for _ in 0..rounds() {
        sleep(Duration::from_millis(rand::rng().random_range(300..900))).await;
        up.send_replace(false);
        tokio::task::block_in_place(|| {
            server.kill();
            server.restart();
        });
        up.send_replace(true);
    }
    sleep(Duration::from_millis(500)).await;
    run.stop.store(true, Ordering::SeqCst);
    for actor in actors {
        actor.await.unwrap();
    }
    let mut last = Vec::new();
    for (one, other) in pairs {
        let id = one.open(other).await;
        last.push((one, one.say(&id, LAST).await));
    }
    for _ in &devices {
        timeout(PATIENCE, rings.recv()).await.expect("the last words reach everybody");
    }
    for (one, message) in last {
        let path = format!("/api/chat/messages/{}/reactions", message["id"].as_str().unwrap());
        assert_eq!(one.post(&path, json!({ "emoji": END })).await.status, 200);
    }
    for device in devices {
        let device = timeout(PATIENCE, device).await.expect("the end reaches everybody").unwrap();
        compare(&device).await;
    }
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    println!(
        "{} changes, {} connections, {} kills: every device has what the server has",
        count(&run.changes),
        count(&run.connections),
        rounds()
    );
}

/// Holds what a device has got against what the server says.
async fn compare(device: &Device) {
    let (person, mut total) = (&device.person, 0);
    let list = person.get("/api/chat/conversations?limit=100").await;
    let list = list.data().as_array().unwrap();
    assert_eq!(list.len(), device.known.len());
    for conversation in list {
        let id = conversation["id"].as_str().unwrap();
        let mut known = device.known[id].clone();
        let whose = format!("{} in {id}", person.email);
        let changes = person.get(&format!("/api/chat/conversations/{id}/changes?since={}", conversation["cursor"])).await;
        for mark in changes.data()["marks"].as_array().unwrap() {
            let who = mark["userId"].as_str().unwrap();
            if who == person.id {
                // What has reached a person is told to those who wrote it, and not to that person's other devices.
                known.mark(who, mark["deliveredSeq"].as_u64().unwrap(), false);
            }
            let mine = known.marks.get(who).copied().unwrap_or_default();
            assert_eq!((json!(mine.0), json!(mine.1)), (mark["readSeq"].clone(), mark["deliveredSeq"].clone()), "{whose}: marks of {mark}");
        }
        let truth = history(person, id).await;
        assert_eq!(known.messages.len(), truth.len(), "{whose}: messages");
        for (message, (seq, mine)) in truth.iter().zip(&known.messages) {
            assert_eq!(message["seq"], *seq, "{whose}");
            let mine = finished(mine, &known);
            for (field, value) in message.as_object().unwrap() {
                // These say of a tick or a tombstone when, and no event does.
                if !matches!(field.as_str(), "updatedAt" | "readAt" | "deliveredAt") {
                    assert_eq!(*value, mine[field], "{whose}: {field} of {seq}");
                }
            }
        }
        // What was deleted before it was read is nothing to read any more.
        let read = known.marks[&person.id].0;
        let unread = known.messages.range(read + 1..).filter(|(_, message)| message["isDeleted"] == false).count();
        total += unread;
        let newest = known.messages.values().rev().find(|message| message["isDeleted"] == false).unwrap();
        let summary = &conversation["lastMessage"];
        assert_eq!((&summary["id"], &summary["content"]), (&newest["id"], &newest["content"]), "{whose}: the last message");
        assert_eq!(conversation["unreadCount"], unread, "{whose}: unread");
        assert_eq!((&conversation["isMuted"], &conversation["isPinned"]), (&json!(known.is_muted), &json!(known.is_pinned)), "{whose}");
    }
    assert_eq!(person.get("/api/chat/unread-count").await.data()["total"], total);
}

/// A message with what follows from other things: ticks from the marks, the words of a quote from the original.
fn finished(message: &Value, known: &Known) -> Value {
    let mut message = message.clone();
    let seq = message["seq"].as_u64().unwrap();
    let others = || known.marks.iter().filter(|(who, _)| message["senderId"] != who.as_str()).map(|(_, mark)| *mark);
    let status = if others().all(|mark| mark.0 >= seq) {
        "read"
    } else if others().all(|mark| mark.1 >= seq) {
        "delivered"
    } else {
        "sent"
    };
    (message["status"], message["read"]) = (json!(status), json!(status == "read"));
    if let Some(original) = known.messages.values().find(|original| original["id"] == message["replyTo"]["id"]) {
        message["replyTo"]["content"] = original["content"].clone();
        message["replyTo"]["sender"] = original["sender"].clone();
        if message["replyTo"].get("isDeleted").is_some() {
            message["replyTo"]["isDeleted"] = original["isDeleted"].clone();
        }
    }
    message
}

/// All messages of a conversation, tombstones too.
async fn history(person: &Person, id: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map_or(0, |message| message["seq"].as_u64().unwrap());
        let reply = person.get(&format!("/api/chat/conversations/{id}/messages?after={after}&limit=200&deleted=true")).await;
        let page = reply.data().as_array().unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page.iter().cloned());
    }
}
