//! The real executable: killed between the moment when a message is scheduled and its time, it sends the message once all the same.

use crate::support::{Server, http::Person, socket::Socket};
use mommycare::clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;

async fn pair(server: &Server) -> (Person, Person, String) {
    let (ama, dora) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    (ama, dora, chat)
}

async fn schedule(author: &Person, chat: &str, words: &str, wait: Duration) -> Value {
    let due = Clock::system().now().plus(wait).to_string();
    let body = json!({ "conversationId": chat, "content": words, "scheduledFor": due, "clientMessageId": words });
    let reply = author.post("/api/chat/send", body).await;
    assert_eq!((reply.status, &reply.data()["status"]), (201, &json!("scheduled")), "{reply:?}");
    reply.data().clone()
}

async fn times(reader: &Person, chat: &str, words: &str) -> usize {
    reader.history(chat).await.iter().filter(|message| message["content"] == words).count()
}

#[tokio::test]
async fn it_is_sent_at_its_time_and_all_doors_know() {
    let server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let (mut author, mut reader) = (Socket::connect(&ama).await, Socket::connect(&dora).await);
    let waiting = schedule(&ama, &chat, "soon", Duration::from_millis(700)).await;
    assert_eq!(author.wait_for("scheduled_message_changed").await["action"], "created");
    assert_eq!(ama.get("/api/chat/scheduled").await.data(), &json!([waiting]));
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
    schedule(&ama, &chat, "meanwhile", Duration::from_millis(300)).await;
    let after = schedule(&ama, &chat, "afterwards", Duration::from_secs(4)).await;
    server.kill();
    tokio::time::sleep(Duration::from_millis(500)).await; // the time of the first passes while nobody is there
    server.restart();
    let mut reader = Socket::connect(&dora).await;
    let event = reader.wait_until("new_message", |event| event["content"] == "afterwards").await;
    assert!(event["timestamp"].as_str() >= after["scheduledFor"].as_str());
    for words in ["meanwhile", "afterwards"] {
        assert_eq!(times(&dora, &chat, words).await, 1, "{words}");
    }
    server.kill();
    server.restart();
    assert_eq!(ama.get("/api/chat/scheduled").await.data(), &json!([]));
    assert_eq!(dora.history(&chat).await.len(), 2);
}

#[tokio::test]
async fn kills_around_the_moment_of_sending_neither_lose_nor_double() {
    let mut server = Server::start();
    let (mut ama, dora, chat) = pair(&server).await;
    for round in 0..6 {
        for number in 0..20_u64 {
            schedule(&ama, &chat, &format!("{round} {number}"), Duration::from_millis(250 + 10 * number)).await;
        }
        tokio::time::sleep(Duration::from_millis(15 + 40 * round)).await; // some are sent by now, some are being sent
        server.kill();
        server.restart();
        // The connection of before is gone, and a POST is not repeated by itself.
        ama = ama.sign_in().await;
    }
    let mut author = Socket::connect(&ama).await;
    loop {
        // The list is asked after the events are listened for, so none is missed.
        if ama.get("/api/chat/scheduled").await.data() == &json!([]) {
            break;
        }
        author.wait_until("scheduled_message_changed", |event| event["action"] == "sent").await;
    }
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
    let told = reader.wait_for("notification").await;
    assert_eq!((&told["kind"], &told["messageId"], &told["attempt"]), (&json!("urgent"), &id, &json!(1)));
    assert_eq!(told["senderName"], urgent.data()["senderName"]);
    assert!(!told.to_string().contains("Please call"), "never with words");
    assert_eq!(reader.ask("message_ack", id).await["success"], true);
}
