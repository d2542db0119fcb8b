//! The rules of conversations, over a store in memory.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod chat_support;

use chat_support::{Clinic, fields};
use mommycare::{
    chat::{Door, Mark},
    contract::{Event, Status, request::*},
    error::Code,
    ids::{ChatId, MessageId, Seq},
    store::records::Role,
};
use serde_json::json;

#[tokio::test]
async fn opening_twice_gives_the_same_conversation() {
    let clinic = Clinic::new();
    let (ama, doctor) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let (first, created) = clinic.open(ama, doctor).await.unwrap();
    assert!(created);
    let (second, again) = clinic.open(doctor, ama).await.unwrap();
    assert!(!again);
    assert_eq!(first.id, second.id);
    assert_eq!((first.name.as_str(), second.name.as_str()), ("Dora Sample", "Ama Test"));
    assert_eq!(first.participants.iter().next_back().map(|p| p.id), Some(ama.user), "the reader comes last");
    assert_eq!(clinic.events_for(doctor, "conversation_updated").len(), 1);
    let oneself = clinic.open(ama, ama).await.unwrap_err();
    assert_eq!((oneself.code, oneself.message.as_str()), (Code::Validation, "participantId: must be somebody else"));
}

#[tokio::test]
async fn a_repeated_message_is_the_same_message() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let body = || SendBody {
        recipient_id: Some(dora.user.to_string()),
        content: Some("  Good morning <b>\u{0}".into()),
        client_message_id: Some("one".into()),
        ..SendBody::default()
    };
    let first = clinic.chats.send(ama, body(), Door::Rest).await.unwrap();
    let second = clinic.chats.send(ama, body(), Door::Socket).await.unwrap();
    assert!(first.fresh && !second.fresh);
    assert_eq!(first.message, second.message);
    assert_eq!(first.message.content, "  Good morning <b>\u{0}", "stored as it came");
    let told = clinic.events_for(dora, "new_message");
    assert!(
        matches!(&told[..], [Event::NewMessage { message, .. }] if message.client_message_id.is_none()),
        "once, without the sender's id"
    );
    // The other person's ids are their own.
    let answer = SendBody { recipient_id: Some(ama.user.to_string()), ..body() };
    assert!(clinic.chats.send(dora, answer, Door::Rest).await.unwrap().fresh);
}

#[tokio::test]
async fn a_copy_by_socket_is_answered_with_the_post() {
    let clinic = Clinic::new();
    let (mia, ama) = (clinic.person("Mia Midwife", Role::Midwife).await, clinic.person("Ama Test", Role::Mom).await);
    let body = |content: &str| SendBody { recipient_id: Some(ama.user.to_string()), content: Some(content.into()), ..SendBody::default() };
    let first = clinic.chats.send(mia, body("ok"), Door::Rest).await.unwrap().message;
    let second = clinic.chats.send(mia, body("ok"), Door::Rest).await.unwrap().message;
    assert_ne!(first.id, second.id, "two posts are two messages");
    let copies = [
        clinic.chats.send(mia, body("ok"), Door::Socket).await.unwrap().message,
        clinic.chats.send(mia, body("ok"), Door::Socket).await.unwrap().message,
    ];
    assert_eq!([copies[0].id, copies[1].id], [first.id, second.id]);
    assert!(clinic.chats.send(mia, body("ok"), Door::Socket).await.unwrap().fresh, "one copy for each post");
    clinic.chats.send(mia, body("later"), Door::Rest).await.unwrap();
    clinic.wait(10_001);
    assert!(clinic.chats.send(mia, body("later"), Door::Socket).await.unwrap().fresh, "too late for a copy");
}

#[tokio::test]
async fn unread_counts_and_ticks_follow_the_marks() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 3).await;
    let chat = ids[0].chat.to_string();
    assert_eq!(clinic.chats.unread(dora).unwrap().total, 3);
    assert_eq!(clinic.chats.unread(ama).unwrap().total, 0, "one's own messages are read");

    let view = clinic.chats.mark(dora, &ids[1].to_string(), Mark::Read).await.unwrap();
    assert_eq!(view.status, Status::Read);
    assert_eq!(clinic.chats.unread(dora).unwrap().total, 1);
    let statuses = clinic.statuses(ama, ids[0].chat);
    assert_eq!(statuses, [Status::Read, Status::Read, Status::Sent]);

    // Never back, and a repetition says nothing.
    clinic.clear_events();
    let view = clinic.chats.mark(dora, &ids[1].to_string(), Mark::Delivered).await.unwrap();
    assert_eq!(view.status, Status::Read);
    assert!(clinic.events().is_empty());

    clinic.chats.mark(dora, &ids[2].to_string(), Mark::Delivered).await.unwrap();
    assert_eq!(clinic.statuses(ama, ids[0].chat)[2], Status::Delivered);
    let read = clinic.chats.read(dora, &chat, ReadBody::default()).await.unwrap();
    assert_eq!(read.marked_count, 1);
    let page = clinic.page(ama, ids[0].chat, MessagesQuery::default());
    assert!(page.items.iter().all(|m| m.status == Status::Read && m.read_at.is_some() && m.delivered_at.is_some()));
    let own = clinic.events_for(dora, "message_status_update");
    assert!(own.iter().any(|e| matches!(e, Event::MessageStatusUpdate(u) if u.unread_count == Some(0))), "other devices clear it");
    assert_eq!(clinic.events_for(ama, "message_read").len(), 1);
}

#[tokio::test]
async fn answering_reads_what_came_before() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 2).await;
    clinic.clear_events();
    clinic.say(dora, ama, 1).await;
    assert_eq!(clinic.chats.unread(dora).unwrap().total, 0);
    assert_eq!(clinic.statuses(ama, ids[0].chat), [Status::Read, Status::Read, Status::Sent]);
    let updates = clinic.events_for(ama, "message_status_update");
    assert!(matches!(&updates[..], [Event::MessageStatusUpdate(u)] if u.seq == Seq(2) && u.status == Status::Read));
    // Writing on without being answered passes nobody's messages.
    clinic.clear_events();
    clinic.say(dora, ama, 1).await;
    assert!(clinic.events_for(ama, "message_status_update").is_empty());
}

#[tokio::test]
async fn only_a_recipient_marks() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let id = clinic.say(ama, dora, 1).await[0].to_string();
    assert_eq!(clinic.chats.mark(ama, &id, Mark::Read).await.unwrap_err().code, Code::Forbidden);
    let wrong = StatusBody { status: Some("sent".into()) };
    assert_eq!(clinic.chats.set_status(dora, &id, wrong).await.unwrap_err().code, Code::Validation);
}

#[tokio::test]
async fn a_stranger_and_a_random_id_get_the_same_answer() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let eve = clinic.person("Eve Other", Role::Doctor).await;
    let real = clinic.say(ama, dora, 1).await[0];
    let random = MessageId { chat: ChatId(42), seq: Seq(1) };
    let later = MessageId { chat: real.chat, seq: Seq(2) };
    for (asker, id) in [(eve, real), (eve, random), (ama, random), (ama, later)] {
        let id = id.to_string();
        assert_eq!(clinic.chats.mark(asker, &id, Mark::Read).await.unwrap_err().body(), Clinic::unknown_message());
    }
    for text in [real.chat.to_string(), random.chat.to_string(), "nonsense".into(), "../../etc".into(), String::new()] {
        let reply = SendBody { conversation_id: Some(text.clone()), content: Some("x".into()), ..SendBody::default() };
        let errors = [
            clinic.chats.get(eve, &text).unwrap_err(),
            clinic.chats.participants(eve, &text).unwrap_err(),
            clinic.chats.messages(eve, &text, &MessagesQuery::default()).unwrap_err(),
            clinic.chats.changes(eve, &text, &ChangesQuery::default()).unwrap_err(),
            clinic.chats.read(eve, &text, ReadBody::default()).await.unwrap_err(),
            clinic.chats.mute(eve, &text, None).await.unwrap_err(),
            clinic.chats.pin(eve, &text, None).await.unwrap_err(),
            clinic.chats.companions(eve, &text).unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.body() == Clinic::unknown_conversation()), "{text}: {errors:?}");
        if !text.is_empty() {
            assert_eq!(clinic.chats.send(eve, reply, Door::Rest).await.unwrap_err().body(), Clinic::unknown_conversation());
        }
    }
}

#[tokio::test]
async fn a_reply_stays_in_its_conversation() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let mia = clinic.person("Mia Midwife", Role::Midwife).await;
    let question = clinic.say(ama, dora, 1).await[0];
    let elsewhere = clinic.say(ama, mia, 1).await[0];
    let reply = |to: serde_json::Value| SendBody {
        recipient_id: Some(ama.user.to_string()),
        content: Some("Yes".into()),
        reply_to: to,
        ..SendBody::default()
    };
    let answer = clinic.chats.send(dora, reply(json!(question.to_string())), Door::Rest).await.unwrap().message;
    let quote = answer.reply_to.unwrap();
    assert_eq!((quote.id, quote.content.as_str(), quote.sender_id), (question, "message 1", ama.user));
    for to in [json!(elsewhere.to_string()), json!("nonsense"), json!(MessageId { seq: Seq(99), ..question }.to_string())] {
        let error = clinic.chats.send(dora, reply(to), Door::Rest).await.unwrap_err();
        assert_eq!(fields(&error), ["replyTo"]);
    }
    for to in [json!(5), json!({"id": question.to_string()}), json!(null), json!("")] {
        assert_eq!(clinic.chats.send(dora, reply(to), Door::Rest).await.unwrap().message.reply_to, None);
    }
}

#[tokio::test]
async fn every_wrong_field_of_a_message_is_named() {
    let clinic = Clinic::new();
    let ama = clinic.person("Ama Test", Role::Mom).await;
    let body = SendBody {
        content: Some(" \n".into()),
        message_type: Some("hologram".into()),
        priority: Some("high".into()),
        client_message_id: Some("x".repeat(129)),
        scheduled_for: json!("tomorrow"),
        ..SendBody::default()
    };
    let error = clinic.chats.send(ama, body, Door::Rest).await.unwrap_err();
    assert_eq!(fields(&error), ["recipientId", "scheduledFor", "content", "messageType", "priority", "clientMessageId"]);
    let long = SendBody { recipient_id: Some("x".into()), content: Some("a".repeat(10_001)), ..SendBody::default() };
    assert_eq!(fields(&clinic.chats.send(ama, long, Door::Rest).await.unwrap_err()), ["content"]);
}

#[tokio::test]
async fn pages_join_without_gap_or_overlap() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let chat = clinic.say(ama, dora, 25).await[0].chat;
    let seqs = |query: MessagesQuery| {
        let page = clinic.page(dora, chat, query);
        (page.items.iter().map(|m| m.seq.0).collect::<Vec<_>>(), page.has_more, page.next_cursor, page.prev_cursor)
    };
    let limit = Some(10);
    let query = MessagesQuery { limit, ..MessagesQuery::default() };
    assert_eq!(seqs(query.clone()), ((16..=25).collect(), true, Some(16), None));
    assert_eq!(seqs(MessagesQuery { skip: Some(10), ..query.clone() }), ((6..=15).collect(), true, Some(6), Some(15)));
    assert_eq!(seqs(MessagesQuery { before: Some(6), ..query.clone() }), ((1..=5).collect(), false, None, Some(5)));
    assert_eq!(seqs(MessagesQuery { after: Some(0), ..query.clone() }), ((1..=10).collect(), true, Some(10), None));
    assert_eq!(seqs(MessagesQuery { after: Some(20), ..query.clone() }), ((21..=25).collect(), false, None, Some(21)));
    for query in [
        MessagesQuery { skip: Some(u64::MAX), ..query.clone() },
        MessagesQuery { before: Some(0), ..query.clone() },
        MessagesQuery { before: Some(1), ..query.clone() },
        MessagesQuery { after: Some(u64::MAX), ..query.clone() },
        MessagesQuery { after: Some(25), ..query.clone() },
    ] {
        assert_eq!(seqs(query.clone()).0, Vec::<u64>::new(), "{query:?}");
    }
    assert_eq!(clinic.page(dora, chat, MessagesQuery { limit: Some(u64::MAX), ..query }).limit, 200);
    let none = MessagesQuery { limit: Some(0), ..MessagesQuery::default() };
    assert_eq!(fields(&clinic.chats.messages(dora, &chat.to_string(), &none).unwrap_err()), ["limit"]);
}

#[tokio::test]
async fn the_list_is_ordered_filtered_and_searched() {
    let clinic = Clinic::new();
    let dora = clinic.person("Dora Sample", Role::Doctor).await;
    let mut chats = Vec::new();
    for name in ["Zoë Ångström", "Ama Test", "Bea Example"] {
        let mother = clinic.person(name, Role::Mom).await;
        chats.push(clinic.say(mother, dora, 1).await[0].chat);
        clinic.wait(10);
    }
    let names = |query: InboxQuery| -> Vec<String> { clinic.chats.list(dora, &query).unwrap().items.into_iter().map(|c| c.name).collect() };
    assert_eq!(names(InboxQuery::default()), ["Bea Example", "Ama Test", "Zoë Ångström"]);
    clinic.chats.pin(dora, &chats[0].to_string(), Some(true)).await.unwrap();
    clinic.chats.read(dora, &chats[1].to_string(), ReadBody::default()).await.unwrap();
    assert_eq!(names(InboxQuery::default()), ["Zoë Ångström", "Bea Example", "Ama Test"]);
    let filter = |word: &str| InboxQuery { filter: Some(word.into()), ..InboxQuery::default() };
    assert_eq!(names(filter("unread")), ["Zoë Ångström", "Bea Example"]);
    assert_eq!(names(filter("pinned")), ["Zoë Ångström"]);
    assert_eq!(names(InboxQuery { search: Some("ANGSTROM".into()), ..InboxQuery::default() }), ["Zoë Ångström"]);
    assert_eq!(names(InboxQuery { page: Some(2), limit: Some(2), ..InboxQuery::default() }), ["Ama Test"]);
    assert_eq!(names(InboxQuery { page: Some(u64::MAX), ..InboxQuery::default() }), Vec::<String>::new());
    assert_eq!(fields(&clinic.chats.list(dora, &filter("odd")).unwrap_err()), ["filter"]);
}

#[tokio::test]
async fn toggles_turn_round_and_set() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let id = clinic.open(ama, dora).await.unwrap().0.id.to_string();
    assert!(clinic.chats.mute(ama, &id, None).await.unwrap().is_muted);
    assert!(!clinic.chats.mute(ama, &id, None).await.unwrap().is_muted);
    for _ in 0..2 {
        assert!(clinic.chats.pin(ama, &id, Some(true)).await.unwrap().is_pinned);
    }
    assert!(!clinic.chats.get(dora, &id).unwrap().is_pinned, "for oneself only");
    assert!(clinic.events_for(dora, "chat_pin_status_changed").is_empty());
    assert_eq!(clinic.events_for(ama, "chat_pin_status_changed").len(), 2);
}

#[tokio::test]
async fn ids_are_forgotten_after_two_days() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let body = || SendBody {
        recipient_id: Some(dora.user.to_string()),
        content: Some("Hello".into()),
        client_message_id: Some("one".into()),
        ..SendBody::default()
    };
    clinic.chats.send(ama, body(), Door::Rest).await.unwrap();
    clinic.wait(47 * 3_600_000);
    clinic.chats.sweep().await.unwrap();
    assert!(!clinic.chats.send(ama, body(), Door::Rest).await.unwrap().fresh);
    clinic.wait(2 * 3_600_000);
    clinic.chats.sweep().await.unwrap();
    assert!(clinic.chats.send(ama, body(), Door::Rest).await.unwrap().fresh);
}

#[tokio::test]
async fn an_edit_keeps_what_was_said_and_ends_with_the_window() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let id = clinic.say(ama, dora, 1).await[0];
    let text = id.to_string();
    let body = |content: &str| EditBody { content: Some(content.into()) };
    clinic.wait(60_000);
    let edited = clinic.chats.edit(ama, &text, body("second")).await.unwrap();
    assert!(edited.is_edited && edited.content == "second");
    clinic.chats.edit(ama, &text, body("third")).await.unwrap();
    let versions: Vec<_> = clinic.chats.versions(dora, &text).unwrap().into_iter().map(|v| v.content).collect();
    assert_eq!(versions, ["message 1", "second"]);
    assert_eq!(clinic.chats.get(dora, &id.chat.to_string()).unwrap().last_message.unwrap().content, "third");
    assert_eq!(clinic.chats.edit(dora, &text, body("mine")).await.unwrap_err().code, Code::Forbidden);
    assert_eq!(fields(&clinic.chats.edit(ama, &text, body(" ")).await.unwrap_err()), ["content"]);
    assert_eq!(fields(&clinic.chats.edit(ama, &text, body("\u{200b}\u{3164}")).await.unwrap_err()), ["content"], "an empty bubble");
    clinic.wait(15 * 60_000);
    assert_eq!(clinic.chats.edit(ama, &text, body("late")).await.unwrap_err().code, Code::EditWindowExpired);
}

#[tokio::test]
async fn a_deleted_message_leaves_its_place_and_nothing_else() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 3).await;
    let (chat, last) = (ids[0].chat, ids[2].to_string());
    clinic.chats.edit(ama, &last, EditBody { content: Some("secret".into()) }).await.unwrap();
    assert_eq!(clinic.chats.delete(dora, &last).await.unwrap_err().code, Code::Forbidden);
    for _ in 0..2 {
        clinic.chats.delete(ama, &last).await.unwrap();
    }
    assert_eq!(clinic.events_for(dora, "message_deleted").len(), 1);
    let page = clinic.page(dora, chat, MessagesQuery::default());
    assert_eq!((page.items.len(), page.total), (2, 2));
    let all = clinic.page(dora, chat, MessagesQuery { deleted: Some(true), ..MessagesQuery::default() });
    assert_eq!((all.items.len(), all.total), (3, 3));
    assert!(all.items[2].is_deleted && all.items[2].content.is_empty());
    assert!(clinic.chats.versions(dora, &last).unwrap().is_empty());
    assert_eq!(clinic.chats.get(dora, &chat.to_string()).unwrap().last_message.unwrap().content, "message 2");
    let body = EditBody { content: Some("again".into()) };
    assert_eq!(clinic.chats.edit(ama, &last, body).await.unwrap_err().code, Code::Conflict);
}

#[tokio::test]
async fn a_full_page_is_filled_past_deleted_messages() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 20).await;
    for id in &ids[10..18] {
        clinic.chats.delete(ama, &id.to_string()).await.unwrap();
    }
    let before = MessagesQuery { before: Some(20), limit: Some(5), ..MessagesQuery::default() };
    let page = clinic.page(dora, ids[0].chat, before);
    assert_eq!(page.items.iter().map(|m| m.seq.0).collect::<Vec<_>>(), [7, 8, 9, 10, 19]);
    let after = MessagesQuery { after: Some(8), limit: Some(5), ..MessagesQuery::default() };
    let page = clinic.page(dora, ids[0].chat, after);
    assert_eq!(page.items.iter().map(|m| m.seq.0).collect::<Vec<_>>(), [9, 10, 19, 20]);
}

/// Sent, received, urgent, acknowledged and opened: of the whole span, and of each day on which something happened.
fn figures(clinic: &Clinic, actor: mommycare::accounts::Actor) -> ([u64; 5], Vec<(String, [u64; 5])>) {
    let plain =
        |f: mommycare::contract::FiguresView| [f.messages_sent, f.messages_received, f.urgent_sent, f.acknowledged, f.conversations_opened];
    let view = clinic.chats.statistics(actor, &StatisticsQuery::default()).unwrap();
    assert_eq!(view.days.len(), 30);
    let busy = view.days.iter().map(|day| (day.date.to_string(), plain(day.figures))).filter(|(_, f)| *f != [0; 5]).collect();
    (plain(view.totals), busy)
}

#[tokio::test]
async fn what_people_do_is_counted_by_day() {
    const DAY: u64 = 86_400_000;
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let (mila, adea) = (clinic.person("Mila Test", Role::Midwife).await, clinic.person("Adea Test", Role::Admin).await);
    assert_eq!(clinic.chats.statistics(adea, &StatisticsQuery::default()).unwrap().since, None);
    let today = clinic.chats.now().to_string()[..10].to_owned();
    clinic.say(ama, dora, 3).await;
    let urgent = SendBody {
        recipient_id: Some(ama.user.to_string()),
        content: Some("Call me".into()),
        priority: Some("urgent".into()),
        client_message_id: Some("once".into()),
        ..SendBody::default()
    };
    let first = clinic.chats.send(dora, urgent.clone(), Door::Rest).await.unwrap();
    assert!(!clinic.chats.send(dora, urgent, Door::Socket).await.unwrap().fresh);
    for _ in 0..2 {
        clinic.chats.acknowledge(ama, &first.message.id.to_string()).await.unwrap();
    }
    clinic.chats.delete(ama, &clinic.say(ama, dora, 1).await[0].to_string()).await.unwrap();
    assert_eq!(figures(&clinic, ama), ([4, 1, 0, 1, 1], vec![(today.clone(), [4, 1, 0, 1, 1])]));
    assert_eq!(figures(&clinic, dora), ([1, 4, 1, 0, 0], vec![(today.clone(), [1, 4, 1, 0, 0])]));
    assert_eq!(figures(&clinic, mila), ([0; 5], vec![]), "others' figures are nobody's own");
    assert_eq!(figures(&clinic, adea).0, [5, 5, 1, 1, 1]);

    clinic.wait(DAY);
    let tomorrow = clinic.chats.now().to_string()[..10].to_owned();
    clinic.say(ama, dora, 2).await;
    let own = figures(&clinic, ama);
    assert_eq!(own, ([6, 1, 0, 1, 1], vec![(today.clone(), [4, 1, 0, 1, 1]), (tomorrow.clone(), [2, 0, 0, 0, 0])]));
    assert_eq!(figures(&clinic, dora).1[1], (tomorrow.clone(), [0, 2, 0, 0, 0]));
    assert_eq!(figures(&clinic, adea), ([7, 7, 1, 1, 1], vec![(today.clone(), [5, 5, 1, 1, 1]), (tomorrow, [2, 2, 0, 0, 0])]));
    // A clock that is set back counts where it is; the day that is tomorrow again is not asked for.
    clinic.time().fetch_sub(DAY, std::sync::atomic::Ordering::Relaxed);
    clinic.say(mila, dora, 1).await;
    assert_eq!(figures(&clinic, mila), ([1, 0, 0, 0, 1], vec![(today, [1, 0, 0, 0, 1])]));

    let clinic = clinic.reopened();
    let view = clinic.chats.statistics(adea, &StatisticsQuery::default()).unwrap();
    assert_eq!((view.scope, view.conversations, view.unread, view.totals.messages_sent), ("clinic", 2, None, 6));
    let people = view.people.unwrap();
    assert_eq!((people.mom, people.doctor, people.midwife, people.service_provider, people.admin, people.pending), (1, 1, 1, 0, 1, 0));
    let view = clinic.chats.statistics(dora, &StatisticsQuery::default()).unwrap();
    assert_eq!((view.scope, view.conversations, view.unread, view.people), ("own", 2, Some(3), None));
}

#[tokio::test]
async fn who_joins_or_leaves_counts_what_was_sent_meanwhile() {
    let clinic = Clinic::new();
    let mut people = Vec::new();
    for name in ["Dora Sample", "Dina Sample", "Dolly Sample"] {
        people.push(clinic.person(name, Role::Doctor).await);
    }
    let [dora, dina, dolly] = people[..] else { unreachable!() };
    let adea = clinic.person("Adea Test", Role::Admin).await;
    let id = |person: mommycare::accounts::Actor| person.user.to_string();
    let body =
        OpenBody { kind: Some("group".into()), name: Some("Team".into()), participant_ids: Some(vec![id(dina)]), ..OpenBody::default() };
    let chat = clinic.chats.open(dora, body).await.unwrap().0.id.to_string();
    let say = |person| {
        let body = SendBody { conversation_id: Some(chat.clone()), content: Some("x".into()), ..SendBody::default() };
        clinic.chats.send(person, body, Door::Rest)
    };
    say(dora).await.unwrap();
    clinic.chats.add_people(dora, &chat, PeopleBody { user_id: Some(id(dolly)), ..PeopleBody::default() }).await.unwrap();
    say(dina).await.unwrap();
    say(dina).await.unwrap();
    clinic.chats.remove_person(dina, &chat, &id(dina)).await.unwrap();
    say(dolly).await.unwrap();
    assert_eq!(figures(&clinic, dora).0, [1, 3, 0, 0, 1], "what the system says is no message of anybody");
    assert_eq!(figures(&clinic, dina).0, [2, 1, 0, 0, 0], "who has left keeps the figures");
    assert_eq!(figures(&clinic, dolly).0, [1, 2, 0, 0, 0]);
    assert_eq!(figures(&clinic, adea).0, [4, 6, 0, 0, 1]);
}

#[tokio::test]
async fn statistics_say_which_dates_are_wrong() {
    let clinic = Clinic::new();
    let ama = clinic.person("Ama Test", Role::Mom).await;
    let ask = |from: &str, to: &str| {
        let date = |text: &str| Some(text.to_owned());
        clinic.chats.statistics(ama, &StatisticsQuery { from: date(from), to: date(to) })
    };
    let view = ask("2026-01-31", "2026-02-02").unwrap();
    assert_eq!(view.days.iter().map(|day| day.date.to_string()).collect::<Vec<_>>(), ["2026-01-31", "2026-02-01", "2026-02-02"]);
    assert_eq!(ask("2024-01-01", "2024-12-31").unwrap().days.len(), 366);
    for (from, to, field) in
        [("x", "", "from"), ("", "2026-02-30", "to"), ("2026-02-02", "2026-02-01", "from"), ("2024-01-01", "2025-01-01", "from")]
    {
        assert_eq!(fields(&ask(from, to).unwrap_err()), [field], "{from} to {to}");
    }
}
