//! The index against a naive scan of the same messages.

use super::*;
use crate::{
    clock::Timestamp,
    ids::{FileId, UserId},
    search::{Filters, Query, Snippet, Subject, is_searched},
    store::records::{Message, MessageKind},
};
use proptest::{collection::vec, prelude::*};

const CHAT: ChatId = ChatId(7);

/// A message with these words; of one with a file the last word stands in the name of that.
fn message(words: &str, sender: u64, kind: MessageKind) -> Subject {
    let (content, files) = match words.rsplit_once(' ') {
        _ if kind != MessageKind::File => (words, Vec::new()),
        Some((content, name)) => (content, vec![(FileId(1), format!("{name}.pdf"))]),
        None => ("", vec![(FileId(1), format!("{words}.pdf"))]),
    };
    let ids = files.iter().map(|(id, _)| id.0).collect();
    let message = Message { kind, files: ids, ..Message::new(UserId(sender), content.into(), Timestamp(0), Cursor(0)) };
    Subject { message, files }
}

fn text(content: &str) -> Doc {
    Doc::new(&message(content, 1, MessageKind::Text))
}

/// Everything that is found, newest first, looking into at most `most` segments at a time.
fn found(index: &Index, wanted: &Wanted, (from, to): (u64, u64), most: u32) -> Vec<u64> {
    let (mut places, mut to) = (Vec::new(), to);
    loop {
        let hits = index.look(CHAT, wanted, (from, to), most, &mut 0).unwrap();
        assert!(hits.places.is_sorted_by(|a, b| a > b) && hits.places.iter().all(|place| (from..=to).contains(place)));
        assert!(hits.rest <= to, "every look leads on");
        places.extend(hits.places);
        if hits.rest == 0 || hits.rest <= from {
            return places;
        }
        to = hits.rest - 1;
    }
}

#[derive(Debug, Clone)]
enum Step {
    Send(Vec<(String, u64, bool)>),
    Change(Vec<(u64, Option<String>)>),
}

fn words() -> impl Strategy<Value = String> {
    vec(prop_oneof!["[ab]{1,3}", "[කගන]{1,2}", Just("38.5".to_owned()), Just("fever.please".to_owned())], 0..6)
        .prop_map(|words| words.join(" "))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => vec((words(), 1_u64..4, any::<bool>()), 1..30).prop_map(Step::Send),
        1 => vec((1_u64..120, proptest::option::of(words())), 1..6).prop_map(Step::Change),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 96 } else { 1_000 }))]

    #[test]
    fn what_is_found_is_what_a_naive_scan_finds(
        steps in vec(step(), 1..14),
        query in "[abකගන]{1,2}( [abකගන]{1,2}| 38| please){0,2} ?",
        from in proptest::option::of(1_u64..4),
        file in proptest::option::of(any::<bool>()),
        range in (1_u64..80, 1_u64..400),
    ) {
        let index = Index::new(Derived::in_memory());
        let mut messages: Vec<Subject> = Vec::new();
        let mut cursor = 0;
        for step in steps {
            let mut update = Update::default();
            match step {
                Step::Send(new) => {
                    let kind = |file| if file { MessageKind::File } else { MessageKind::Text };
                    let new: Vec<_> = new.iter().map(|(content, sender, file)| message(content, *sender, kind(*file))).collect();
                    update.new = new.iter().map(Doc::new).collect();
                    messages.extend(new);
                }
                Step::Change(changes) => {
                    for (seq, words) in changes {
                        let Some(subject) = messages.get_mut(usize::try_from(seq - 1).unwrap()) else { continue };
                        match words {
                            Some(words) => subject.message.content = words,
                            None => subject.message.deleted_at = Some(Timestamp(1)),
                        }
                        update.changed.insert(seq, Doc::new(subject));
                    }
                }
            }
            cursor += 1;
            update.cursor = Cursor(cursor);
            let directory = index.apply(CHAT, &update).unwrap();
            prop_assert_eq!((directory.last(), directory.cursor), (messages.len() as u64, Cursor(cursor)));
            prop_assert!(directory.segments.len() <= 12, "joined as they grow: {:?}", directory.segments);
        }
        prop_assert!(index.is_whole(CHAT, &index.directory(CHAT).unwrap()).unwrap());
        let query = Query::new(&query).unwrap();
        let from = from.map(UserId);
        let kind = file.map(|file| if file { MessageKind::File } else { MessageKind::Text });
        for filters in [Filters { from, kind, has_file: None }, Filters { from, kind: None, has_file: file }] {
            let fits = |subject: &Subject| {
                is_searched(&subject.message) && filters.fit(&subject.message) && Snippet::among(&query, subject.texts()).is_some()
            };
            let mut naive: Vec<u64> = (1..).zip(&messages).filter(|(seq, subject)| (range.0..=range.1).contains(seq) && fits(subject)).map(|(seq, _)| seq).collect();
            naive.reverse();
            let wanted = Wanted::new(&query, &filters);
            for most in [1, 100] {
                prop_assert_eq!(&found(&index, &wanted, range, most), &naive);
            }
        }
    }
}

#[test]
fn long_conversations_have_few_segments_and_a_common_beginning_goes_over_pages() {
    let index = Index::new(Derived::in_memory());
    for batch in 0..40_u64 {
        let new = (0..256).map(|n| text(&format!("word{:05} common", (batch * 256 + n) % 5_000))).collect();
        index.apply(CHAT, &Update { new, ..Update::default() }).unwrap();
    }
    for _ in 0..100 {
        index.apply(CHAT, &Update { new: vec![text("single common")], ..Update::default() }).unwrap();
    }
    let directory = index.directory(CHAT).unwrap();
    let last = 40 * 256 + 100;
    assert!(directory.last() == last && directory.segments.len() <= 3 + 12, "{directory:?}");
    let find = |query: &str| found(&index, &Wanted::new(&Query::new(query).unwrap(), &Filters::default()), (1, last), 100);
    assert_eq!(find("common ").len() as u64, last);
    assert_eq!(find("word").len(), 40 * 256);
    assert_eq!(find("common word0000").len(), 30);
    assert_eq!(find("word00007 "), [10_008, 5_008, 8]);
    assert!(find("word00007 single").is_empty());
}

#[test]
fn a_forgotten_conversation_is_taken_anew_and_others_stay() {
    let index = Index::new(Derived::in_memory());
    for chat in [ChatId(6), CHAT, ChatId(8)] {
        for _ in 0..3 {
            index.apply(chat, &Update { new: vec![text("fever")], cursor: Cursor(3), ..Update::default() }).unwrap();
        }
    }
    index.forget(CHAT).unwrap();
    assert_eq!(index.directory(CHAT).unwrap(), Directory::default());
    let wanted = Wanted::new(&Query::new("fever").unwrap(), &Filters::default());
    assert!(found(&index, &wanted, (1, 9), 9).is_empty());
    assert_eq!(index.look(ChatId(8), &wanted, (1, 3), 9, &mut 0).unwrap().places, [3]);
    assert_eq!(index.look(ChatId(6), &wanted, (1, 3), 9, &mut 0).unwrap().places, [3]);
}

#[test]
fn a_changed_page_is_noticed() {
    let index = Index::new(Derived::in_memory());
    index.apply(CHAT, &Update { new: vec![text("fever"), text("iron tablets")], ..Update::default() }).unwrap();
    let directory = index.directory(CHAT).unwrap();
    assert!(index.is_whole(CHAT, &directory).unwrap());
    let (key, mut page) = index.0.read(|kv| pages(kv, CHAT, 1)).unwrap().remove(0);
    page[10] ^= 1;
    index.0.commit(&[Write { table: PAGES, key, value: Some(page) }]).unwrap();
    assert!(!index.is_whole(CHAT, &directory).unwrap());
}

#[test]
fn directories_come_back_from_their_bytes() {
    let entry = |length| Entry { length, bytes: 300, sum: 0xfeed_beef };
    let directory = Directory { cursor: Cursor(9), segments: vec![entry(4_096), entry(2)] };
    assert_eq!(Directory::decode(&directory.encode()), Some(directory.clone()));
    assert_eq!(directory.newest_first().map(|(first, _)| first).collect::<Vec<_>>(), [4_097, 1]);
    assert_eq!(directory.last(), 4_098);
    assert_eq!(Directory::decode(&directory.encode()[..8]), None);
}
