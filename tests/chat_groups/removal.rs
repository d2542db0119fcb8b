//! Removal works at once, through every door.

use crate::support::{Server, http::Person, socket::Socket};
use serde_json::{Value, json};

struct Ward {
    dora: Person,
    mia: Person,
    ama: Person,
    id: String,
}

async fn ward(server: &Server) -> Ward {
    let dora = Person::register(server, "Dora", "doctor").await;
    let mia = Person::register(server, "Mia", "midwife").await;
    let ama = Person::register(server, "Ama", "mom").await;
    let body = json!({ "type": "group", "name": "Ward", "participantIds": [mia.id, ama.id] });
    let reply = dora.post("/api/chat/conversations", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let id = reply.data()["id"].as_str().unwrap().to_owned();
    Ward { dora, mia, ama, id }
}

impl Ward {
    fn path(&self, rest: &str) -> String {
        format!("/api/chat/conversations/{}{rest}", self.id)
    }

    async fn remove(&self, by: &Person, person: &Person) -> Value {
        let reply = by.delete(&self.path(&format!("/participants/{}", person.id))).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.data().clone()
    }
}

#[tokio::test]
async fn who_is_out_gets_nothing_more() {
    let server = Server::start();
    let ward = ward(&server).await;
    let id = json!(ward.id);
    let (mut out, mut stays) = (Socket::connect(&ward.mia).await, Socket::connect(&ward.ama).await);
    let said = ward.ama.say(&ward.id, "Before").await;
    out.wait_until("user_status_change", |event| event["userId"] == ward.ama.id.as_str()).await;
    out.caught_up(&ward.id).await;
    stays.caught_up(&ward.id).await;
    out.emit("typing_start", id.clone()).await;
    assert_eq!(stays.wait_for("typing_indicator").await["isTyping"], true);
    stays.emit("typing_start", id.clone()).await;
    assert_eq!(out.wait_for("typing_indicator").await["isTyping"], true);

    let left = ward.remove(&ward.dora, &ward.mia).await;
    assert_eq!(left["participants"].as_array().unwrap().len(), 2);
    assert_eq!(out.wait_for("conversation_removed").await, json!({ "conversationId": ward.id, "reason": "removed" }));
    // What came before that was still theirs: on a slow machine, that somebody types no more.
    out.events.clear();
    // Their typing is over for the others, at once and not after some seconds.
    let over = json!({ "conversationId": ward.id, "userId": ward.mia.id, "isTyping": false });
    assert_eq!(stays.wait_for("typing_indicator").await, over);
    let told = stays.wait_for("new_message").await;
    assert_eq!(told["message"]["systemData"]["action"], "removed");
    assert_eq!(stays.wait_for("conversation_updated").await["conversation"]["participants"].as_array().unwrap().len(), 2);

    // What happens now is for those who are left.
    stays.ask("typing_start", id.clone()).await;
    stays.ask("typing_stop", id.clone()).await;
    ward.ama.say(&ward.id, "After").await;
    let edited = format!("/api/chat/messages/{}/edit", said["id"].as_str().unwrap());
    assert_eq!(ward.ama.patch(&edited, json!({ "content": "Edited" })).await.status, 200);
    assert_eq!(ward.dora.patch(&ward.path("/read"), json!({})).await.status, 200);
    assert_eq!(ward.dora.patch(&ward.path(""), json!({ "name": "Other" })).await.status, 200);
    stays.wait_until("conversation_updated", |event| event["conversation"]["name"] == "Other").await;
    assert_eq!(out.so_far().await, []);

    // Every door is the same as for an id that nobody knows.
    let message = said["id"].as_str().unwrap();
    for reply in [
        ward.mia.get(&ward.path("")).await,
        ward.mia.get(&ward.path("/messages")).await,
        ward.mia.get(&ward.path("/changes")).await,
        ward.mia.get(&ward.path("/participants")).await,
        ward.mia.patch(&ward.path("/read"), json!({})).await,
        ward.mia.patch(&ward.path(""), json!({ "name": "x" })).await,
        ward.mia.post(&ward.path("/participants"), json!({ "userId": ward.mia.id })).await,
        ward.mia.delete(&ward.path(&format!("/participants/{}", ward.mia.id))).await,
        ward.mia.post("/api/chat/send", json!({ "conversationId": ward.id, "content": "x" })).await,
    ] {
        assert_eq!(reply.error(), (404, "CONVERSATION_NOT_FOUND"));
    }
    assert_eq!(ward.mia.get(&format!("/api/chat/messages/{message}/history")).await.error(), (404, "MESSAGE_NOT_FOUND"));
    for (event, argument) in [
        ("join_conversation", id.clone()),
        ("typing_start", id.clone()),
        ("send_message", json!({ "conversationId": ward.id, "content": "x" })),
        ("message_read", json!(message)),
        ("participants_add", json!({ "conversationId": ward.id, "userIds": [ward.mia.id] })),
    ] {
        assert_eq!(out.ask(event, argument).await["success"], false, "{event}");
    }
    assert_eq!(ward.mia.get("/api/chat/conversations").await.data(), &json!([]));
    assert_eq!(ward.mia.get("/api/chat/unread-count").await.data()["total"], 0);
}

#[tokio::test]
async fn presence_ends_with_the_group() {
    let server = Server::start();
    let ward = ward(&server).await;
    let (mut out, mut stays) = (Socket::connect(&ward.mia).await, Socket::connect(&ward.dora).await);
    out.wait_until("user_status_change", |event| event["userId"] == ward.dora.id.as_str()).await;
    let mut coming = Socket::connect(&ward.ama).await;
    let about = |event: &Value| event["userId"] == ward.ama.id.as_str();
    out.wait_until("user_status_change", about).await;
    ward.remove(&ward.mia, &ward.mia).await;
    assert_eq!(out.wait_for("conversation_removed").await["reason"], "left");
    out.so_far().await;
    coming.ask("user_busy", json!(true)).await;
    stays.wait_until("user_status_change", |event| about(event) && event["status"] == "busy").await;
    assert_eq!(out.so_far().await, []);
}

#[tokio::test]
async fn a_pending_poll_hears_of_the_removal_and_of_nothing_after_it() {
    let server = Server::start();
    let ward = ward(&server).await;
    let poll = Poll::connect(&server, &ward.mia).await;
    let waiting = tokio::spawn({
        let poll = poll.clone();
        async move { poll.read().await }
    });
    ward.remove(&ward.dora, &ward.mia).await;
    ward.ama.say(&ward.id, "After").await;
    let mut heard = waiting.await.unwrap();
    // Something of one's own ends the next poll.
    let direct = ward.dora.open(&ward.mia).await;
    ward.dora.say(&direct, "To Mia alone").await;
    while !heard.contains("To Mia alone") {
        heard.push_str(&poll.read().await);
    }
    assert!(heard.contains("conversation_removed"), "{heard}");
    assert!(!heard.contains("After"), "{heard}");
}

/// A Socket.IO client that only polls.
#[derive(Clone)]
struct Poll {
    client: reqwest::Client,
    url: String,
}

impl Poll {
    async fn connect(server: &Server, person: &Person) -> Self {
        let client = reqwest::Client::new();
        let url = format!("{}/socket.io/?EIO=4&transport=polling", server.url());
        let hello = client.get(&url).send().await.unwrap().text().await.unwrap();
        let hello: Value = serde_json::from_str(hello.strip_prefix('0').unwrap()).unwrap();
        let poll = Self { client, url: format!("{url}&sid={}", hello["sid"].as_str().unwrap()) };
        let open = format!("40{}", json!({ "token": person.token }));
        assert_eq!(poll.client.post(&poll.url).body(open).send().await.unwrap().status(), 200);
        assert!(poll.read().await.starts_with("40"));
        poll
    }

    /// What one poll brings, as it came.
    async fn read(&self) -> String {
        self.client.get(&self.url).timeout(crate::support::PATIENCE).send().await.unwrap().text().await.unwrap()
    }
}
