//! Messages with files, by both doors and by form; passing them on; repeating them.

use crate::{
    samples::{jpeg, pdf, png},
    scene::{Scene, fetch, fetch_as, part, path, post_form, send, uploaded},
    support::socket::Socket,
};
use reqwest::multipart::Form;
use serde_json::{Value, json};

#[tokio::test]
async fn everybody_who_is_told_gets_an_address_of_their_own() {
    let scene = Scene::new().await;
    let mut acting = Socket::connect(&scene.mother).await;
    let mut own = Socket::connect(&scene.mother).await;
    let mut others = Socket::connect(&scene.doctor).await;
    let file = uploaded(&scene.mother, "a.png", "image/png", png(30, 30)).await;
    let answer = acting.ask("send_message", json!({ "conversationId": scene.conversation, "file": file, "content": "look" })).await;
    assert_eq!(answer["success"], true, "{answer}");
    let told = others.wait_for("new_message").await["message"].clone();
    let sent = own.wait_for("message_sent").await["message"].clone();
    assert_eq!((told["messageType"].as_str(), told["content"].as_str()), (Some("image"), Some("look")));
    for message in [&told, &sent, &answer["data"]] {
        assert_eq!(message["file"], message["attachments"][0]);
        assert_eq!(message["fileUrl"], message["file"]["url"]);
        for url in [&message["fileUrl"], &message["file"]["thumbnailUrl"]] {
            assert_eq!(fetch(url.as_str().unwrap()).await.status(), 200, "{url}");
        }
    }
    assert_ne!(told["fileUrl"], sent["fileUrl"]);
    assert_eq!(sent["fileUrl"], answer["data"]["fileUrl"]);
    // Editing the words keeps the file, and a file needs no words.
    let id = told["id"].as_str().unwrap();
    let edited = scene.mother.patch(&format!("/api/chat/messages/{id}/edit"), json!({ "content": "" })).await;
    assert_eq!((edited.status, edited.data()["file"]["id"].as_str()), (200, file["id"].as_str()));
    let edit = others.wait_for("message_edited").await;
    assert_eq!(fetch(edit["message"]["fileUrl"].as_str().unwrap()).await.status(), 200);
    // Who was away finds it in the changes.
    let changes = scene.doctor.get(&format!("/api/chat/conversations/{}/changes?since=0", scene.conversation)).await;
    let url = changes.data()["messages"][0]["fileUrl"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&url).await.status(), 200);
    // And who looks for its words finds it with its file.
    assert_eq!(scene.mother.patch(&format!("/api/chat/messages/{id}/edit"), json!({ "content": "look there" })).await.status, 200);
    let found = scene.doctor.get("/api/chat/search/messages?q=there&hasFile=true").await;
    let url = found.data()[0]["message"]["fileUrl"].as_str().unwrap().to_owned();
    assert_eq!(fetch(&url).await.status(), 200);
}

#[tokio::test]
async fn a_form_brings_message_and_file_in_any_order() {
    let scene = Scene::new().await;
    let file = || part("x.jpg", "image/jpeg", jpeg(40, 40));
    let before = Form::new().part("file", file()).text("recipientId", scene.doctor.id.clone()).text("content", "before");
    let after = Form::new()
        .text("conversationId", scene.conversation.clone())
        .text("content", "after")
        .text("clientMessageId", "one")
        .part("file", file());
    for (form, content) in [(before, "before"), (after, "after")] {
        let reply = post_form(&scene.mother, "/api/chat/send", form).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_eq!((reply.data()["content"].as_str(), reply.data()["messageType"].as_str()), (Some(content), Some("image")));
        assert_eq!(fetch(reply.data()["fileUrl"].as_str().unwrap()).await.status(), 200);
    }
    // The same content twice in a conversation lies on the disk once, with its small picture.
    scene.until_on_disk(2).await;
    let again = Form::new()
        .text("conversationId", scene.conversation.clone())
        .text("clientMessageId", "one")
        .part("file", part("y.png", "image/png", png(5, 5)));
    let reply = post_form(&scene.mother, "/api/chat/messages", again).await;
    assert_eq!((reply.status, reply.data()["content"].as_str()), (200, Some("after")), "a repetition");
    let several = Form::new()
        .text("conversationId", scene.conversation.clone())
        .text("requiresAck", "true")
        .part("files", part("a.txt", "text/plain", b"a".to_vec()))
        .part("files", part("b.pdf", "application/pdf", pdf()));
    let reply = post_form(&scene.mother, "/api/chat/send", several).await;
    assert_eq!((reply.data()["attachments"].as_array().unwrap().len(), reply.data()["requiresAck"].as_bool()), (2, Some(true)));
    scene.until_on_disk(4).await;
    // A message that is refused keeps none of its files.
    for form in [
        Form::new().text("conversationId", "00000000000000ff").part("file", part("a.txt", "", b"x".to_vec())),
        Form::new()
            .text("conversationId", scene.conversation.clone())
            .text("priority", "odd")
            .part("file", part("a.txt", "", b"x".to_vec())),
        Form::new().part("file", part("a.txt", "", b"x".to_vec())),
    ] {
        let reply = post_form(&scene.mother, "/api/chat/send", form).await;
        assert!([400, 404].contains(&reply.error().0), "{reply:?}");
    }
    scene.until_on_disk(4).await;
    let words = Form::new().text("conversationId", scene.conversation.clone()).text("content", "no file");
    assert_eq!(post_form(&scene.mother, "/api/chat/send", words).await.status, 201);
    assert_eq!(
        post_form(&scene.mother, "/api/chat/send", Form::new().text("conversationId", scene.conversation.clone())).await.error(),
        (400, "VALIDATION_ERROR")
    );
}

#[tokio::test]
async fn the_type_of_a_message_follows_its_file() {
    let scene = Scene::new().await;
    for (wished, given, expected) in [
        (json!(null), "image", 201),
        (json!("text"), "image", 201),
        (json!("image"), "image", 201),
        (json!("file"), "file", 201),
        (json!("video"), "", 400),
    ] {
        let file = uploaded(&scene.mother, "a.png", "image/png", png(9, 9)).await;
        let reply =
            scene.mother.post("/api/chat/send", json!({ "conversationId": scene.conversation, "file": file, "messageType": wished })).await;
        assert_eq!(reply.status, expected, "{wished}: {reply:?}");
        if expected == 201 {
            assert_eq!(reply.data()["messageType"], given);
        } else {
            assert_eq!(reply.error(), (400, "VALIDATION_ERROR"));
        }
    }
}

#[tokio::test]
async fn one_upload_can_be_sent_to_several_and_each_is_apart() {
    let scene = Scene::new().await;
    let nurse = crate::support::http::Person::register(&scene.server, "Nila", "midwife").await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", b"words".to_vec()).await;
    let one = send(&scene.mother, json!({ "recipientId": scene.doctor.id, "file": file })).await;
    let two = send(&scene.mother, json!({ "recipientId": nurse.id, "file": file })).await;
    assert_ne!(one["file"]["id"], two["file"]["id"]);
    assert_eq!(scene.on_disk().len(), 1, "one content");
    let status = async |person, message: &Value| fetch_as(person, path(&message["file"])).await.status().as_u16();
    assert_eq!((status(&scene.doctor, &one).await, status(&scene.doctor, &two).await), (200, 404));
    assert_eq!((status(&nurse, &one).await, status(&nurse, &two).await), (404, 200));
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", one["id"].as_str().unwrap())).await.status, 200);
    assert_eq!((status(&scene.doctor, &one).await, status(&nurse, &two).await), (404, 200));
}

#[tokio::test]
async fn what_is_passed_on_has_its_files_with_it() {
    let scene = Scene::new().await;
    let nurse = crate::support::http::Person::register(&scene.server, "Nila", "midwife").await;
    let message = scene.sent("scan.pdf", "application/pdf", pdf()).await;
    let on = send(&scene.doctor, json!({ "recipientId": nurse.id, "forwardedFrom": message["id"] })).await;
    assert_eq!((on["messageType"].as_str(), on["fileName"].as_str()), (Some("file"), Some("scan.pdf")));
    assert_eq!(fetch_as(&nurse, path(&on["file"])).await.status(), 200);
    assert_eq!(fetch_as(&nurse, path(&message["file"])).await.status(), 404, "the first message is none of theirs");
    assert_eq!(scene.on_disk().len(), 1);
    // The mother takes hers back; what was passed on is a message of the doctor's.
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", message["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(fetch_as(&scene.doctor, path(&message["file"])).await.status(), 404);
    assert_eq!(fetch_as(&nurse, path(&on["file"])).await.status(), 200);
}

#[tokio::test]
async fn old_pages_that_send_everything_twice_send_one_message() {
    let scene = Scene::new().await;
    let mut socket = Socket::connect(&scene.doctor).await;
    for (content, with_file) in [("see this", false), ("", true), ("and this", true)] {
        let file = uploaded(&scene.doctor, "a.txt", "text/plain", b"words".to_vec()).await;
        let body = json!({ "conversationId": scene.conversation, "content": content, "file": file });
        let message = send(&scene.doctor, body.clone()).await;
        let copy = if with_file { body } else { json!({ "conversationId": scene.conversation, "content": content }) };
        let answer = socket.ask("send_message", copy).await;
        assert_eq!(answer["data"]["id"], message["id"], "{content}");
    }
    assert_eq!(scene.doctor.history(&scene.conversation).await.len(), 3);
}

#[tokio::test]
async fn what_a_form_says_for_nothing_is_nothing() {
    let scene = Scene::new().await;
    let form = |nothing: &'static str, content: &'static str| {
        let optional = ["recipientId", "messageType", "replyTo", "clientMessageId", "priority", "requiresAck", "appointmentId"];
        let more = ["forwardedFrom", "attachments", "file", "scheduledFor"];
        let form = Form::new().text("conversationId", scene.conversation.clone()).text("content", content);
        optional.into_iter().chain(more).fold(form, |form, name| form.text(name, nothing))
    };
    for nothing in ["null", "undefined", "NaN", ""] {
        for content in ["one", "two", "null"] {
            let reply = post_form(&scene.mother, "/api/chat/send", form(nothing, content)).await;
            // A name that every message has would be taken for a repetition, and the message would be lost.
            assert_eq!(reply.status, 201, "{nothing}: {reply:?}");
            let message = reply.data();
            assert_eq!(message["content"], content, "words stay as they are");
            for field in ["replyTo", "clientMessageId", "appointmentId", "forwardedFrom", "file", "scheduledFor"] {
                assert_eq!(message[field], Value::Null, "{nothing}: {field}");
            }
        }
        let with_file = form(nothing, "").part("files", part("a.txt", "text/plain", b"words".to_vec()));
        let reply = post_form(&scene.mother, "/api/chat/send", with_file).await;
        assert_eq!((reply.status, reply.data()["fileName"].as_str()), (201, Some("a.txt")), "{nothing}: {reply:?}");
    }
    assert_eq!(scene.mother.history(&scene.conversation).await.len(), 16);
}

#[tokio::test]
async fn the_list_says_how_many_files_the_newest_message_has() {
    let scene = Scene::new().await;
    let last = async || {
        let list = scene.doctor.get("/api/chat/conversations").await;
        let last = list.data()[0]["lastMessage"].clone();
        (
            last["fileCount"].as_u64().unwrap(),
            last["fileType"].as_str().map(ToOwned::to_owned),
            last["content"].as_str().unwrap().to_owned(),
        )
    };
    let is = |count: u64, kind: Option<&str>, words: &str| (count, kind.map(ToOwned::to_owned), words.to_owned());
    let mut files = Vec::new();
    for (index, (count, kind)) in [(1, "image"), (2, "image"), (3, "file")].into_iter().enumerate() {
        files.push(match index {
            2 => uploaded(&scene.mother, "a.pdf", "application/pdf", pdf()).await,
            _ => uploaded(&scene.mother, "a.png", "image/png", png(9 + u32::try_from(index).unwrap(), 9)).await,
        });
        send(&scene.mother, json!({ "conversationId": scene.conversation, "attachments": files, "content": "see" })).await;
        assert_eq!(last().await, is(count, Some(kind), "see"));
    }
    let words = scene.doctor.say(&scene.conversation, "thank you").await;
    assert_eq!(last().await, is(0, None, "thank you"));
    assert_eq!(scene.doctor.delete(&format!("/api/chat/messages/{}", words["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(last().await, is(3, Some("file"), "see"), "what is the newest then");
}
