//! A client that only follows the change feed, from whatever cursor and in whatever steps, ends with the server's state.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod chat_support;

use chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::{Door, Mark},
    contract::{ChangesView, MarkView, MessageView, request::*},
    ids::{ChatId, MessageId, Seq},
    store::records::Role,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    Send { by: bool },
    Mark { by: bool, at: u64, read: bool },
    Edit { by: bool, at: u64 },
    Delete { by: bool, at: u64 },
    React { by: bool, at: u64, adds: bool },
    Follow { limit: u64 },
}

fn step() -> impl Strategy<Value = Step> {
    let (by, at) = (any::<bool>, || 1_u64..40);
    prop_oneof![
        4 => by().prop_map(|by| Step::Send { by }),
        2 => (by(), at(), any::<bool>()).prop_map(|(by, at, read)| Step::Mark { by, at, read }),
        2 => (by(), at()).prop_map(|(by, at)| Step::Edit { by, at }),
        1 => (by(), at()).prop_map(|(by, at)| Step::Delete { by, at }),
        2 => (by(), at(), any::<bool>()).prop_map(|(by, at, adds)| Step::React { by, at, adds }),
        2 => (1_u64..6).prop_map(|limit| Step::Follow { limit }),
    ]
}

/// What a client knows that only follows.
#[derive(Default)]
struct Follower {
    cursor: u64,
    messages: BTreeMap<Seq, MessageView>,
    marks: Vec<MarkView>,
}

impl Follower {
    fn ask(&mut self, clinic: &Clinic, reader: Actor, chat: ChatId, limit: u64) -> bool {
        let query = ChangesQuery { since: Some(self.cursor), limit: Some(limit) };
        let ChangesView { messages, marks, cursor, has_more } = clinic.chats.changes(reader, &chat.to_string(), &query).unwrap();
        assert!(messages.len() as u64 <= limit && (!has_more || cursor.0 > self.cursor), "every answer leads on");
        let seqs: Vec<Seq> = messages.iter().map(|message| message.seq).collect();
        assert!(seqs.iter().all(|seq| seqs.iter().filter(|other| *other == seq).count() == 1), "each once");
        self.cursor = cursor.0;
        self.marks = marks;
        self.messages.extend(messages.into_iter().map(|message| (message.seq, message)));
        has_more
    }
}

/// Ticks come from the marks, not from the messages.
fn without_ticks(mut message: MessageView) -> MessageView {
    (message.status, message.read, message.read_at, message.delivered_at) = (mommycare::contract::Status::Sent, false, None, None);
    message
}

async fn act(clinic: &Clinic, (ama, dora): (Actor, Actor), chat: ChatId, step: &Step) {
    let person = |by: bool| if by { ama } else { dora };
    let id = |at: u64| MessageId { chat, seq: Seq(at) }.to_string();
    clinic.wait(1);
    // Most steps name a message that is not there, or not theirs: refusals change nothing.
    match step {
        Step::Send { by } => {
            let body = SendBody { conversation_id: Some(chat.to_string()), content: Some("x".into()), ..SendBody::default() };
            clinic.chats.send(person(*by), body, Door::Rest).await.unwrap();
        }
        Step::Mark { by, at, read } => {
            let mark = if *read { Mark::Read } else { Mark::Delivered };
            let _ = clinic.chats.mark(person(*by), &id(*at), mark).await;
        }
        Step::Edit { by, at } => {
            let now = clinic.store.clock().now().0;
            let _ = clinic.chats.edit(person(*by), &id(*at), EditBody { content: Some(format!("edited at {now}")) }).await;
        }
        Step::Delete { by, at } => drop(clinic.chats.delete(person(*by), &id(*at)).await),
        Step::React { by, at, adds } => {
            let _ = clinic.chats.react(person(*by), &id(*at), EmojiBody { emoji: Some("👍".into()) }, *adds).await;
        }
        Step::Follow { .. } => {}
    }
}

async fn run(steps: Vec<Step>) {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let chat = clinic.open(ama, dora).await.unwrap().0.id;
    let mut followers = [Follower::default(), Follower::default()];
    let mut ticks = BTreeMap::new();
    for step in &steps {
        act(&clinic, (ama, dora), chat, step).await;
        if let Step::Follow { limit } = step {
            followers[0].ask(&clinic, dora, chat, *limit);
        }
        let all = MessagesQuery { limit: Some(200), deleted: Some(true), ..MessagesQuery::default() };
        for message in clinic.page(ama, chat, all).items {
            let before = ticks.insert(message.seq, message.status);
            assert!(before.is_none_or(|before| before <= message.status), "a status never goes back");
        }
    }
    let all = MessagesQuery { limit: Some(200), deleted: Some(true), ..MessagesQuery::default() };
    let truth: Vec<_> = clinic.page(dora, chat, all).items.into_iter().map(without_ticks).collect();
    for follower in &mut followers {
        while follower.ask(&clinic, dora, chat, 3) {}
        let known: Vec<_> = follower.messages.values().cloned().map(without_ticks).collect();
        assert_eq!(known, truth);
        let read = follower.marks.iter().find(|mark| mark.user_id == dora.user).unwrap().read_seq;
        let unread = truth.iter().filter(|message| message.seq > read && !message.is_deleted).count();
        assert_eq!(clinic.chats.unread(dora).unwrap().total, unread as u64);
        assert!(follower.marks.iter().all(|mark| mark.read_seq <= mark.delivered_seq));
        for (seq, status) in &ticks {
            let message = &follower.messages[seq];
            let recipient = follower.marks.iter().find(|mark| mark.user_id != message.sender_id).unwrap();
            let (delivered, read) = (recipient.delivered_seq >= *seq, recipient.read_seq >= *seq);
            assert_eq!(
                (delivered, read),
                (*status >= mommycare::contract::Status::Delivered, *status == mommycare::contract::Status::Read)
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn following_the_feed_gives_the_whole_state(steps in prop::collection::vec(step(), 1..80)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(steps));
    }
}

/// More touched messages than one answer looks at: what lies between them and the changes must not be passed over.
#[tokio::test]
async fn many_edited_messages_hide_nothing() {
    let clinic = Clinic::new();
    let (ama, dora) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let ids = clinic.say(ama, dora, 2_300).await;
    for id in &ids[..2_100] {
        clinic.chats.edit(ama, &id.to_string(), EditBody { content: Some("edited".into()) }).await.unwrap();
    }
    let mut follower = Follower::default();
    while follower.ask(&clinic, dora, ids[0].chat, 10) {}
    assert_eq!(follower.messages.len(), ids.len());
    assert_eq!(follower.messages.values().filter(|message| message.is_edited).count(), 2_100);
}
