//! Who gets a file: its owner until it is sent, then those who see the message, as long as they see it.

use crate::{
    samples::png,
    scene::{Scene, fetch, fetch_as, path, send, uploaded},
    support::http::Person,
};
use serde_json::{Value, json};

async fn statuses(scene: &Scene, path: &str) -> [u16; 4] {
    let nobody = Person::stranger(&scene.server);
    let mut found = [0; 4];
    for (index, person) in [&scene.mother, &scene.doctor, &scene.stranger, &nobody].into_iter().enumerate() {
        found[index] = fetch_as(person, path).await.status().as_u16();
    }
    found
}

/// The address of the last message's file as somebody gets it.
async fn url_for(scene: &Scene, person: &Person) -> String {
    person.history(&scene.conversation).await.last().unwrap()["fileUrl"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_file_is_its_owners_until_it_is_sent_and_nobodys_when_it_is_deleted() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.png", "image/png", png(30, 30)).await;
    assert_eq!(statuses(&scene, path(&file)).await, [200, 404, 404, 401]);
    let message = send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file })).await;
    assert_eq!(statuses(&scene, path(&file)).await, [200, 200, 404, 401]);
    let small = file["thumbnailUrl"].as_str().unwrap().split('?').next().unwrap().replace(&scene.server.url(), "");
    assert_eq!(statuses(&scene, &small).await, [200, 200, 404, 401]);
    let url = url_for(&scene, &scene.doctor).await;
    assert_eq!(fetch(&url).await.status(), 200);
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", message["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(statuses(&scene, path(&file)).await, [404, 404, 404, 401]);
    assert_eq!(fetch(&url).await.status(), 404, "a signed address is no use any more");
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn a_stranger_is_answered_as_for_a_file_that_never_was() {
    let scene = Scene::new().await;
    let message = scene.sent("a.txt", "text/plain", b"words".to_vec()).await;
    let real = path(&message["file"]);
    let mut bodies = Vec::new();
    for path in [
        real,
        "/uploads/chat/files/00000000000000ff.txt",
        "/uploads/chat/images/x.jpg",
        "/uploads/chat/files/..%2f..%2ftoken.key",
        "/uploads/chat/odd/00000000000000ff.txt",
    ] {
        let response = fetch_as(&scene.stranger, path).await;
        assert_eq!(response.status(), 404, "{path}");
        bodies.push(response.json::<Value>().await.unwrap());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0] && body["code"] == "FILE_NOT_FOUND"), "{bodies:#?}");
    for path in ["/uploads/chat/files/", "/uploads/", "/uploads/../token.key", "/uploads/chat/files/../../../token.key"] {
        assert_eq!(fetch_as(&scene.mother, path).await.status(), 404, "{path}");
    }
    let wrong_folder = real.replace("/files/", "/images/");
    assert_eq!(fetch_as(&scene.mother, &wrong_folder).await.status(), 404);
}

#[tokio::test]
async fn what_somebody_else_uploaded_cannot_be_sent() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", b"words".to_vec()).await;
    let own = scene.stranger.open(&scene.doctor).await;
    let id = file["id"].as_str().unwrap();
    let mut bodies = Vec::new();
    for file in [
        json!(id),
        json!({ "id": id }),
        json!({ "path": file["path"] }),
        json!({ "url": file["url"] }),
        json!("00000000000000ff"),
        json!("/etc/passwd"),
        json!({ "path": "../token.key" }),
    ] {
        for body in
            [json!({ "conversationId": own, "file": file }), json!({ "conversationId": own, "content": "x", "attachments": [file] })]
        {
            let reply = scene.stranger.post("/api/chat/send", body).await;
            assert_eq!(reply.error(), (404, "FILE_NOT_FOUND"), "{file}");
            bodies.push(reply.body);
        }
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    // And by socket.
    let mut socket = crate::support::socket::Socket::connect(&scene.stranger).await;
    let answer = socket.ask("send_message", json!({ "conversationId": own, "file": { "id": id } })).await;
    assert_eq!(answer, bodies[0]);
    assert!(scene.stranger.history(&own).await.is_empty());
}

#[tokio::test]
async fn an_address_is_for_one_reader_and_cannot_be_changed() {
    let scene = Scene::new().await;
    scene.sent("a.txt", "text/plain", b"words".to_vec()).await;
    let (mothers, doctors) = (url_for(&scene, &scene.mother).await, url_for(&scene, &scene.doctor).await);
    assert_ne!(mothers, doctors);
    for url in [&mothers, &doctors] {
        assert_eq!(fetch(url).await.status(), 200);
    }
    // Another person who is signed in gets nothing by it.
    let tail = doctors.strip_prefix(&scene.server.url()).unwrap();
    for (person, status) in [(&scene.doctor, 200), (&scene.mother, 404), (&scene.stranger, 404)] {
        assert_eq!(fetch_as(person, tail).await.status(), status);
    }
    let (path, query) = doctors.split_once('?').unwrap();
    let (expires, seal) = query.strip_prefix("e=").unwrap().split_once("&s=").unwrap();
    let later = expires.parse::<u64>().unwrap() + 3600;
    let mut flipped = seal.as_bytes().to_vec();
    for (index, byte) in flipped.clone().iter().enumerate() {
        flipped[index] = if *byte == b'A' { b'B' } else { b'A' };
        let tried = format!("{path}?e={expires}&s={}", String::from_utf8(flipped.clone()).unwrap());
        assert_eq!(fetch(&tried).await.status(), 403, "{index}");
        flipped[index] = *byte;
    }
    for tried in [
        format!("{path}?e={later}&s={seal}"),
        format!("{path}?e=&s="),
        format!("{path}?e={expires}"),
        format!("{path}?s={seal}"),
        format!("{path}?e=0&s={seal}"),
        format!("{path}?e={expires}&s={seal}{seal}"),
        format!("{path}?e=99999999999999999999999&s={seal}"),
        format!("{}?{query}", path.replace(".txt", "-small.jpg")),
    ] {
        let response = fetch(&tried).await;
        assert_eq!(response.status(), 403, "{tried}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], "FORBIDDEN");
    }
    assert_eq!(fetch(path).await.status(), 401, "without any proof");
}

#[tokio::test]
async fn whoever_is_switched_off_gets_nothing_with_an_old_address() {
    let scene = Scene::new().await;
    let admin = Person::set_up(&scene.server).await;
    scene.sent("a.txt", "text/plain", b"words".to_vec()).await;
    let url = url_for(&scene, &scene.doctor).await;
    assert_eq!(fetch(&url).await.status(), 200);
    let off = admin.post(&format!("/api/admin/users/{}/disable", scene.doctor.id), json!({})).await;
    assert_eq!(off.status, 200, "{off:?}");
    assert_eq!(fetch(&url).await.status(), 404);
}

#[tokio::test]
async fn who_leaves_a_group_loses_its_files_and_who_joins_gets_the_new_ones() {
    let scene = Scene::new().await;
    let nurse = Person::register(&scene.server, "Nila", "midwife").await;
    let late = Person::register(&scene.server, "Kamal", "doctor").await;
    let body = json!({ "type": "group", "name": "Team", "participantIds": [scene.mother.id, nurse.id] });
    let group = scene.doctor.post("/api/chat/conversations", body).await;
    assert_eq!(group.status, 201, "{group:?}");
    let group = group.data()["id"].as_str().unwrap().to_owned();
    let words = |text: &str| text.as_bytes().to_vec();
    let before = uploaded(&scene.doctor, "before.txt", "text/plain", words("before")).await;
    send(&scene.doctor, json!({ "conversationId": group, "file": before })).await;
    let url = nurse.history(&group).await.last().unwrap()["fileUrl"].as_str().unwrap().to_owned();
    let status = async |person, file: &Value| fetch_as(person, path(file)).await.status().as_u16();
    assert_eq!((status(&nurse, &before).await, status(&scene.mother, &before).await, fetch(&url).await.status().as_u16()), (200, 200, 200));
    assert_eq!(scene.doctor.delete(&format!("/api/chat/conversations/{group}/participants/{}", nurse.id)).await.status, 200);
    assert_eq!((status(&nurse, &before).await, fetch(&url).await.status().as_u16()), (404, 404), "at once");
    let joined = scene.doctor.post(&format!("/api/chat/conversations/{group}/participants"), json!({ "userId": late.id })).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    let after = uploaded(&scene.doctor, "after.txt", "text/plain", words("after")).await;
    send(&scene.doctor, json!({ "conversationId": group, "file": after })).await;
    // Who joins sees what comes from then on.
    assert_eq!((status(&late, &before).await, status(&late, &after).await, status(&nurse, &after).await), (404, 200, 404));
}
