//! Who looks at what: once an hour in the log, and for those to whom it belongs.

use crate::{
    scene::{Office, fetch, ids, png, upload},
    support::{http::Person, socket::Socket},
};
use serde_json::{Value, json};

async fn access(person: &Person, query: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("/api/privacy/access-log?limit=2&{query}{cursor}")).await;
        all.extend(page.data().as_array().unwrap().clone());
        match page.body["pagination"]["nextCursor"].as_u64() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// Action and first name of each entry, the newest first.
fn told(list: &[Value]) -> Vec<(String, String)> {
    let name = |entry: &Value| entry["person"]["name"].as_str().unwrap().replace(" Test", "");
    list.iter().map(|entry| (entry["action"].as_str().unwrap().to_owned(), name(entry))).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(action, name)| ((*action).to_owned(), (*name).to_owned())).collect()
}

#[tokio::test]
async fn every_way_to_read_is_a_look_and_counts_once() {
    let office = Office::new().await;
    let (ama, dora) = (office.person("Ama", "mom").await, office.person("Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    let id = ama.say(&chat, "first words").await["id"].as_str().unwrap().to_owned();
    assert_eq!(ama.patch(&format!("/api/chat/messages/{id}/edit"), json!({ "content": "other words" })).await.status, 200);
    let path = |rest: &str| format!("/api/chat/conversations/{chat}{rest}");
    // Each way from a device of its own.
    let mut devices = 0;
    for rest in
        [path("/messages"), path("/changes"), format!("/api/chat/messages/{id}/history"), "/api/chat/search/messages?q=other".into()]
    {
        let device = dora.sign_in().await;
        devices += 1;
        for _ in 0..3 {
            assert_eq!(device.get(&rest).await.status, 200);
        }
        assert_eq!(office.count("conversation_opened", &format!("conversationId={chat}&who={}", dora.id)).await, devices, "{rest}");
    }
    for (event, data) in [("join_conversation", json!(chat)), ("message_read", json!({ "messageId": id, "conversationId": chat }))] {
        let mut socket = Socket::connect(&dora.sign_in().await).await;
        devices += 1;
        for _ in 0..3 {
            assert_eq!(socket.ask(event, data.clone()).await["success"], true);
        }
        assert_eq!(office.count("conversation_opened", &format!("conversationId={chat}&who={}", dora.id)).await, devices, "{event}");
    }
    // What shows nothing is no look.
    let device = dora.sign_in().await;
    let cursor = device.get(&path("")).await.data()["cursor"].clone();
    for rest in [path(""), path("/participants"), path(&format!("/changes?since={cursor}")), path("/messages?after=1000")] {
        device.get(&rest).await;
    }
    device.get("/api/chat/conversations").await;
    let mut socket = Socket::connect(&device).await;
    assert_eq!(socket.ask("message_delivered", json!({ "messageId": id, "conversationId": chat })).await["success"], true);
    assert_eq!(office.count("conversation_opened", &format!("conversationId={chat}&who={}", dora.id)).await, devices);
    // Many at once on one device are one.
    let crowd = (0..20).map(|_| {
        let (device, path) = (device.clone(), path("/messages"));
        async move { device.get(&path).await.status }
    });
    assert!(futures_util::future::join_all(crowd).await.iter().all(|status| *status == 200));
    assert_eq!(office.count("conversation_opened", &format!("conversationId={chat}&who={}", dora.id)).await, devices + 1);
}

#[tokio::test]
async fn a_mother_sees_who_of_the_clinic_has_opened_what_is_hers() {
    let office = Office::new().await;
    let (ama, beni) = (office.person("Ama", "mom").await, office.person("Beni", "mom").await);
    let (dora, mia, eve) =
        (office.person("Dora", "doctor").await, office.person("Mia", "midwife").await, office.person("Eve", "doctor").await);
    let direct = ama.open(&dora).await;
    let body = json!({ "type": "group", "name": "Evening class", "participantIds": [ama.id, beni.id] });
    let group = mia.post("/api/chat/conversations", body).await.data()["id"].as_str().unwrap().to_owned();
    let read = |person: &Person, chat: &str| {
        let (person, path) = (person.clone(), format!("/api/chat/conversations/{chat}/messages"));
        async move { assert_eq!(person.get(&path).await.status, 200) }
    };
    ama.say(&direct, "words for Dora").await;
    let file = upload(&ama, "/api/chat/upload", "my scan.txt", "text/plain", b"scan".to_vec()).await;
    assert_eq!(ama.post("/api/chat/send", json!({ "conversationId": direct, "file": file })).await.status, 201);
    assert_eq!(access(&ama, "").await, Vec::<Value>::new());
    read(&dora, &direct).await;
    assert_eq!(fetch(Some(&dora), file["path"].as_str().unwrap()).await.0, 200);
    read(&mia, &group).await;
    read(&beni, &group).await;
    read(&ama, &direct).await;
    assert_eq!(office.admin.get(&format!("/api/users/{}", ama.id)).await.status, 200);

    let log = access(&ama, "").await;
    let expected = [("account_viewed", "Mala"), ("conversation_opened", "Mia"), ("file_opened", "Dora"), ("conversation_opened", "Dora")];
    assert_eq!(told(&log), pairs(&expected));
    assert_eq!(ids(&log, "conversationName"), ["", "Evening class", "Dora Test", "Dora Test"]);
    assert_eq!((&log[2]["fileName"], &log[0]["person"]["role"], &log[1]["isOwn"]), (&json!("my scan.txt"), &json!("admin"), &json!(false)));
    assert!(log.iter().all(|entry| entry.get("address").is_none() && entry.get("device").is_none()), "{log:?}");
    let with_own = told(&access(&ama, "own=true").await);
    assert_eq!((with_own.len(), &with_own[1]), (5, &pairs(&[("conversation_opened", "Ama")])[0]));
    // Who looks after her sees her too; whom it does not concern sees nothing.
    assert_eq!(told(&access(&dora, "").await), pairs(&[("conversation_opened", "Ama")]));
    assert_eq!(told(&access(&mia, "").await), pairs(&[("conversation_opened", "Beni")]));
    assert_eq!(told(&access(&beni, "").await), pairs(&[("conversation_opened", "Mia")]));
    assert_eq!(access(&eve, "").await, Vec::<Value>::new());
    assert_eq!(Person::stranger(&office.server).get("/api/privacy/access-log").await.status, 401);

    // Who comes later does not learn what was before, and who has left nothing more.
    assert_eq!(mia.post(&format!("/api/chat/conversations/{group}/participants"), json!({ "userId": eve.id })).await.status, 200);
    assert_eq!(access(&eve, "").await, Vec::<Value>::new());
    read(&mia.sign_in().await, &group).await;
    assert_eq!(told(&access(&eve, "").await), pairs(&[("conversation_opened", "Mia")]));
    assert_eq!(mia.delete(&format!("/api/chat/conversations/{group}/participants/{}", eve.id)).await.status, 200);
    assert_eq!(access(&eve, "").await, Vec::<Value>::new());

    // A professional's documents.
    let document = upload(&dora, "/api/auth/documents", "my licence.png", "image/png", png()).await;
    assert_eq!(fetch(Some(&office.admin), document["path"].as_str().unwrap()).await.0, 200);
    let newest = &access(&dora, "").await[0];
    assert_eq!((&newest["action"], &newest["fileName"]), (&json!("document_opened"), &json!("my licence.png")));
}

#[tokio::test]
async fn only_administrators_see_the_log() {
    let office = Office::new().await;
    for role in ["mom", "doctor", "midwife", "service_provider"] {
        let person = office.person("Nila", role).await;
        for path in ["/api/admin/audit", "/api/admin/audit/verify", "/api/admin/audit.csv"] {
            assert_eq!(person.get(path).await.error(), (403, "FORBIDDEN"), "{role} {path}");
            assert_eq!(Person::stranger(&office.server).get(path).await.error().0, 401, "{path}");
        }
    }
    assert_eq!(office.count("audit_exported", "").await, 0);
    for wrong in ["who=x", "person=x", "conversationId=x", "action=x", "from=x", "to=x", "limit=0", "limit=201", "cursor=x", "more=1"] {
        for path in ["/api/admin/audit", "/api/admin/audit.csv"] {
            assert_eq!(office.admin.get(&format!("{path}?{wrong}")).await.error(), (400, "VALIDATION_ERROR"), "{wrong}");
        }
    }
    assert_eq!(office.admin.get("/api/admin/audit/verify?anchor=1:ab").await.error(), (400, "VALIDATION_ERROR"));
    for wrong in ["limit=0", "cursor=x", "own=x"] {
        assert_eq!(office.admin.get(&format!("/api/privacy/access-log?{wrong}")).await.error(), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

#[tokio::test]
async fn the_log_is_filtered_and_paged_and_the_table_says_the_same() {
    let office = Office::new().await;
    let (ama, dora) = (office.person("Ama", "mom").await, office.person("Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    for number in 0..12 {
        let id = dora.say(&chat, "words").await["id"].as_str().unwrap().to_owned();
        if number % 2 == 0 {
            assert_eq!(dora.delete(&format!("/api/chat/messages/{id}")).await.status, 200);
        }
    }
    // That the log was looked at is an entry too, once.
    office.log("").await;
    let all = office.log("").await;
    let numbers: Vec<u64> = all.iter().map(|entry| entry["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=all.len() as u64).collect::<Vec<_>>(), "no gaps");
    let page = office.admin.get("/api/admin/audit?limit=3").await;
    assert_eq!((page.data().as_array().unwrap().len(), &page.body["pagination"]["total"]), (3, &json!(all.len())));
    let deleted = office.admin.get(&format!("/api/admin/audit?limit=4&action=message_deleted,message_edited&who={}", dora.id)).await;
    assert_eq!((deleted.data().as_array().unwrap().len(), &deleted.body["pagination"]["hasMore"]), (4, &json!(true)));
    assert!(deleted.body["pagination"]["total"].is_null());
    assert_eq!(office.log("action=message_deleted").await.len(), 6);
    let middle = all[all.len() / 2]["createdAt"].as_str().unwrap();
    let (before, after) = (office.log(&format!("to={middle}")).await, office.log(&format!("from={middle}")).await);
    assert!(before.iter().all(|entry| entry["createdAt"].as_str().unwrap() <= middle), "{before:?}");
    assert!(after.iter().all(|entry| entry["createdAt"].as_str().unwrap() >= middle) && !after.is_empty(), "{after:?}");
    assert_eq!(office.log(&format!("from={}", &middle[..10])).await.len(), all.len());

    let (_, table) = fetch(Some(&office.admin), "/api/admin/audit.csv").await;
    let mut lines = table.trim_start_matches('\u{feff}').split("\r\n");
    assert!(lines.next().unwrap().starts_with("number,time,action,by,actor,"));
    let rows: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    // The newest is that it was taken.
    assert!(rows.len() == all.len() + 1 && rows[0].contains("\"audit_exported\""), "{table}");
    for (row, entry) in rows[1..].iter().zip(all.iter().rev()) {
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!((cells[0], cells[2]), (&*format!("\"{}\"", entry["number"]), &*format!("{}", entry["action"])));
        assert!(row.ends_with(&format!("{}", entry["hash"])), "{row}");
    }
}
