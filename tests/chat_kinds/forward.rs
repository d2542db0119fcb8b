//! Passing messages on, over a store in memory.

use crate::{
    chat_support::{Clinic, fields},
    scene::Scene,
};
use mommycare::{
    accounts::Actor,
    chat::{Door, Placed},
    contract::{OriginView, request::*},
    error::{Code, Result},
    store::records::{MessageKind, Role},
};
use serde_json::{Value, json};

/// Passes a message on, and tries to put other words into it.
async fn forward(clinic: &Clinic, from: Actor, to: Actor, message: &str) -> Result<Placed> {
    let body = SendBody {
        recipient_id: Some(to.user.to_string()),
        content: Some("other words".into()),
        message_type: Some("text".into()),
        forwarded_from: json!(message),
        client_message_id: Some(format!("forward of {message}")),
        ..SendBody::default()
    };
    clinic.chats.send(from, body, Door::Socket).await
}

#[tokio::test]
async fn the_words_go_on_under_the_name_of_who_wrote_them_first() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let (mia, eve) = (clinic.person("Mia Midwife", Role::Midwife).await, clinic.person("Eve Else", Role::Doctor).await);
    let place = SendBody {
        recipient_id: Some(dora.user.to_string()),
        content: Some("6.927079,79.861244 Home".into()),
        message_type: Some("location".into()),
        priority: Some("urgent".into()),
        ..SendBody::default()
    };
    let first = clinic.chats.send(ama, place, Door::Rest).await.unwrap().message;
    let second = forward(&clinic, dora, mia, &first.id.to_string()).await.unwrap().message;
    let origin = OriginView { sender_id: ama.user, sender_name: "Ama Test".into() };
    assert_eq!((&second.content, second.kind, second.sender_id), (&first.content, MessageKind::Location, dora.user));
    assert_eq!(second.location, first.location);
    assert_eq!(second.forwarded_from, Some(origin.clone()));
    assert!(!second.requires_ack, "how pressing it is, is up to the one who passes it on");
    let third = forward(&clinic, mia, eve, &second.id.to_string()).await.unwrap().message;
    assert_eq!(third.forwarded_from, Some(origin), "however often");
    let shown = serde_json::to_string(&clinic.page(eve, third.conversation_id, MessagesQuery::default()).items).unwrap();
    for (whose, secret) in [("place", first.id.to_string()), ("conversation", second.conversation_id.to_string())] {
        assert!(!shown.contains(&secret), "the {whose} of the original is nobody's business: {shown}");
    }
    assert!(!shown.contains(&dora.user.to_string()), "nor who passed it on in between");
}

#[tokio::test]
async fn who_may_not_know_of_the_author_is_not_told() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let zoe = clinic.person("Zoe Test", Role::Mom).await;
    let words = clinic.say(ama, dora, 1).await[0].to_string();
    let copy = forward(&clinic, dora, zoe, &words).await.unwrap().message;
    assert_eq!(copy.forwarded_from.map(|origin| origin.sender_id), Some(dora.user), "one mother learns nothing of another");
    let shown = serde_json::to_string(&clinic.page(zoe, copy.conversation_id, MessagesQuery::default()).items).unwrap();
    assert!(!shown.contains("Ama"), "{shown}");
    let mut together = None;
    for (people, author) in [(vec![dora, zoe, mia], dora), (vec![dora, zoe, ama], ama)] {
        let group = Scene::group(&clinic, &people).await;
        let body = SendBody { conversation_id: Some(group.to_string()), forwarded_from: json!(words), ..SendBody::default() };
        let copy = clinic.chats.send(dora, body, Door::Rest).await.unwrap().message;
        assert_eq!(copy.forwarded_from.map(|origin| origin.sender_id), Some(author.user), "those who are together know of each other");
        together = Some(copy.id.to_string());
    }
    let on = forward(&clinic, zoe, dora, &together.unwrap()).await.unwrap().message;
    assert_eq!(on.forwarded_from.map(|origin| origin.sender_id), Some(ama.user));
}

#[tokio::test]
async fn what_becomes_of_the_original_does_not_touch_the_copy() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let mia = clinic.person("Mia Midwife", Role::Midwife).await;
    let original = clinic.say(ama, dora, 1).await[0].to_string();
    let copy = forward(&clinic, dora, mia, &original).await.unwrap().message;
    let other = EditBody { content: Some("changed".into()) };
    clinic.chats.edit(ama, &original, other.clone()).await.unwrap();
    let shown = || clinic.page(mia, copy.conversation_id, MessagesQuery::default()).items.remove(0).content;
    assert_eq!(shown(), "message 1");
    clinic.chats.delete(ama, &original).await.unwrap();
    assert_eq!(shown(), "message 1");
    let again = forward(&clinic, dora, mia, &original).await.unwrap();
    assert!(!again.fresh && again.message.id == copy.id, "a repetition finds the copy even then");
    let edited = clinic.chats.edit(dora, &copy.id.to_string(), other).await;
    assert_eq!(edited.unwrap_err().code, Code::Conflict, "nobody puts words into somebody else's mouth");
}

#[tokio::test]
async fn nobody_passes_on_what_they_do_not_see() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let (mia, eve) = (clinic.person("Mia Midwife", Role::Midwife).await, clinic.person("Eve Else", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 2).await;
    clinic.chats.delete(ama, &ids[0].to_string()).await.unwrap();
    for (who, message) in [(eve, ids[1].to_string()), (eve, ids[0].to_string()), (dora, "nonsense".into()), (dora, format!("{:032x}", 7))] {
        assert_eq!(forward(&clinic, who, mia, &message).await.unwrap_err().body(), Clinic::unknown_message(), "{message}");
    }
    assert_eq!(forward(&clinic, dora, mia, &ids[0].to_string()).await.unwrap_err().code, Code::Conflict, "deleted");
    let group = Scene::group(&clinic, &[dora, eve]).await;
    let system = clinic.page(dora, group, MessagesQuery::default()).items[0].id.to_string();
    assert_eq!(forward(&clinic, dora, mia, &system).await.unwrap_err().code, Code::Conflict, "nobody wrote that");
    assert_eq!(clinic.chats.unread(mia).unwrap().total, 0);
    let odd = |forwarded_from: Value| SendBody { recipient_id: Some(mia.user.to_string()), forwarded_from, ..SendBody::default() };
    for value in [json!(7), json!({ "senderId": ama.user }), json!([ids[1]])] {
        let error = clinic.chats.send(dora, odd(value), Door::Rest).await.unwrap_err();
        assert_eq!(fields(&error), ["forwardedFrom"]);
    }
    for value in [json!(null), json!("")] {
        let error = clinic.chats.send(dora, odd(value), Door::Rest).await.unwrap_err();
        assert_eq!(fields(&error), ["content"], "without a message to pass on, words are wanted");
    }
}
