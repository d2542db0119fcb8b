//! An id of what belongs to others, of nothing or of no shape at all gets the same answer: there is no such thing.

use crate::{
    scene::Scene,
    support::{http::Reply, socket::Socket},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Every route that takes an id, as method, the parts around the id, and a body.
fn routes_of_conversations() -> Vec<(Method, &'static str, &'static str, Option<Value>)> {
    vec![
        (Method::GET, "/api/chat/conversations/", "", None),
        (Method::GET, "/api/chat/conversations/", "/messages", None),
        (Method::GET, "/api/chat/conversations/", "/messages?before=5&limit=2", None),
        (Method::GET, "/api/chat/conversations/", "/changes?since=0", None),
        (Method::GET, "/api/chat/conversations/", "/participants", None),
        (Method::PATCH, "/api/chat/conversations/", "/read", Some(json!({}))),
        (Method::PATCH, "/api/chat/conversations/", "/read", Some(json!({ "seq": 1 }))),
        (Method::PATCH, "/api/chat/conversations/", "/mute", Some(json!({}))),
        (Method::PATCH, "/api/chat/conversations/", "/pin", Some(json!({ "pinned": true }))),
    ]
}

fn routes_of_messages() -> Vec<(Method, &'static str, &'static str, Option<Value>)> {
    vec![
        (Method::PATCH, "/api/chat/messages/", "/status", Some(json!({ "status": "read" }))),
        (Method::PATCH, "/api/chat/messages/", "/edit", Some(json!({ "content": "changed" }))),
        (Method::GET, "/api/chat/messages/", "/history", None),
        (Method::DELETE, "/api/chat/messages/", "", None),
        (Method::POST, "/api/chat/messages/", "/reactions", Some(json!({ "emoji": "👍" }))),
        (Method::DELETE, "/api/chat/messages/", "/reactions?emoji=%F0%9F%91%8D", None),
        (Method::POST, "/api/chat/messages/", "/ack", Some(json!({}))),
    ]
}

/// What a reply shows, without what differs between any two.
fn shown(reply: &Reply, id: &str) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    format!("{} {headers:?} {}", reply.status, reply.body).replace(id, "ID")
}

#[tokio::test]
async fn what_belongs_to_others_looks_like_what_does_not_exist() {
    let scene = Scene::new().await;
    let stranger = &scene.stranger;
    let random = format!("{:016x}", 0x0123_4567_89ab_cdef_u64);
    for (method, before, after, body) in routes_of_conversations() {
        let theirs = stranger.send(method.clone(), &format!("{before}{}{after}", scene.conversation), body.clone()).await;
        let nobodys = stranger.send(method.clone(), &format!("{before}{random}{after}"), body).await;
        assert_eq!(shown(&theirs, &scene.conversation), shown(&nobodys, &random), "{method} {before}…{after}");
        assert_eq!(theirs.error().0, 404, "{method} {before}…{after}");
    }
    let random_message = format!("{random}{:016x}", 1);
    for (method, before, after, body) in routes_of_messages() {
        let theirs = stranger.send(method.clone(), &format!("{before}{}{after}", scene.message), body.clone()).await;
        let nobodys = stranger.send(method.clone(), &format!("{before}{random_message}{after}"), body.clone()).await;
        assert_eq!(shown(&theirs, &scene.message), shown(&nobodys, &random_message), "{method} {before}…{after}");
        assert_eq!(theirs.error().0, 404, "{method} {before}…{after}");
        // A message that its conversation does not have yet, asked for by a member.
        let later = format!("{}{:016x}", scene.conversation, 99);
        assert_eq!(scene.mother.send(method.clone(), &format!("{before}{later}{after}"), body).await.error().0, 404, "{method} …{after}");
    }
    let send = |id: &str| json!({ "conversationId": id, "content": "let me in" });
    let theirs = stranger.post("/api/chat/send", send(&scene.conversation)).await;
    let nobodys = stranger.post("/api/chat/send", send(&random)).await;
    assert_eq!(shown(&theirs, &scene.conversation), shown(&nobodys, &random));
    let own = stranger.open(&scene.doctor).await;
    let reply = |id: &str| json!({ "conversationId": own, "content": "quoting", "replyTo": id });
    let theirs = stranger.post("/api/chat/send", reply(&scene.message)).await;
    let nobodys = stranger.post("/api/chat/send", reply(&random_message)).await;
    assert_eq!(shown(&theirs, &scene.message), shown(&nobodys, &random_message));
    assert_eq!(theirs.status, 400);

    let mut socket = Socket::connect(stranger).await;
    let events =
        ["join_conversation", "leave_conversation", "typing_start", "typing_stop", "file_sending", "chat_mute_toggled", "chat_pin_toggled"];
    for event in events {
        let theirs = socket.ask(event, json!({ "conversationId": scene.conversation })).await;
        let nobodys = socket.ask(event, json!({ "conversationId": random })).await;
        assert_eq!(theirs, nobodys, "{event}");
        assert_eq!(theirs["success"], false, "{event}");
    }
    let events = [
        ("message_delivered", json!({})),
        ("message_read", json!({})),
        ("message_edited", json!({ "content": "changed" })),
        ("message_deleted", json!({})),
        ("message_reaction_added", json!({ "emoji": "👍" })),
        ("message_reaction_removed", json!({ "emoji": "👍" })),
    ];
    for (event, body) in events {
        let with = |id: &str, conversation: &str| {
            let mut body = body.clone();
            (body["messageId"], body["conversationId"]) = (json!(id), json!(conversation));
            body
        };
        let theirs = socket.ask(event, with(&scene.message, &scene.conversation)).await;
        assert_eq!(theirs, socket.ask(event, with(&random_message, &random)).await, "{event}");
        assert_eq!(theirs["success"], false, "{event}");
    }
    assert_eq!(scene.mother.history(&scene.conversation).await.len(), 1, "nothing came of it");
    assert_eq!(scene.mother.history(&scene.conversation).await[0]["status"], "sent");
    scene.still_serves().await;
}

#[tokio::test]
async fn odd_ids_are_answered_as_unknown_ones() {
    let scene = Scene::new().await;
    let long = "a".repeat(3000);
    // An id may happen to have no letter, so one is put in.
    let upper = scene.conversation[..15].to_uppercase() + "A";
    let odd = [
        "0",
        "-1",
        "1.5",
        "null",
        "undefined",
        "NaN",
        "true",
        "%00",
        "%ff%fe",
        "%F0%9F%98%80",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "%2e%2e%2f",
        "'%20OR%20'1'='1",
        "%3Cscript%3E",
        "{}",
        "$ne",
        "%0d%0aSet-Cookie:x=1",
        "a%2Fb",
        "ffffffffffffffff",
        "+123456789abcdef",
        "0000000000000000",
        &long,
        &upper,
    ];
    for id in odd {
        for (method, before, after, body) in routes_of_conversations().into_iter().chain(routes_of_messages()) {
            let text = body.map(|body| body.to_string()).unwrap_or_default();
            let reply = scene.raw_as_mother(method.as_str(), &format!("{before}{id}{after}"), text.as_bytes()).await;
            let (status, code) = reply.error();
            let shown = &id[..id.len().min(30)];
            assert!(status == 404 || status == 400, "{method} {before}{shown}{after}: {status} {code}");
            assert!(reply.header("set-cookie").is_none());
        }
        for path in ["/api/users/", "/api/auth/sessions/"] {
            let method = if path.ends_with("sessions/") { "DELETE" } else { "GET" };
            let status = scene.raw_as_mother(method, &format!("{path}{id}"), b"").await.error().0;
            assert!(status == 404 || status == 400, "{path}{id}: {status}");
        }
    }
    scene.still_serves().await;
}
