//! One of each kind goes the whole way: uploaded, sent, fetched by the other person, and the bytes are the same.

use crate::{
    samples,
    scene::{Scene, fetch, send, uploaded},
};
use serde_json::json;

#[tokio::test]
async fn one_of_each_kind_goes_the_whole_way() {
    let scene = Scene::new().await;
    for (name, declared, bytes, mime, kind) in samples::all() {
        let file = uploaded(&scene.mother, name, declared, bytes.clone()).await;
        assert_eq!(
            (file["mimetype"].as_str(), file["mimeType"].as_str(), file["fileType"].as_str()),
            (Some(mime), Some(mime), Some(kind)),
            "{name}"
        );
        assert_eq!(file["originalName"], name);
        assert_eq!(file["id"], file["_id"]);
        let message = send(&scene.mother, json!({ "conversationId": scene.conversation, "attachments": [{ "id": file["id"] }] })).await;
        assert_eq!((message["messageType"].as_str(), message["content"].as_str()), (Some(kind), Some("")), "{name}");
        assert_eq!((&message["file"]["id"], &message["fileName"]), (&file["id"], &file["originalName"]), "{name}");
        let history = scene.doctor.history(&scene.conversation).await;
        let url = history.last().unwrap()["fileUrl"].as_str().unwrap();
        assert!(url.starts_with(&scene.server.url()) && url != message["fileUrl"], "{name}: {url}");
        let response = fetch(url).await;
        assert_eq!((response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()), (200, mime), "{name}");
        let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
        let is_shown = matches!(kind, "image" | "audio" | "video") && !name.ends_with("svg") || name.ends_with("pdf");
        assert!(disposition.starts_with(if is_shown { "inline;" } else { "attachment;" }), "{name}: {disposition}");
        assert_eq!(response.headers()["content-security-policy"], "sandbox; default-src 'none'", "{name}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{name}");
        assert_eq!(response.headers()["cross-origin-resource-policy"], "same-origin", "{name}");
        let fetched = response.bytes().await.unwrap();
        assert_eq!(file["size"], fetched.len(), "{name}");
        assert_eq!(file["sha256"], sha256(&fetched), "{name}");
        let is_cleaned = kind == "image" && !name.ends_with("svg");
        assert!(is_cleaned || fetched == bytes, "{name} came back changed");
        assert_eq!(file["thumbnailUrl"].is_string(), is_cleaned, "{name}");
    }
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn what_headers_say_about_size_and_time_is_told() {
    let scene = Scene::new().await;
    for (name, bytes, width, height, duration) in [
        ("a.mp4", samples::mp4(b"isom", b"vide"), Some(320), Some(240), Some(5.0)),
        ("a.mov", samples::mp4(b"qt  ", b"vide"), Some(320), Some(240), Some(5.0)),
        ("a.m4a", samples::mp4(b"M4A ", b"soun"), None, None, Some(5.0)),
        ("a.webm", samples::webm(b"V_VP8", "webm"), Some(320), Some(240), Some(2.5)),
        ("voice.webm", samples::webm(b"A_OPUS", "webm"), None, None, Some(2.5)),
        ("a.ogv", samples::ogv(), Some(320), Some(240), None),
        ("a.avi", samples::avi(), Some(320), Some(240), Some(2.0)),
        ("a.ogg", samples::ogg(), None, None, Some(3.0)),
        ("a.wav", samples::wav(), None, None, Some(1.0)),
        ("a.mp3", samples::mp3(100), None, None, Some(2.612)),
        ("a.aac", samples::aac(100), None, None, Some(2.322)),
        ("a.jpg", samples::jpeg(300, 200), Some(300), Some(200), None),
    ] {
        let file = uploaded(&scene.mother, name, "", bytes).await;
        let found = (file["width"].as_u64(), file["height"].as_u64(), file["duration"].as_f64());
        assert_eq!(found, (width, height, duration), "{name}");
    }
}

#[tokio::test]
async fn several_files_come_back_in_their_order() {
    let scene = Scene::new().await;
    let mut form = reqwest::multipart::Form::new();
    for number in 1..=5 {
        form = form.part("files", crate::scene::part(&format!("{number}.txt"), "text/plain", format!("text {number}").into_bytes()));
    }
    let reply = crate::scene::post_form(&scene.mother, "/api/chat/upload", form).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let names: Vec<_> = reply.data().as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["1.txt", "2.txt", "3.txt", "4.txt", "5.txt"]);
    let message =
        send(&scene.mother, json!({ "conversationId": scene.conversation, "content": "five", "attachments": reply.data() })).await;
    assert_eq!(message["attachments"].as_array().unwrap().len(), 5);
    assert_eq!((message["messageType"].as_str(), message["file"]["originalName"].as_str()), (Some("file"), Some("1.txt")));
}
