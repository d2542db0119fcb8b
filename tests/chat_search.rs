//! Searching messages, against the real server: what was sent is found, what was changed or taken back is not, and the index comes
//! up again after any end.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod support;

use serde_json::{Value, json};
use std::{fs, time::Instant};
use support::{
    PATIENCE, Server, command,
    http::{Person, Reply},
};

/// Two people with a conversation.
async fn two(server: &Server) -> (Person, Person, String) {
    let (ama, dora) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    (ama, dora, chat)
}

async fn search(person: &Person, query: &[(&str, &str)]) -> Reply {
    let query: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{name}={}", form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>()))
        .collect();
    person.get(&format!("/api/chat/search/messages?{}", query.join("&"))).await
}

/// The texts that are found, newest first.
fn texts(reply: &Reply) -> Vec<String> {
    reply.data().as_array().unwrap().iter().map(|hit| hit["message"]["content"].as_str().unwrap().to_owned()).collect()
}

async fn find(person: &Person, words: &str) -> Vec<String> {
    texts(&search(person, &[("q", words)]).await)
}

/// Waits until so many messages, which are all there are, are in the index.
async fn indexed(person: &Person, messages: u64) {
    let begun = Instant::now();
    loop {
        // A connection from before a restart fails once.
        if let Ok(reply) = person.try_send(reqwest::Method::GET, "/metrics", None).await
            && (figure(&reply, "search_documents"), figure(&reply, "search_backlog")) == (messages, 0)
            && search(person, &[("q", "anything")]).await.body["meta"]["indexing"] == false
        {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the index is never ready");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

/// What a browser marks in the snippet of a hit.
fn marked(hit: &Value) -> Vec<String> {
    let units: Vec<u16> = hit["snippet"].as_str().unwrap().encode_utf16().collect();
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let marks = hit["highlights"].as_array().unwrap();
    marks.iter().map(|mark| String::from_utf16(&units[number(&mark["start"])..number(&mark["end"])]).unwrap()).collect()
}

fn figure(metrics: &Reply, name: &str) -> u64 {
    let text = metrics.body.as_str().unwrap();
    let line = text.lines().find(|line| line.starts_with(&format!("mommycare_{name} "))).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn rebuilds(person: &Person) -> u64 {
    figure(&person.get("/metrics").await, "search_rebuilds_total")
}

#[tokio::test]
async fn a_message_is_found_as_soon_as_it_is_sent() {
    let server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    for number in 0..100 {
        let sent = ama.say(&chat, &format!("Take the IRON tablets, part {number} 👶🏽")).await;
        let reply = search(&dora, &[("q", "iron part ")]).await;
        let newest = &reply.data()[0];
        assert_eq!(newest["message"]["id"], sent["id"]);
        assert_eq!((newest["conversation"]["id"].as_str().unwrap(), &newest["conversation"]["name"]), (chat.as_str(), &json!("Ama Test")));
        assert_eq!((&newest["conversation"]["type"], &newest["message"]["sender"]), (&json!("direct"), &json!("provider")));
        assert_eq!(marked(newest), ["IRON", "part"]);
    }
    indexed(&dora, 100).await;
    let reply = search(&dora, &[("q", "tablets"), ("limit", "100")]).await;
    assert_eq!(texts(&reply).len(), 100);
    assert_eq!(reply.body["pagination"], json!({ "limit": 100, "hasMore": false, "nextCursor": null, "total": null }));
    assert_eq!(reply.body["meta"], json!({ "indexing": false }));
}

#[tokio::test]
async fn edited_words_replace_the_old_ones_and_deleted_ones_go() {
    let server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(ama.say(&chat, &format!("fever number {number}")).await["id"].as_str().unwrap().to_owned());
    }
    // Once while the index does not have them yet, perhaps, and once when it has.
    for (round, id) in ids.iter().take(2).enumerate() {
        let edited = ama.patch(&format!("/api/chat/messages/{id}/edit"), json!({ "content": format!("cough {round}") })).await;
        assert_eq!(edited.status, 200);
        assert_eq!(find(&dora, "cough").await[0], format!("cough {round}"));
        assert!(find(&dora, &format!("fever {round} ")).await.is_empty());
        indexed(&dora, 5).await;
        assert_eq!(find(&dora, "fever").await.len(), 4 - round);
    }
    assert_eq!(ama.delete(&format!("/api/chat/messages/{}", ids[2])).await.status, 200);
    assert_eq!(find(&dora, "fever").await, ["fever number 4", "fever number 3"]);
    indexed(&dora, 5).await;
    assert_eq!(find(&ama, "fever").await, ["fever number 4", "fever number 3"]);
    assert_eq!(find(&ama, "number").await.len(), 2);
}

#[tokio::test]
async fn words_of_three_languages_numbers_and_beginnings_are_found() {
    let server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    for words in ["ස්තූතියි ඩොක්ටර්, ශ්\u{200d}රී ලංකා 👶🏽", "கர்ப்பிணி பெண்களுக்கு உணவு", "Zoë had 38.5 °C, call +94 77 123 4567.", "fever.Please come"]
    {
        ama.say(&chat, words).await;
    }
    for index in [false, true] {
        if index {
            indexed(&dora, 4).await;
        }
        for (query, mark) in [
            ("ඩොක්ටර්", "ඩොක්ටර්"),
            ("ඩොක්", "ඩොක්ටර්"),
            ("ශ්රී ", "ශ්\u{200d}රී"),
            ("பெண்", "பெண்களுக்கு"),
            ("கர்ப்பிணி ", "கர்ப்பிணி"),
            ("zoe", "Zoë"),
            ("ZO", "Zoë"),
            ("38.5", "38.5"),
            ("38", "38.5"),
            ("77 123 45", "77"),
            ("please", "Please"),
            ("\"come\"", "come"),
        ] {
            let reply = search(&dora, &[("q", query)]).await;
            assert_eq!(reply.data().as_array().unwrap().len(), 1, "{query}");
            assert_eq!(marked(&reply.data()[0])[0], mark, "{query}");
        }
        for query in ["zo ", "ඩොක් ", "come please now", "ලං ", "5"] {
            assert!(find(&dora, query).await.is_empty(), "{query}");
        }
    }
}

#[tokio::test]
async fn filters_narrow_and_wrong_ones_are_named() {
    let server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    let other = Person::register(&server, "Nila", "midwife").await;
    let second = ama.open(&other).await;
    let early = ama.say(&chat, "iron one").await["createdAt"].as_str().unwrap().to_owned();
    dora.say(&chat, "iron two").await;
    other.say(&second, "iron three").await;
    let place = json!({ "conversationId": second, "messageType": "location", "content": "6.927079,79.861244 iron gate" });
    assert_eq!(ama.post("/api/chat/send", place).await.status, 201);
    for index in [false, true] {
        if index {
            indexed(&ama, 4).await;
        }
        let gate = "6.927079,79.861244 iron gate";
        for (filter, found) in [
            (("conversationId", chat.as_str()), &["iron two", "iron one"][..]),
            (("from", dora.id.as_str()), &["iron two"]),
            (("from", "00000000000000ff"), &[]),
            (("type", "location"), &[gate]),
            (("type", "text"), &["iron three", "iron two", "iron one"]),
            (("type", "image"), &[]),
            (("hasFile", "true"), &[]),
            (("hasFile", "false"), &[gate, "iron three", "iron two", "iron one"]),
            (("before", early.as_str()), &[]),
            (("after", early.as_str()), &[gate, "iron three", "iron two", "iron one"]),
            (("after", "2999-01-01"), &[]),
            (("before", "2999-01-01"), &[gate, "iron three", "iron two", "iron one"]),
        ] {
            assert_eq!(texts(&search(&ama, &[("q", "iron"), filter]).await), found, "{filter:?}");
        }
    }
    let too_long = "x".repeat(201);
    for (query, field) in [
        (vec![], "q"),
        (vec![("q", "!!!")], "q"),
        (vec![("q", &*too_long)], "q"),
        (vec![("q", "a b c d e f g h i j k")], "q"),
        (vec![("q", "a"), ("type", "odd")], "type"),
        (vec![("q", "a"), ("from", "Dora")], "from"),
        (vec![("q", "a"), ("before", "soon")], "before"),
        (vec![("q", "a"), ("after", "2026-13-01")], "after"),
        (vec![("q", "a"), ("hasFile", "maybe")], "hasFile"),
        (vec![("q", "a"), ("limit", "0")], "limit"),
        (vec![("q", "a"), ("cursor", "first")], "cursor"),
    ] {
        let reply = search(&ama, &query).await;
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR"), "{query:?}");
        assert_eq!(reply.body["details"]["errors"][0]["field"], field, "{query:?}");
    }
}

#[tokio::test]
async fn nobody_finds_what_is_not_theirs() {
    let server = Server::start();
    let (ama, _, chat) = two(&server).await;
    ama.say(&chat, "a private sentence").await;
    let eve = Person::register(&server, "Eve", "doctor").await;
    let mine = eve.open(&Person::register(&server, "Nila", "midwife").await).await;
    eve.say(&mine, "a public sentence").await;
    for index in [false, true] {
        if index {
            indexed(&eve, 2).await;
        }
        assert_eq!(find(&eve, "sentence").await, ["a public sentence"]);
        let foreign = search(&eve, &[("q", "sentence"), ("conversationId", &chat)]).await;
        let unknown = search(&eve, &[("q", "sentence"), ("conversationId", "00000000000000ff")]).await;
        assert_eq!(foreign.error(), (404, "CONVERSATION_NOT_FOUND"));
        assert_eq!(foreign.body, unknown.body);
        assert!(texts(&search(&eve, &[("q", "sentence"), ("from", &ama.id)]).await).is_empty());
    }
    let nobody = search(&Person::stranger(&server), &[("q", "sentence")]).await;
    assert_eq!(nobody.error(), (401, "UNAUTHORIZED"));
}

#[tokio::test]
async fn in_a_group_one_finds_what_came_while_one_was_in_it() {
    let server = Server::start();
    let dora = Person::register(&server, "Dora", "doctor").await;
    let (nila, mira) = (Person::register(&server, "Nila", "midwife").await, Person::register(&server, "Mira", "midwife").await);
    let body = json!({ "type": "group", "name": "Needle team", "participantIds": [nila.id] });
    let group = dora.post("/api/chat/conversations", body).await.data()["id"].as_str().unwrap().to_owned();
    dora.say(&group, "needle before").await;
    let added = dora.post(&format!("/api/chat/conversations/{group}/participants"), json!({ "userId": mira.id })).await;
    assert_eq!(added.status, 200, "{added:?}");
    dora.say(&group, "needle after").await;
    for index in [false, true] {
        if index {
            // Two that people wrote, and what the system said: created, added.
            indexed(&dora, 4).await;
        }
        let reply = search(&nila, &[("q", "needle")]).await;
        assert_eq!(texts(&reply), ["needle after", "needle before"]);
        assert_eq!(reply.data()[0]["conversation"], json!({ "id": group, "_id": group, "name": "Needle team", "type": "group" }));
        assert_eq!(find(&mira, "needle").await, ["needle after"]);
        assert!(find(&dora, "team").await.is_empty() && find(&dora, "mira").await.is_empty(), "what the system says is not searched");
    }
    assert_eq!(mira.delete(&format!("/api/chat/conversations/{group}/participants/{}", mira.id)).await.status, 200);
    let removed = dora.delete(&format!("/api/chat/conversations/{group}/participants/{}", nila.id)).await;
    assert_eq!(removed.status, 200, "{removed:?}");
    for gone in [&nila, &mira] {
        assert!(find(gone, "needle").await.is_empty());
        let here = search(gone, &[("q", "needle"), ("conversationId", &group)]).await;
        assert_eq!(here.error(), (404, "CONVERSATION_NOT_FOUND"));
    }
    assert_eq!(find(&dora, "needle").await.len(), 2);
}

#[tokio::test]
async fn pages_are_complete_while_others_write() {
    let server = Server::start();
    let ama = Person::register(&server, "Ama", "mom").await;
    let mut chats = Vec::new();
    for name in ["Dora", "Dilani", "Devi"] {
        let doctor = Person::register(&server, name, "doctor").await;
        chats.push((ama.open(&doctor).await, doctor));
    }
    let mut sent = Vec::new();
    for number in 0..90 {
        let (chat, doctor) = &chats[number % 3];
        sent.push(doctor.say(chat, &format!("needle {number}")).await);
        if number == 60 {
            indexed(&ama, 61).await;
        }
    }
    // What was sent in the same millisecond stands in the order of ids.
    let text = |message: &Value, name: &str| message[name].as_str().unwrap().to_owned();
    sent.sort_by_key(|message| std::cmp::Reverse((text(message, "createdAt"), text(message, "id"))));
    let sent: Vec<String> = sent.iter().map(|message| text(message, "id")).collect();
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        let mut query = vec![("q", "needle"), ("limit", "7")];
        if page > 0 {
            query.push(("cursor", &cursor));
        }
        let reply = search(&ama, &query).await;
        let ids = reply.data().as_array().unwrap().iter().map(|hit| hit["message"]["id"].as_str().unwrap().to_owned());
        found.extend(ids);
        let pagination = &reply.body["pagination"];
        assert_eq!(pagination["hasMore"] == true, pagination["nextCursor"].is_string());
        let Some(next) = pagination["nextCursor"].as_str() else { break };
        cursor = next.to_owned();
        chats[page % 3].1.say(&chats[page % 3].0, "needle that came later").await;
    }
    assert_eq!(found, sent);
}

#[tokio::test]
async fn the_index_comes_up_again_after_every_end() {
    let mut server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    let mut all = Vec::new();
    for number in 0..40 {
        ama.say(&chat, &format!("needle {number}")).await;
        all.insert(0, format!("needle {number}"));
    }
    let everything = async |all: &[String]| {
        // On a connection that is not from before a restart.
        let dora = &dora.sign_in().await;
        assert_eq!(texts(&search(dora, &[("q", "needle"), ("limit", "100")]).await), all);
        indexed(dora, all.len() as u64).await;
        assert_eq!(texts(&search(dora, &[("q", "needle"), ("limit", "100")]).await), all);
    };
    everything(&all).await;
    assert_eq!(rebuilds(&dora).await, 1);

    // A clean stop: the index is used as it is.
    assert!(server.terminate().1);
    server.restart();
    everything(&all).await;
    assert_eq!(rebuilds(&dora).await, 0);

    // A kill in the middle of writing: it goes on where it was.
    for number in 40..60 {
        ama.say(&chat, &format!("needle {number}")).await;
        all.insert(0, format!("needle {number}"));
    }
    server.kill();
    server.restart();
    everything(&all).await;
    assert_eq!(rebuilds(&dora).await, 0);

    // Without its files, or with damaged ones: it is made anew.
    for damage in [false, true] {
        assert!(server.terminate().1);
        let index = server.data().join("index");
        if damage {
            fs::write(index.join("manifest"), b"odd").unwrap();
        } else {
            fs::remove_dir_all(index).unwrap();
        }
        server.restart();
        everything(&all).await;
        assert_eq!(rebuilds(&dora).await, 1);
    }
}

#[tokio::test]
async fn the_operator_can_have_it_made_anew_and_sees_its_state() {
    let mut server = Server::start();
    let (ama, dora, chat) = two(&server).await;
    for _ in 0..30 {
        ama.say(&chat, "needle").await;
    }
    let data = server.data().to_path_buf();
    let run = |words: &str| {
        let output = command(data.parent().unwrap()).args(words.split(' ')).args(["--data", data.to_str().unwrap()]).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
    };
    let (done, said) = run("reindex");
    assert!(!done && said.contains("in use"), "{said}");
    server.kill();
    fs::remove_dir_all(data.join("index")).unwrap();
    let (done, said) = run("check --index");
    assert!(done && said.contains("no usable search index"), "{said}");
    let (done, said) = run("reindex");
    assert!(done && said.contains("30 messages in 1 conversations"), "{said}");
    let (done, said) = run("check --index");
    assert!(done && said.contains("search index is ready"), "{said}");
    let (done, said) = run("check");
    assert!(done && !said.contains("index"), "it is read only if wished: {said}");
    server.restart();
    indexed(&dora, 30).await;
    assert_eq!(find(&dora, "needle").await.len(), 20);
    assert_eq!(rebuilds(&dora).await, 0);
}

#[tokio::test]
async fn neither_words_nor_queries_are_logged() {
    let server = Server::with(&[("MOMMYCARE_LOG__LEVEL", "trace")]);
    let (ama, dora, chat) = two(&server).await;
    ama.say(&chat, "a wordofmymessage here").await;
    find(&dora, "wordofmyq").await;
    assert_eq!(find(&dora, "wordofmym").await.len(), 1);
    indexed(&dora, 1).await;
    assert_eq!(search(&dora, &[("q", "wordofmyq"), ("limit", "0")]).await.status, 400);
    let log = server.log();
    assert!(!log.is_empty() && !log.contains("wordofmy"), "{log}");
}
