//! However often a message is sent, and wherever its sender breaks off, it is there once.

use crate::{
    scene::{Scene, bearer},
    support::raw::request,
};
use serde_json::json;
use std::collections::HashMap;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

#[tokio::test]
async fn clients_that_leave_in_the_middle_leave_nothing_half_done() {
    let scene = Scene::new().await;
    let body = json!({ "conversationId": scene.conversation, "content": "sent and gone", "clientMessageId": "gone-1" }).to_string();
    let (token, length) = (bearer(&scene.mother), format!("Content-Length: {}", body.len()));
    let whole = request("POST", "/api/chat/send", &[&token, "Content-Type: application/json", &length], body.as_bytes());
    for cut in [10, 60, whole.len() / 2, whole.len() - 1, whole.len()] {
        let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
        stream.write_all(&whole[..cut]).await.unwrap();
        drop(stream);
    }
    // Whatever became of the one that was whole, a repetition makes exactly one of it.
    let reply = scene.mother.post("/api/chat/send", serde_json::from_str(&body).unwrap()).await;
    assert!([200, 201].contains(&reply.status), "{reply:?}");
    let history = scene.mother.history(&scene.conversation).await;
    assert_eq!(history.iter().filter(|message| message["clientMessageId"] == "gone-1").count(), 1);
    scene.still_serves().await;
}

#[tokio::test]
async fn one_repeated_client_id_at_the_same_time_makes_one_message() {
    let scene = Scene::new().await;
    let body = json!({ "conversationId": scene.conversation, "content": "once", "clientMessageId": "same" });
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (mother, body) = (scene.mother.clone(), body.clone());
            tokio::spawn(async move { mother.post("/api/chat/send", body).await })
        })
        .collect();
    let mut by_status: HashMap<u16, usize> = HashMap::new();
    let mut ids = Vec::new();
    for task in tasks {
        let reply = task.await.unwrap();
        *by_status.entry(reply.status).or_default() += 1;
        ids.push(reply.data()["id"].clone());
    }
    assert_eq!(by_status, HashMap::from([(201, 1), (200, 19)]));
    assert!(ids.iter().all(|id| *id == ids[0]));
    // Another person may use the same id for another message.
    let other = scene.doctor.post("/api/chat/send", body).await;
    assert_eq!(other.status, 201);
    assert_ne!(other.data()["id"], ids[0]);
}
