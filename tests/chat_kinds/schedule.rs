//! Messages for later, over a store in memory whose clock the tests set.

use crate::{
    chat_support::{Clinic, fields},
    scene::{Scene, body},
};
use mommycare::{
    accounts::Actor,
    chat::{Door, Policy, Reach},
    clock::Timestamp,
    contract::{Event, MessageView, Status, request::*},
    error::{Code, Result},
    ids::{ChatId, MessageId, Seq, UserId},
    store::{
        Direction, Read as _,
        records::{Role, User, Verification},
        tables,
    },
};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: u64 = 3_600_000;

/// Schedules words, some milliseconds from now.
async fn later(clinic: &Clinic, from: Actor, to: Actor, words: &str, wait: u64) -> MessageView {
    let due = clinic.chats.now().plus(Duration::from_millis(wait));
    clinic.chats.send(from, SendBody { scheduled_for: json!(due.to_string()), ..body(to, words) }, Door::Rest).await.unwrap().message
}

fn actions(clinic: &Clinic, author: Actor) -> Vec<&'static str> {
    let action = |event| if let Event::ScheduledMessageChanged { action, .. } = event { action } else { unreachable!() };
    clinic.events_for(author, "scheduled_message_changed").into_iter().map(action).collect()
}

fn words(clinic: &Clinic, reader: Actor, chat: ChatId) -> Vec<String> {
    clinic.page(reader, chat, MessagesQuery { limit: Some(200), ..MessagesQuery::default() }).items.into_iter().map(|m| m.content).collect()
}

fn scheduled(clinic: &Clinic, author: Actor) -> Vec<String> {
    clinic.chats.scheduled(author).unwrap().into_iter().map(|message| message.content).collect()
}

#[tokio::test]
async fn a_message_waits_for_its_time_and_then_is_a_message_like_any_other() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    let chat = clinic.say(ama, dora, 1).await[0].chat;
    clinic.clear_events();
    let due = clinic.chats.now().plus(Duration::from_hours(1));
    let wish = || SendBody { scheduled_for: json!(due.to_string()), client_message_id: Some("one".into()), ..body(dora, "Good morning") };
    let placed = clinic.chats.send(ama, wish(), Door::Rest).await.unwrap();
    let waiting = placed.message;
    assert!(placed.fresh);
    assert_eq!((waiting.status, waiting.seq, waiting.scheduled_for), (Status::Scheduled, Seq::ZERO, Some(due)));
    assert_eq!((waiting.conversation_id, &*waiting.content, waiting.recipient_id), (chat, "Good morning", Some(dora.user)));
    assert_eq!(clinic.chats.scheduled(ama).unwrap(), std::slice::from_ref(&waiting));
    // Nobody else learns of it, and nothing that is done with messages can be done with it.
    let id = waiting.id.to_string();
    assert!(clinic.events_for(dora, "scheduled_message_changed").is_empty() && clinic.events_for(dora, "new_message").is_empty());
    assert!(clinic.chats.scheduled(dora).unwrap().is_empty());
    assert_eq!((clinic.chats.unread(dora).unwrap().total, words(&clinic, ama, chat).len()), (1, 1));
    for who in [ama, dora] {
        assert_eq!(clinic.chats.delete(who, &id).await.unwrap_err().body(), Clinic::unknown_message());
        assert_eq!(clinic.chats.acknowledge(who, &id).await.unwrap_err().body(), Clinic::unknown_message());
        let forward = SendBody { forwarded_from: json!(id), ..body(dora, "") };
        assert_eq!(clinic.chats.send(ama, forward, Door::Rest).await.unwrap_err().body(), Clinic::unknown_message());
    }
    let again = clinic.chats.send(ama, wish(), Door::Socket).await.unwrap();
    assert!(!again.fresh && again.message == waiting, "a repetition finds it while it waits");

    clinic.set_clock(due);
    clinic.until(|clinic| !clinic.events_for(dora, "new_message").is_empty()).await;
    clinic.until(|clinic| actions(clinic, ama) == ["created", "sent"]).await;
    assert_eq!(words(&clinic, dora, chat), ["message 1", "Good morning"]);
    assert!(clinic.chats.scheduled(ama).unwrap().is_empty());
    let [Event::MessageSent { message: sent, .. }] = &clinic.events_for(ama, "message_sent")[..] else { panic!("one message was sent") };
    assert_eq!((sent.seq, sent.status, sent.timestamp, sent.scheduled_for), (Seq(2), Status::Sent, due, None));
    assert_eq!(sent.client_message_id.as_deref(), Some("one"));
    let told = clinic.events_for(ama, "scheduled_message_changed");
    let Some(Event::ScheduledMessageChanged { message, sent_as, .. }) = told.last() else { panic!("its end is told") };
    assert_eq!((message.id, *sent_as), (waiting.id, Some(sent.id)), "what left the list, and what it has become");
    let again = clinic.chats.send(ama, wish(), Door::Socket).await.unwrap();
    assert!(!again.fresh && again.message.id == sent.id, "a repetition finds the message that it has become");
    assert_eq!(clinic.chats.unschedule(ama, &id).await.unwrap_err().body(), Clinic::unknown_message(), "too late");
}

#[tokio::test]
async fn the_list_is_its_authors_and_stands_in_order() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let third = later(&clinic, ama, dora, "third", 3 * HOUR).await;
    later(&clinic, ama, mia, "second", 2 * HOUR).await;
    let first = later(&clinic, ama, dora, "first", HOUR).await;
    later(&clinic, dora, ama, "of somebody else", HOUR).await;
    assert_eq!(scheduled(&clinic, ama), ["first", "second", "third"]);
    let change = |content: Option<&str>, due: Option<Timestamp>| ScheduledBody {
        content: content.map(str::to_owned),
        scheduled_for: due.map_or(Value::Null, |due| json!(due.to_string())),
    };
    clinic.clear_events();
    let soon = clinic.chats.now().plus(Duration::from_mins(1));
    let changed = clinic.chats.reschedule(ama, &third.id.to_string(), change(Some("zeroth"), Some(soon))).await.unwrap();
    assert_eq!((changed.id, &*changed.content, changed.scheduled_for), (third.id, "zeroth", Some(soon)));
    assert_eq!(scheduled(&clinic, ama), ["zeroth", "first", "second"]);
    clinic.chats.reschedule(ama, &third.id.to_string(), change(None, None)).await.unwrap();
    clinic.chats.reschedule(ama, &third.id.to_string(), change(Some("zeroth"), None)).await.unwrap();
    assert_eq!(actions(&clinic, ama), ["updated"], "nothing else has changed anything");
    let id = first.id.to_string();
    for (who, id) in [(dora, &id), (mia, &id), (ama, &"nonsense".to_owned()), (ama, &format!("{:032x}", 7))] {
        assert_eq!(clinic.chats.reschedule(who, id, change(Some("x"), None)).await.unwrap_err().body(), Clinic::unknown_message());
        assert_eq!(clinic.chats.unschedule(who, id).await.unwrap_err().body(), Clinic::unknown_message());
    }
    clinic.chats.unschedule(ama, &id).await.unwrap();
    assert_eq!(actions(&clinic, ama), ["updated", "cancelled"]);
    clinic.wait(2 * HOUR);
    clinic.until(|clinic| clinic.chats.scheduled(ama).unwrap().is_empty()).await;
    assert_eq!(words(&clinic, dora, first.conversation_id).iter().filter(|words| *words == "zeroth").count(), 1);
    assert!(!words(&clinic, dora, first.conversation_id).contains(&"first".to_owned()), "cancelled is cancelled");
}

#[tokio::test]
async fn a_time_lies_in_the_coming_year() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    let waiting = later(&clinic, ama, dora, "x", HOUR).await.id.to_string();
    let day = |days: u64| json!(clinic.chats.now().plus(Duration::from_hours(24 * days)).to_string());
    let now = json!(clinic.chats.now().to_string());
    for time in
        [now, json!("2001-01-01T00:00:00Z"), day(367), json!("soon"), json!(5), json!(["x"]), json!({}), json!(true), json!("2026-13-01")]
    {
        let error = clinic.chats.send(ama, SendBody { scheduled_for: time.clone(), ..body(dora, "x") }, Door::Rest).await.unwrap_err();
        assert_eq!(fields(&error), ["scheduledFor"], "{time}");
        let change = ScheduledBody { scheduled_for: time.clone(), content: None };
        assert_eq!(fields(&clinic.chats.reschedule(ama, &waiting, change).await.unwrap_err()), ["scheduledFor"], "{time}");
    }
    let empty = ScheduledBody { content: Some("  ".into()), scheduled_for: Value::Null };
    assert_eq!(fields(&clinic.chats.reschedule(ama, &waiting, empty).await.unwrap_err()), ["content"]);
    assert!(clinic.chats.send(ama, SendBody { scheduled_for: day(365), ..body(dora, "x") }, Door::Rest).await.is_ok());
    for time in [json!(null), json!("")] {
        let sent = clinic.chats.send(ama, SendBody { scheduled_for: time, ..body(dora, "x") }, Door::Rest).await.unwrap().message;
        assert_eq!(sent.status, Status::Sent, "without a time, at once");
    }
}

#[tokio::test]
async fn a_hundred_may_wait() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let mut last = None;
    for number in 0..100 {
        last = Some(later(&clinic, ama, if number % 2 == 0 { dora } else { mia }, "x", HOUR).await.id.to_string());
    }
    let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
    let one_more = || SendBody { scheduled_for: due.clone(), ..body(dora, "x") };
    assert_eq!(clinic.chats.send(ama, one_more(), Door::Rest).await.unwrap_err().code, Code::Conflict);
    later(&clinic, dora, ama, "others have their own hundred", HOUR).await;
    clinic.chats.unschedule(ama, &last.unwrap()).await.unwrap();
    assert!(clinic.chats.send(ama, one_more(), Door::Rest).await.is_ok());
}

#[tokio::test]
async fn what_is_cancelled_does_not_come_back_by_a_repetition() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
    let wish = || SendBody { scheduled_for: due.clone(), client_message_id: Some("one".into()), ..body(dora, "x") };
    let waiting = clinic.chats.send(ama, wish(), Door::Rest).await.unwrap().message;
    clinic.chats.unschedule(ama, &waiting.id.to_string()).await.unwrap();
    assert_eq!(clinic.chats.send(ama, wish(), Door::Rest).await.unwrap_err().code, Code::Conflict);
    assert!(clinic.chats.scheduled(ama).unwrap().is_empty());
}

/// Changes what the store says about a person.
async fn change_person(clinic: &Clinic, who: Actor, change: impl FnOnce(&mut User)) {
    let mut user = clinic.store.read(|read| read.get(tables::USERS, &who.user)).unwrap().unwrap();
    change(&mut user);
    clinic.put_user(who.user, user).await;
}

/// Waits until the author's one scheduled message has failed; why.
async fn failure(clinic: &Clinic, author: Actor) -> String {
    clinic.until(|clinic| actions(clinic, author).contains(&"failed")).await;
    let list = clinic.chats.scheduled(author).unwrap();
    let told = clinic.events_for(author, "scheduled_message_changed");
    assert!(matches!(told.last(), Some(Event::ScheduledMessageChanged { message, .. }) if **message == list[0]));
    let [MessageView { status: Status::Scheduled, failed_reason: Some(reason), .. }] = &list[..] else { panic!("{list:?}") };
    reason.clone()
}

#[tokio::test]
async fn what_may_not_be_sent_any_more_stays_with_its_reason() {
    type Case = (&'static str, fn(&mut User), fn(&mut User));
    let cases: [Case; 3] = [
        ("Your account was switched off at that time.", |ama| ama.is_active = false, |_| ()),
        ("Your account was waiting for the clinic's approval at that time.", |ama| ama.verification = Verification::Pending, |_| ()),
        ("This person cannot be written to at present.", |_| (), |dora| dora.is_active = false),
    ];
    for (reason, change_ama, change_dora) in cases {
        let Scene { clinic, ama, dora, .. } = Scene::kept().await;
        let chat = clinic.say(ama, dora, 1).await[0].chat;
        later(&clinic, ama, dora, "x", HOUR).await;
        let (ama_before, dora_before) = clinic
            .store
            .read(|read| (read.get(tables::USERS, &ama.user).unwrap().unwrap(), read.get(tables::USERS, &dora.user).unwrap().unwrap()));
        change_person(&clinic, ama, change_ama).await;
        change_person(&clinic, dora, change_dora).await;
        clinic.wait(HOUR);
        assert_eq!(failure(&clinic, ama).await, reason);
        assert_eq!(words(&clinic, ama, chat), ["message 1"], "nothing of it was written");
        assert!(
            clinic.store.read(|read| read.scan(tables::SCHEDULE, .., Direction::Ascending, 1)).unwrap().is_empty(),
            "nor is it tried for ever"
        );
        // With its reason gone, a new time gives it another try.
        clinic.put_user(ama.user, ama_before).await;
        clinic.put_user(dora.user, dora_before).await;
        let id = clinic.chats.scheduled(ama).unwrap()[0].id.to_string();
        let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
        let armed = clinic.chats.reschedule(ama, &id, ScheduledBody { scheduled_for: due, content: None }).await.unwrap();
        assert_eq!(armed.failed_reason, None);
        clinic.wait(HOUR);
        clinic.until(|clinic| clinic.chats.scheduled(ama).unwrap().is_empty()).await;
        assert_eq!(words(&clinic, dora, chat), ["message 1", "x"]);
    }
}

#[tokio::test]
async fn it_is_sent_with_the_rights_of_its_moment() {
    // Since it was scheduled, the author has become somebody who only answers.
    let Scene { clinic, dora, mia, .. } = Scene::with(Policy::default().with(Role::ServiceProvider, Role::Midwife, Reach::InAnswer)).await;
    later(&clinic, dora, mia, "x", HOUR).await;
    change_person(&clinic, dora, |dora| dora.role = Role::ServiceProvider).await;
    clinic.wait(HOUR);
    assert_eq!(failure(&clinic, dora).await, "You may write here as soon as the other person has written to you.");
}

/// A group that Ama has left, with words of hers that were to go there after an hour.
async fn left_behind() -> (Scene, ChatId) {
    let scene = Scene::kept().await;
    let Scene { clinic, ama, dora, mia } = &scene;
    let group = Scene::group(clinic, &[*dora, *ama, *mia]).await;
    let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
    let to_group = SendBody { conversation_id: Some(group.to_string()), recipient_id: None, scheduled_for: due, ..body(*dora, "to all") };
    clinic.chats.send(*ama, to_group, Door::Rest).await.unwrap();
    Scene::leave(clinic, group, *ama).await;
    (scene, group)
}

#[tokio::test]
async fn who_has_left_keeps_the_words_and_sends_nothing() {
    let (Scene { clinic, ama, dora, .. }, group) = left_behind().await;
    clinic.wait(HOUR);
    assert_eq!(failure(&clinic, ama).await, "You were no longer in this conversation at that time.");
    assert_eq!(scheduled(&clinic, ama), ["to all"]);
    assert!(!words(&clinic, dora, group).contains(&"to all".to_owned()));
    let id = clinic.chats.scheduled(ama).unwrap()[0].id.to_string();
    clinic.chats.unschedule(ama, &id).await.unwrap();
    assert!(scheduled(&clinic, ama).is_empty());
}

#[tokio::test]
async fn what_fails_and_what_is_sent_are_told_in_the_order_of_their_times() {
    let (Scene { clinic, ama, dora, .. }, _) = left_behind().await;
    later(&clinic, ama, dora, "x", 2 * HOUR).await;
    clinic.clear_events();
    clinic.wait(2 * HOUR);
    clinic.until(|clinic| actions(clinic, ama).len() == 2).await;
    assert_eq!(actions(&clinic, ama), ["failed", "sent"]);
}

#[tokio::test]
async fn who_is_asleep_has_read_nothing() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    later(&clinic, ama, dora, "good night", HOUR).await;
    let chat = clinic.say(dora, ama, 2).await[0].chat;
    clinic.wait(HOUR);
    clinic.until(|clinic| clinic.chats.scheduled(ama).unwrap().is_empty()).await;
    assert_eq!(clinic.chats.unread(ama).unwrap().total, 2, "what came meanwhile is still to be read, and nothing of one's own");
    assert!(clinic.events_for(dora, "message_read").is_empty());
    let seen: Vec<_> = clinic.page(dora, chat, MessagesQuery::default()).items.into_iter().map(|m| (m.content, m.status)).collect();
    let expected = [("message 1", Status::Sent), ("message 2", Status::Sent), ("good night", Status::Sent)];
    assert_eq!(seen, expected.map(|(words, status)| (words.to_owned(), status)));
}

#[tokio::test]
async fn everything_of_one_moment_is_sent_once_and_in_the_order_in_which_it_was_written() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let chat = clinic.open(ama, dora).await.unwrap().0.id;
    for number in 0..100 {
        later(&clinic, ama, dora, &format!("ama {number}"), 2 * HOUR - number).await;
        clinic.wait(1);
        later(&clinic, dora, ama, &format!("dora {number}"), HOUR).await;
        later(&clinic, mia, dora, &format!("mia {number}"), HOUR).await;
    }
    clinic.wait(3 * HOUR);
    clinic.until(|clinic| [ama, dora, mia].iter().all(|who| clinic.chats.scheduled(*who).unwrap().is_empty())).await;
    let all = words(&clinic, dora, chat);
    assert_eq!(all.len(), 200);
    for who in ["ama", "dora"] {
        let own: Vec<_> = all.iter().filter(|words| words.starts_with(who)).cloned().collect();
        assert_eq!(own, (0..100).map(|number| format!("{who} {number}")).collect::<Vec<_>>());
    }
    assert_eq!(clinic.chats.unread(dora).unwrap().by_conversation.len(), 2);
}

#[tokio::test]
async fn what_is_passed_on_later_is_what_was_there_now() {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let original = clinic.say(ama, dora, 1).await[0].to_string();
    let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
    let forward = SendBody { forwarded_from: json!(original), scheduled_for: due, ..body(mia, "") };
    let waiting = clinic.chats.send(dora, forward, Door::Rest).await.unwrap().message;
    assert_eq!((&*waiting.content, waiting.forwarded_from.clone().map(|origin| origin.sender_id)), ("message 1", Some(ama.user)));
    let other = ScheduledBody { content: Some("other words".into()), scheduled_for: Value::Null };
    assert_eq!(clinic.chats.reschedule(dora, &waiting.id.to_string(), other).await.unwrap_err().code, Code::Conflict);
    clinic.chats.delete(ama, &original).await.unwrap();
    clinic.wait(HOUR);
    clinic.until(|clinic| !clinic.events_for(mia, "new_message").is_empty()).await;
    assert_eq!(words(&clinic, mia, waiting.conversation_id), ["message 1"]);
}

#[tokio::test]
async fn setting_the_clock_back_lets_it_wait_and_forward_sends_it() {
    let Scene { clinic, ama, dora, .. } = Scene::kept().await;
    let start = clinic.chats.now();
    let urgent = SendBody { priority: Some("urgent".into()), ..body(dora, "urgent") };
    clinic.chats.send(ama, urgent, Door::Rest).await.unwrap();
    later(&clinic, ama, dora, "x", HOUR).await;
    clinic.set_clock(Timestamp(start.0 - 24 * HOUR));
    // The agenda has looked when it repeats what is urgent.
    clinic.until(|clinic| !clinic.events_for(dora, "notification").is_empty()).await;
    assert_eq!(scheduled(&clinic, ama), ["x"], "people set a time of the wall clock");
    clinic.set_clock(Timestamp(start.0 + 24 * HOUR));
    clinic.until(|clinic| clinic.events_for(dora, "new_message").len() == 2).await;
    assert!(scheduled(&clinic, ama).is_empty());
}

/// A message id in a conversation where nobody is.
#[tokio::test]
async fn a_scheduled_answer_answers_only_here() -> Result<()> {
    let Scene { clinic, ama, dora, mia } = Scene::kept().await;
    let here = clinic.say(dora, ama, 1).await[0];
    let elsewhere = clinic.say(dora, mia, 1).await[0];
    let due = json!(clinic.chats.now().plus(Duration::from_hours(1)).to_string());
    let answer = |to: MessageId| SendBody { reply_to: json!(to.to_string()), scheduled_for: due.clone(), ..body(dora, "yes") };
    assert_eq!(fields(&clinic.chats.send(ama, answer(elsewhere), Door::Rest).await.unwrap_err()), ["replyTo"]);
    let waiting = clinic.chats.send(ama, answer(here), Door::Rest).await?.message;
    assert_eq!(waiting.reply_to.map(|quote| quote.id), Some(here));
    clinic.wait(HOUR);
    clinic.until(|clinic| clinic.chats.scheduled(ama).unwrap().is_empty()).await;
    let sent = clinic.page(dora, here.chat, MessagesQuery::default()).items.pop().unwrap();
    assert_eq!(sent.reply_to.map(|quote| (quote.id, quote.sender_id)), Some((here, UserId(dora.user.0))));
    Ok(())
}
