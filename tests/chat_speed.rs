//! How fast the rules are. Figures for people, on demand: `cargo test --release --test chat_speed -- --ignored --nocapture`.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)] // A measurement may stop at the first surprise, and rounds.

mod chat_support;

use chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::{Chats, Door, Policy},
    clock::Clock,
    contract::request::*,
    ids::ChatId,
    store::{
        Options, Read as _, Store,
        records::{Availability, Role},
        tables,
    },
};
use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

const SENDERS: usize = 64;

fn body(chat: ChatId, number: usize) -> SendBody {
    SendBody {
        conversation_id: Some(chat.to_string()),
        content: Some(format!("Good morning, this is message number {number} of a long day")),
        client_message_id: Some(format!("client-{number}")),
        ..SendBody::default()
    }
}

/// Everybody sends at once; each waits for one answer before the next message.
async fn storm(label: &str, chats: &Chats, pairs: &[(Actor, ChatId)], numbers: Range<usize>) {
    let each = numbers.len();
    let began = Instant::now();
    let tasks: Vec<_> = pairs
        .iter()
        .map(|&(actor, chat)| {
            let (chats, numbers) = (chats.clone(), numbers.clone());
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                for number in numbers {
                    let asked = Instant::now();
                    chats.send(actor, body(chat, number), Door::Rest).await.unwrap();
                    slowest = slowest.max(asked.elapsed());
                }
                slowest
            })
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for task in tasks {
        slowest = slowest.max(task.await.unwrap());
    }
    let (took, count) = (began.elapsed(), pairs.len() * each);
    println!(
        "{label}: {count} messages by {} senders in {took:.2?}, {:.0}/s, slowest {slowest:.2?}",
        pairs.len(),
        count as f64 / took.as_secs_f64()
    );
}

async fn pairs(clinic: &Clinic) -> Vec<(Actor, ChatId)> {
    let mut pairs = Vec::new();
    for number in 0..SENDERS {
        let (ama, dora) =
            (clinic.person(&format!("Ama N{number}"), Role::Mom).await, clinic.person(&format!("Dora N{number}"), Role::Doctor).await);
        pairs.push((ama, clinic.open(ama, dora).await.unwrap().0.id));
    }
    pairs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn sending() {
    let clinic = Clinic::new();
    let pairs_in_memory = pairs(&clinic).await;
    storm("in memory", &clinic.chats, &pairs_in_memory, 0..500).await;

    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&Options::new(folder.path()), Clock::system(), Box::new(|_| ())).unwrap();
    let clinic = Clinic::over(Arc::new(store), Policy::default());
    let pairs_on_disk = pairs(&clinic).await;
    for round in 0..3 {
        // Numbers that were not sent before: a repetition would cost a read only.
        storm("on disk", &clinic.chats, &pairs_on_disk, round * 500..(round + 1) * 500).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn reading() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&Options::new(folder.path()), Clock::system(), Box::new(|_| ())).unwrap();
    let clinic = Clinic::over(Arc::new(store), Policy::default());
    let dora = clinic.person("Dora Sample", Role::Doctor).await;
    let mut chat = None;
    for number in 0..1_000 {
        let ama = clinic.person(&format!("Ama N{number}"), Role::Mom).await;
        chat = Some((ama, clinic.say(ama, dora, 1).await[0].chat));
    }
    let time = |label: &str, run: &dyn Fn()| {
        run();
        let began = Instant::now();
        for _ in 0..20 {
            run();
        }
        println!("{label}: {:.3?}", began.elapsed() / 20);
    };
    time("first page of 1,000 conversations", &|| drop(clinic.chats.list(dora, &InboxQuery::default()).unwrap()));
    let search = InboxQuery { search: Some("n777".into()), ..InboxQuery::default() };
    time("search in 1,000 conversations", &|| drop(clinic.chats.list(dora, &search).unwrap()));
    time("unread count over 1,000 conversations", &|| drop(clinic.chats.unread(dora).unwrap()));
    time("directory of 1,000 people", &|| drop(clinic.chats.midwife_users(dora, &DirectoryQuery::default()).unwrap()));

    let (ama, chat) = chat.unwrap();
    let deep = 500_000;
    let began = Instant::now();
    for chunk in 0..deep / 500 {
        let sends = (0..500).map(|number| clinic.chats.send(ama, body(chat, chunk * 500 + number), Door::Socket));
        futures_util::future::join_all(sends).await.into_iter().for_each(|placed| drop(placed.unwrap()));
    }
    println!("{deep} messages in one conversation in {:.1?}", began.elapsed());
    for skip in [0, 1_000, 250_000, 499_900] {
        let query = MessagesQuery { skip: Some(skip), ..MessagesQuery::default() };
        time(&format!("50 messages, {skip} deep"), &|| drop(clinic.page(ama, chat, query.clone())));
    }
    for since in [0, 250_000, 499_999] {
        let query = ChangesQuery { since: Some(since), limit: Some(50) };
        time(&format!("50 changes since {since}"), &|| drop(clinic.chats.changes(ama, &chat.to_string(), &query).unwrap()));
    }
}

/// A clinic with so many professionals that every index shows whether it is one; two thousand mothers stand beside them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn directory() {
    const SPECIALTIES: [&str; 8] =
        ["Obstetrics", "Paediatrics", "Nutrition", "Lactation", "Anaesthesia", "Physiotherapy", "Psychology", "Cardiology"];
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(&Options::new(folder.path()), Clock::system(), Box::new(|_| ())).unwrap();
    let clinic = Clinic::over(Arc::new(store), Policy::default());
    let mona = clinic.person("Mona Test", Role::Mom).await;
    for chunk in 0..120_usize {
        let people = (chunk * 100..chunk * 100 + 100).map(|number| {
            let role = [Role::Doctor, Role::Midwife, Role::ServiceProvider, Role::Doctor, Role::Midwife, Role::Mom][number % 6];
            let name = format!(
                "{}a{} {}o{}",
                ["Am", "Dor", "Nim", "Zo\u{eb}"][number % 4],
                number % 97,
                ["Per", "Sil", "Fern"][number % 3],
                number
            );
            let adapt = move |user: &mut mommycare::store::records::User| {
                user.password_hash = "$2b$12$".to_owned() + &"x".repeat(53);
                user.specialty = Some(SPECIALTIES[number / 6 % 8].into());
                user.languages = vec!["English".into(), ["Sinhala", "Tamil"][number % 2].into()];
                user.bio = Some("A few sentences about somebody who has worked here for a long time. ".repeat(3));
                user.availability = [Availability::Available, Availability::Busy, Availability::Unavailable][number % 3];
            };
            let clinic = &clinic;
            async move { clinic.person_with(&name, role, adapt).await }
        });
        futures_util::future::join_all(people).await;
    }
    let ask = |query: DirectoryQuery| clinic.chats.providers(mona, &query).unwrap();
    let page = |page| DirectoryQuery { page: Some(page), limit: Some(20), ..DirectoryQuery::default() };
    println!("{} providers", ask(page(1)).people.page.total);
    spread("first page of 20", &|| drop(ask(page(1))));
    spread("page 250 of 20, by name", &|| drop(ask(DirectoryQuery { sort: Some("name".into()), ..page(250) })));
    spread("all that there are without a page, 1,000", &|| drop(ask(DirectoryQuery::default())));
    spread("one specialty", &|| drop(ask(DirectoryQuery { specialty: Some("Nutrition".into()), ..page(1) })));
    spread("a name", &|| drop(ask(DirectoryQuery { search: Some("zoea12".into()), ..page(1) })));
    let query = SearchQuery { query: Some("zoea12 per".into()), ..SearchQuery::default() };
    spread("people search", &|| drop(clinic.chats.search(mona, &query).unwrap()));
    let query = SearchQuery { query: Some("*".into()), limit: Some(20), ..SearchQuery::default() };
    spread("people search for everybody, page of 20", &|| drop(clinic.chats.search(mona, &query).unwrap()));

    let dora = clinic.person("Dora Sample", Role::Doctor).await;
    let chat = clinic.say(mona, dora, 1).await[0].chat;
    let many = |label: &str, run: &dyn Fn()| {
        let began = Instant::now();
        (0..100_000).for_each(|_| run());
        println!("{label}: {:.3?} each", began.elapsed() / 100_000);
    };
    let store = &clinic.store;
    many("a read of nothing", &|| store.read(|_| ()));
    many("a person from the table", &|| drop(store.read(|read| read.get(tables::USERS, &dora.user)).unwrap()));
    many("a conversation from the table", &|| drop(store.read(|read| read.get(tables::CHATS, &chat)).unwrap()));
    many("a member from the table", &|| drop(store.read(|read| read.get(tables::MEMBERS, &(chat, mona.user))).unwrap()));
}

/// How long something takes, the usual and the worst.
fn spread(label: &str, run: &dyn Fn()) {
    run();
    let mut times: Vec<Duration> = (0..200)
        .map(|_| {
            let began = Instant::now();
            run();
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    println!("{label}: p50 {:.3?}, p99 {:.3?}", times[100], times[198]);
}
