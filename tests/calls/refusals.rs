//! Who may not call whom, and who is not to be disturbed.

use crate::{
    scene::{Scene, done, place, refused, text},
    support::{Server, http::Person, socket::Socket},
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_stranger_learns_nothing() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let eve = Person::register(&server, "Eve", "mom").await;
    let mut stranger = Socket::connect(&eve).await;
    let unknown = "00000000000000ff";
    let mut same = async |event: &str, real: Value, random: Value, code: &str| {
        let (one, other) = (stranger.ask(event, real).await, stranger.ask(event, random).await);
        assert_eq!(one, other, "{event}");
        assert_eq!(one["code"], code, "{event}");
    };
    // Mothers do not reach mothers, nor conversations of others.
    same("voice_call_request", json!({ "recipientId": scene.ama.id }), json!({ "recipientId": unknown }), "USER_NOT_FOUND").await;
    same("video_call_request", json!({ "conversationId": scene.chat }), json!({ "conversationId": unknown }), "CONVERSATION_NOT_FOUND")
        .await;
    for talks in [false, true] {
        let id = if talks { scene.talk().await } else { scene.ring().await };
        for event in ["call_accepted", "call_rejected", "call_ended", "call_resume", "call_media"] {
            same(event, json!({ "callId": id }), json!({ "callId": unknown }), "NOT_FOUND").await;
            same(event, json!({ "callId": id }), json!({ "callId": "not an id" }), "NOT_FOUND").await;
        }
        let signal = |id: &str| json!({ "callId": id, "signal": { "type": "offer" } });
        same("call_signal", signal(&id), signal(unknown), "NOT_FOUND").await;
        done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
        scene.over("call_ended").await;
        same("call_accepted", json!({ "callId": id }), json!({ "callId": unknown }), "NOT_FOUND").await;
    }
    assert_eq!(stranger.so_far().await, []);
}

#[tokio::test]
async fn only_two_people_who_may_write_to_each_other_call() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    assert_eq!(refused(&mut scene.phone, "voice_call_request", json!({})).await, "VALIDATION_ERROR");
    assert_eq!(refused(&mut scene.phone, "voice_call_request", json!({ "recipientId": scene.ama.id })).await, "VALIDATION_ERROR");
    let nina = Person::register(&server, "Nina", "service_provider").await;
    let mut shop = Socket::connect(&nina).await;
    assert_eq!(refused(&mut shop, "voice_call_request", json!({ "recipientId": scene.ama.id })).await, "USER_NOT_FOUND");
    let group = scene.dora.post("/api/chat/conversations", json!({ "type": "group", "name": "Care", "participantIds": [nina.id] })).await;
    let group = text(&group.data()["id"]);
    assert_eq!(refused(&mut scene.desk, "voice_call_request", json!({ "conversationId": group })).await, "FORBIDDEN");
    // Only the one who is called says yes or no.
    let id = scene.ring().await;
    assert_eq!(refused(&mut scene.phone, "call_accepted", json!({ "callId": id })).await, "FORBIDDEN");
    assert_eq!(refused(&mut scene.phone, "call_rejected", json!({ "callId": id })).await, "FORBIDDEN");
    // A first call opens the conversation, as a first message does.
    let iris = Person::register(&server, "Iris", "midwife").await;
    let mut home = Socket::connect(&iris).await;
    let placed = place(&mut home, "voice_call_request", json!({ "recipientId": nina.id })).await;
    assert_eq!(shop.wait_for("incoming_voice_call").await["conversationId"], placed["call"]["conversationId"]);
}

#[tokio::test]
async fn a_clinic_without_calls_has_none() {
    let server = Server::with(&[("MOMMYCARE_CALLS__ENABLED", "false")]);
    let mut scene = Scene::new(&server).await;
    assert_eq!(refused(&mut scene.phone, "voice_call_request", json!({ "recipientId": scene.dora.id })).await, "FORBIDDEN");
}

#[tokio::test]
async fn whoever_is_busy_is_not_disturbed() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mia = Person::register(&server, "Mia", "mom").await;
    let mut other = Socket::connect(&mia).await;
    let call_dora = json!({ "recipientId": scene.dora.id });
    let mut missed = 0;
    let mut is_busy = async |scene: &mut Scene, why: &str| {
        let placed = place(&mut other, "voice_call_request", call_dora.clone()).await;
        assert_eq!((&placed["call"]["status"], &placed["call"]["endReason"]), (&json!("busy"), &json!("busy")), "{why}");
        missed += 1;
        assert_eq!(scene.desk.wait_for("calls_missed").await["count"], missed, "{why}");
        assert!(scene.desk.so_far().await.iter().all(|(name, _)| !name.starts_with("incoming")), "{why}");
        // The caller is free again.
        assert_eq!(refused(&mut other, "call_accepted", json!({ "callId": placed["callId"] })).await, "CONFLICT");
    };
    let id = scene.ring().await;
    is_busy(&mut scene, "it rings").await;
    done(&mut scene.desk, "call_accepted", json!({ "callId": id })).await;
    is_busy(&mut scene, "she talks").await;
    done(&mut scene.desk, "call_ended", json!({ "callId": id })).await;
    scene.over("call_ended").await;
    done(&mut scene.desk, "user_busy", json!(true)).await;
    is_busy(&mut scene, "she does not want to be disturbed").await;
    done(&mut scene.desk, "user_busy", json!(false)).await;
    for word in ["busy", "unavailable"] {
        done(&mut scene.desk, "update_availability", json!(word)).await;
        is_busy(&mut scene, word).await;
    }
    // She herself may call.
    let placed = place(&mut scene.desk, "voice_call_request", json!({ "recipientId": scene.ama.id })).await;
    let ack = scene.desk.ask("voice_call_request", json!({ "recipientId": mia.id })).await;
    assert_eq!((&ack["code"], &ack["details"]["callId"]), (&json!("CONFLICT"), &placed["callId"]), "one call at a time: {ack}");
    done(&mut scene.desk, "call_ended", json!({ "callId": placed["callId"] })).await;
    done(&mut scene.desk, "update_availability", json!("available")).await;
    scene.quiet().await;
    scene.ring().await;
}

#[tokio::test]
async fn where_calls_are_switched_off_nobody_calls_and_clients_are_told_so() {
    let server = Server::with(&[("MOMMYCARE_CALLS__ENABLED", "false")]);
    let mut scene = Scene::new(&server).await;
    let stranger = Person::stranger(&server);
    assert_eq!(stranger.get("/api/clinic").await.data()["calls"], json!({ "enabled": false }));
    for event in ["voice_call_request", "video_call_request"] {
        assert_eq!(refused(&mut scene.phone, event, json!({ "recipientId": scene.dora.id })).await, "FORBIDDEN");
    }
    assert!(scene.desk.so_far().await.iter().all(|(event, _)| !event.starts_with("incoming")), "nothing rings");
    // What was before they were switched off may still be looked at.
    assert_eq!(scene.ama.get("/api/chat/calls").await.data(), &json!([]));
    let usual = Server::start();
    assert_eq!(Person::stranger(&usual).get("/api/clinic").await.data()["calls"], json!({ "enabled": true }));
}
