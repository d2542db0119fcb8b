//! That the log is whole: nobody changes it unseen, and no kill parts it from what it tells of.

use crate::{
    deeds::verify,
    scene::Office,
    support::{Server, http::Person},
};
use mommycare::{
    clock::Clock,
    store::{Options, Read as _, Store, StoreError, Tx, records::audit::Author, tables::AUDIT},
};
use rand::RngExt as _;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A hand in the data folder while the server is away.
async fn tamper(server: &Server, change: impl Fn(&mut Tx<'_, ()>) -> Result<(), StoreError> + Send + 'static) {
    let (store, _) = Store::<()>::open(&Options::new(server.data()), Clock::system(), Box::new(drop)).unwrap();
    store.write(change).await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_row_that_was_changed_is_named_by_both_checks() {
    let mut office = Office::new().await;
    for name in ["Nila", "Asha", "Beni"] {
        office.person(name, "mom").await;
    }
    let verdict = office.verdict().await;
    assert_eq!((&verdict["ok"], &verdict["firstBroken"], &verdict["first"]), (&json!(true), &Value::Null, &json!(1)), "{verdict}");
    let anchor = verdict["head"]["anchor"].as_str().unwrap().to_owned();
    assert!(office.server.terminate().1);
    let (fine, said) = verify(&office.server, &[]);
    assert!(fine && said.contains("is as it was written") && said.contains("It ends at "), "{said}");
    assert!(verify(&office.server, &["--anchor", &anchor]).0);

    // Somebody else has done it.
    tamper(&office.server, |tx| {
        let mut entry = tx.get(AUDIT, &4)?.unwrap();
        entry.author = Author::Operator;
        tx.put(AUDIT, &4, &entry)
    })
    .await;
    let (fine, said) = verify(&office.server, &[]);
    assert!(!fine && said.contains("entry 4:"), "{said}");
    office.restart();
    let verdict = office.verdict().await;
    assert_eq!((&verdict["ok"], &verdict["firstBroken"]), (&json!(false), &json!(4)), "{verdict}");
    // And goes on all the same.
    office.person("Sita", "mom").await;
    assert_eq!(office.verdict().await["firstBroken"], 4);

    // Nobody has.
    assert!(office.server.terminate().1);
    tamper(&office.server, |tx| {
        tx.delete(AUDIT, &3);
        Ok(())
    })
    .await;
    let (fine, said) = verify(&office.server, &[]);
    assert!(!fine && said.contains("entry 3:"), "{said}");
    assert!(!verify(&office.server, &["--anchor", "nonsense"]).0);
}

#[tokio::test]
async fn another_log_in_its_place_does_not_fit_to_what_was_noted() {
    let office = Office::new().await;
    let noted = office.verdict().await["head"]["anchor"].as_str().unwrap().to_owned();
    let other = Office::new().await;
    for name in ["Nila", "Asha", "Beni"] {
        other.person(name, "mom").await;
    }
    let verdict = other.admin.get(&format!("/api/admin/audit/verify?anchor={noted}")).await;
    assert_eq!(verdict.data()["ok"], false, "{verdict:?}");
    let verdict = office.admin.get(&format!("/api/admin/audit/verify?anchor={noted}")).await;
    assert_eq!(verdict.data()["ok"], true, "{verdict:?}");
}

/// Rounds of killing.
const ROUNDS: usize = 4;

#[tokio::test]
async fn what_was_done_and_its_entry_survive_a_kill_together() {
    let mut office = Office::new().await;
    let (mut ama, mut dora) = (office.person("Ama", "mom").await, office.person("Dora", "doctor").await);
    let chat = ama.open(&dora).await;
    let mut looks = 0;
    for _ in 0..ROUNDS {
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(dora.say(&chat, "first words").await["id"].as_str().unwrap().to_owned());
        }
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = ids.chunks(5).map(|ids| tokio::spawn(change_all(dora.anew(), ids.to_vec(), stop.clone()))).collect();
        let reader = tokio::spawn(look(ama.clone(), format!("/api/chat/conversations/{chat}/messages")));
        tokio::time::sleep(Duration::from_millis(rand::rng().random_range(1..120))).await;
        office.server.kill();
        stop.store(true, Ordering::SeqCst);
        let mut acknowledged = Vec::new();
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        looks += usize::from(reader.await.unwrap());
        office.restart();
        (ama, dora) = (ama.anew(), dora.anew());
        let mut told = BTreeSet::new();
        for action in ["message_edited", "message_deleted"] {
            let entries = office.log(&format!("action={action}&conversationId={chat}")).await;
            told.extend(entries.iter().map(|entry| entry["messageId"].as_str().unwrap().to_owned()));
        }
        assert!(acknowledged.iter().all(|id| told.contains(id)), "acknowledged: {acknowledged:?}, told: {told:?}");
        // Also what nobody was told of is there with its entry, or not at all.
        let changed: BTreeSet<String> = dora
            .get(&format!("/api/chat/conversations/{chat}/messages?limit=200&deleted=true"))
            .await
            .data()
            .as_array()
            .unwrap()
            .iter()
            .filter(|message| message["isEdited"] == true || message["isDeleted"] == true)
            .map(|message| message["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(changed, told);
        // Each start forgets what was looked at within the hour.
        let told = office.count("conversation_opened", &format!("conversationId={chat}&who={}", ama.id)).await;
        assert!(told >= looks, "who has seen it {looks} times is told of {told} times");
        assert_eq!(office.verdict().await["ok"], true);
    }
}

/// Edits some messages and deletes the others; which were acknowledged.
async fn change_all(person: Person, ids: Vec<String>, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut done = Vec::new();
    for (number, id) in ids.into_iter().enumerate() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let (method, path, body) = if number % 2 == 0 {
            (reqwest::Method::PATCH, format!("/api/chat/messages/{id}/edit"), Some(json!({ "content": "other words" })))
        } else {
            (reqwest::Method::DELETE, format!("/api/chat/messages/{id}"), None)
        };
        match person.try_send(method, &path, body).await {
            Ok(reply) if reply.status == 200 => done.push(id),
            _ => break,
        }
    }
    done
}

/// Whether somebody has read something before the server was gone.
async fn look(person: Person, path: String) -> bool {
    person.try_send(reqwest::Method::GET, &path, None).await.is_ok_and(|reply| reply.status == 200)
}
