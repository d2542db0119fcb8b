//! Who makes a group, who is in it, and who may change that.

use crate::{Team, chat_support::*, create};
use mommycare::{
    contract::{Event, MessageView, Word as _, request::*},
    error::Code,
    store::records::{ChatKind, Role, Verification},
};
use serde_json::{Value, json};

/// What the system messages that a member was told say: action, who, whom, name.
fn told(team: &Team, member: mommycare::accounts::Actor) -> Vec<(String, String, Vec<String>, Option<String>)> {
    let system = |event: Event| match event {
        Event::NewMessage { message, .. } => message.system_data?.group(),
        _ => None,
    };
    let facts = team.clinic.events_for(member, "new_message").into_iter().filter_map(system);
    facts.map(|data| (data.action.word().to_owned(), data.actor_name, data.names, data.name)).collect()
}

#[tokio::test]
async fn a_group_is_there_for_everybody_from_the_start() {
    let team = Team::of(Clinic::new()).await;
    for (member, unread) in [(team.dora, 0), (team.mia, 0), (team.ama, 0)] {
        let view = team.seen_by(member);
        assert_eq!((view.kind, view.name.as_str(), view.group_name.as_deref()), (ChatKind::Group, "Care team", Some("Care team")));
        assert_eq!((view.group_admin, view.unread_count, view.is_active), (Some(team.dora.user), unread, true));
        let people: Vec<_> = view.participants.iter().map(|person| person.id).collect();
        assert_eq!((people.len(), people.last()), (3, Some(&member.user)), "the reader comes last");
        assert_eq!(view.metadata, mommycare::contract::Metadata::default(), "about one other person, of whom there is none");
        let last = view.last_message.unwrap();
        assert_eq!((last.content.as_str(), last.sender_id), ("Dora Sample created the group “Care team”.", team.dora.user));
    }
    let MessageView { is_system_message, system_type, system_data, .. } =
        team.clinic.page(team.ama, team.id, MessagesQuery::default()).items.remove(0);
    assert_eq!((is_system_message, system_type.as_deref()), (true, Some("group")));
    let data = serde_json::to_value(system_data).unwrap();
    let expected = json!({
        "action": "created", "actorId": team.dora.user, "actorName": "Dora Sample", "userIds": [team.mia.user, team.ama.user],
        "names": ["Mia Midwife", "Ama Test"], "name": "Care team",
    });
    assert_eq!(data, expected);
    let said = team.say(team.ama, "Hello").await;
    assert_eq!((said.system_data, said.recipient_id), (None, None));
}

#[tokio::test]
async fn only_who_reaches_somebody_brings_them_in() {
    let clinic = Clinic::new();
    let dora = clinic.person("Dora Sample", Role::Doctor).await;
    let (ama, bea) = (clinic.person("Ama Test", Role::Mom).await, clinic.person("Bea Test", Role::Mom).await);
    let service = clinic.person("Sela Service", Role::ServiceProvider).await;
    let waiting = clinic.person_with("Wanda Waiting", Role::Doctor, |user| user.verification = Verification::Pending).await;
    let off = clinic.person_with("Otto Off", Role::Midwife, |user| user.is_active = false).await;
    let nobody = mommycare::accounts::Actor { user: mommycare::ids::UserId(999), ..ama };
    for (by, person) in [(ama, bea), (service, ama), (dora, waiting), (dora, off), (dora, nobody)] {
        let error = create(&clinic, by, "Care", &[dora, person].map(|p| if p == by { service } else { p })).await.unwrap_err();
        assert_eq!(error.body(), mommycare::error::Error::new(Code::UserNotFound).body());
    }
    assert_eq!(create(&clinic, waiting, "Care", &[dora]).await.unwrap_err().code, Code::VerificationPending);
    let error = create(&clinic, dora, " ", &[]).await.unwrap_err();
    assert_eq!(fields(&error), ["name", "participantIds"]);
    assert!(clinic.events().is_empty(), "nobody hears of what did not happen");
    // A professional may bring two mothers together.
    let made = create(&clinic, dora, "Mothers", &[ama, bea, ama]).await.unwrap();
    assert_eq!(made.participants.iter().count(), 3);
    // A mother brings in those whom she reaches herself.
    assert!(create(&clinic, ama, "Mine", &[dora, service]).await.is_ok());
}

#[tokio::test]
async fn only_the_admin_changes_a_group() {
    let team = Team::new().await;
    let (dora, mia, ama) = (team.dora, team.mia, team.ama);
    let eve = team.clinic.person("Eve Other", Role::Doctor).await;
    for error in [
        team.update(mia, json!({ "name": "Mine" })).await.unwrap_err(),
        team.add(mia, &[eve]).await.unwrap_err(),
        team.remove(ama, mia).await.unwrap_err(),
        team.remove(ama, eve).await.unwrap_err(),
    ] {
        assert_eq!(error.code, Code::Forbidden);
    }
    for error in [
        team.update(eve, json!({ "name": "Mine" })).await.unwrap_err(),
        team.add(eve, &[eve]).await.unwrap_err(),
        team.remove(eve, eve).await.unwrap_err(),
        team.remove(eve, mia).await.unwrap_err(),
    ] {
        assert_eq!(error.body(), Clinic::unknown_conversation());
    }
    assert_eq!(team.remove(dora, eve).await.unwrap_err().code, Code::UserNotFound);
    assert!(team.clinic.events().is_empty());

    let view = team.update(dora, json!({ "name": " Night team ", "avatar": "/pictures/1.png", "groupAdmin": mia.user })).await.unwrap();
    assert_eq!(
        (view.name.as_str(), view.group_avatar.as_deref(), view.group_admin),
        ("Night team", Some("/pictures/1.png"), Some(mia.user))
    );
    let told = told(&team, ama);
    let of = |action: &str, names: &[&str], name: Option<&str>| {
        (action.to_owned(), "Dora Sample".to_owned(), names.iter().map(|name| (*name).to_owned()).collect(), name.map(str::to_owned))
    };
    assert_eq!(told, [of("renamed", &[], Some("Night team")), of("avatar", &[], None), of("admin", &["Mia Midwife"], None)]);
    assert_eq!(team.clinic.events_for(ama, "conversation_updated").len(), 1);
    assert_eq!(team.clinic.events_for(dora, "new_message").len(), 3, "also on the devices of the one who did it");
    assert_eq!(team.update(dora, json!({ "name": "Back" })).await.unwrap_err().code, Code::Forbidden, "handed over");

    // The same again changes nothing and says nothing.
    team.clinic.clear_events();
    team.update(mia, json!({ "name": "Night team", "groupAdmin": mia.user })).await.unwrap();
    team.update(mia, json!({})).await.unwrap();
    assert!(team.clinic.events().is_empty());
    assert_eq!(team.update(mia, json!({ "avatar": null })).await.unwrap().group_avatar, None);
    for (body, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "avatar": "javascript:alert(1)" }), "avatar"),
        (json!({ "groupAdmin": eve.user }), "groupAdmin"),
        (json!({ "groupAdmin": "nobody" }), "groupAdmin"),
        (json!({ "appointmentId": "two words" }), "appointmentId"),
    ] {
        assert_eq!(fields(&team.update(mia, body).await.unwrap_err()), [field]);
    }
}

#[tokio::test]
async fn people_join_once_and_within_the_limit() {
    let team = Team::of(Clinic::new().set(|settings| settings.group_members = 4)).await;
    let (eve, fay) = (team.clinic.person("Eve Other", Role::Doctor).await, team.clinic.person("Fay Other", Role::Doctor).await);
    let view = team.add(team.dora, &[team.mia, eve, eve]).await.unwrap();
    assert_eq!(view.participants.iter().count(), 4);
    assert_eq!(told(&team, team.ama), [("added".into(), "Dora Sample".into(), vec!["Eve Other".into()], None)]);
    assert_eq!(team.clinic.events_for(eve, "conversation_updated").len(), 1);
    team.clinic.clear_events();
    assert!(team.add(team.dora, &[eve, team.ama]).await.is_ok());
    assert!(team.clinic.events().is_empty());
    assert_eq!(team.add(team.dora, &[fay]).await.unwrap_err().code, Code::Conflict);
    assert_eq!(fields(&team.add(team.dora, &[]).await.unwrap_err()), ["userIds"]);
    let many = create(&team.clinic, team.dora, "Many", &[team.mia, team.ama, eve, fay]).await.unwrap_err();
    assert_eq!(fields(&many), ["participantIds"]);
}

#[tokio::test]
async fn the_longest_member_looks_after_a_group_whose_admin_leaves() {
    let team = Team::new().await;
    let view = team.remove(team.dora, team.dora).await.unwrap();
    assert_eq!(view, json!({ "id": team.id, "_id": team.id, "left": true }));
    assert_eq!(team.seen_by(team.ama).group_admin, Some(team.mia.user));
    let told = told(&team, team.ama);
    assert_eq!(told.iter().map(|(action, ..)| action.as_str()).collect::<Vec<_>>(), ["left", "admin"]);
    assert_eq!(told[1].2, ["Mia Midwife"]);
    let gone = team.clinic.events_for(team.dora, "conversation_removed");
    assert!(matches!(&gone[..], [Event::ConversationRemoved { reason: "left", .. }]));
    // Of two, the last one can still write, read and leave.
    team.remove(team.mia, team.ama).await.unwrap();
    let view = team.seen_by(team.mia);
    assert!(!view.is_active && view.participants.iter().count() == 1);
    team.say(team.mia, "Anybody?").await;
    team.remove(team.mia, team.mia).await.unwrap();
    assert_eq!(team.clinic.chats.list(team.mia, &InboxQuery::default()).unwrap().items.len(), 0);
    assert_eq!(team.try_say(team.mia, "x").await.unwrap_err().body(), Clinic::unknown_conversation());
}

#[tokio::test]
async fn who_cannot_write_does_not_inherit_a_group() {
    let team = Team::new().await;
    team.clinic.change_user(team.mia.user, |user| user.is_active = false).await;
    let error = team.update(team.dora, json!({ "groupAdmin": team.mia.user })).await.unwrap_err();
    assert_eq!(fields(&error), ["groupAdmin"]);
    team.remove(team.dora, team.dora).await.unwrap();
    assert_eq!(team.seen_by(team.ama).group_admin, Some(team.ama.user));
}

#[tokio::test]
async fn a_group_is_looked_after_while_its_admin_is_switched_off() {
    let team = Team::new().await;
    let switch = async |on: bool| team.clinic.change_user(team.dora.user, move |user| user.is_active = on).await;
    switch(false).await;
    assert_eq!(team.seen_by(team.ama).group_admin, Some(team.mia.user), "the longest member who can");
    assert_eq!(team.update(team.ama, json!({ "name": "Mine" })).await.unwrap_err().code, Code::Forbidden);
    team.update(team.mia, json!({ "name": "Ours" })).await.unwrap();
    switch(true).await;
    assert_eq!(team.seen_by(team.ama).group_admin, Some(team.dora.user), "and back, as long as nobody has decided otherwise");
    assert_eq!(team.update(team.mia, json!({ "name": "x" })).await.unwrap_err().code, Code::Forbidden);
    switch(false).await;
    let view = team.update(team.mia, json!({ "groupAdmin": team.mia.user })).await.unwrap();
    assert_eq!(view.group_admin, Some(team.mia.user));
    switch(true).await;
    assert_eq!(team.seen_by(team.ama).group_admin, Some(team.mia.user));
}

#[tokio::test]
async fn two_people_are_no_group() {
    let team = Team::new().await;
    let direct = team.clinic.open(team.dora, team.ama).await.unwrap().0.id.to_string();
    let chats = &team.clinic.chats;
    let people = PeopleBody { user_id: Some(team.mia.user.to_string()), ..PeopleBody::default() };
    for code in [
        chats.update(team.dora, &direct, UpdateBody { name: Some("x".into()), ..UpdateBody::default() }).await.unwrap_err().code,
        chats.add_people(team.dora, &direct, people).await.unwrap_err().code,
        chats.remove_person(team.dora, &direct, &team.ama.user.to_string()).await.unwrap_err().code,
        chats.remove_person(team.dora, &direct, &team.dora.user.to_string()).await.unwrap_err().code,
    ] {
        assert_eq!(code, Code::Forbidden);
    }
    // A group of the same two is another conversation.
    let group = create(&team.clinic, team.dora, "Two", &[team.ama]).await.unwrap();
    assert_ne!(group.id.to_string(), direct);
    assert_eq!(team.clinic.open(team.dora, team.ama).await.unwrap().0.id.to_string(), direct);
}

#[tokio::test]
async fn an_appointment_keeps_its_name() {
    let team = Team::new().await;
    let direct = |id: Value| OpenBody { participant_id: Some(team.ama.user.to_string()), appointment_id: id, ..OpenBody::default() };
    let chats = &team.clinic.chats;
    let opened = chats.open(team.dora, direct(json!("visit_2026-11"))).await.unwrap().0;
    assert_eq!(opened.appointment_id.as_deref(), Some("visit_2026-11"));
    let again = chats.open(team.ama, OpenBody { participant_id: Some(team.dora.user.to_string()), ..OpenBody::default() }).await.unwrap().0;
    assert_eq!(again.appointment_id.as_deref(), Some("visit_2026-11"), "kept");
    assert_eq!(fields(&chats.open(team.dora, direct(json!(7))).await.unwrap_err()), ["appointmentId"]);
    let view = team.update(team.dora, json!({ "appointmentId": "a1" })).await.unwrap();
    assert_eq!(view.appointment_id.as_deref(), Some("a1"));
    assert_eq!(team.update(team.dora, json!({ "appointmentId": null })).await.unwrap().appointment_id, None);
    let body = SendBody {
        conversation_id: Some(team.id.to_string()),
        content: Some("See you".into()),
        appointment_id: json!("a1"),
        ..SendBody::default()
    };
    let sent = chats.send(team.ama, body, mommycare::chat::Door::Rest).await.unwrap().message;
    assert_eq!(sent.appointment_id.as_deref(), Some("a1"));
}

#[tokio::test]
async fn a_large_group_is_told_of_a_change_in_no_time() {
    let team = Team::of(Clinic::new().set(|settings| settings.group_members = 1_000)).await;
    let mut others = Vec::new();
    for number in 0..990 {
        others.push(team.clinic.person(&format!("Doctor N{number}"), Role::Doctor).await);
    }
    team.add(team.dora, &others).await.unwrap();
    team.clinic.clear_events();
    let began = std::time::Instant::now();
    let view = team.update(team.dora, json!({ "name": "Everybody" })).await.unwrap();
    let took = began.elapsed();
    assert_eq!((view.participants.iter().count(), team.clinic.events_for(others[7], "conversation_updated").len()), (993, 1));
    assert!(took.as_secs() < 15, "the writer of the store was busy for {took:?}");
    println!("a change of a group of 993 people took {took:?}");
}
