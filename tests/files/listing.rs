//! All files of a conversation: by kind, in pages, with what came with them, and only for those who are in it.

use crate::{
    samples::{jpeg, pdf, png},
    scene::{Scene, fetch, send, uploaded},
    support::http::Person,
};
use serde_json::{Value, json};

/// Names of the files on a page, and where it goes on.
async fn page(person: &Person, conversation: &str, query: &str) -> (Vec<String>, Value) {
    let reply = person.get(&format!("/api/chat/conversations/{conversation}/files?{query}")).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    let names = reply.data().as_array().unwrap().iter().map(|file| file["originalName"].as_str().unwrap().to_owned()).collect();
    let pagination = &reply.body["pagination"];
    assert_eq!(pagination["hasMore"], !pagination["nextCursor"].is_null());
    (names, pagination["nextCursor"].clone())
}

#[tokio::test]
async fn all_files_of_a_conversation_are_listed_by_kind_and_in_pages() {
    let scene = Scene::new().await;
    let text = b"Iron tablets, one each morning".to_vec();
    for i in 0..4 {
        let mut files = vec![uploaded(&scene.mother, &format!("{i}.png"), "image/png", png(20 + i, 20)).await];
        files.push(uploaded(&scene.mother, &format!("{i}.txt"), "text/plain", text.clone()).await);
        send(&scene.mother, json!({ "conversationId": scene.conversation, "attachments": files, "content": format!("part {i}") })).await;
        scene.doctor.say(&scene.conversation, "thank you").await;
    }
    let last = uploaded(&scene.doctor, "plan.pdf", "application/pdf", pdf()).await;
    let last = send(&scene.doctor, json!({ "conversationId": scene.conversation, "file": last })).await;

    // Everything, newest first; those of a message in their order.
    let (all, more) = page(&scene.mother, &scene.conversation, "").await;
    assert_eq!(all, ["plan.pdf", "3.png", "3.txt", "2.png", "2.txt", "1.png", "1.txt", "0.png", "0.txt"]);
    assert!(more.is_null());
    assert_eq!(page(&scene.doctor, &scene.conversation, "kind=image").await.0, ["3.png", "2.png", "1.png", "0.png"]);
    assert_eq!(page(&scene.doctor, &scene.conversation, "kind=file&limit=2").await.0, ["plan.pdf", "3.txt"]);
    assert_eq!(page(&scene.doctor, &scene.conversation, "kind=audio").await.0, [""; 0]);

    // In pages: nothing twice, nothing missing, also when something comes in between. The files of a message stay together.
    for (limit, query) in [(1, ""), (2, ""), (3, ""), (1, "&kind=file"), (3, "&kind=image")] {
        let whole = page(&scene.mother, &scene.conversation, &query.replace('&', "")).await.0;
        let (mut paged, mut cursor) = page(&scene.mother, &scene.conversation, &format!("limit={limit}{query}")).await;
        while let Some(at) = cursor.as_str().map(ToOwned::to_owned) {
            let (names, next) = page(&scene.mother, &scene.conversation, &format!("limit={limit}{query}&cursor={at}")).await;
            assert!(names.len() <= limit.max(2), "{names:?}");
            paged.extend(names);
            cursor = next;
        }
        assert_eq!(paged, whole, "{limit}{query}");
    }

    // With the message that it came with, and an address for this reader.
    let reply = scene.mother.get(&format!("/api/chat/conversations/{}/files?limit=1", scene.conversation)).await;
    let file = reply.data()[0].clone();
    assert_eq!((&file["messageId"], &file["seq"], &file["senderId"]), (&last["id"], &last["seq"], &last["senderId"]));
    assert_eq!((file["senderName"].as_str().unwrap().contains("Ruwan"), &file["content"]), (true, &json!("")));
    assert_eq!(fetch(file["url"].as_str().unwrap()).await.status(), 200);

    // What is deleted is in no list.
    let gone = scene.doctor.delete(&format!("/api/chat/messages/{}", last["id"].as_str().unwrap())).await;
    assert_eq!(gone.status, 200);
    assert_eq!(page(&scene.mother, &scene.conversation, "kind=file").await.0, ["3.txt", "2.txt", "1.txt", "0.txt"]);
}

#[tokio::test]
async fn only_those_who_see_a_message_see_its_files_in_a_list() {
    let scene = Scene::new().await;
    scene.sent("a.jpg", "image/jpeg", jpeg(30, 30)).await;
    let path = |id: &str, query: &str| format!("/api/chat/conversations/{id}/files?{query}");
    let stranger = scene.stranger.get(&path(&scene.conversation, "")).await;
    let random = scene.stranger.get(&path("0123456789abcdef", "")).await;
    assert_eq!((stranger.status, &stranger.body), (404, &random.body));
    assert_eq!(stranger.body["code"], "CONVERSATION_NOT_FOUND");
    for query in ["kind=picture", "limit=0", "cursor=x"] {
        let reply = scene.mother.get(&path(&scene.conversation, query)).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (400, Some("VALIDATION_ERROR")), "{query}");
    }

    // Who comes into a group later does not see what was sent before, and who leaves sees nothing.
    let midwife = Person::register(&scene.server, "Mila", "midwife").await;
    let body = json!({ "type": "group", "name": "Team", "participantIds": [scene.doctor.id] });
    let group = midwife.post("/api/chat/conversations", body).await.data()["id"].as_str().unwrap().to_owned();
    let early = uploaded(&midwife, "early.pdf", "application/pdf", pdf()).await;
    send(&midwife, json!({ "conversationId": group, "file": early })).await;
    let newcomer = Person::register(&scene.server, "Nila", "midwife").await;
    let joined = midwife.post(&format!("/api/chat/conversations/{group}/participants"), json!({ "participantIds": [newcomer.id] })).await;
    assert_eq!(joined.status, 200, "{joined:?}");
    assert_eq!(page(&newcomer, &group, "").await.0, [""; 0]);
    assert_eq!(page(&scene.doctor, &group, "").await.0, ["early.pdf"]);
    let left = newcomer.delete(&format!("/api/chat/conversations/{group}/participants/{}", newcomer.id)).await;
    assert_eq!(left.status, 200, "{left:?}");
    assert_eq!(newcomer.get(&path(&group, "")).await.status, 404);
}
