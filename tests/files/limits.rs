//! Limits of size, number and space: what is just allowed passes, one more is refused by name, however it comes.

use crate::{
    scene::{Scene, part, post_form, send, upload, uploaded},
    support::raw::{exchange, request},
};
use reqwest::multipart::Form;
use serde_json::json;

fn text(size: usize) -> Vec<u8> {
    vec![b'a'; size]
}

fn form_of(size: usize) -> Vec<u8> {
    let head = b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n";
    [&head[..], &text(size), b"\r\n--X--\r\n"].concat()
}

#[tokio::test]
async fn fifty_mebibytes_pass_and_one_byte_more_does_not() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", text(50 << 20)).await;
    assert_eq!(file["size"], 50 << 20);
    let reply = upload(&scene.mother, "b.txt", "text/plain", text((50 << 20) + 1)).await;
    assert_eq!(reply.error(), (413, "FILE_TOO_LARGE"), "with its length");
    assert!(reply.body["message"].as_str().unwrap().contains("b.txt is larger than 50 MiB"), "{reply:?}");
    scene.until_on_disk(1).await;
}

#[tokio::test]
async fn the_limit_holds_for_bodies_in_chunks_and_without_a_true_length() {
    let scene = Scene::with(&[("MAX_FILE_SIZE", "1MiB")]).await;
    let token = format!("Authorization: Bearer {}", scene.mother.token.as_deref().unwrap());
    let kind = "Content-Type: multipart/form-data; boundary=X";
    for (size, status) in [(1 << 20, 201), ((1 << 20) + 1, 413), (3 << 20, 413)] {
        let mut body = Vec::new();
        for piece in form_of(size).chunks(7_001) {
            body.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            body.extend_from_slice(piece);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"0\r\n\r\n");
        let headers = [token.as_str(), kind, "Transfer-Encoding: chunked"];
        let reply = exchange(scene.server.address(), &request("POST", "/api/chat/upload", &headers, &body)).await.unwrap();
        assert_eq!(reply.status, status, "{size} in chunks: {}", reply.text());
        let length = form_of(size);
        let headers = [token.as_str(), kind, &format!("Content-Length: {}", length.len())];
        let reply = exchange(scene.server.address(), &request("POST", "/api/chat/upload", &headers, &length)).await.unwrap();
        assert_eq!(reply.status, status, "{size} with its length: {}", reply.text());
        if status == 413 {
            assert_eq!(reply.error().1, "FILE_TOO_LARGE");
        }
    }
    scene.until_on_disk(2).await;
}

#[tokio::test]
async fn more_files_than_allowed_are_refused() {
    let scene = Scene::with(&[("MAX_FILES", "2")]).await;
    let form = |count: usize| {
        (0..count).fold(Form::new(), |form, number| form.part("files", part(&format!("{number}.txt"), "text/plain", text(10))))
    };
    let reply = post_form(&scene.mother, "/api/chat/upload", form(3)).await;
    assert_eq!(reply.error(), (400, "TOO_MANY_FILES"));
    scene.until_on_disk(0).await;
    let two = post_form(&scene.mother, "/api/chat/upload", form(2)).await;
    assert_eq!(two.status, 201);
    let mut three = two.data().as_array().unwrap().clone();
    three.push(uploaded(&scene.mother, "c.txt", "", text(5)).await);
    let body = json!({ "conversationId": scene.conversation, "attachments": three });
    assert_eq!(scene.mother.post("/api/chat/send", body).await.error(), (400, "TOO_MANY_FILES"));
}

#[tokio::test]
async fn a_person_has_so_much_space_and_gets_it_back() {
    let scene = Scene::with(&[("MOMMYCARE_FILES__QUOTA", "2MiB")]).await;
    let message = scene.sent("a.txt", "text/plain", text(1 << 20)).await;
    uploaded(&scene.mother, "b.txt", "text/plain", text(900 << 10)).await;
    let reply = upload(&scene.mother, "c.txt", "text/plain", text(200 << 10)).await;
    assert_eq!(reply.error(), (413, "QUOTA_EXCEEDED"));
    // The same content again in the same conversation takes no room, once it is there.
    let again = uploaded(&scene.doctor, "a copy.txt", "text/plain", text(1 << 20)).await;
    scene.until_on_disk(3).await;
    send(&scene.doctor, json!({ "conversationId": scene.conversation, "file": again })).await;
    scene.until_on_disk(2).await;
    // The content stays as long as one message has it.
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{}", message["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(crate::scene::fetch_as(&scene.mother, crate::scene::path(&again)).await.status(), 200);
    let reply = upload(&scene.mother, "c.txt", "text/plain", text(200 << 10)).await;
    assert_eq!(reply.error(), (413, "QUOTA_EXCEEDED"), "it is still on the disk");
    let copies = scene.doctor.history(&scene.conversation).await;
    let last = copies.last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.doctor.delete(&format!("/api/chat/messages/{last}")).await.status, 200);
    scene.until_on_disk(1).await;
    uploaded(&scene.mother, "c.txt", "text/plain", text(200 << 10)).await;
}
