//! Acknowledging, over a store in memory.

use crate::chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::Door,
    contract::{Event, MessageView, Status, request::*},
    error::Code,
    ids::ChatId,
    store::records::Role,
};

async fn pair(clinic: &Clinic) -> (Actor, Actor) {
    (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await)
}

async fn write(clinic: &Clinic, from: Actor, to: Actor, priority: &str, requires_ack: Option<bool>) -> MessageView {
    let body = SendBody {
        recipient_id: Some(to.user.to_string()),
        content: Some("Please call me".into()),
        priority: Some(priority.into()),
        requires_ack,
        ..SendBody::default()
    };
    clinic.chats.send(from, body, Door::Rest).await.unwrap().message
}

#[tokio::test]
async fn an_urgent_message_is_acknowledged_once_and_everybody_learns_of_it() {
    let clinic = Clinic::new();
    let (ama, dora) = pair(&clinic).await;
    clinic.say(ama, dora, 2).await;
    let message = write(&clinic, ama, dora, "urgent", None).await;
    assert!(message.requires_ack, "urgent asks for it");
    clinic.clear_events();
    clinic.wait(5_000);
    let id = message.id.to_string();
    let first = clinic.chats.acknowledge(dora, &id).await.unwrap();
    assert_eq!(first.acknowledged_at, clinic.chats.now());
    assert_eq!(first.acks.iter().map(|ack| ack.user_id).collect::<Vec<_>>(), [dora.user]);
    assert_eq!(clinic.chats.unread(dora).unwrap().total, 0, "who acknowledges has read");
    assert_eq!(clinic.statuses(ama, message.conversation_id), [Status::Read; 3]);
    for person in [ama, dora] {
        let told = clinic.events_for(person, "message_acknowledged");
        assert!(matches!(&told[..], [Event::MessageAcknowledged { user_id, acks, .. }] if *user_id == dora.user && *acks == first.acks));
    }
    clinic.clear_events();
    clinic.wait(5_000);
    assert_eq!(clinic.chats.acknowledge(dora, &id).await.unwrap(), first, "again is no mistake, and the moment stays");
    assert!(clinic.events().is_empty());
}

#[tokio::test]
async fn who_was_away_learns_of_it_by_the_feed() {
    let clinic = Clinic::new();
    let (ama, dora) = pair(&clinic).await;
    let message = write(&clinic, ama, dora, "urgent", None).await;
    let chat = message.conversation_id.to_string();
    let before = clinic.chats.get(ama, &chat).unwrap().cursor;
    let acked = clinic.chats.acknowledge(dora, &message.id.to_string()).await.unwrap();
    let query = ChangesQuery { since: Some(before.0), limit: None };
    let changes = clinic.chats.changes(ama, &chat, &query).unwrap();
    assert_eq!(changes.messages.iter().map(|message| message.acks.clone()).collect::<Vec<_>>(), [acked.acks]);
    assert_eq!(changes.cursor, clinic.chats.get(ama, &chat).unwrap().cursor);
}

#[tokio::test]
async fn only_those_are_asked_who_were_asked() {
    let clinic = Clinic::new();
    let (ama, dora) = pair(&clinic).await;
    let eve = clinic.person("Eve Else", Role::Doctor).await;
    let urgent = write(&clinic, ama, dora, "urgent", Some(false)).await;
    assert!(urgent.requires_ack, "urgent always asks");
    let plain = write(&clinic, ama, dora, "normal", None).await;
    let asking = write(&clinic, ama, dora, "normal", Some(true)).await;
    let code =
        async |who, message: &MessageView| clinic.chats.acknowledge(who, &message.id.to_string()).await.map(drop).map_err(|e| e.code);
    assert_eq!(code(ama, &urgent).await, Err(Code::Forbidden), "not one's own");
    assert_eq!(code(dora, &plain).await, Err(Code::Conflict));
    assert_eq!(code(dora, &asking).await, Ok(()), "an ordinary message may ask too");
    clinic.chats.delete(ama, &urgent.id.to_string()).await.unwrap();
    assert_eq!(code(dora, &urgent).await, Err(Code::Conflict), "deleted meanwhile");
    // A stranger learns nothing.
    let (seen, unseen) = (clinic.chats.acknowledge(eve, &asking.id.to_string()).await, ChatId(7));
    let nowhere = format!("{unseen}{:016x}", 1);
    assert_eq!(seen.unwrap_err().body(), clinic.chats.acknowledge(eve, &nowhere).await.unwrap_err().body());
    assert_eq!(clinic.chats.acknowledge(dora, "nonsense").await.unwrap_err().body(), Clinic::unknown_message());
}
