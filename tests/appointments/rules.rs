//! The rules over a store in memory, with a clock that jumps.

use crate::scene::{DAY, HOUR, MINUTE, Scene};
use mommycare::{
    contract::Word as _,
    error::Code,
    ids::AppointmentId,
    store::{
        Direction, Read as _,
        records::{AppointmentState, Role, Verification},
        tables,
    },
};
use serde_json::json;

#[tokio::test]
async fn an_appointment_is_asked_for_confirmed_held_and_done() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let start = scene.ahead(3 * DAY);
    let booked = scene.book(ama, dora, start).await.unwrap();
    assert_eq!((booked.status, booked.patient_id, booked.provider_id), (AppointmentState::Scheduled, ama.user, dora.user));
    assert_eq!((booked.duration, &*booked.title, booked.proposed_by), (30, "Consultation", ama.user));
    assert_eq!((&*booked.patient_name, &*booked.provider_name), ("Ama Test", "Dora Sample"));
    assert_eq!(scene.step(ama, &booked, "confirmed").await.unwrap_err().code, Code::Forbidden);
    let confirmed = scene.amend(dora, &booked, json!({ "status": "confirmed", "startTime": start })).await.unwrap();
    assert_eq!(confirmed.status, AppointmentState::Confirmed);
    scene.at(start).await;
    assert_eq!(scene.step(dora, &booked, "in-progress").await.unwrap().status, AppointmentState::InProgress);
    assert_eq!(scene.step(dora, &booked, "completed").await.unwrap().status, AppointmentState::Completed);
    assert_eq!(scene.cancel(ama, &booked).await.unwrap_err().code, Code::Conflict);
    // The jump over both reminders made no late one.
    let told = ["requested", "confirmed", "started", "completed"];
    assert_eq!((scene.told(ama, &booked), scene.told(dora, &booked)), (told.map(str::to_owned).to_vec(), told.map(str::to_owned).to_vec()));
    for person in [ama, dora] {
        let notes = scene.notified(person);
        assert_eq!(notes.iter().map(|note| note["action"].as_str().unwrap()).collect::<Vec<_>>(), told);
        let ids: Vec<_> = scene.messages(person, &booked).iter().map(|message| json!(message.id)).collect();
        assert_eq!(notes.iter().map(|note| note["messageId"].clone()).collect::<Vec<_>>(), ids, "in the same order");
        assert_eq!((&notes[0]["kind"], &notes[0]["actorId"]), (&json!("appointment"), &json!(ama.user)));
        assert_eq!(notes[1]["appointment"], serde_json::to_value(&confirmed).unwrap());
    }
    let message = &scene.messages(dora, &booked)[0];
    assert_eq!((message.system_type.as_deref(), message.appointment_id.clone()), (Some("appointment"), Some(booked.id.to_string())));
    assert!(message.is_system_message && message.content.starts_with("Ama Test asked for an appointment on 20"), "{}", message.content);
    assert_eq!(scene.clinic.chats.unread(dora).unwrap().total, 0, "what nobody wrote is nothing to read");
}

#[tokio::test]
async fn nobody_is_in_two_places_at_one_time() {
    let scene = Scene::new().await;
    let (ama, bea, dora, mia) = (scene.ama, scene.bea, scene.dora, scene.mia);
    let start = scene.ahead(2 * DAY);
    let at = |offset: i64| scene.ahead((2 * DAY).saturating_add_signed(offset));
    let booked = scene.book(ama, dora, start).await.unwrap();
    let minutes = |minutes: i64| minutes * 60_000;
    for offset in [minutes(-29), 0, minutes(15), minutes(29)] {
        let busy = scene.book(bea, dora, at(offset)).await.unwrap_err();
        assert_eq!((busy.code, &busy.details), (Code::Conflict, &json!({ "clash": "other" })), "{offset}");
        let own = scene.book(ama, mia, at(offset)).await.unwrap_err();
        assert_eq!((own.code, &own.details), (Code::Conflict, &json!({ "clash": "own", "appointmentId": booked.id })));
        let offered = scene.book(mia, ama, at(offset)).await.unwrap_err();
        assert_eq!(offered.details, json!({ "clash": "other" }), "not whose, and not which");
    }
    // What ends when another begins does not meet it.
    let before = scene.book(bea, dora, at(minutes(-30))).await.unwrap();
    let after = scene.book(bea, dora, at(minutes(30))).await.unwrap();
    let long = json!({ "startTime": at(minutes(-300)), "duration": 480 });
    assert_eq!(scene.book_as(bea, dora, long).await.unwrap_err().code, Code::Conflict, "around all of them");
    // A move looks too, but not at itself.
    assert_eq!(scene.amend(bea, &before, json!({ "startTime": start })).await.unwrap_err().code, Code::Conflict);
    let longer = scene.amend(ama, &booked, json!({ "duration": 20 })).await.unwrap();
    assert_eq!((longer.duration, longer.start_time), (20, start));
    // What is over takes no time.
    scene.cancel(bea, &after).await.unwrap();
    scene.cancel(ama, &booked).await.unwrap();
    assert!(scene.amend(bea, &before, json!({ "startTime": start })).await.is_ok());
    assert!(scene.book(ama, dora, at(minutes(30))).await.is_ok());
}

#[tokio::test]
async fn another_time_is_for_the_other_one_to_confirm() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let (first, second) = (scene.ahead(2 * DAY), scene.ahead(3 * DAY));
    let booked = scene.book(ama, dora, first).await.unwrap();
    scene.step(dora, &booked, "confirmed").await.unwrap();
    let moved = scene.amend(ama, &booked, json!({ "startTime": second })).await.unwrap();
    assert_eq!(
        (moved.status, moved.proposed_by, moved.end_time),
        (AppointmentState::Scheduled, ama.user, second.plus(std::time::Duration::from_mins(30)))
    );
    // Who confirms a time that is no more has not seen the new one.
    let stale = scene.amend(dora, &booked, json!({ "status": "confirmed", "startTime": first })).await.unwrap_err();
    assert_eq!(stale.code, Code::Conflict);
    scene.amend(dora, &booked, json!({ "status": "confirmed", "startTime": second })).await.unwrap();
    assert_eq!(scene.told(dora, &booked), ["requested", "confirmed", "moved", "confirmed"]);
    // Twice the same changes nothing and tells nobody.
    scene.amend(dora, &booked, json!({ "status": "confirmed" })).await.unwrap();
    scene.amend(dora, &booked, json!({})).await.unwrap();
    assert_eq!(scene.notified(ama).len(), 4);
    let whole = serde_json::to_value(scene.care.get(dora, &booked.id.to_string()).unwrap()).unwrap();
    scene.amend(dora, &booked, whole.clone()).await.unwrap();
    assert_eq!(scene.notified(ama).last().unwrap()["action"], "updated", "the title of the type is its own now");
    // A whole appointment that comes back belongs to the state that it had.
    scene.step(dora, &booked, "cancelled").await.unwrap();
    assert_eq!(crate::chat_support::fields(&scene.amend(dora, &booked, whole).await.unwrap_err()), ["status"]);
}

#[tokio::test]
async fn it_is_brought_to_mind_a_day_and_an_hour_before() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let start = scene.ahead(3 * DAY);
    let booked = scene.book(ama, dora, start).await.unwrap();
    let before = |time: u64| mommycare::clock::Timestamp(start.0 - time);
    assert_eq!(scene.at(before(DAY + 1)).await, Some(before(DAY)));
    assert_eq!(scene.told(ama, &booked), ["requested"]);
    assert_eq!(scene.at(before(DAY)).await, Some(before(HOUR)));
    assert_eq!(scene.told(ama, &booked), ["requested", "reminder"]);
    scene.at(before(DAY)).await;
    assert_eq!(scene.told(ama, &booked).len(), 2, "once");
    assert_eq!(scene.at(before(HOUR)).await, Some(booked.end_time));
    assert_eq!(scene.told(ama, &booked), ["requested", "reminder", "reminder"]);
    for person in [ama, dora] {
        let note = scene.notified(person).pop().unwrap();
        assert_eq!((&note["action"], &note["actorId"]), (&json!("reminder"), &json!(null)));
    }
    assert_eq!(scene.linked(ama, &booked), Some(booked.id.to_string()));
    assert_eq!(scene.at(booked.end_time).await, None);
    assert_eq!((scene.linked(ama, &booked), scene.next(ama, dora)), (None, None), "its time is over");
}

#[tokio::test]
async fn a_reminder_goes_with_its_appointment() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let due = || scene.clinic.store.read(|read| read.scan(tables::APPOINTMENTS_DUE, .., Direction::Ascending, 10)).unwrap().len();
    // Less time is left than the reminder needs.
    let soon = scene.book(ama, dora, scene.ahead(30 * MINUTE)).await.unwrap();
    assert_eq!(scene.at(scene.ahead(29 * MINUTE)).await, Some(soon.end_time));
    assert_eq!(scene.told(ama, &soon), ["requested"]);
    scene.cancel(dora, &soon).await.unwrap();
    assert_eq!(due(), 0, "dropped with the appointment");
    // Moved: the old reminder is not told, the new one is.
    let start = scene.ahead(2 * DAY);
    let booked = scene.book(ama, dora, start).await.unwrap();
    let later = scene.ahead(5 * DAY);
    scene.amend(dora, &booked, json!({ "startTime": later })).await.unwrap();
    assert_eq!(due(), 1);
    assert_eq!(scene.at(start).await, Some(mommycare::clock::Timestamp(later.0 - DAY)));
    assert!(!scene.told(ama, &booked).contains(&"reminder".into()));
    scene.at(mommycare::clock::Timestamp(later.0 - 2 * HOUR)).await;
    assert_eq!(scene.told(ama, &booked).iter().filter(|action| *action == "reminder").count(), 1, "late, but in time");
    // Back on after the server was away for the last one: what has begun is not brought to mind.
    scene.at(later).await;
    assert_eq!(scene.told(ama, &booked).iter().filter(|action| *action == "reminder").count(), 1);
}

#[tokio::test]
async fn the_conversation_names_the_next_one() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    assert_eq!(scene.next(ama, dora), None);
    let second = scene.book(dora, ama, scene.ahead(5 * DAY)).await.unwrap();
    assert_eq!((scene.linked(ama, &second), scene.next(ama, dora)), (Some(second.id.to_string()), Some(second.start_time.to_string())));
    let first = scene.book(ama, dora, scene.ahead(DAY + HOUR)).await.unwrap();
    assert_eq!(scene.next(ama, dora), Some(first.start_time.to_string()));
    let updated = scene.clinic.events_for(dora, "conversation_updated").pop().unwrap();
    assert_eq!(serde_json::to_value(updated).unwrap()["conversation"]["appointmentId"], json!(first.id));
    // With another person it is another conversation.
    let other = scene.book(ama, scene.mia, scene.ahead(DAY)).await.unwrap();
    assert_eq!((scene.linked(ama, &first), scene.linked(ama, &other)), (Some(first.id.to_string()), Some(other.id.to_string())));
    // A client does not put another one in its place, and gets its own name kept where there is none.
    let open = |id: &str| serde_json::from_value(json!({ "participantId": dora.user, "appointmentId": id })).unwrap();
    let opened = scene.clinic.chats.open(ama, open(&second.id.to_string())).await.unwrap().0;
    assert_eq!(opened.appointment_id, Some(first.id.to_string()));
    // When its time is over the next one follows, and then none.
    scene.at(first.end_time).await;
    assert_eq!(scene.linked(ama, &first), Some(second.id.to_string()));
    scene.cancel(ama, &second).await.unwrap();
    assert_eq!((scene.linked(ama, &first), scene.next(ama, dora)), (None, None));
    assert_eq!(scene.clinic.chats.open(ama, open(&second.id.to_string())).await.unwrap().0.appointment_id, None, "it is over");
    let opened = scene.clinic.chats.open(ama, open(&other.id.to_string())).await.unwrap().0;
    assert_eq!((opened.appointment_id, scene.next(ama, dora)), (Some(other.id.to_string()), None), "a name opens nothing");
}

#[tokio::test]
async fn only_a_mother_and_somebody_who_cares_for_her_meet() {
    let scene = Scene::new().await;
    let (ama, bea, dora, mia) = (scene.ama, scene.bea, scene.dora, scene.mia);
    let start = scene.ahead(DAY);
    assert_eq!(scene.book(ama, bea, start).await.unwrap_err().code, Code::UserNotFound, "mothers do not know of each other");
    assert_eq!(scene.book(dora, mia, start).await.unwrap_err().code, Code::Forbidden);
    let admin = scene.clinic.person("Ada Test", Role::Admin).await;
    assert_eq!(scene.book(dora, admin, start).await.unwrap_err().code, Code::Forbidden);
    assert_eq!(scene.book(ama, admin, start).await.unwrap_err().code, Code::UserNotFound);
    // Who offers a service answers mothers, and does not begin.
    let sol = scene.clinic.person("Sol Test", Role::ServiceProvider).await;
    assert_eq!(scene.book(sol, ama, start).await.unwrap_err().code, Code::UserNotFound);
    let asked = scene.book(ama, sol, start).await.unwrap();
    assert!(scene.step(sol, &asked, "confirmed").await.is_ok(), "that is an answer");
    assert_eq!(scene.clinic.say(sol, ama, 1).await.len(), 1, "who shares an appointment may be written to");
    // Whom the clinic has not approved reaches nobody and is reached by nobody.
    let new = scene.clinic.person_with("Nia Test", Role::Doctor, |user| user.verification = Verification::Pending).await;
    assert_eq!(scene.book(new, ama, start).await.unwrap_err().code, Code::VerificationPending);
    assert_eq!(scene.book(ama, new, start).await.unwrap_err().code, Code::UserNotFound);
    // With one who is not there any more nothing is agreed on, but everything can be ended.
    let booked = scene.book(ama, dora, scene.ahead(2 * DAY)).await.unwrap();
    scene.clinic.change_user(dora.user, |user| user.is_active = false).await;
    assert_eq!(scene.amend(ama, &booked, json!({ "startTime": scene.ahead(3 * DAY) })).await.unwrap_err().code, Code::Forbidden);
    assert!(scene.cancel(ama, &booked).await.is_ok());
    assert_eq!(
        scene.book(ama, dora, scene.ahead(2 * DAY)).await.unwrap_err().code,
        Code::Forbidden,
        "the conversation is there, she is not"
    );
}

#[tokio::test]
async fn an_appointment_is_nobody_elses() {
    let scene = Scene::new().await;
    let booked = scene.book(scene.ama, scene.dora, scene.ahead(DAY)).await.unwrap();
    let admin = scene.clinic.person("Ada Test", Role::Admin).await;
    for stranger in [scene.bea, scene.mia, admin] {
        for id in [booked.id.to_string(), AppointmentId(77).to_string(), "no id".to_owned()] {
            let absent = scene.care.get(stranger, &id).unwrap_err();
            assert_eq!((absent.code, &*absent.message), (Code::NotFound, "There is no such appointment."));
            let bad = serde_json::from_value(json!({ "status": "odd" })).unwrap();
            assert_eq!(scene.care.amend(stranger, &id, bad).await.unwrap_err(), absent, "before what is wrong with the form");
            assert_eq!(scene.care.cancel(stranger, &id, serde_json::from_value(json!({})).unwrap()).await.unwrap_err(), absent);
        }
        assert_eq!(scene.list(stranger, json!({})).total, 0, "support needs no list of them");
    }
}

#[tokio::test]
async fn a_repeated_booking_is_the_same_one() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let body = json!({ "startTime": scene.ahead(DAY), "clientAppointmentId": "one" });
    let (first, fresh) = scene.book_as(ama, dora, body.clone()).await.unwrap();
    let (again, repeated) = scene.book_as(ama, dora, body.clone()).await.unwrap();
    assert_eq!((fresh, repeated, &again), (true, false, &first));
    // Also when it has moved on, or its time has passed meanwhile.
    scene.cancel(dora, &first).await.unwrap();
    scene.at(scene.ahead(2 * DAY)).await;
    let (again, repeated) = scene.book_as(ama, dora, body.clone()).await.unwrap();
    assert_eq!((again.id, again.status, repeated), (first.id, AppointmentState::Cancelled, false));
    assert_eq!(scene.told(ama, &first), ["requested", "cancelled"]);
    // The name is hers alone.
    let other = json!({ "startTime": scene.ahead(DAY), "clientAppointmentId": "one" });
    assert!(scene.book_as(scene.bea, dora, other).await.unwrap().1);
}

#[tokio::test]
async fn a_calendar_is_not_filled_with_wishes() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    for day in 1..=5 {
        scene.book(ama, dora, scene.ahead(day * DAY)).await.unwrap();
    }
    assert_eq!(scene.book(ama, dora, scene.ahead(6 * DAY)).await.unwrap_err().code, Code::Conflict);
    let first = scene.list(ama, json!({})).starts.len();
    assert_eq!(first, 5);
    assert!(scene.book(dora, ama, scene.ahead(6 * DAY)).await.is_ok(), "the doctor may offer");
    assert!(scene.book(ama, scene.mia, scene.ahead(7 * DAY)).await.is_ok(), "another person has not been asked");
    assert_eq!(AppointmentState::InProgress.word(), "in-progress");
}
