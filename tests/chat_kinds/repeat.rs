//! Urgent messages that nobody acknowledges, over a store in memory whose clock the tests set.

use crate::{
    chat_support::Clinic,
    scene::{Scene, body},
};
use mommycare::{
    accounts::Actor,
    chat::Door,
    clock::Timestamp,
    contract::{Event, MessageView, Notification, request::*},
    ids::ChatId,
    store::{Direction, Read as _, tables},
};
use std::time::Duration;

/// The default of the setting, in milliseconds.
const INTERVAL: u64 = 120_000;

async fn urgent(clinic: &Clinic, from: Actor, to: Actor) -> MessageView {
    let body = SendBody { priority: Some("urgent".into()), ..body(to, "Please call me") };
    clinic.chats.send(from, body, Door::Rest).await.unwrap().message
}

async fn urgent_to_all(clinic: &Clinic, from: Actor, group: ChatId) -> MessageView {
    let target = SendBody { recipient_id: None, conversation_id: Some(group.to_string()), ..body(from, "Please come") };
    clinic.chats.send(from, SendBody { priority: Some("urgent".into()), ..target }, Door::Rest).await.unwrap().message
}

fn attempts(clinic: &Clinic, who: Actor) -> Vec<u32> {
    let attempt = |event| match event {
        Event::Notification(Notification::Urgent { attempt, .. }) => attempt,
        other => panic!("{other:?}"),
    };
    clinic.events_for(who, "notification").into_iter().map(attempt).collect()
}

/// Whether nothing waits to be repeated.
fn is_quiet(clinic: &Clinic) -> bool {
    clinic.store.read(|read| {
        let repeats = read.scan(tables::REPEATS, .., Direction::Ascending, 1).unwrap();
        let open = read.scan(tables::UNACKNOWLEDGED, .., Direction::Ascending, 1).unwrap();
        assert_eq!(repeats.len(), open.len(), "the two tables say the same");
        repeats.is_empty()
    })
}

#[tokio::test]
async fn it_is_repeated_until_it_is_acknowledged() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let sent_at = clinic.chats.now();
    let message = urgent(&clinic, ama, dora).await;
    assert!(attempts(&clinic, dora).is_empty(), "the message itself is the first notice");
    for attempt in 1..=3 {
        clinic.wait(INTERVAL);
        clinic.until(|clinic| attempts(clinic, dora).last() == Some(&attempt)).await;
    }
    let expected = Notification::Urgent {
        conversation_id: message.conversation_id,
        message_id: message.id,
        sender_id: ama.user,
        sender_name: "Ama Test".into(),
        sent_at,
        attempt: 1,
    };
    assert!(matches!(&clinic.events_for(dora, "notification")[0], Event::Notification(told) if *told == expected));
    assert_eq!(attempts(&clinic, dora), [1, 2, 3], "once an interval");
    assert!(attempts(&clinic, ama).is_empty() && attempts(&clinic, mia).is_empty(), "nobody else is disturbed");
    // Reading is not acknowledging.
    clinic.chats.read(dora, &message.conversation_id.to_string(), ReadBody::default()).await.unwrap();
    clinic.wait(INTERVAL);
    clinic.until(|clinic| attempts(clinic, dora).len() == 4).await;
    clinic.chats.acknowledge(dora, &message.id.to_string()).await.unwrap();
    assert!(is_quiet(&clinic));
}

#[tokio::test]
async fn in_a_group_those_are_told_who_are_silent() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let eve = clinic.person("Eve Else", mommycare::store::records::Role::Doctor).await;
    let group = Scene::group(&clinic, &[dora, ama, mia, eve]).await;
    let message = urgent_to_all(&clinic, dora, group).await;
    clinic.wait(INTERVAL);
    clinic.until(|clinic| !attempts(clinic, ama).is_empty()).await;
    assert_eq!([ama, dora, mia, eve].map(|who| attempts(&clinic, who).len()), [1, 0, 1, 1]);
    clinic.chats.acknowledge(mia, &message.id.to_string()).await.unwrap();
    clinic.wait(INTERVAL);
    clinic.until(|clinic| attempts(clinic, ama).len() == 2).await;
    assert_eq!([ama, dora, mia, eve].map(|who| attempts(&clinic, who).len()), [2, 0, 1, 2]);
    // Who is not there any more is not waited for.
    Scene::leave(&clinic, group, ama).await;
    clinic.wait(INTERVAL);
    clinic.until(|clinic| attempts(clinic, eve).len() == 3).await;
    assert_eq!(attempts(&clinic, ama).len(), 2);
    assert!(!is_quiet(&clinic));
    clinic.chats.acknowledge(eve, &message.id.to_string()).await.unwrap();
    assert!(is_quiet(&clinic), "all who are there have");
}

#[tokio::test]
async fn it_ends_with_the_message_or_with_the_last_who_could_hear_it() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let message = urgent(&clinic, ama, dora).await;
    clinic.chats.delete(ama, &message.id.to_string()).await.unwrap();
    assert!(is_quiet(&clinic));
    let group = Scene::group(&clinic, &[dora, mia]).await;
    urgent_to_all(&clinic, dora, group).await;
    Scene::leave(&clinic, group, mia).await;
    // Something to hear when the agenda has come that far.
    let mark = urgent(&clinic, dora, ama).await;
    clinic.wait(INTERVAL);
    clinic.until(|clinic| !attempts(clinic, ama).is_empty()).await;
    clinic.chats.acknowledge(ama, &mark.id.to_string()).await.unwrap();
    assert!(is_quiet(&clinic) && attempts(&clinic, mia).is_empty());
    urgent_to_all(&clinic, dora, group).await;
    assert!(is_quiet(&clinic), "alone in a group, one waits for nobody");
    let plain = SendBody { requires_ack: Some(true), ..body(mia, "when you find the time") };
    clinic.chats.send(dora, plain, Door::Rest).await.unwrap();
    assert!(is_quiet(&clinic), "only what is urgent is repeated");
}

#[tokio::test]
async fn setting_the_clock_does_not_silence_it() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    let start = clinic.chats.now();
    urgent(&clinic, ama, dora).await;
    clinic.set_clock(Timestamp(start.0 - 86_400_000));
    clinic.until(|clinic| attempts(clinic, dora) == [1]).await;
    clinic.set_clock(Timestamp(start.0 + 86_400_000));
    clinic.until(|clinic| attempts(clinic, dora) == [1, 2]).await;
    // A day has 720 intervals: they are not made up for.
    clinic.wait(INTERVAL);
    clinic.until(|clinic| attempts(clinic, dora).len() == 3).await;
    // A correction by a moment is none.
    let now = clinic.chats.now();
    clinic.set_clock(Timestamp(now.0 - 1_500));
    urgent(&clinic, dora, ama).await;
    clinic.set_clock(now.plus(Duration::from_millis(INTERVAL - 1_500)));
    clinic.until(|clinic| attempts(clinic, ama) == [1]).await;
    assert_eq!(attempts(&clinic, dora).len(), 3);
}
