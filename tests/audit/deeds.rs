//! What is done has its entry, with who, from where and with what; by either door; and nothing of what anything says.

use crate::{
    scene::{Office, fetch, png, try_password, upload, wrong},
    support::{
        PATIENCE, Server, command,
        http::{PASSWORD, Person},
        socket::Socket,
    },
};
use serde_json::{Value, json};
use std::{process::Command, time::Instant};

#[tokio::test]
async fn accounts() {
    let office = Office::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]).await;
    let admin = &office.admin;
    let nila = office.person("Nila", "mom").await;
    let set_up = office.one("set_up", "").await;
    assert_eq!((&set_up["by"], &set_up["actor"]["id"], &set_up["address"]), (&json!("person"), &json!(admin.id), &json!("127.0.0.1")));
    assert_eq!(office.one("registered", &format!("who={}", nila.id)).await["detail"], "mom");
    assert_eq!(office.count("signed_in", &format!("who={}", nila.id)).await, 1);

    // Wrong passwords, of somebody and of nobody.
    assert_eq!(try_password(&office.server, &nila.email, &wrong()).await.status, 401);
    let failed = office.one("sign_in_failed", &format!("person={}", nila.id)).await;
    assert_eq!((&failed["by"], &failed["actor"], &failed["person"]["name"]), (&json!("nobody"), &Value::Null, &json!("Nila Test")));
    for _ in 0..3 {
        assert_eq!(try_password(&office.server, "somebody.unknown@example.org", &wrong()).await.status, 401);
    }
    let unknown: Vec<_> = office.log("action=sign_in_failed").await.into_iter().filter(|entry| entry["person"].is_null()).collect();
    assert_eq!(unknown.len(), 1, "guessing addresses fills no log: {unknown:?}");
    assert_eq!(unknown[0]["address"], "127.0.0.1");
    let eve = office.person("Eve", "mom").await;
    for _ in 0..12 {
        try_password(&office.server, &eve.email, &wrong()).await;
    }
    assert_eq!(office.count("locked_out", &format!("person={}", eve.id)).await, 1);
    assert_eq!(office.count("sign_in_failed", &format!("person={}", eve.id)).await, 10, "what is not even tried is not told");

    // Signing out, here and elsewhere; a token that comes twice.
    let phone = nila.sign_in().await;
    assert_eq!(phone.post("/api/auth/logout", json!({})).await.status, 200);
    office.one("signed_out", &format!("who={}", nila.id)).await;
    let tablet = nila.sign_in().await;
    let sessions = nila.get("/api/auth/sessions").await;
    let other = sessions.data().as_array().unwrap().iter().find(|one| one["current"] == false).unwrap()["id"].clone();
    assert_eq!(nila.delete(&format!("/api/auth/sessions/{}", other.as_str().unwrap())).await.status, 200);
    office.one("session_ended", &format!("who={}", nila.id)).await;
    assert_eq!(tablet.get("/api/auth/me").await.status, 401);
    let laptop = nila.sign_in().await;
    for status in [200, 401] {
        let renewed = laptop.post("/api/auth/refresh", json!({ "refreshToken": laptop.refresh_token })).await;
        assert_eq!(renewed.status, status, "{renewed:?}");
    }
    assert_eq!(office.one("refresh_reused", &format!("person={}", nila.id)).await["by"], "nobody");

    // Passwords.
    let change = |current: &str| json!({ "currentPassword": current, "newPassword": "another lotus 8 evening" });
    assert_eq!(nila.put("/api/auth/password", change(&wrong())).await.status, 400);
    assert_eq!(office.count("sign_in_failed", &format!("person={}&who={}", nila.id, nila.id)).await, 1, "at her own device");
    assert_eq!(nila.put("/api/auth/password", change(PASSWORD)).await.status, 200);
    office.one("password_changed", &format!("who={}", nila.id)).await;
    for _ in 0..2 {
        assert_eq!(nila.post("/api/auth/forgot-password", json!({ "email": nila.email })).await.status, 200);
        assert_eq!(nila.post("/api/auth/forgot-password", json!({ "email": "unknown@example.org" })).await.status, 200);
    }
    office.until("reset_asked", &format!("person={}", nila.id)).await;
    let link = admin.post(&format!("/api/admin/users/{}/reset-link", nila.id), json!({})).await;
    assert_eq!(office.one("reset_link_made", &format!("person={}", nila.id)).await["actor"]["id"], json!(admin.id));
    let token = link.data()["token"].as_str().unwrap();
    let chosen = json!({ "token": token, "password": "a third lotus 9" });
    assert_eq!(Person::stranger(&office.server).post("/api/auth/reset-password", chosen).await.status, 200);
    office.one("password_reset", &format!("who={}", nila.id)).await;

    // What administrators do; what changes nothing is nothing.
    let dora = office.person("Dora", "doctor").await;
    office.act(&dora, "reject", json!({ "reason": "words that nobody else reads" })).await;
    for _ in 0..2 {
        office.act(&dora, "approve", json!({})).await;
    }
    office.act(&dora, "disable", json!({})).await;
    assert_eq!(try_password(&office.server, &dora.email, PASSWORD).await.status, 403);
    assert_eq!(office.one("sign_in_failed", &format!("person={}", dora.id)).await["detail"], "disabled");
    office.act(&dora, "enable", json!({})).await;
    for _ in 0..2 {
        let changed = admin.patch(&format!("/api/admin/users/{}/role", dora.id), json!({ "role": "midwife" })).await;
        assert_eq!(changed.status, 200, "{changed:?}");
    }
    let about = format!("person={}", dora.id);
    for action in ["approved", "rejected", "disabled", "enabled"] {
        assert_eq!(office.one(action, &about).await["actor"]["name"], "Mala Test", "{action}");
    }
    assert_eq!(office.one("role_changed", &about).await["detail"], "midwife");
    let page = format!("/api/users/{}", dora.id);
    for _ in 0..3 {
        assert_eq!(admin.get(&page).await.status, 200);
    }
    office.one("account_viewed", &about).await;
    assert_eq!(admin.patch(&page, json!({ "bio": "words about Dora", "phone": "071 000 0000" })).await.status, 200);
    assert_eq!(office.one("profile_changed", &about).await["detail"], "phone, bio");

    // Documents.
    let dora = dora.sign_in().await;
    let document = upload(&dora, "/api/auth/documents", "licence of Dora.png", "image/png", png()).await;
    let id = document["id"].as_str().unwrap();
    assert_eq!(office.one("document_added", &format!("who={}", dora.id)).await["fileId"], json!(id));
    let list = admin.get(&format!("/api/admin/users/{}/documents", dora.id)).await;
    for _ in 0..2 {
        assert_eq!(fetch(None, list.data()[0]["url"].as_str().unwrap()).await.0, 200);
    }
    assert_eq!(fetch(None, document["url"].as_str().unwrap()).await.0, 200);
    let opened = office.one("document_opened", &about).await;
    assert_eq!((&opened["actor"]["id"], &opened["fileId"], &opened["address"]), (&json!(admin.id), &json!(id), &json!("127.0.0.1")));
    assert_eq!(dora.delete(&format!("/api/auth/documents/{id}")).await.status, 200);
    office.one("document_removed", &format!("who={}", dora.id)).await;

    says_nothing(&office, &["somebody.unknown", "words that nobody", "words about", "071 000", "licence of", "lotus", &nila.email]).await;
}

#[tokio::test]
async fn conversations_by_both_doors() {
    let office = Office::new().await;
    let (ama, dora, mia) =
        (office.person("Ama", "mom").await, office.person("Dora", "doctor").await, office.person("Mia", "midwife").await);
    let mut socket = Socket::connect(&dora).await;
    let chat = dora.open(&ama).await;
    let within = format!("conversationId={chat}");
    let mut ids = Vec::new();
    for number in 0..4 {
        ids.push(dora.say(&chat, &format!("secret words number {number}")).await["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(office.log(&within).await, Vec::<Value>::new(), "what is sent stands in the conversation");

    // Edited and deleted, by REST and by socket.
    assert_eq!(dora.patch(&format!("/api/chat/messages/{}/edit", ids[0]), json!({ "content": "changed words" })).await.status, 200);
    assert_eq!(dora.patch(&format!("/api/chat/messages/{}/edit", ids[0]), json!({ "content": "changed words" })).await.status, 200);
    assert_eq!(socket.ask("message_edited", json!({ "messageId": ids[1], "content": "changed words" })).await["success"], true);
    let edited = office.log(&format!("action=message_edited&{within}")).await;
    assert_eq!(edited.iter().map(|entry| entry["messageId"].clone()).collect::<Vec<_>>(), [json!(ids[0]), json!(ids[1])]);
    assert!(edited.iter().all(|entry| entry["actor"]["id"] == dora.id.as_str() && entry["address"] == "127.0.0.1"), "{edited:?}");
    assert_eq!(dora.delete(&format!("/api/chat/messages/{}", ids[2])).await.status, 200);
    assert_eq!(socket.ask("message_deleted", json!(ids[3])).await["success"], true);
    let deleted = office.log(&format!("action=message_deleted&{within}")).await;
    assert_eq!(deleted.iter().map(|entry| entry["messageId"].clone()).collect::<Vec<_>>(), [json!(ids[2]), json!(ids[3])]);

    // A file, opened and deleted with its message.
    let file = upload(&dora, "/api/chat/upload", "secret plan.txt", "text/plain", b"secret words in a file".to_vec()).await;
    let sent = dora.post("/api/chat/send", json!({ "conversationId": chat, "file": file })).await;
    let url = ama.get(&format!("/api/chat/conversations/{chat}/messages")).await.data()[2]["fileUrl"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(fetch(None, &url).await, (200, "secret words in a file".to_owned()));
    }
    let opened = office.one("file_opened", &within).await;
    assert_eq!((&opened["actor"]["id"], &opened["fileId"]), (&json!(ama.id), &file["id"]));
    assert_eq!(dora.delete(&format!("/api/chat/messages/{}", sent.data()["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(office.one("file_deleted", &within).await["fileId"], file["id"]);

    // Groups.
    let body = |people: Value| json!({ "type": "group", "name": "secret group", "participantIds": people });
    let made = dora.post("/api/chat/conversations", body(json!([ama.id]))).await.data()["id"].as_str().unwrap().to_owned();
    let other = socket.ask("conversation_create", body(json!([ama.id, mia.id]))).await["data"]["id"].as_str().unwrap().to_owned();
    let path = |rest: &str| format!("/api/chat/conversations/{made}{rest}");
    assert_eq!(dora.post(&path("/participants"), json!({ "userId": mia.id })).await.status, 200);
    assert_eq!(dora.patch(&path(""), json!({ "groupAdmin": mia.id })).await.status, 200);
    assert_eq!(mia.delete(&path(&format!("/participants/{}", ama.id))).await.status, 200);
    assert_eq!(mia.delete(&path(&format!("/participants/{}", mia.id))).await.status, 200);
    let story = |list: Vec<Value>| -> Vec<(String, String)> {
        let name = |entry: &Value| entry["person"]["name"].as_str().unwrap_or_default().replace(" Test", "");
        list.iter().map(|entry| (entry["action"].as_str().unwrap().to_owned(), name(entry))).collect()
    };
    let expected = [
        ("group_made", ""),
        ("member_added", "Ama"),
        ("member_added", "Mia"),
        ("group_admin_changed", "Mia"),
        ("member_removed", "Ama"),
        ("member_left", "Mia"),
        ("group_admin_changed", "Dora"),
    ];
    assert_eq!(story(office.log(&format!("conversationId={made}")).await), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    for (event, data) in [
        ("conversation_update", json!({ "conversationId": other, "groupAdmin": mia.id })),
        ("participant_remove", json!({ "conversationId": other, "userId": dora.id })),
    ] {
        assert_eq!(socket.ask(event, data).await["success"], true);
    }
    let mut midwife = Socket::connect(&mia).await;
    assert_eq!(midwife.ask("participants_add", json!({ "conversationId": other, "userIds": [dora.id] })).await["success"], true);
    let expected = [
        ("group_made", ""),
        ("member_added", "Ama"),
        ("member_added", "Mia"),
        ("group_admin_changed", "Mia"),
        ("member_left", "Dora"),
        ("member_added", "Dora"),
    ];
    assert_eq!(story(office.log(&format!("conversationId={other}")).await), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(office.log(&format!("conversationId={other}")).await[0]["participants"].as_array().unwrap().len(), 3);

    // A stranger who finds nothing leaves nothing.
    let (eve, before) = (office.person("Eve", "mom").await, office.log(&within).await.len());
    for rest in ["/messages", "/changes", ""] {
        assert_eq!(eve.get(&format!("/api/chat/conversations/{chat}{rest}")).await.status, 404);
    }
    assert_eq!(eve.delete(&format!("/api/chat/messages/{}", ids[0])).await.status, 404);
    assert_eq!((office.log(&within).await.len(), fetch(Some(&eve), file["path"].as_str().unwrap()).await.0), (before, 404));
    says_nothing(&office, &["secret", "changed words", "plan.txt"]).await;
}

/// Nothing that anybody has written stands in the list, nor in the table, nor in the log of the system.
async fn says_nothing(office: &Office, words: &[&str]) {
    let list = serde_json::to_string(&office.log("").await).unwrap();
    let (status, table) = fetch(Some(&office.admin), "/api/admin/audit.csv").await;
    assert_eq!(status, 200);
    assert!(list.len() > 1_000 && table.len() > 1_000);
    for word in words {
        assert!(!list.contains(word) && !table.contains(word) && !office.server.log().contains(word), "{word}");
    }
}

#[tokio::test]
async fn the_log_itself_the_start_and_the_machine() {
    let mut office = Office::with(&[("MOMMYCARE_CLINIC__NAME", "Lotus Pond Secret")]).await;
    let started = office.one("server_started", "").await;
    assert_eq!((&started["by"], &started["address"]), (&json!("server"), &Value::Null));
    let names: Vec<&str> = started["detail"].as_str().unwrap().split(", ").collect();
    assert!(names.contains(&"clinic.name") && names.contains(&"accounts.bcrypt_cost") && !names.contains(&"files.quota"), "{names:?}");
    assert_eq!(office.count("audit_viewed", "").await, 1, "once an hour");
    for path in ["", "?action=server_started"] {
        assert_eq!(fetch(Some(&office.admin), &format!("/api/admin/audit.csv{path}")).await.0, 200);
    }
    assert_eq!(office.count("audit_exported", "").await, 2);

    // What the operator does at the machine.
    assert!(office.server.terminate().1);
    let user = |words: &[&str]| {
        let folder = office.server.data().parent().unwrap();
        let output = command(folder).args(["user"]).args(words).arg("--data").arg(office.server.data()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    user(&["add", "kamala@lotuspond.example", "--role", "doctor", "--first-name", "Kamala", "--last-name", "Silva"]);
    user(&["reset-link", "kamala@lotuspond.example"]);
    user(&["approve", "kamala@lotuspond.example"]);
    office.restart();
    let made = office.one("person_made", "").await;
    assert_eq!((&made["by"], &made["actor"], &made["person"]["name"]), (&json!("operator"), &Value::Null, &json!("Kamala Silva")));
    for action in ["reset_link_made", "approved"] {
        assert_eq!(office.one(action, "").await["by"], "operator", "{action}");
    }
    assert_eq!(office.count("server_started", "").await, 2);
    assert_eq!(office.verdict().await["ok"], true);
    says_nothing(&office, &["Lotus Pond Secret", "lotuspond.example"]).await;
}

#[tokio::test]
async fn the_address_is_the_one_that_a_known_proxy_names() {
    let office = Office::with(&[("MOMMYCARE_SERVER__IP_HEADER", "X-Real-IP")]).await;
    let nila = office.person("Nila", "mom").await;
    let body = json!({ "email": nila.email, "password": PASSWORD });
    let login = Person::stranger(&office.server).request(reqwest::Method::POST, "/api/auth/login").json(&body);
    let agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
    assert_eq!(login.header("X-Real-IP", "203.0.113.9").header("User-Agent", agent).send().await.unwrap().status(), 200);
    let entries = office.log(&format!("action=signed_in&who={}", nila.id)).await;
    assert_eq!((&entries[0]["address"], &entries[0]["device"]), (&json!("127.0.0.1"), &json!("")));
    assert_eq!((&entries[1]["address"], &entries[1]["device"]), (&json!("203.0.113.9"), &json!("Chrome, Android")));
}

/// Whoever holds the machine sees whether the log is whole, without the server.
///
/// A test that has had the folder open itself may find it in use for a moment: a process that another test is just starting has a copy of
/// its lock until it runs.
pub fn verify(server: &Server, more: &[&str]) -> (bool, String) {
    let began = Instant::now();
    loop {
        let mut verify: Command = command(server.data().parent().unwrap());
        let output = verify.arg("verify").args(more).arg("--data").arg(server.data()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        if !text.contains("is in use by another") || began.elapsed() > PATIENCE {
            return (output.status.success(), text);
        }
    }
}

#[tokio::test]
async fn what_administrators_do_with_reviews() {
    let office = Office::new().await;
    let (nila, dora) = (office.person("Nila", "mom").await, office.person("Dora", "doctor").await);
    let chat = nila.open(&dora).await;
    nila.say(&chat, "Good morning").await;
    dora.say(&chat, "Good morning, Nila").await;
    let written = nila.post(&format!("/api/providers/{}/reviews", dora.id), json!({ "rating": 2, "comment": "Never on time" })).await;
    assert_eq!(written.status, 201, "{written:?}");
    let review = written.data()["id"].as_str().unwrap();
    let of_admin = |rest: &str| format!("/api/admin/reviews/{review}/{rest}");
    for _ in 0..2 {
        assert_eq!(office.admin.post(&of_admin("hide"), json!({ "reason": "Named a patient" })).await.status, 200);
    }
    assert_eq!(office.admin.post(&of_admin("show"), json!({})).await.status, 200);
    assert_eq!(office.admin.delete(&format!("/api/reviews/{review}")).await.status, 200);
    for action in ["review_hidden", "review_shown", "review_removed"] {
        let entry = office.one(action, &format!("who={}", office.admin.id)).await;
        assert_eq!((&entry["person"]["id"], &entry["detail"]), (&json!(nila.id), &json!(review)), "{entry}");
        let text = entry.to_string();
        assert!(!text.contains("Never on time") && !text.contains("Named a patient"), "{text}");
    }
    // What its author does with it herself is hers.
    let again = nila.post(&format!("/api/providers/{}/reviews", dora.id), json!({ "rating": 4 })).await;
    assert_eq!(nila.delete(&format!("/api/reviews/{}", again.data()["id"].as_str().unwrap())).await.status, 200);
    assert_eq!(office.count("review_removed", "").await, 1);
}
