//! What sockets are told, over real TCP.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod support;

use serde_json::{Value, json};
use support::{PATIENCE, Server, http::Person, socket::Socket};

async fn pair(server: &Server) -> (Person, Person, String) {
    let (ama, dora) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    (ama, dora, chat)
}

#[tokio::test]
async fn a_message_reaches_every_device_once_and_in_order() {
    let server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let (mut sending, mut other_device) = (Socket::connect(&ama).await, Socket::connect(&ama).await);
    let mut receiving = Socket::connect(&dora).await;
    for number in 0..50 {
        sending.emit("send_message", json!({ "conversationId": chat, "content": number.to_string() })).await;
    }
    for number in 0..50 {
        let event = receiving.wait_for("new_message").await;
        assert_eq!(event["content"], number.to_string());
        assert_eq!(event["message"]["sender"], "provider");
        assert_eq!(event["message"]["seq"], number + 1);
        let sent = other_device.wait_for("message_sent").await;
        assert_eq!((&sent["message"]["content"], &sent["message"]["sender"]), (&event["content"], &json!("user")));
    }
    assert!(receiving.so_far().await.iter().all(|(name, _)| name != "message_sent" && name != "new_message"));
    assert!(other_device.so_far().await.iter().all(|(name, _)| name != "new_message"));
}

#[tokio::test]
async fn typing_ends_with_the_message_and_is_nobody_elses_business() {
    let server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let eve = Person::register(&server, "Eve", "doctor").await;
    let (mut typist, mut reader, mut stranger) = (Socket::connect(&ama).await, Socket::connect(&dora).await, Socket::connect(&eve).await);
    typist.emit("typing_start", json!({ "conversationId": chat, "userId": eve.id })).await;
    let event = reader.wait_for("typing_indicator").await;
    assert_eq!(event, json!({ "conversationId": chat, "userId": ama.id, "isTyping": true }));
    ama.say(&chat, "done").await;
    assert_eq!(reader.wait_for("typing_indicator").await["isTyping"], false);
    reader.wait_for("new_message").await;
    // Without a message it ends by itself.
    typist.emit("typing_start", json!(chat)).await;
    assert_eq!(reader.wait_for("typing_indicator").await["isTyping"], true);
    assert_eq!(reader.wait_for("typing_indicator").await["isTyping"], false);
    assert_eq!(stranger.ask("typing_start", json!(chat)).await["code"], "CONVERSATION_NOT_FOUND");
    assert_eq!(stranger.so_far().await, []);
}

#[tokio::test]
async fn coming_and_going_is_told_to_those_who_share_a_conversation() {
    let server = Server::start();
    let (ama, dora, _) = pair(&server).await;
    let eve = Person::register(&server, "Eve", "doctor").await;
    let (mut watching, mut stranger) = (Socket::connect(&dora).await, Socket::connect(&eve).await);
    let mut coming = Socket::connect(&ama).await;
    let about = |event: &Value| event["userId"] == ama.id.as_str();
    let event = watching.wait_until("user_status_change", about).await;
    assert_eq!((&event["isOnline"], &event["status"]), (&json!(true), &json!("online")));
    coming.ask("user_busy", json!(true)).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "busy");
    coming.ask("user_busy", json!(false)).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");
    coming.ask("user_away", Value::Null).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "away");
    drop(coming);
    let event = watching.wait_until("user_status_change", about).await;
    assert_eq!((&event["isOnline"], &event["status"]), (&json!(false), &json!("offline")));
    assert!(event["lastSeen"].is_string());
    assert_eq!(stranger.so_far().await, []);
}

/// What a person's own conversation says of the other one.
async fn seen(reader: &Person, chat: &str, who: &Person) -> Value {
    let people = reader.get(&format!("/api/chat/conversations/{chat}/participants")).await;
    people.data().as_array().unwrap().iter().find(|person| person["id"] == who.id.as_str()).unwrap().clone()
}

#[tokio::test]
async fn a_person_is_there_as_their_most_awake_device() {
    let server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let mut watching = Socket::connect(&dora).await;
    let about = |event: &Value| event["userId"] == ama.id.as_str();
    let mut phone = Socket::connect(&ama).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");
    let mut desk = Socket::connect(&ama).await;
    // One device away is no news: the answer says that the person is there, and the next news is of both.
    assert_eq!(phone.ask("user_away", Value::Null).await["data"]["status"], "online");
    assert_eq!(seen(&dora, &chat, &ama).await["status"], "online");
    assert_eq!(desk.ask("user_away", Value::Null).await["data"]["status"], "away");
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "away");
    assert_eq!(phone.ask("user_back", Value::Null).await["data"]["status"], "online");
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");
    // Busy holds for the person, whatever the devices do.
    assert_eq!(desk.ask("user_busy", json!(true)).await["data"]["status"], "busy");
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "busy");
    assert_eq!(desk.ask("user_away", Value::Null).await["data"]["status"], "busy");
    phone.cut();
    // The device that is left is away, as soon as the server has seen that the other one is gone.
    let began = std::time::Instant::now();
    while desk.ask("user_busy", json!(false)).await["data"]["status"] != "away" {
        assert!(began.elapsed() < PATIENCE, "a device that has gone still counts");
    }
    watching.wait_until("user_status_change", |event| about(event) && event["status"] == "away").await;
    // With the last device, and not at once, the person goes.
    let left = std::time::Instant::now();
    desk.cut();
    let gone = watching.wait_until("user_status_change", about).await;
    assert_eq!((&gone["status"], &gone["isOnline"]), (&json!("offline"), &json!(false)));
    assert!(left.elapsed() >= std::time::Duration::from_secs(4), "some seconds to come back");
    assert_eq!(seen(&dora, &chat, &ama).await["lastSeen"], gone["lastSeen"]);
}

#[tokio::test]
async fn who_comes_back_in_time_was_never_away() {
    let server = Server::start();
    let (ama, dora, _) = pair(&server).await;
    let mut watching = Socket::connect(&dora).await;
    let about = |event: &Value| event["userId"] == ama.id.as_str();
    let mut device = Socket::connect(&ama).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");
    let mut in_time = true;
    for _ in 0..3 {
        let left = std::time::Instant::now();
        device.cut();
        device = Socket::connect(&ama).await;
        // On a machine that needs seconds for a handshake the time is over before the person can come back.
        in_time &= left.elapsed() < std::time::Duration::from_secs(4);
    }
    device.ask("user_busy", json!(true)).await;
    let next = watching.wait_until("user_status_change", |event| about(event) && (in_time || event["status"] == "busy")).await;
    assert_eq!(next["status"], "busy", "nobody was told of the gaps");
}

#[tokio::test]
async fn when_somebody_was_last_there_survives_every_end_of_the_server() {
    let mut server = Server::start();
    let (ama, dora, chat) = pair(&server).await;
    let (mut watching, coming) = (Socket::connect(&dora).await, Socket::connect(&ama).await);
    let about = |event: &Value| event["userId"] == ama.id.as_str();
    watching.wait_until("user_status_change", about).await;
    coming.cut();
    let gone = watching.wait_until("user_status_change", |event| about(event) && event["status"] == "offline").await;
    server.kill();
    server.restart();
    let dora = dora.sign_in().await;
    let after = seen(&dora, &chat, &ama).await;
    assert_eq!((&after["status"], &after["isOnline"], &after["lastSeen"]), (&json!("offline"), &json!(false), &gone["lastSeen"]));
    // Who is there when the server stops was there until then.
    let ama = ama.sign_in().await;
    let _here = Socket::connect(&ama).await;
    server.terminate();
    server.restart();
    let dora = dora.sign_in().await;
    let after = seen(&dora, &chat, &ama).await;
    assert_eq!(after["status"], "offline");
    assert!(after["lastSeen"].as_str() > gone["lastSeen"].as_str(), "{after}");
    // And comes back like anybody.
    let mut watching = Socket::connect(&dora).await;
    let _again = Socket::connect(&ama).await;
    assert_eq!(watching.wait_until("user_status_change", about).await["status"], "online");
}

#[tokio::test]
async fn a_sign_out_closes_the_sockets_of_that_sign_in_only() {
    let server = Server::start();
    let (ama, _, _) = pair(&server).await;
    let phone = ama.sign_in().await;
    let (mut here, mut there) = (Socket::connect(&ama).await, Socket::connect(&phone).await);
    assert_eq!(phone.post("/api/auth/logout", json!({})).await.status, 200);
    there.wait_for("session_revoked").await;
    there.closed().await;
    assert_eq!(here.ask("join", json!(ama.id)).await["success"], true);
    assert!(Socket::try_connect(&ama.url, phone.token.as_deref()).await.is_err());
    assert!(Socket::try_connect(&ama.url, None).await.is_err());
}

#[tokio::test]
async fn errors_come_back_also_without_a_callback() {
    let server = Server::start();
    let ama = Person::register(&server, "Ama", "mom").await;
    let mut socket = Socket::connect(&ama).await;
    socket.emit("send_message", json!({ "content": "x", "conversationId": "nowhere", "clientMessageId": "c1" })).await;
    assert_eq!(socket.wait_for("message_error").await["clientMessageId"], "c1");
    let error = socket.wait_for("error").await;
    assert_eq!((&error["code"], &error["event"]), (&json!("CONVERSATION_NOT_FOUND"), &json!("send_message")));
    for (event, argument, code) in [
        ("no_such_event", json!({}), "NOT_FOUND"),
        ("call_signal", json!({}), "VALIDATION_ERROR"),
        ("join", json!("0000000000000001"), "FORBIDDEN"),
        ("message_read", json!(null), "VALIDATION_ERROR"),
        ("message_read", json!([1, [2]]), "VALIDATION_ERROR"),
        ("join_conversation", json!({ "conversationId": 7 }), "VALIDATION_ERROR"),
        ("user_busy", json!("maybe"), "VALIDATION_ERROR"),
        ("chat_pin_toggled", json!({ "conversationId": "x", "pinned": "yes" }), "VALIDATION_ERROR"),
    ] {
        assert_eq!(socket.ask(event, argument.clone()).await["code"], code, "{event} {argument}");
    }
    assert_eq!(socket.ask("join", json!(ama.id)).await["success"], true);
}
