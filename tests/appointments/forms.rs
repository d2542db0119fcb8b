//! What forms may say: every field has a limit and a clear sentence.

use crate::{
    chat_support::fields,
    scene::{DAY, HOUR, MINUTE, Scene},
};
use mommycare::store::records::AppointmentState;
use serde_json::{Value, json};

#[tokio::test]
async fn every_field_of_a_booking_has_limits() {
    let scene = Scene::new().await;
    let start = scene.ahead(DAY);
    let wrong = [
        (json!({}), "startTime"),
        (json!({ "startTime": "" }), "startTime"),
        (json!({ "startTime": "tomorrow" }), "startTime"),
        (json!({ "startTime": 5 }), "startTime"),
        (json!({ "startTime": scene.ahead(0) }), "startTime"),
        (json!({ "startTime": scene.ahead(367 * DAY) }), "startTime"),
        (json!({ "startTime": start, "endTime": "late" }), "endTime"),
        (json!({ "startTime": start, "endTime": start }), "endTime"),
        (json!({ "startTime": start, "endTime": scene.ahead(DAY - HOUR) }), "endTime"),
        (json!({ "startTime": start, "endTime": scene.ahead(DAY + 4 * MINUTE) }), "endTime"),
        (json!({ "startTime": start, "endTime": scene.ahead(DAY + 481 * MINUTE) }), "endTime"),
        (json!({ "startTime": start, "duration": 4 }), "duration"),
        (json!({ "startTime": start, "duration": 481 }), "duration"),
        (json!({ "startTime": start, "duration": u64::MAX }), "duration"),
        (json!({ "startTime": start, "duration": 30, "endTime": scene.ahead(DAY + HOUR) }), "duration"),
        (json!({ "startTime": start, "title": "x".repeat(121) }), "title"),
        (json!({ "startTime": start, "title": "two\nlines" }), "title"),
        (json!({ "startTime": start, "title": "\u{200b}" }), "title"),
        (json!({ "startTime": start, "description": "x".repeat(2_001) }), "description"),
        (json!({ "startTime": start, "description": "a\u{0}b" }), "description"),
        (json!({ "startTime": start, "type": "party" }), "type"),
        (json!({ "startTime": start, "location": { "type": "moon" } }), "location.type"),
        (json!({ "startTime": start, "location": { "address": "x".repeat(301) } }), "location.address"),
        (json!({ "startTime": start, "location": { "room": "x".repeat(101) } }), "location.room"),
        (json!({ "startTime": start, "clientAppointmentId": "x".repeat(129) }), "clientAppointmentId"),
    ];
    for (body, field) in wrong {
        let error = scene.book_as(scene.ama, scene.dora, body.clone()).await.unwrap_err();
        assert_eq!(fields(&error), [field], "{body}");
        assert!(error.message.starts_with(&format!("{field}: ")), "{}", error.message);
    }
    let all = json!({ "startTime": "x", "title": "x".repeat(121), "type": "party" });
    assert_eq!(fields(&scene.book_as(scene.ama, scene.dora, all).await.unwrap_err()), ["title", "type", "startTime"], "all at once");
    let nobody = serde_json::from_value(json!({ "startTime": start })).unwrap();
    assert_eq!(fields(&scene.care.book(scene.ama, nobody).await.unwrap_err()), ["providerId"]);
    let others = json!({ "startTime": start, "providerId": scene.dora.user, "patientId": scene.bea.user });
    assert_eq!(fields(&scene.care.book(scene.ama, serde_json::from_value(others).unwrap()).await.unwrap_err()), ["patientId"]);
    assert_eq!(scene.list(scene.ama, json!({})).total, 0);
}

#[tokio::test]
async fn what_is_said_is_kept_as_it_was_said() {
    let scene = Scene::new().await;
    let start = scene.ahead(DAY);
    let body = json!({
        "patientId": scene.ama.user, "startTime": start, "endTime": scene.ahead(DAY + 45 * MINUTE), "duration": 45,
        "title": "  Growth scan ", "description": "<b>Drink</b> water\nbefore", "type": "ultrasound",
        "location": { "type": "in-person", "address": "1 Lake Road", "room": "4" },
    });
    let (view, _) = scene.book_as(scene.ama, scene.dora, body).await.unwrap();
    let view = serde_json::to_value(view).unwrap();
    assert_eq!((&view["title"], &view["description"]), (&json!("Growth scan"), &json!("<b>Drink</b> water\nbefore")));
    assert_eq!((&view["type"], &view["duration"]), (&json!("ultrasound"), &json!(45)));
    assert_eq!(view["location"], json!({ "type": "in-person", "address": "1 Lake Road", "room": "4" }));
    assert_eq!((&view["startTime"], &view["endTime"]), (&json!(start), &json!(scene.ahead(DAY + 45 * MINUTE))));
    // By the conversation, with next to nothing said.
    let by_chat = json!({ "conversationId": view["conversationId"], "startTime": scene.ahead(2 * DAY), "location": { "type": "video" } });
    let (view, _) = scene.care.book(scene.dora, serde_json::from_value(by_chat).unwrap()).await.unwrap();
    assert_eq!((view.status, view.proposed_by, view.duration), (AppointmentState::Scheduled, scene.dora.user, 30));
    assert_eq!(serde_json::to_value(&view).unwrap()["location"], json!({ "type": "video", "address": "", "room": "" }));
}

#[tokio::test]
async fn a_change_says_what_is_different() {
    let scene = Scene::new().await;
    let (ama, dora) = (scene.ama, scene.dora);
    let start = scene.ahead(DAY);
    let body = json!({ "startTime": start, "description": "one", "location": { "room": "4", "address": "1 Lake Road" } });
    let (booked, _) = scene.book_as(ama, dora, body).await.unwrap();
    let wrong = [
        (json!({ "status": "odd" }), "status"),
        (json!({ "status": "confirmed", "title": "x" }), "status"),
        (json!({ "startTime": scene.ahead(0) }), "startTime"),
        (json!({ "startTime": "late" }), "startTime"),
        (json!({ "endTime": start }), "endTime"),
        (json!({ "duration": 0 }), "duration"),
        (json!({ "title": "x".repeat(121) }), "title"),
        (json!({ "description": "x".repeat(2_001) }), "description"),
        (json!({ "type": "party" }), "type"),
        (json!({ "location": { "type": "moon" } }), "location.type"),
        (json!({ "location": { "room": "x".repeat(101) } }), "location.room"),
        (json!({ "status": "cancelled", "cancellationReason": "x".repeat(501) }), "cancellationReason"),
    ];
    for (body, field) in wrong {
        assert_eq!(fields(&scene.amend(dora, &booked, body.clone()).await.unwrap_err()), [field], "{body}");
    }
    let reason = |reason: Value| serde_json::from_value(json!({ "reason": reason })).unwrap();
    let id = booked.id.to_string();
    assert_eq!(fields(&scene.care.cancel(ama, &id, reason(json!("x".repeat(501)))).await.unwrap_err()), ["cancellationReason"]);
    let room = scene.amend(dora, &booked, json!({ "location": { "room": "5" }, "description": null })).await.unwrap();
    assert_eq!((&*room.location.room, &*room.location.address, &*room.description), ("5", "1 Lake Road", ""));
    assert_eq!((room.start_time, room.status), (start, AppointmentState::Scheduled));
    let cancelled = scene.care.cancel(ama, &id, reason(json!("The baby came"))).await.unwrap();
    assert_eq!((cancelled.cancellation_reason.as_deref(), cancelled.cancelled_by), (Some("The baby came"), Some(ama.user)));
    let again = scene.care.cancel(ama, &id, reason(json!("twice"))).await.unwrap();
    assert_eq!(again, cancelled, "told kindly, and nothing changed");
    assert!(scene.messages(dora, &booked).iter().all(|message| !message.content.contains("baby")), "no words of theirs in messages");
}
