//! Who reaches whom, by every way in which somebody could: opening, writing, searching, the directory.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test may stop at the first surprise

mod chat_support;
mod support;

use chat_support::Clinic;
use mommycare::{
    accounts::Actor,
    chat::{Door, Policy, Reach},
    clock::Timestamp,
    contract::{account::AvailabilityBody, request::*},
    error::Code,
    store::{
        Read as _,
        records::{Availability, Ratings, Role, Verification},
        tables,
    },
};
use serde_json::json;
use std::sync::atomic::Ordering;
use support::{Server, http::Person, socket::Socket};

const ROLES: [(Role, &str); 5] = [
    (Role::Mom, "Mona Other"),
    (Role::Doctor, "Dina Other"),
    (Role::Midwife, "Mila Other"),
    (Role::ServiceProvider, "Sela Other"),
    (Role::Admin, "Adea Other"),
];

fn to(person: Actor, content: &str) -> SendBody {
    SendBody { recipient_id: Some(person.user.to_string()), content: Some(content.into()), ..SendBody::default() }
}

fn finds(clinic: &Clinic, actor: Actor, person: Actor) -> bool {
    let everybody = SearchQuery { query: Some(".".into()), ..SearchQuery::default() };
    clinic.chats.search(actor, &everybody).unwrap().items.iter().any(|found| found.id == person.user)
}

#[tokio::test]
async fn the_table_holds_by_every_way() {
    for (from, _) in ROLES {
        for (role, name) in ROLES {
            let clinic = Clinic::new();
            let (actor, person) = (clinic.person("Ada Actor", from).await, clinic.person(name, role).await);
            let allowed = Policy::default().reach(from, role) == Reach::Always;
            let label = format!("{from:?} to {role:?}");
            assert_eq!(finds(&clinic, actor, person), allowed, "search, {label}");
            let sent = clinic.chats.send(actor, to(person, "x"), Door::Rest).await;
            let opened = clinic.open(actor, person).await;
            if allowed {
                assert!(sent.is_ok() && opened.is_ok(), "{label}");
            } else {
                assert_eq!(sent.unwrap_err().code, Code::UserNotFound, "{label}");
                assert_eq!(opened.unwrap_err().code, Code::UserNotFound, "{label}");
            }
        }
    }
}

#[tokio::test]
async fn a_service_provider_answers_only() {
    let clinic = Clinic::new();
    let (mona, sela) = (clinic.person("Mona Test", Role::Mom).await, clinic.person("Sela Service", Role::ServiceProvider).await);
    clinic.open(mona, sela).await.unwrap();
    let error = clinic.chats.send(sela, to(mona, "buy this"), Door::Rest).await.unwrap_err();
    assert_eq!(error.code, Code::Forbidden, "an open conversation is no message");
    assert!(!finds(&clinic, sela, mona));
    clinic.chats.send(mona, to(sela, "a question"), Door::Rest).await.unwrap();
    assert!(clinic.chats.send(sela, to(mona, "an answer"), Door::Rest).await.is_ok());
    assert!(finds(&clinic, sela, mona));
}

#[tokio::test]
async fn the_clinic_can_restrict_its_doctors() {
    let clinic = Clinic::with(Policy::default().with(Role::Doctor, Role::Mom, Reach::InAnswer));
    let (mona, dora) = (clinic.person("Mona Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    assert_eq!(clinic.chats.send(dora, to(mona, "x"), Door::Rest).await.unwrap_err().code, Code::UserNotFound);
    clinic.chats.send(mona, to(dora, "x"), Door::Rest).await.unwrap();
    assert!(clinic.chats.send(dora, to(mona, "x"), Door::Rest).await.is_ok());
}

#[tokio::test]
async fn who_waits_for_the_clinic_reaches_nobody_and_is_reached_by_nobody() {
    let clinic = Clinic::new();
    let mona = clinic.person("Mona Test", Role::Mom).await;
    let fake = clinic.person_with("Fay Fake", Role::Doctor, |user| user.verification = Verification::Pending).await;
    let gone = clinic.person_with("Gia Gone", Role::Doctor, |user| user.is_active = false).await;
    for person in [fake, gone] {
        assert_eq!(clinic.open(mona, person).await.unwrap_err().code, Code::UserNotFound);
        assert!(!finds(&clinic, mona, person));
    }
    let everybody = SearchQuery { query: Some("*".into()), ..SearchQuery::default() };
    assert_eq!(clinic.open(fake, mona).await.unwrap_err().code, Code::VerificationPending);
    assert_eq!(clinic.chats.send(fake, to(mona, "x"), Door::Rest).await.unwrap_err().code, Code::VerificationPending);
    assert_eq!(clinic.chats.search(fake, &everybody).unwrap_err().code, Code::VerificationPending);
    assert_eq!(clinic.chats.providers(fake, &DirectoryQuery::default()).unwrap_err().code, Code::VerificationPending);
}

#[tokio::test]
async fn nobody_writes_to_somebody_who_was_switched_off() {
    let clinic = Clinic::new();
    let (mona, dora) = (clinic.person("Mona Test", Role::Mom).await, clinic.person("Dora Sample", Role::Doctor).await);
    let chat = clinic.say(mona, dora, 1).await[0].chat;
    let mut user = clinic.store.read(|read| read.get(tables::USERS, &dora.user)).unwrap().unwrap();
    user.is_active = false;
    clinic.put_user(dora.user, user).await;
    assert_eq!(clinic.chats.send(mona, to(dora, "x"), Door::Rest).await.unwrap_err().code, Code::Forbidden);
    assert!(!clinic.chats.get(mona, &chat.to_string()).unwrap().is_active);
    assert_eq!(clinic.page(mona, chat, MessagesQuery::default()).items.len(), 1, "what was written stays");
}

#[tokio::test]
async fn the_directory_filters_sorts_and_pages() {
    let clinic = Clinic::new();
    let mona = clinic.person("Mona Test", Role::Mom).await;
    let mut people = Vec::new();
    for (name, specialty, stars) in [("Alma Able", "Cardiology", 5), ("Bela Best", "Paediatrics", 3), ("Cara Calm", "Paediatrics", 4)] {
        let adapt = |user: &mut mommycare::store::records::User| user.specialty = Some(specialty.into());
        let person = clinic.person_with(name, Role::Doctor, adapt).await;
        let mut ratings = Ratings::default();
        ratings.add(stars);
        clinic.store.write(move |tx| tx.put(tables::RATINGS, &person.user, &ratings)).await.unwrap();
        people.push(person);
    }
    clinic.say(mona, people[1], 1).await;
    clinic.wait(1_000);
    clinic.say(people[2], mona, 2).await;
    clinic.chats.set_availability(people[0], AvailabilityBody { availability: Some("busy".into()), until: None }).await.unwrap();
    let names = |query: DirectoryQuery| -> Vec<String> {
        clinic.chats.providers(mona, &query).unwrap().people.items.into_iter().map(|view| view.person.first_name).collect()
    };
    let sort = |word: &str| DirectoryQuery { sort: Some(word.into()), ..DirectoryQuery::default() };
    assert_eq!(names(DirectoryQuery::default()), ["Bela", "Cara", "Alma"], "who is available comes first");
    assert_eq!(names(sort("recent")), ["Cara", "Bela", "Alma"], "the newest message first");
    assert_eq!(names(sort("name")), ["Alma", "Bela", "Cara"]);
    assert_eq!(names(sort("rating")), ["Alma", "Cara", "Bela"]);
    assert_eq!(names(DirectoryQuery { specialty: Some("paediatrics".into()), min_rating: Some(3.5), ..sort("name") }), ["Cara"]);
    assert_eq!(names(DirectoryQuery { available: Some(true), ..sort("name") }), ["Bela", "Cara"]);
    assert_eq!(names(DirectoryQuery { search: Some("BEST".into()), ..sort("name") }), ["Bela"]);
    assert_eq!(names(DirectoryQuery { page: Some(2), limit: Some(2), ..sort("name") }), ["Cara"]);
    assert_eq!(names(DirectoryQuery { role: Some("midwife".into()), ..sort("name") }), Vec::<String>::new());
    let mut all = clinic.chats.providers(mona, &DirectoryQuery::default()).unwrap().people.items;
    let cara = all.remove(all.iter().position(|view| view.person.first_name == "Cara").unwrap());
    assert_eq!((cara.unread_count, cara.last_message.as_str(), cara.last_message_time.len()), (2, "message 2", 5));
    // A midwife sees mothers, with what she has with them; a mother never sees mothers.
    let other = clinic.person("Nora Mother", Role::Mom).await;
    let moms = clinic.chats.midwife_users(people[2], &DirectoryQuery::default()).unwrap().people;
    assert_eq!(moms.page.total, 2);
    assert!(moms.items.iter().any(|view| view.person.id == other.user));
    assert!(clinic.chats.midwife_users(mona, &DirectoryQuery::default()).unwrap().people.items.is_empty());
}

#[tokio::test]
async fn a_limited_answer_says_when_it_ends_and_ends_by_itself() {
    let clinic = Clinic::new();
    let (mona, dora) = (clinic.person("Mona Test", Role::Mom).await, clinic.person("Dora Doctor", Role::Doctor).await);
    clinic.say(mona, dora, 1).await;
    let until = Timestamp(clinic.time().load(Ordering::SeqCst) + 60_000);
    let said = |until| AvailabilityBody { availability: Some("unavailable".into()), until };
    clinic.chats.set_availability(dora, said(Some(until))).await.unwrap();
    let seen = || {
        let dora = clinic.chats.providers(mona, &DirectoryQuery::default()).unwrap().people.items.remove(0).person;
        (dora.availability, dora.availability_until)
    };
    assert_eq!(seen(), (Availability::Unavailable, Some(until)));
    let told = clinic.events_for(mona, "user_availability_change");
    assert_eq!(serde_json::to_value(&told[0]).unwrap()["until"], until.to_string());
    clinic.wait(60_000);
    assert_eq!(seen(), (Availability::Available, None));
    clinic.chats.set_availability(dora, said(None)).await.unwrap();
    assert_eq!(seen(), (Availability::Unavailable, None), "without an end it stays");
}

#[tokio::test]
async fn the_directory_counts_specialties_and_knows_languages() {
    let clinic = Clinic::new();
    let mona = clinic.person("Mona Test", Role::Mom).await;
    for (name, role, specialty, language) in [
        ("Alma Able", Role::Doctor, "Cardiology", "English"),
        ("Bela Best", Role::Doctor, "P\u{e6}diatrics", "සිංහල"),
        ("Cara Calm", Role::Midwife, "Lactation", "English"),
        ("Dana Deep", Role::Midwife, "lactation", "தமிழ்"),
        ("Ella Even", Role::Doctor, "", "english"),
    ] {
        let adapt = |user: &mut mommycare::store::records::User| {
            user.specialty = Some(specialty.to_owned()).filter(|text| !text.is_empty());
            user.languages = vec![language.into(), "Latin".into()];
        };
        clinic.person_with(name, role, adapt).await;
    }
    clinic.person_with("Fake Doctor", Role::Doctor, |user| user.verification = Verification::Pending).await;
    let ask = |query: &DirectoryQuery| clinic.chats.providers(mona, query).unwrap();
    let counts = |query: DirectoryQuery| -> Vec<(String, u64)> {
        ask(&query).specialties.into_iter().map(|entry| (entry.specialty, entry.count)).collect()
    };
    let usual = DirectoryQuery::default;
    let all = [("Lactation".to_owned(), 2), ("Cardiology".to_owned(), 1), ("P\u{e6}diatrics".to_owned(), 1)];
    assert_eq!(counts(usual()), all, "the most frequent first, whatever the case of a letter");
    let chosen = DirectoryQuery { specialty: Some("LACTATION".into()), page: Some(1), limit: Some(1), ..usual() };
    assert_eq!(counts(chosen.clone()), all, "one still sees what else there is");
    assert_eq!((ask(&chosen).people.page.total, ask(&chosen).people.items.len()), (2, 1));
    assert_eq!(counts(DirectoryQuery { role: Some("doctor".into()), ..usual() }), all[1..]);
    assert_eq!(counts(DirectoryQuery { language: Some("English".into()), ..usual() }).len(), 2);
    let total = |query: DirectoryQuery| ask(&query).people.page.total;
    assert_eq!(total(DirectoryQuery { language: Some("english".into()), ..usual() }), 3);
    assert_eq!(total(DirectoryQuery { language: Some("තමිල්".into()), ..usual() }), 0);
    assert_eq!(total(DirectoryQuery { availability: Some("busy, unavailable".into()), ..usual() }), 0);
    assert_eq!(total(DirectoryQuery { availability: Some("busy,available".into()), ..usual() }), 5);
    assert_eq!(total(DirectoryQuery { search: Some("lac da".into()), ..usual() }), 1, "a word of the specialty, one of the name");
    for (wrong, field) in [
        (DirectoryQuery { availability: Some("here".into()), ..usual() }, "availability"),
        (DirectoryQuery { sort: Some("beauty".into()), ..usual() }, "sort"),
        (DirectoryQuery { role: Some("king".into()), ..usual() }, "role"),
    ] {
        assert_eq!(chat_support::fields(&clinic.chats.providers(mona, &wrong).unwrap_err()), [field]);
    }
    let names = |query: &str| -> Vec<String> {
        let query = SearchQuery { query: Some(query.into()), ..SearchQuery::default() };
        clinic.chats.search(mona, &query).unwrap().items.into_iter().map(|person| person.first_name).collect()
    };
    assert_eq!(names("a"), ["Alma"], "the beginning of a part of the name, not its middle");
    assert_eq!(names("EV ell"), ["Ella"]);
    assert!(names("lactation").is_empty(), "people are searched by name");
}

/// Ids that somebody finds by the search and by both directories.
async fn found(person: &Person) -> Vec<String> {
    let mut found = Vec::new();
    for path in ["/api/chat/search?query=*", "/api/chat/providers", "/api/chat/midwife-chat-users"] {
        let reply = person.get(path).await;
        found.extend(reply.data().as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
    }
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn the_clinic_sets_the_table_and_it_holds_at_both_doors() {
    let server = Server::with(&[
        ("MOMMYCARE_POLICY__DOCTOR__MOM", "in_answer"),
        ("MOMMYCARE_POLICY__MIDWIFE__MOM", "in_answer"),
        ("MOMMYCARE_POLICY__MOM__MIDWIFE", "never"),
        ("MOMMYCARE_POLICY__SERVICE_PROVIDER__SERVICE_PROVIDER", "always"),
    ]);
    let mona = Person::register(&server, "Mona", "mom").await;
    let (dora, mila) = (Person::register(&server, "Dora", "doctor").await, Person::register(&server, "Mila", "midwife").await);
    let sela = Person::register(&server, "Sela", "service_provider").await;
    let sita = Person::register(&server, "Sita", "service_provider").await;
    let sorted = |people: &[&Person]| {
        let mut ids: Vec<_> = people.iter().map(|person| person.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(found(&mona).await, sorted(&[&dora, &sela, &sita]), "a mother no longer finds midwives");
    assert_eq!(found(&dora).await, sorted(&[&mila, &sela, &sita]), "nor does a doctor find mothers");
    assert_eq!(found(&sela).await, sorted(&[&dora, &mila, &sita]), "service providers find one another");

    let mut socket = Socket::connect(&dora).await;
    for (from, to) in [(&dora, &mona), (&mila, &mona), (&mona, &mila)] {
        let opened = from.post("/api/chat/conversations", json!({ "participantId": to.id })).await;
        assert_eq!(opened.error(), (404, "USER_NOT_FOUND"), "as somebody who is not there");
        let sent = from.post("/api/chat/send", json!({ "recipientId": to.id, "content": "x" })).await;
        assert_eq!(sent.error(), (404, "USER_NOT_FOUND"));
        assert_eq!(from.get(&format!("/api/users/{}", to.id)).await.error(), (404, "USER_NOT_FOUND"));
    }
    let refused = socket.ask("send_message", json!({ "recipientId": mona.id, "content": "x" })).await;
    assert_eq!(refused["code"], "USER_NOT_FOUND", "{refused}");

    let chat = mona.open(&dora).await;
    let early = dora.post("/api/chat/send", json!({ "conversationId": chat, "content": "x" })).await;
    assert_eq!(early.error(), (403, "FORBIDDEN"), "an open conversation is no message");
    assert_eq!(socket.ask("send_message", json!({ "conversationId": chat, "content": "x" })).await["code"], "FORBIDDEN");
    assert_eq!(found(&dora).await, sorted(&[&mila, &sela, &sita]));
    mona.say(&chat, "a question").await;
    assert_eq!(found(&dora).await, sorted(&[&mona, &mila, &sela, &sita]), "who has written is found");
    dora.say(&chat, "an answer").await;
    assert_eq!(dora.open(&mona).await, chat);
    assert_eq!(socket.ask("send_message", json!({ "recipientId": mona.id, "content": "more" })).await["success"], true);
    let patients = dora.get("/api/chat/midwife-chat-users").await;
    assert_eq!((patients.data()[0]["id"].as_str(), patients.data()[0]["unreadCount"].as_u64()), (Some(&*mona.id), Some(0)));
}

#[tokio::test]
async fn who_is_turned_away_neither_reads_nor_hears_what_they_were_part_of() {
    let server = Server::start();
    let office = Person::set_up(&server).await;
    let (mona, dora) = (Person::register(&server, "Mona", "mom").await, Person::register(&server, "Dora", "doctor").await);
    let group = json!({ "type": "group", "name": "Care team", "participantIds": [mona.id] });
    let chat = dora.post("/api/chat/conversations", group).await.data()["id"].as_str().unwrap().to_owned();
    mona.say(&chat, "before").await;
    let (mut socket, mut other) = (Socket::connect(&dora).await, Socket::connect(&mona).await);
    office.post(&format!("/api/admin/users/{}/reject", dora.id), json!({ "reason": "The licence has run out." })).await;
    socket.wait_for("notification").await;
    for path in
        ["/api/chat/conversations", "/api/chat/unread-count", &format!("/api/chat/conversations/{chat}/messages"), "/api/chat/calls"]
    {
        assert_eq!(dora.get(path).await.error(), (403, "VERIFICATION_PENDING"), "{path}");
    }
    assert_eq!(dora.get("/api/auth/me").await.status, 200, "one's own account stays");
    let mut late = Socket::connect(&dora).await;
    mona.say(&chat, "meanwhile").await;
    other.wait_for("message_sent").await;
    for socket in [&mut socket, &mut late] {
        let answer = socket.ask("join_conversation", json!({ "conversationId": chat })).await;
        assert_eq!(answer["code"], "VERIFICATION_PENDING");
    }
    office.post(&format!("/api/admin/users/{}/approve", dora.id), json!({})).await;
    for socket in [&mut socket, &mut late] {
        socket.wait_for("notification").await;
    }
    mona.say(&chat, "after").await;
    for socket in [&mut socket, &mut late] {
        assert_eq!(socket.wait_for("new_message").await["message"]["content"], "after", "the first that it hears");
    }
    assert_eq!(dora.history(&chat).await.len(), 4, "nothing is missing in what is let in again");
}

#[tokio::test]
async fn when_a_mother_is_awake_is_for_those_who_share_a_conversation_with_her() {
    let server = Server::start();
    let (mona, dora) = (Person::register(&server, "Mona", "mom").await, Person::register(&server, "Dora", "doctor").await);
    let _sockets = (Socket::connect(&mona).await, Socket::connect(&dora).await);
    let pages =
        |of: &Person| ["/api/chat/search?query=.".to_owned(), "/api/chat/midwife-chat-users".into(), format!("/api/users/{}", of.id)];
    let shown = async |reader: &Person, of: &Person| {
        let mut shown = Vec::new();
        for path in pages(of) {
            let reply = reader.get(&path).await;
            let people = reply.data().as_array().cloned().unwrap_or_else(|| vec![reply.data().clone()]);
            shown.extend(people.iter().filter(|person| person["id"] == of.id).map(|person| person["isOnline"] == true));
        }
        shown
    };
    assert_eq!(shown(&dora, &mona).await, [false; 3]);
    assert_eq!(shown(&mona, &dora).await, [true; 2], "who offers help is looked for by that");
    mona.open(&dora).await;
    assert_eq!(shown(&dora, &mona).await, [true; 3]);
    let role = ["doctor"; 1_000].join(",");
    assert_eq!(mona.get(&format!("/api/chat/search?query=.&role={role}")).await.data().as_array().unwrap().len(), 1, "each role once");
}
