//! The routes over real TCP, and what devices are told.

use crate::support::{
    Server,
    http::{Person, Reply},
    socket::Socket,
};
use mommycare::clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;

const APPOINTMENT: &str = "id _id title description patientId providerId startTime endTime duration location status type conversationId \
    cancellationReason createdAt updatedAt";

/// A time that lies so far ahead.
pub fn ahead(time: Duration) -> String {
    Clock::system().now().plus(time).to_string()
}

pub fn days(days: u64) -> String {
    ahead(Duration::from_hours(24 * days))
}

pub async fn pair(server: &Server) -> (Person, Person) {
    (Person::register(server, "Ama", "mom").await, Person::register(server, "Dora", "doctor").await)
}

/// Asks a professional for an appointment.
pub async fn ask(patient: &Person, provider: &Person, start: &str) -> Value {
    let reply = patient.post("/api/appointments", json!({ "providerId": provider.id, "startTime": start })).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.data().clone()
}

fn has(value: &Value, fields: &str) {
    for field in fields.split_whitespace() {
        assert!(value.get(field).is_some(), "no {field} in {value}");
    }
}

#[tokio::test]
async fn every_route_has_the_contracts_shape() {
    let server = Server::start();
    let (ama, dora) = pair(&server).await;
    let start = days(2);
    let body = json!({ "providerId": dora.id, "startTime": start, "duration": 45, "type": "checkup", "clientAppointmentId": "a" });
    let booked = ama.post("/api/appointments", body.clone()).await;
    assert_eq!(booked.status, 201, "{booked:?}");
    has(booked.data(), APPOINTMENT);
    has(&booked.data()["location"], "type address room");
    let id = booked.data()["id"].as_str().unwrap();
    assert_eq!((&booked.data()["_id"], &booked.data()["status"]), (&json!(id), &json!("scheduled")));
    let again = ama.post("/api/appointments", body).await;
    assert_eq!((again.status, again.data()), (200, booked.data()), "a retry books nothing twice");

    let list = dora.get("/api/appointments?filter=upcoming&limit=1").await;
    assert_eq!(list.data(), &json!([booked.data()]));
    has(&list.body["pagination"], "page limit total pages totalPages hasNext hasPrev nextCursor");
    assert_eq!(list.body["pagination"]["total"], 1);
    assert_eq!(dora.get("/api/appointments?status=cancelled").await.data(), &json!([]));
    assert_eq!(dora.get("/api/appointments?status=odd").await.error(), (400, "VALIDATION_ERROR"));

    let path = format!("/api/appointments/{id}");
    assert_eq!(dora.get(&path).await.data(), booked.data());
    let confirmed = dora.patch(&path, json!({ "status": "confirmed", "startTime": start })).await;
    assert_eq!((confirmed.status, &confirmed.data()["status"]), (200, &json!("confirmed")), "{confirmed:?}");
    assert_eq!(ama.patch(&path, json!({ "status": "completed" })).await.error(), (403, "FORBIDDEN"));
    assert_eq!(dora.patch(&path, json!({ "status": "completed" })).await.error(), (409, "CONFLICT"), "it has not begun");
    assert_eq!(dora.patch(&path, json!({ "status": 5 })).await.error(), (400, "VALIDATION_ERROR"));
    let later = days(3);
    let moved = dora.patch(&path, json!({ "startTime": later })).await;
    assert_eq!((&moved.data()["status"], &moved.data()["proposedBy"]), (&json!("scheduled"), &json!(dora.id)));
    assert_eq!(ama.patch(&path, json!({ "status": "confirmed", "startTime": start })).await.error(), (409, "CONFLICT"), "not that time");
    let cancelled = ama.post(&format!("{path}/cancel"), json!({ "cancellationReason": "Moved away" })).await;
    assert_eq!((&cancelled.data()["status"], &cancelled.data()["cancellationReason"]), (&json!("cancelled"), &json!("Moved away")));
    assert_eq!(dora.patch(&path, json!({ "status": "confirmed" })).await.error(), (409, "CONFLICT"));
    assert_eq!(dora.post(&format!("{path}/cancel"), json!({})).await.error(), (409, "CONFLICT"), "she was faster");
    assert_eq!(ama.post(&format!("{path}/cancel"), json!({})).await.data(), cancelled.data());
    assert_eq!(ama.post("/api/appointments", json!({ "providerId": dora.id })).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(ama.post("/api/appointments", json!({ "providerId": "odd", "startTime": start })).await.error(), (404, "USER_NOT_FOUND"));
    assert_eq!(ama.post("/api/appointments", json!({ "providerId": dora.id, "startTime": start, "location": 7 })).await.status, 400);
}

#[tokio::test]
async fn a_stranger_gets_what_a_random_id_gets() {
    let server = Server::start();
    let (ama, dora) = pair(&server).await;
    let booked = ask(&ama, &dora, &days(2)).await;
    let id = booked["id"].as_str().unwrap();
    let admin = Person::set_up(&server).await;
    let strangers = [Person::register(&server, "Eve", "mom").await, Person::register(&server, "Mia", "midwife").await, admin];
    for stranger in &strangers {
        let requests = |id: &str| {
            let path = format!("/api/appointments/{id}");
            [
                ("GET", path.clone(), None),
                ("PATCH", path.clone(), Some(json!({ "status": "confirmed" }))),
                ("POST", format!("{path}/cancel"), Some(json!({}))),
            ]
        };
        for (mine, nobodys) in requests(id).into_iter().zip(requests("00000000000000ff")) {
            let send = |(method, path, body): (&'static str, String, Option<Value>)| async move {
                stranger.send(method.parse().unwrap(), &path, body).await
            };
            let (reply, nothing): (Reply, Reply) = (send(mine.clone()).await, send(nobodys).await);
            assert_eq!((reply.error(), &reply.body), ((404, "NOT_FOUND"), &nothing.body), "{mine:?}");
        }
        assert_eq!(stranger.get("/api/appointments").await.data(), &json!([]));
        // Its id reaches into nothing: it is a name that comes back.
        if let Some(with) =
            strangers.iter().find(|with| with.id != stranger.id && with.id != strangers[2].id && stranger.id != strangers[2].id)
        {
            let opened = stranger.post("/api/chat/conversations", json!({ "participantId": with.id, "appointmentId": id })).await;
            assert_eq!(opened.data()["appointmentId"], *id);
            let chat = opened.data()["id"].as_str().unwrap();
            let sent = stranger.post("/api/chat/send", json!({ "conversationId": chat, "content": "Hello", "appointmentId": id })).await;
            assert_eq!((&sent.data()["systemData"], &sent.data()["isSystemMessage"]), (&json!(null), &json!(false)));
            let people = stranger.get("/api/chat/providers").await;
            let entry = people.data().as_array().unwrap().iter().find(|entry| entry["id"] == *with.id);
            assert!(entry.is_none_or(|entry| entry["nextAppointment"].is_null()), "{entry:?}");
        }
    }
    assert_eq!(dora.get(&format!("/api/appointments/{id}")).await.data(), &booked, "nothing has changed");
    for (method, path) in [
        ("GET", "/api/appointments"),
        ("POST", "/api/appointments"),
        ("GET", "/api/appointments/x"),
        ("PATCH", "/api/appointments/x"),
        ("POST", "/api/appointments/x/cancel"),
    ] {
        assert_eq!(Person::stranger(&server).send(method.parse().unwrap(), path, None).await.error(), (401, "UNAUTHORIZED"), "{path}");
    }
}

#[tokio::test]
async fn both_are_told_on_every_device() {
    let server = Server::start();
    let (ama, dora) = pair(&server).await;
    let mut devices =
        [Socket::connect(&ama).await, Socket::connect(&ama).await, Socket::connect(&dora).await, Socket::connect(&dora).await];
    let booked = ask(&ama, &dora, &days(2)).await;
    let path = format!("/api/appointments/{}", booked["id"].as_str().unwrap());
    let confirmed = dora.patch(&path, json!({ "status": "confirmed" })).await.data().clone();
    let chat = booked["conversationId"].as_str().unwrap();
    for device in &mut devices {
        for (action, actor, now) in [("requested", &ama, &booked), ("confirmed", &dora, &confirmed)] {
            let updated = action == "requested";
            if updated {
                let event = device.wait_until("conversation_updated", |event| !event["conversation"]["appointmentId"].is_null()).await;
                assert_eq!(event["conversation"]["appointmentId"], booked["id"]);
            }
            let message = device.wait_for("new_message").await["message"].clone();
            assert_eq!((&message["systemType"], &message["appointmentId"]), (&json!("appointment"), &booked["id"]));
            let data = &message["systemData"];
            assert_eq!((&data["action"], &data["actorId"], &data["appointment"]), (&json!(action), &json!(actor.id), now));
            let note = device.wait_for("notification").await;
            assert_eq!((&note["kind"], &note["action"], &note["appointment"]), (&json!("appointment"), &json!(action), now));
            assert_eq!(note["messageId"], message["id"]);
        }
    }
    // What was said stays, and shows how the appointment is now.
    let history = ama.history(chat).await;
    let data: Vec<_> =
        history.iter().map(|message| (&message["systemData"]["action"], &message["systemData"]["appointment"]["status"])).collect();
    assert_eq!(data, [(&json!("requested"), &json!("confirmed")), (&json!("confirmed"), &json!("confirmed"))]);
    let list = dora.get("/api/chat/midwife-chat-users").await;
    assert_eq!((&list.data()[0]["nextAppointment"], &list.data()[0]["nextAppointmentId"]), (&booked["startTime"], &booked["id"]));
    assert_eq!(ama.get("/api/chat/unread-count").await.data()["total"], 0);
}

#[tokio::test]
async fn who_is_turned_away_reads_none_of_it() {
    let server = Server::start();
    let (ama, dora) = pair(&server).await;
    let booked = ask(&ama, &dora, &days(2)).await;
    let admin = Person::set_up(&server).await;
    assert_eq!(admin.post(&format!("/api/admin/users/{}/reject", dora.id), json!({ "reason": "no licence" })).await.status, 200);
    let path = format!("/api/appointments/{}", booked["id"].as_str().unwrap());
    for reply in [dora.get("/api/appointments").await, dora.get(&path).await, dora.patch(&path, json!({ "status": "confirmed" })).await] {
        assert_eq!(reply.error(), (403, "VERIFICATION_PENDING"));
    }
    assert_eq!(ama.post(&format!("{path}/cancel"), json!({})).await.data()["status"], "cancelled");
}
