//! Messages are found by the names of their files, and files by their names: for those who see the message, and as long as it is there.

use crate::{
    samples::{pdf, png},
    scene::{Scene, send, uploaded},
    support::{
        PATIENCE,
        http::{Person, Reply},
    },
};
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

async fn search(person: &Person, words: &str) -> Vec<Value> {
    let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
    let reply = person.get(&format!("/api/chat/search/messages?{query}")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.data().as_array().unwrap().clone()
}

/// How many messages have these words.
async fn count(person: &Person, words: &str) -> usize {
    search(person, words).await.len()
}

async fn listed(person: &Person, chat: &str, query: &str) -> Reply {
    person.get(&format!("/api/chat/conversations/{chat}/files?{query}")).await
}

/// Names of the files on a page.
async fn names(person: &Person, chat: &str, query: &str) -> Vec<String> {
    let reply = listed(person, chat, query).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.data().as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap().to_owned()).collect()
}

/// Waits until so many messages, which are all there are, are in the index.
async fn indexed(person: &Person, messages: u64) {
    let figure = |metrics: &Reply, name: &str| {
        let text = metrics.body.as_str().unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("mommycare_{name} "))).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let begun = Instant::now();
    loop {
        // A connection from before a restart fails once.
        if let Ok(metrics) = person.try_send(reqwest::Method::GET, "/metrics", None).await
            && (figure(&metrics, "search_documents"), figure(&metrics, "search_backlog")) == (messages, 0)
            && person.get("/api/chat/search/messages?q=anything").await.body["meta"]["indexing"] == false
        {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the index is never ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_message_is_found_by_the_names_of_its_files_until_it_is_deleted() {
    let scene = Scene::new().await;
    let scan = scene.sent("Anomaly_scan-2026.PDF", "application/pdf", pdf()).await;
    let files = [
        uploaded(&scene.doctor, "බෙහෙත් වට්ටෝරුව.png", "image/png", png(9, 9)).await,
        uploaded(&scene.doctor, "blood results.pdf", "application/pdf", pdf()).await,
    ];
    let body = json!({ "conversationId": scene.conversation, "attachments": files, "content": "Take iron tablets" });
    let both = send(&scene.doctor, body).await;
    for round in 0..2 {
        for (words, expected, marked, file) in [
            ("anomaly", &scan, "Anomaly_scan", Some(&scan["file"]["id"])),
            ("SCAN anom", &scan, "Anomaly_scan", Some(&scan["file"]["id"])),
            ("Anomaly_scan-2026.pdf", &scan, "Anomaly_scan", Some(&scan["file"]["id"])),
            ("බෙහෙත්", &both, "බෙහෙත්", Some(&both["attachments"][0]["id"])),
            ("results", &both, "results.pdf", Some(&both["attachments"][1]["id"])),
            // What it says comes first, and words may stand in both.
            ("iron results ", &both, "iron", None),
        ] {
            let hits = search(&scene.mother, words).await;
            let [hit] = &hits[..] else { panic!("{words} in round {round}: {hits:#?}") };
            assert_eq!((&hit["message"]["id"], hit["fileId"].as_str()), (&expected["id"], file.and_then(|id| id.as_str())), "{words}");
            let units: Vec<u16> = hit["snippet"].as_str().unwrap().encode_utf16().collect();
            let place = |name: &str| usize::try_from(hit["highlights"][0][name].as_u64().unwrap()).unwrap();
            assert_eq!(String::from_utf16(&units[place("start")..place("end")]).unwrap(), marked, "{words}");
            assert_eq!(count(&scene.stranger, words).await, 0, "{words}");
        }
        assert_eq!(count(&scene.mother, "pdf").await, 2);
        assert_eq!(count(&scene.mother, "anomaly results").await, 0, "all words in one message");
        // The second time from the index.
        indexed(&scene.mother, 2).await;
    }
    // Other words with the same files, and then nothing.
    let id = both["id"].as_str().unwrap();
    assert_eq!(scene.doctor.patch(&format!("/api/chat/messages/{id}/edit"), json!({ "content": "Drink water" })).await.status, 200);
    assert_eq!((count(&scene.mother, "water results").await, count(&scene.mother, "iron").await), (1, 0));
    indexed(&scene.mother, 2).await;
    assert_eq!((count(&scene.mother, "water results").await, count(&scene.mother, "iron").await), (1, 0));
    assert_eq!(scene.doctor.delete(&format!("/api/chat/messages/{id}")).await.status, 200);
    assert_eq!(count(&scene.mother, "results").await, 0);
    indexed(&scene.mother, 2).await;
    assert_eq!((count(&scene.mother, "results").await, count(&scene.doctor, "pdf").await), (0, 1));
}

#[tokio::test]
async fn files_are_found_by_their_own_names() {
    let scene = Scene::new().await;
    for (files, content) in
        [(["scan one.pdf", "plan.pdf"], ""), (["scan two.pdf", "notes.pdf"], "my scan"), (["list.pdf", "more.pdf"], "scan")]
    {
        let mut uploads = Vec::new();
        for name in files {
            uploads.push(uploaded(&scene.mother, name, "application/pdf", pdf()).await);
        }
        send(&scene.mother, json!({ "conversationId": scene.conversation, "attachments": uploads, "content": content })).await;
    }
    let chat = &scene.conversation;
    for (query, expected) in [
        ("q=scan", &["scan two.pdf", "scan one.pdf"][..]),
        ("q=sca&kind=file", &["scan two.pdf", "scan one.pdf"]),
        ("q=scan%20on", &["scan one.pdf"]),
        ("q=scan&kind=image", &[]),
        ("q=my", &[]),
        ("q=pdf&limit=2", &["list.pdf", "more.pdf"]),
    ] {
        assert_eq!(names(&scene.doctor, chat, query).await, expected, "{query}");
    }
    assert_eq!(names(&scene.doctor, chat, "q=").await.len(), 6, "no words are no wish");
    // Page by page the same as at once.
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = listed(&scene.doctor, chat, &format!("q=scan&limit=1{cursor}")).await;
        all.extend(reply.data().as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap().to_owned()));
        let Some(next) = reply.body["pagination"]["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(all, ["scan two.pdf", "scan one.pdf"]);
    for wrong in [format!("q={}", "x".repeat(201)), "q=...".into(), format!("q={}", "a%20".repeat(11))] {
        assert_eq!(listed(&scene.doctor, chat, &wrong).await.error(), (400, "VALIDATION_ERROR"), "{wrong}");
    }
    assert_eq!(listed(&scene.stranger, chat, "q=scan").await.error(), (404, "CONVERSATION_NOT_FOUND"));
}

#[tokio::test]
async fn what_an_earlier_version_has_indexed_is_taken_anew_with_its_names() {
    let mut scene = Scene::new().await;
    scene.sent("anomaly.pdf", "application/pdf", pdf()).await;
    indexed(&scene.mother, 1).await;
    assert!(scene.server.terminate().1);
    // An index of the version that knew no names.
    let index = scene.server.data().join("index");
    let of_now = fs::read_dir(&index).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    fs::rename(&of_now, index.join("words-1")).unwrap();
    scene.server.restart();
    let mother = scene.mother.sign_in().await;
    indexed(&mother, 1).await;
    assert_eq!(count(&mother, "anomaly").await, 1);
    assert!(!index.join("words-1").exists() && of_now.exists());
}
