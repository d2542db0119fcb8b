//! Many who want one time: one gets it.

use crate::{
    routes::days,
    support::{Server, http::Person},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_gets_the_time() {
    let server = Server::start();
    let dora = Person::register(&server, "Dora", "doctor").await;
    let start = days(2);
    let mut asking = Vec::new();
    for _ in 0..8 {
        let (mother, body) = (Person::register(&server, "Ama", "mom").await, json!({ "providerId": dora.id, "startTime": start }));
        asking.push(tokio::spawn(async move { mother.post("/api/appointments", body).await }));
    }
    let mut replies = Vec::new();
    for asked in asking {
        replies.push(asked.await.unwrap());
    }
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    for reply in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(reply.error(), (409, "CONFLICT"));
    }
    assert_eq!(dora.get("/api/appointments").await.body["pagination"]["total"], 1);
    assert_eq!(dora.get("/api/chat/conversations").await.body["pagination"]["total"], 1, "what was refused has opened nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_booking_sent_many_times_is_one() {
    let server = Server::start();
    let (ama, dora) = (Person::register(&server, "Ama", "mom").await, Person::register(&server, "Dora", "doctor").await);
    let body = json!({ "providerId": dora.id, "startTime": days(2), "clientAppointmentId": "once" });
    let asking: Vec<_> = (0..8)
        .map(|_| {
            let (ama, body) = (ama.clone(), body.clone());
            tokio::spawn(async move { ama.post("/api/appointments", body).await })
        })
        .collect();
    let mut ids = Vec::new();
    for asked in asking {
        let reply = asked.await.unwrap();
        ids.push((reply.status, reply.data()["id"].clone()));
    }
    assert_eq!(ids.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(ids.iter().all(|(status, id)| (*status == 200 || *status == 201) && *id == ids[0].1), "{ids:?}");
    assert_eq!(ama.history(&dora.open(&ama).await).await.len(), 1);
}
