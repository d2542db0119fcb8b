//! Messages for later with files: these wait with the message, are their author's alone, and go into the conversation with it.

use crate::{
    samples::{jpeg, pdf, png},
    scene::{Scene, fetch, fetch_as, part, path, post_form, send, uploaded},
    support::{
        http::{Person, Reply},
        socket::Socket,
    },
};
use mommycare::clock::Clock;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use std::time::Duration;

/// A time that does not come while a test runs.
fn tomorrow() -> String {
    Clock::system().now().plus(Duration::from_hours(24)).to_string()
}

/// Schedules a message that is taken.
async fn schedule(scene: &Scene, files: &[&Value], words: &str) -> Value {
    let body = json!({ "conversationId": scene.conversation, "attachments": files, "content": words, "scheduledFor": tomorrow() });
    let message = send(&scene.mother, body).await;
    assert_eq!((message["status"].as_str(), message["seq"].as_u64()), (Some("scheduled"), Some(0)));
    message
}

/// Brings a waiting message near: its time comes in a moment, or a little later where a machine is so slow that it would have passed.
async fn bring_near(author: &Person, waiting: &Value) {
    let path = format!("/api/chat/scheduled/{}", waiting["id"].as_str().unwrap());
    for wait in [300, 3_000, 12_000, 60_000] {
        let due = Clock::system().now().plus(Duration::from_millis(wait)).to_string();
        let reply = author.patch(&path, json!({ "scheduledFor": due })).await;
        if reply.status == 200 {
            assert_eq!(reply.data()["attachments"].as_array().map(Vec::len), waiting["attachments"].as_array().map(Vec::len));
            return;
        }
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR"), "{reply:?}");
    }
    panic!("the server takes seconds for a request");
}

async fn statuses(scene: &Scene, path: &str) -> [u16; 3] {
    let mut found = [0; 3];
    for (index, person) in [&scene.mother, &scene.doctor, &scene.stranger].into_iter().enumerate() {
        found[index] = fetch_as(person, path).await.status().as_u16();
    }
    found
}

async fn list(person: &Person) -> Vec<Value> {
    person.get("/api/chat/scheduled").await.data().as_array().unwrap().clone()
}

fn names(message: &Value) -> Vec<&str> {
    message["attachments"].as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap()).collect()
}

/// Fetches every address in a message as it stands.
async fn all_open(message: &Value) {
    for file in message["attachments"].as_array().unwrap() {
        for url in [&file["url"], &file["thumbnailUrl"]].into_iter().filter_map(Value::as_str) {
            assert_eq!(fetch(url).await.status(), 200, "{url}");
        }
    }
}

#[tokio::test]
async fn files_wait_with_their_message_and_go_with_it() {
    let scene = Scene::new().await;
    let (mut author, mut other) = (Socket::connect(&scene.mother).await, Socket::connect(&scene.mother).await);
    let mut reader = Socket::connect(&scene.doctor).await;
    let picture = uploaded(&scene.mother, "scan.png", "image/png", png(30, 30)).await;
    let paper = uploaded(&scene.mother, "results.pdf", "application/pdf", pdf()).await;
    let body = json!({ "conversationId": scene.conversation, "attachments": [picture, paper], "scheduledFor": tomorrow(), "clientMessageId": "one" });
    let answer = author.ask("send_message", body.clone()).await;
    let waiting = answer["data"].clone();
    assert_eq!((waiting["status"].as_str(), waiting["messageType"].as_str()), (Some("scheduled"), Some("image")), "{answer}");
    assert_eq!(names(&waiting), ["scan.png", "results.pdf"]);
    // All devices of the author see it with its files, and nobody else learns anything.
    let told = other.wait_for("scheduled_message_changed").await["message"].clone();
    let listed = list(&scene.mother).await.remove(0);
    for message in [&waiting, &told, &listed] {
        assert_eq!((&message["id"], names(message)), (&waiting["id"], names(&waiting)));
        all_open(message).await;
    }
    for file in waiting["attachments"].as_array().unwrap() {
        assert_eq!(statuses(&scene, path(file)).await, [200, 404, 404]);
    }
    assert!(list(&scene.doctor).await.is_empty());
    let files = format!("/api/chat/conversations/{}/files", scene.conversation);
    assert_eq!(scene.mother.get(&files).await.data(), &json!([]), "they are not in the conversation yet");
    // A repetition finds it, by whichever door.
    let again = scene.mother.post("/api/chat/send", body.clone()).await;
    assert_eq!((again.status, &again.data()["id"], names(again.data())), (200, &waiting["id"], names(&waiting)));

    // Changing it by socket answers with addresses too.
    let changed = author.ask("scheduled_update", json!({ "id": waiting["id"], "content": "for tomorrow" })).await["data"].clone();
    assert_eq!((changed["content"].as_str(), names(&changed)), (Some("for tomorrow"), names(&waiting)));
    all_open(&changed).await;

    bring_near(&scene.mother, &waiting).await;
    let sent = reader.wait_for("new_message").await["message"].clone();
    assert_eq!((names(&sent), sent["messageType"].as_str()), (names(&waiting), Some("image")));
    all_open(&sent).await;
    let own = other.wait_until("scheduled_message_changed", |event| event["action"] == "sent").await;
    assert_eq!(own["sentAs"], sent["id"]);
    for (before, after) in waiting["attachments"].as_array().unwrap().iter().zip(sent["attachments"].as_array().unwrap()) {
        assert_eq!(before["id"], after["id"], "the same file");
        assert_eq!(statuses(&scene, path(after)).await, [200, 200, 404]);
    }
    assert_eq!(scene.doctor.get(&files).await.data().as_array().unwrap().len(), 2);
    assert!(list(&scene.mother).await.is_empty());
    let again = author.ask("send_message", body).await;
    assert_eq!(again["data"]["id"], sent["id"], "a repetition finds what it has become");
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 1);
    scene.until_on_disk(3).await;
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", sent["id"].as_str().unwrap())).await.status, 200);
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn what_is_cancelled_goes_with_its_files_and_gives_their_room_back() {
    // Room for one file of 600 KiB and no second one.
    let scene = Scene::with(&[("MOMMYCARE_FILES__QUOTA", "1048576")]).await;
    let text = || b"a line of words\n".repeat(600 * 64);
    let file = uploaded(&scene.mother, "long.txt", "text/plain", text()).await;
    let waiting = schedule(&scene, &[&file], "").await;
    let refused = crate::scene::upload(&scene.mother, "b.txt", "text/plain", text()).await;
    assert_eq!(refused.error(), (413, "QUOTA_EXCEEDED"), "it counts while it waits");
    let change = format!("/api/chat/scheduled/{}", waiting["id"].as_str().unwrap());
    let words = scene.mother.patch(&change, json!({ "content": "with words" })).await;
    assert_eq!((words.status, words.data()["content"].as_str(), names(words.data())), (200, Some("with words"), vec!["long.txt"]));
    let none = scene.mother.patch(&change, json!({ "content": "" })).await;
    assert_eq!((none.status, none.data()["content"].as_str()), (200, Some("")), "a file needs no words");
    assert_eq!(scene.doctor.delete(&change).await.error(), (404, "MESSAGE_NOT_FOUND"));
    assert_eq!(scene.mother.delete(&change).await.status, 200);
    assert_eq!(statuses(&scene, path(&waiting["attachments"][0])).await, [404, 404, 404]);
    scene.until_on_disk(0).await;
    uploaded(&scene.mother, "b.txt", "text/plain", text()).await;
}

#[tokio::test]
async fn a_form_schedules_too_and_what_is_refused_keeps_nothing() {
    let scene = Scene::new().await;
    let form = |due: String| {
        Form::new()
            .text("conversationId", scene.conversation.clone())
            .text("scheduledFor", due)
            .text("clientMessageId", "form")
            .part("file", part("a.jpg", "image/jpeg", jpeg(40, 40)))
    };
    for wrong in ["2001-01-01T00:00:00.000Z", "soon"] {
        assert_eq!(post_form(&scene.mother, "/api/chat/send", form(wrong.into())).await.error(), (400, "VALIDATION_ERROR"));
    }
    scene.until_on_disk(0).await;
    let reply: Reply = post_form(&scene.mother, "/api/chat/send", form(tomorrow())).await;
    assert_eq!((reply.status, names(reply.data())), (201, vec!["a.jpg"]), "{reply:?}");
    let again = post_form(&scene.mother, "/api/chat/send", form(tomorrow())).await;
    assert_eq!((again.status, &again.data()["id"]), (200, &reply.data()["id"]));
    scene.until_on_disk(2).await;
    assert_eq!(list(&scene.mother).await.len(), 1);
}

#[tokio::test]
async fn the_same_upload_goes_now_and_later_and_each_is_apart() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", b"words".to_vec()).await;
    let later = schedule(&scene, &[&file], "later").await;
    let now = send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file })).await;
    assert_ne!(now["file"]["id"], later["file"]["id"]);
    assert_eq!(statuses(&scene, path(&now["file"])).await, [200, 200, 404]);
    assert_eq!(statuses(&scene, path(&later["file"])).await, [200, 404, 404]);
    // Passed on at a time of its own: what was there now is what goes.
    let due = tomorrow();
    let on = send(&scene.doctor, json!({ "recipientId": scene.mother.id, "forwardedFrom": now["id"], "scheduledFor": due })).await;
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", now["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(statuses(&scene, path(&now["file"])).await, [404, 404, 404]);
    assert_eq!(statuses(&scene, path(&later["file"])).await, [200, 404, 404]);
    assert_eq!(statuses(&scene, path(&on["file"])).await, [404, 200, 404]);
    let mut reader = Socket::connect(&scene.mother).await;
    bring_near(&scene.doctor, &on).await;
    let passed = reader.wait_until("new_message", |event| event["message"]["forwardedFrom"].is_object()).await;
    assert_eq!(names(&passed["message"]), ["a.txt"]);
    assert_eq!(statuses(&scene, path(&on["file"])).await, [200, 200, 404]);
    assert_eq!(scene.on_disk().len(), 1, "one content");
}

#[tokio::test]
async fn who_was_removed_keeps_the_files_and_sends_nothing() {
    let scene = Scene::new().await;
    let group = json!({ "type": "group", "name": "Care team", "participantIds": [scene.mother.id] });
    let group = scene.doctor.post("/api/chat/conversations", group).await.data()["id"].as_str().unwrap().to_owned();
    let file = uploaded(&scene.mother, "a.png", "image/png", png(9, 9)).await;
    let waiting = send(&scene.mother, json!({ "conversationId": group, "file": file, "scheduledFor": tomorrow() })).await;
    let removed = scene.doctor.delete(&format!("/api/chat/conversations/{group}/participants/{}", scene.mother.id)).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    let mut socket = Socket::connect(&scene.mother).await;
    bring_near(&scene.mother, &waiting).await;
    let failed = socket.wait_until("scheduled_message_changed", |event| event["action"] == "failed").await["message"].clone();
    assert_eq!(failed["failedReason"], "You were no longer in this conversation at that time.");
    assert_eq!(names(&failed), ["a.png"]);
    all_open(&failed).await;
    assert_eq!(statuses(&scene, path(&failed["file"])).await, [200, 404, 404]);
    assert_eq!(scene.mother.delete(&format!("/api/chat/scheduled/{}", failed["id"].as_str().unwrap())).await.status, 200);
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn a_kill_in_between_loses_and_doubles_nothing() {
    let mut scene = Scene::new().await;
    let mut waiting = Vec::new();
    for name in ["meanwhile.png", "afterwards.png"] {
        let file = uploaded(&scene.mother, name, "image/png", png(20, 20)).await;
        waiting.push(schedule(&scene, &[&file], name).await);
    }
    bring_near(&scene.mother, &waiting[0]).await;
    scene.server.kill();
    scene.server.restart();
    (scene.mother, scene.doctor) = (scene.mother.sign_in().await, scene.doctor.sign_in().await);
    let mut reader = Socket::connect(&scene.doctor).await;
    bring_near(&scene.mother, &waiting[1]).await;
    let mut arrived = scene.doctor.history(&scene.conversation).await.len();
    while arrived < 2 {
        reader.wait_for("new_message").await;
        arrived = scene.doctor.history(&scene.conversation).await.len();
    }
    scene.server.kill();
    scene.server.restart();
    (scene.mother, scene.doctor) = (scene.mother.sign_in().await, scene.doctor.sign_in().await);
    let history = scene.doctor.history(&scene.conversation).await;
    let mut sent: Vec<_> = history.iter().flat_map(names).collect();
    sent.sort_unstable();
    assert_eq!(sent, ["afterwards.png", "meanwhile.png"]);
    for message in &history {
        all_open(message).await;
    }
    assert!(list(&scene.mother).await.is_empty());
    // One content in one conversation, with its small picture.
    scene.until_on_disk(2).await;
}

#[tokio::test]
async fn kills_around_the_moment_of_sending_neither_lose_nor_double_a_file() {
    let mut scene = Scene::new().await;
    let mut expected = Vec::new();
    for round in 0..4_u64 {
        for number in 0..5 {
            let name = format!("{round}-{number}.txt");
            let file = uploaded(&scene.mother, &name, "text/plain", name.clone().into_bytes()).await;
            let waiting = schedule(&scene, &[&file], "").await;
            bring_near(&scene.mother, &waiting).await;
            expected.push(name);
        }
        tokio::time::sleep(Duration::from_millis(15 + 70 * round)).await; // some are sent by now, some are being sent
        scene.server.kill();
        scene.server.restart();
        (scene.mother, scene.doctor) = (scene.mother.sign_in().await, scene.doctor.sign_in().await);
    }
    let mut socket = Socket::connect(&scene.mother).await;
    while !list(&scene.mother).await.is_empty() {
        socket.wait_until("scheduled_message_changed", |event| event["action"] == "sent").await;
    }
    let history = scene.doctor.history(&scene.conversation).await;
    let mut sent: Vec<_> = history.iter().flat_map(names).collect();
    sent.sort_unstable();
    assert_eq!(sent, expected);
    for message in &history {
        all_open(message).await;
    }
    scene.until_on_disk(expected.len()).await;
}
