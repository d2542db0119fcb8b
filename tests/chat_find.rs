//! Searching messages finds what a naive scan finds, whatever the index has taken meanwhile: random messages, edits, deletions and
//! reactions in several conversations, every filter, every length of page.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod chat_support;

use chat_support::{Clinic, PATIENCE};
use mommycare::{
    accounts::Actor,
    chat::Door,
    contract::{MessageView, request::*},
    error::Code,
    ids::{ChatId, MessageId, Seq},
    store::{
        Read as _, StoreError,
        records::{Role, System},
        tables,
    },
};
use proptest::{collection::vec, prelude::*};
use std::{
    cmp::Reverse,
    time::{Duration, Instant},
};

#[derive(Debug, Clone)]
enum Step {
    Send {
        chat: usize,
        own: bool,
        words: Vec<&'static str>,
    },
    Many {
        chat: usize,
        words: Vec<&'static str>,
        count: usize,
    },
    Edit {
        chat: usize,
        at: u64,
        words: Vec<&'static str>,
    },
    Delete {
        chat: usize,
        at: u64,
    },
    React {
        chat: usize,
        at: u64,
    },
    Wait,
    /// Until the index has everything.
    Settle,
    Find {
        words: Vec<&'static str>,
        open: bool,
        chat: Option<usize>,
        from: Option<usize>,
        limit: u64,
        window: (u64, u64),
    },
}

fn words(most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    vec(prop_oneof!["a", "ab", "abc", "b", "bc", "නිමා", "නිමාලි"].prop_map(|word| -> &'static str { word.leak() }), 1..most)
}

fn step() -> impl Strategy<Value = Step> {
    let (chat, at) = (|| 0..3_usize, || 1_u64..60);
    let from = || proptest::option::weighted(0.3, 0..4_usize);
    prop_oneof![
        8 => (chat(), any::<bool>(), words(5)).prop_map(|(chat, own, words)| Step::Send { chat, own, words }),
        1 => (chat(), words(3), 60_usize..90).prop_map(|(chat, words, count)| Step::Many { chat, words, count }),
        3 => (chat(), at(), words(5)).prop_map(|(chat, at, words)| Step::Edit { chat, at, words }),
        2 => (chat(), at()).prop_map(|(chat, at)| Step::Delete { chat, at }),
        1 => (chat(), at()).prop_map(|(chat, at)| Step::React { chat, at }),
        3 => Just(Step::Wait),
        1 => Just(Step::Settle),
        8 => (words(3), any::<bool>(), proptest::option::weighted(0.3, chat()), from(), 1_u64..30, (0_u64..40, 0_u64..40))
            .prop_map(|(words, open, chat, from, limit, window)| Step::Find { words, open, chat, from, limit, window }),
    ]
}

/// A mother and three doctors.
struct Scene {
    clinic: Clinic,
    mother: Actor,
    doctors: Vec<Actor>,
    chats: Vec<ChatId>,
    began: u64,
}

impl Scene {
    async fn new() -> Self {
        let clinic = Clinic::new();
        clinic.chats.index().start_in_memory(clinic.store.clone()).unwrap();
        let mother = clinic.person("Ama Test", Role::Mom).await;
        let (mut doctors, mut chats) = (Vec::new(), Vec::new());
        for name in ["Dora Test", "Dilani Test", "Devi Test"] {
            let doctor = clinic.person(name, Role::Doctor).await;
            chats.push(clinic.open(mother, doctor).await.unwrap().0.id);
            doctors.push(doctor);
        }
        let began = clinic.store.clock().now().0;
        Self { clinic, mother, doctors, chats, began }
    }

    async fn say(&self, chat: usize, own: bool, words: &[&str]) {
        let body = SendBody { conversation_id: Some(self.chats[chat].to_string()), content: Some(words.join(" ")), ..SendBody::default() };
        self.clinic.chats.send(if own { self.mother } else { self.doctors[chat] }, body, Door::Rest).await.unwrap();
    }

    /// Waits until the index has everything, and says so.
    fn settle(&self) {
        let begun = Instant::now();
        let index = self.clinic.chats.index();
        let is_even = |chat: &ChatId| {
            let have = index.index().map(|index| index.directory(*chat).unwrap()).unwrap_or_default();
            let are = self.clinic.store.read(|read| read.get(tables::CHATS, chat)).unwrap().unwrap();
            (have.last(), have.cursor) == (are.last_seq.0, are.cursor)
        };
        let all = || -> u64 {
            self.chats.iter().map(|chat| self.clinic.store.read(|read| read.get(tables::CHATS, chat)).unwrap().unwrap().last_seq.0).sum()
        };
        // Where nothing has been said there is nothing to take, but the index may still have to be opened; and it counts after it has taken.
        while !(index.is_even() && self.chats.iter().all(is_even) && index.documents() == all()) {
            assert!(begun.elapsed() < PATIENCE, "the index never has everything");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// All messages, newest first.
    fn all(&self) -> Vec<MessageView> {
        let mut all = Vec::new();
        for chat in &self.chats {
            let mut after = 0;
            loop {
                let query = MessagesQuery { limit: Some(200), after: Some(after), ..MessagesQuery::default() };
                let page = self.clinic.page(self.mother, *chat, query);
                all.extend(page.items);
                match page.next_cursor {
                    Some(next) => after = next,
                    None => break,
                }
            }
        }
        all.sort_by_key(|message| Reverse((message.created_at, message.id)));
        all
    }

    /// All that is found, page by page.
    async fn find(&self, query: &FindQuery) -> (Vec<MessageId>, bool) {
        let (mut found, mut indexing, mut query) = (Vec::new(), false, query.clone());
        loop {
            let page = self.clinic.chats.find(self.mother, &query).await.unwrap();
            assert!(page.items.len() as u64 <= page.limit && page.has_more == page.next_cursor.is_some());
            assert!(!page.has_more || page.items.len() as u64 == page.limit, "no page is short but the last");
            assert!(page.items.iter().all(|hit| !hit.highlights.is_empty()));
            found.extend(page.items.iter().map(|hit| hit.message.id));
            indexing |= page.indexing;
            match page.next_cursor {
                Some(next) => query.cursor = Some(next),
                None => return (found, indexing),
            }
        }
    }

    async fn act(&self, step: Step) {
        let id = |chat: usize, at: u64| MessageId { chat: self.chats[chat], seq: Seq(at) }.to_string();
        let writer = |chat: usize, at: u64| {
            let message = self.clinic.store.read(|read| read.get(tables::MESSAGES, &(self.chats[chat], Seq(at)))).unwrap();
            if message.is_some_and(|message| message.sender == self.mother.user) { self.mother } else { self.doctors[chat] }
        };
        match step {
            Step::Send { chat, own, words } => self.say(chat, own, &words).await,
            Step::Many { chat, words, count } => {
                for _ in 0..count {
                    self.say(chat, false, &words).await;
                }
            }
            // Many name a message that is not there: that changes nothing.
            Step::Edit { chat, at, words } => {
                let _ = self.clinic.chats.edit(writer(chat, at), &id(chat, at), EditBody { content: Some(words.join(" ")) }).await;
            }
            Step::Delete { chat, at } => drop(self.clinic.chats.delete(writer(chat, at), &id(chat, at)).await),
            Step::React { chat, at } => {
                let _ = self.clinic.chats.react(self.mother, &id(chat, at), EmojiBody { emoji: Some("👍".into()) }, true).await;
            }
            Step::Wait => self.clinic.wait(1),
            Step::Settle => self.settle(),
            Step::Find { words, open, chat, from, limit, window } => self.compare(&words, open, (chat, from), limit, window).await,
        }
    }

    async fn compare(&self, words: &[&str], open: bool, (chat, from): (Option<usize>, Option<usize>), limit: u64, window: (u64, u64)) {
        let from = from.map(|who| if who == 3 { self.mother } else { self.doctors[who] });
        let moment = |offset: u64| mommycare::clock::Timestamp(self.began + offset).to_string();
        let query = FindQuery {
            q: Some(words.join(" ") + if open { "" } else { " " }),
            conversation_id: chat.map(|chat| self.chats[chat].to_string()),
            from: from.map(|actor| actor.user.to_string()),
            after: (window.0 < 20).then(|| moment(window.0)),
            before: (window.1 < 20).then(|| moment(window.1)),
            limit: Some(limit),
            ..FindQuery::default()
        };
        let has = |message: &MessageView| {
            let said: Vec<&str> = message.content.split(' ').collect();
            let (last, whole) = words.split_last().unwrap();
            whole.iter().all(|word| said.contains(word)) && said.iter().any(|word| if open { word.starts_with(last) } else { word == last })
        };
        let time = |message: &MessageView| message.created_at.0 - self.began;
        let naive: Vec<MessageId> = self
            .all()
            .iter()
            .filter(|message| has(message) && chat.is_none_or(|chat| message.conversation_id == self.chats[chat]))
            .filter(|message| from.is_none_or(|from| message.sender_id == from.user))
            .filter(|message| (window.0 >= 20 || time(message) >= window.0) && (window.1 >= 20 || time(message) < window.1))
            .map(|message| message.id)
            .collect();
        let (found, indexing) = self.find(&query).await;
        if indexing {
            // Nothing that is not there; the newest are there in any case.
            assert!(found.iter().all(|id| naive.contains(id)) && found.is_sorted_by_key(|id| naive.iter().position(|n| n == id)));
        } else {
            assert_eq!(found, naive, "{query:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("FIND_CASES").map_or(24, |cases| cases.parse().unwrap()), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_what_a_naive_scan_finds(steps in vec(step(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::new().await;
            for step in steps {
                scene.act(step).await;
            }
            scene.settle();
            for open in [true, false] {
                scene.compare(&["ab"], open, (None, None), 7, (99, 99)).await;
                prop_assert!(!scene.find(&FindQuery { q: Some("ab".into()), ..FindQuery::default() }).await.1, "everything is in the index");
            }
            scene.clinic.chats.index().close();
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn who_came_later_or_left_finds_nothing_of_it() {
    let scene = Scene::new().await;
    for number in 1..=5 {
        scene.say(0, false, &["needle", ["one", "two", "three", "four", "five"][number - 1]]).await;
    }
    let query = FindQuery { q: Some("needle".into()), ..FindQuery::default() };
    let here = FindQuery { conversation_id: Some(scene.chats[0].to_string()), ..query.clone() };
    for settled in [false, true] {
        let seat = (scene.chats[0], scene.mother.user);
        let member = scene.clinic.store.read(|read| read.get(tables::MEMBERS, &seat)).unwrap().unwrap();
        let (mut later, back) = (member.clone(), member);
        later.sees_after = Seq(3);
        scene.clinic.store.write(move |tx| tx.put(tables::MEMBERS, &seat, &later)).await.unwrap();
        assert_eq!(scene.find(&query).await.0.iter().map(|id| id.seq).collect::<Vec<_>>(), [Seq(5), Seq(4)]);
        // Gone altogether.
        let gone = move |tx: &mut mommycare::store::Tx<'_, _>| {
            tx.delete(tables::MEMBERS, &seat);
            Ok::<(), mommycare::store::StoreError>(())
        };
        scene.clinic.store.write(gone).await.unwrap();
        assert!(scene.find(&query).await.0.is_empty());
        assert_eq!(scene.clinic.chats.find(scene.mother, &here).await.unwrap_err().code, Code::ConversationNotFound);
        scene.clinic.store.write(move |tx| tx.put(tables::MEMBERS, &seat, &back)).await.unwrap();
        assert_eq!(scene.find(&query).await.0.len(), 5);
        if !settled {
            scene.settle();
        }
    }
    scene.clinic.chats.index().close();
}

#[tokio::test]
async fn what_no_person_wrote_is_not_found() {
    let scene = Scene::new().await;
    scene.say(0, false, &["needle"]).await;
    let key = (scene.chats[0], Seq(1));
    let mut message = scene.clinic.store.read(|read| read.get(tables::MESSAGES, &key)).unwrap().unwrap();
    message.system = Some(System::Other("welcome".into()));
    scene.clinic.store.write(move |tx| tx.put(tables::MESSAGES, &key, &message)).await.unwrap();
    assert!(scene.find(&FindQuery { q: Some("needle".into()), ..FindQuery::default() }).await.0.is_empty());
    scene.clinic.chats.index().close();
}

#[tokio::test]
async fn a_faulty_index_is_made_anew() {
    let scene = Scene::new().await;
    for _ in 0..100 {
        scene.say(0, false, &["needle"]).await;
    }
    scene.settle();
    let index = scene.clinic.chats.index();
    assert_eq!((index.rebuilds(), index.documents()), (1, 100));
    index.distrust(&StoreError::Damaged { table: tables::META.id, what: "a test says so" });
    let begun = Instant::now();
    while index.rebuilds() < 2 {
        assert!(begun.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(2));
    }
    scene.settle();
    let (found, _) = scene.find(&FindQuery { q: Some("needle".into()), limit: Some(30), ..FindQuery::default() }).await;
    assert_eq!((found.len(), index.documents()), (100, 100));
    index.close();
}

#[tokio::test]
async fn without_an_index_the_newest_are_found_and_it_is_said() {
    let scene = Scene::new().await;
    scene.clinic.chats.index().close();
    for _ in 0..100 {
        scene.say(0, false, &["needle"]).await;
    }
    let query = FindQuery { q: Some("needle".into()), limit: Some(100), ..FindQuery::default() };
    let page = scene.clinic.chats.find(scene.mother, &query).await.unwrap();
    assert!(page.indexing && page.items.len() >= 60, "{}", page.items.len());
}
