//! "A file is being sent": told to the others of the conversation, and over with the file or by itself.

use crate::{
    samples::png,
    scene::{Scene, send, uploaded},
    support::socket::Socket,
};
use serde_json::json;

#[tokio::test]
async fn others_see_that_a_file_is_on_its_way() {
    let scene = Scene::new().await;
    let (mut sending, mut other) = (Socket::connect(&scene.mother).await, Socket::connect(&scene.doctor).await);
    let (mut own, mut stranger) = (Socket::connect(&scene.mother).await, Socket::connect(&scene.stranger).await);
    let shown = |kind: &str, is_sending: bool| json!({ "conversationId": scene.conversation, "userId": scene.mother.id, "fileType": kind, "isSending": is_sending });
    let begin = json!({ "conversationId": scene.conversation, "fileType": "image", "active": true });
    let answer = sending.ask("file_sending", begin.clone()).await;
    assert_eq!(answer["data"], shown("image", true));
    assert_eq!(other.wait_for("file_sending_indicator").await, shown("image", true));

    // The file has come: everybody learns first that the sending is over.
    let file = uploaded(&scene.mother, "a.png", "image/png", png(4, 4)).await;
    send(&scene.mother, json!({ "conversationId": scene.conversation, "file": file })).await;
    let next = loop {
        other.receive().await.unwrap();
        if let Some(event) = other.events.iter().find(|(name, _)| name != "user_status_change") {
            break event.clone();
        }
    };
    assert_eq!(next, ("file_sending_indicator".into(), shown("image", false)));
    other.wait_for("new_message").await;

    // Taken back; of another kind; and forgotten, which ends by itself.
    other.events.clear();
    let stop = json!({ "conversationId": scene.conversation, "active": false });
    let film = json!({ "conversationId": scene.conversation, "fileType": "video" });
    for (event, expected) in [(begin, shown("image", true)), (stop, shown("image", false)), (film, shown("video", true))] {
        sending.emit("file_sending", event).await;
        assert_eq!(other.wait_for("file_sending_indicator").await, expected);
    }
    assert_eq!(other.wait_for("file_sending_indicator").await, shown("video", false));
    assert!(own.so_far().await.iter().all(|(name, _)| name != "file_sending_indicator"), "it is for others");

    let odd = sending.ask("file_sending", json!({ "conversationId": scene.conversation, "fileType": "../x" })).await;
    assert_eq!(odd["code"], "VALIDATION_ERROR");
    let unknown = stranger.ask("file_sending", json!("0000000000000000")).await;
    let theirs = stranger.ask("file_sending", json!({ "conversationId": scene.conversation, "fileType": "image" })).await;
    assert_eq!((&theirs["code"], &theirs), (&json!("CONVERSATION_NOT_FOUND"), &unknown));
    assert_eq!(stranger.so_far().await, []);
}
