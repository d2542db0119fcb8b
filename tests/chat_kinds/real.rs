//! The real executable: killed between the moment when a message is scheduled and its time, it sends the message once all the same.

use crate::support::{
    Server,
    http::{Person, Reply},
    socket::Socket,
};
use mommycare::clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;

async fn pair(server: &Server) -> (Person, Person, String) {
    let (ama, dora) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    (ama, dora, chat)
}

/// Schedules a message for a time that does not come while the test runs.
async fn schedule(author: &Person, chat: &str, words: &str) -> Value {
    near(Duration::from_hours(1), |due| author.post("/api/chat/send", letter(chat, words, due))).await
}

/// Schedules a message whose time comes in a moment.
async fn schedule_near(author: &Person, chat: &str, words: &str, wait: Duration) -> Value {
    near(wait, |due| author.post("/api/chat/send", letter(chat, words, due))).await
}

/// Brings a waiting message near: its time comes in a moment.
async fn bring_near(author: &Person, waiting: &Value) -> Value {
    let path = format!("/api/chat/scheduled/{}", waiting["id"].as_str().unwrap());
    near(Duration::from_millis(300), |due| author.patch(&path, json!({ "scheduledFor": due }))).await
}

fn letter(chat: &str, words: &str, due: String) -> Value {
    json!({ "conversationId": chat, "content": words, "scheduledFor": due, "clientMessageId": words })
}

/// Asks with a time that is so far away, or farther on a machine that is so slow that it has passed before the question arrives.
async fn near<F: Future<Output = Reply>>(wait: Duration, ask: impl Fn(String) -> F) -> Value {
    for factor in [1, 10, 40, 200] {
        let reply = ask(Clock::system().now().plus(wait * factor).to_string()).await;
        if reply.body["success"] == true {
            assert_eq!(reply.data()["status"], "scheduled", "{reply:?}");
            return reply.data().clone();
        }
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR"), "{reply:?}");
    }
    panic!("the server takes seconds for a request");
}

async fn times(reader: &Person, chat: &str, words: &str) -> usize {
    reader.history(chat).await.iter().filter(|message| message["content"] == words).count()
}

#[tokio::test]
async fn it_is_sent_at_its_time_and_all_doors_know() {
    let server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let (mut author, mut reader) = (Socket::connect(&ama).await, Socket::connect(&dora).await);
    let waiting = schedule(&ama, &chat, "soon").await;
    assert_eq!(author.wait_for("scheduled_message_changed").await["action"], "created");
    assert_eq!(ama.get("/api/chat/scheduled").await.data(), &json!([waiting]));
    let waiting = bring_near(&ama, &waiting).await;
    let event = reader.wait_for("new_message").await;
    let late = Clock::system().now().to_string();
    assert!(event["timestamp"].as_str() >= waiting["scheduledFor"].as_str(), "not before its time");
    let sent = author.wait_until("scheduled_message_changed", |event| event["action"] == "sent").await;
    assert_eq!((&sent["message"]["id"], &sent["sentAs"]), (&waiting["id"], &event["id"]));
    assert_eq!(ama.get("/api/chat/scheduled").await.data(), &json!([]));
    let again = ama.post("/api/chat/send", json!({ "conversationId": chat, "content": "soon", "clientMessageId": "soon" })).await;
    assert_eq!((again.status, &again.data()["id"]), (200, &event["id"]));
    assert!(reader.so_far().await.iter().all(|(name, _)| name != "scheduled_message_changed"), "its list is its author's, at {late}");
}

#[tokio::test]
async fn a_kill_between_scheduling_and_sending_neither_loses_nor_doubles() {
    let mut server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    // One is due while the server is down, one after it has come back.
    let after = schedule(&ama, &chat, "afterwards").await;
    let meanwhile = schedule(&ama, &chat, "meanwhile").await;
    bring_near(&ama, &meanwhile).await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(500)).await; // its time passes while nobody is there
    server.restart();
    // The connections of before are gone, and a PATCH is not repeated by itself.
    let (ama, dora) = (ama.sign_in().await, dora.sign_in().await);
    let mut reader = Socket::connect(&dora).await;
    let after = bring_near(&ama, &after).await;
    let event = reader.wait_until("new_message", |event| event["content"] == "afterwards").await;
    assert!(event["timestamp"].as_str() >= after["scheduledFor"].as_str());
    everything_is_sent(&ama).await;
    for words in ["meanwhile", "afterwards"] {
        assert_eq!(times(&dora, &chat, words).await, 1, "{words}");
    }
    server.kill();
    server.restart();
    let (ama, dora) = (ama.sign_in().await, dora.sign_in().await);
    assert_eq!(ama.get("/api/chat/scheduled").await.data(), &json!([]));
    assert_eq!(dora.history(&chat).await.len(), 2);
}

/// Waits until nothing of an author waits any more.
async fn everything_is_sent(author: &Person) {
    let mut socket = Socket::connect(author).await;
    // The list is asked after the events are listened for, so none is missed.
    while author.get("/api/chat/scheduled").await.data() != &json!([]) {
        socket.wait_until("scheduled_message_changed", |event| event["action"] == "sent").await;
    }
}

#[tokio::test]
async fn kills_around_the_moment_of_sending_neither_lose_nor_double() {
    let mut server = Server::start();
    let (mut ama, dora, chat) = pair(&server).await;
    for round in 0..6 {
        for number in 0..20_u64 {
            schedule_near(&ama, &chat, &format!("{round} {number}"), Duration::from_millis(250 + 10 * number)).await;
        }
        tokio::time::sleep(Duration::from_millis(15 + 40 * round)).await; // some are sent by now, some are being sent
        server.kill();
        server.restart();
        // The connection of before is gone, and a POST is not repeated by itself.
        ama = ama.sign_in().await;
    }
    everything_is_sent(&ama).await;
    let mut all: Vec<_> = dora.history(&chat).await.iter().map(|message| message["content"].as_str().unwrap().to_owned()).collect();
    all.sort();
    let mut expected: Vec<_> = (0..6).flat_map(|round| (0..20).map(move |number| format!("{round} {number}"))).collect();
    expected.sort();
    assert_eq!(all, expected);
}

#[tokio::test]
async fn what_is_urgent_is_repeated_also_after_a_kill() {
    let mut server = Server::with(&[("MOMMYCARE_CHAT__URGENT_REPEAT", "10")]);
    let (ama, dora, chat) = pair(&server).await;
    let urgent = ama.post("/api/chat/send", json!({ "conversationId": chat, "content": "Please call", "priority": "urgent" })).await;
    let id = urgent.data()["id"].clone();
    server.kill();
    server.restart();
    let mut reader = Socket::connect(&dora).await;
    // At once when a device comes, and then again.
    let told = reader.wait_for("notification").await;
    assert_eq!((&told["kind"], &told["messageId"]), (&json!("urgent"), &id));
    let told = reader.wait_until("notification", |told| told["attempt"].as_u64() >= Some(1)).await;
    assert_eq!((&told["kind"], &told["messageId"]), (&json!("urgent"), &id));
    assert_eq!(told["senderName"], urgent.data()["senderName"]);
    assert!(!told.to_string().contains("Please call"), "never with words");
    assert_eq!(reader.ask("message_ack", id).await["success"], true);
    let mut later = Socket::connect(&dora).await;
    assert!(later.caught_up(&chat).await.iter().all(|(name, _)| name != "notification"), "what is acknowledged is over");
    let mut author = Socket::connect(&ama).await;
    assert!(author.caught_up(&chat).await.iter().all(|(name, _)| name != "notification"), "and is not its author's");
}
