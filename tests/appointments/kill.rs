//! The real executable, killed between the moment when a reminder is due and the moment when it is told.

use crate::{
    routes::{ahead, pair},
    support::{Server, http::Person, socket::Socket},
};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_hours(1);

/// Books appointments whose reminders are due in a moment, one after the other, each for a mother and a doctor of its own. On a machine so
/// slow that the moment has passed before the request arrives there is no reminder to come, so the moment comes later.
async fn book_near(ama: &Person, dora: &Person, wait: Duration) -> Value {
    let body = json!({ "providerId": dora.id, "startTime": ahead(HOUR + wait), "duration": 5 });
    let reply = ama.post("/api/appointments", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.data().clone()
}

/// Whether the reminder of an appointment was still to come when it was booked.
fn was_in_time(booked: &Value) -> bool {
    let time = |field: &str| booked[field].as_str().unwrap().parse::<mommycare::clock::Timestamp>().unwrap();
    time("startTime") > time("createdAt").plus(HOUR)
}

/// Waits until a conversation has a reminder, and counts its reminders.
async fn reminders(reader: &Person, chat: &str) -> usize {
    let mut socket = Socket::connect(reader).await;
    let count = |history: &[Value]| history.iter().filter(|message| message["systemData"]["action"] == "reminder").count();
    loop {
        // The history is asked for after news are listened for, so none is missed.
        let found = count(&reader.history(chat).await);
        if found > 0 {
            return found;
        }
        socket.wait_until("new_message", |event| event["message"]["systemData"]["action"] == "reminder").await;
    }
}

#[tokio::test]
async fn a_kill_between_due_and_told_neither_loses_nor_doubles_a_reminder() {
    let mut server = Server::start();
    let (mut ama, dora) = pair(&server).await;
    let booked = loop {
        let booked = book_near(&ama, &dora, Duration::from_secs(2)).await;
        if was_in_time(&booked) {
            break booked;
        }
        let path = format!("/api/appointments/{}/cancel", booked["id"].as_str().unwrap());
        assert_eq!(ama.post(&path, json!({})).await.status, 200);
    };
    server.kill();
    tokio::time::sleep(Duration::from_millis(2_100)).await; // its time passes while nobody is there
    server.restart();
    ama = ama.sign_in().await;
    let chat = booked["conversationId"].as_str().unwrap();
    assert_eq!(reminders(&ama, chat).await, 1);
    // Told, and crossed off in the same step.
    server.kill();
    server.restart();
    ama = ama.sign_in().await;
    let mark = ama.say(chat, "after").await;
    let history = ama.history(chat).await;
    assert_eq!(history.last().unwrap()["id"], mark["id"]);
    assert_eq!(history.iter().filter(|message| message["systemData"]["action"] == "reminder").count(), 1);
}

#[tokio::test]
async fn kills_around_the_moment_neither_lose_nor_double() {
    let mut server = Server::start();
    let mut scenes = Vec::new();
    for number in 0..6_u64 {
        let (ama, dora) = pair(&server).await;
        let booked = book_near(&ama, &dora, Duration::from_millis(900 + 150 * number)).await;
        if was_in_time(&booked) {
            scenes.push((ama, booked));
        }
    }
    for round in 0..4_u64 {
        tokio::time::sleep(Duration::from_millis(100 + 60 * round)).await; // some are told by now, some are being told
        server.kill();
        server.restart();
    }
    for (ama, booked) in &scenes {
        let ama = ama.sign_in().await;
        assert_eq!(reminders(&ama, booked["conversationId"].as_str().unwrap()).await, 1);
    }
    server.kill();
    server.restart();
    for (ama, booked) in &scenes {
        let ama = ama.sign_in().await;
        let history = ama.history(booked["conversationId"].as_str().unwrap()).await;
        assert_eq!(history.iter().filter(|message| message["systemData"]["action"] == "reminder").count(), 1);
    }
}
