//! Who answers, who stops ringing, who hangs up, and what is left of it.

use crate::{
    scene::{Scene, done, place, refused, text},
    support::{Server, socket::Socket},
};
use serde_json::{Value, json};

#[tokio::test]
async fn the_callers_other_devices_know_of_the_call_from_its_first_ring() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut tablet = Socket::connect(&scene.ama).await;
    let id = scene.ring().await;
    let rings = tablet.wait_for("call_elsewhere").await["call"].clone();
    assert_eq!((&rings["id"], &rings["status"], &rings["direction"]), (&json!(id), &json!("ringing"), &json!("out")));
    assert_eq!(rings, *scene.ama.get("/api/chat/calls/active").await.data());
    done(&mut scene.desk, "call_accepted", json!({ "callId": id })).await;
    let talks = tablet.wait_for("call_elsewhere").await["call"].clone();
    assert_eq!((&talks["id"], &talks["status"], talks["answeredAt"].is_string()), (&json!(id), &json!("accepted"), true));
    scene.phone.wait_for("call_accepted").await;
    done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
    assert_eq!(tablet.wait_for("call_ended").await["callId"], id.as_str());
    // Neither the device that calls nor anybody else hears of it in this way, nor what is over before it rings.
    done(&mut scene.desk, "user_busy", json!(true)).await;
    assert_eq!(place(&mut scene.phone, "voice_call_request", json!({ "conversationId": scene.chat })).await["call"]["status"], "busy");
    for socket in [&mut scene.phone, &mut scene.desk, &mut tablet] {
        let told = socket.caught_up(&scene.chat).await;
        assert!(told.iter().all(|(name, _)| name != "call_elsewhere"), "{told:?}");
    }
}

#[tokio::test]
async fn a_call_is_answered_and_hung_up() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let placed = place(&mut scene.phone, "video_call_request", json!({ "recipientId": scene.dora.id })).await;
    let (id, call) = (text(&placed["callId"]), &placed["call"]);
    assert_eq!((&call["status"], &call["type"], &call["direction"]), (&json!("ringing"), &json!("video"), &json!("out")));
    assert_eq!((&call["id"], &call["_id"], &placed["joined"]), (&json!(id), &json!(id), &json!(false)));
    assert_eq!((&placed["expiresAt"], &placed["iceServers"]), (&call["expiresAt"], &json!([])));
    let incoming = scene.desk.wait_for("incoming_video_call").await;
    let expected = json!({
        "callId": id, "callerId": scene.ama.id, "callerName": "Ama Test", "callerRole": "mom", "callerAvatar": null,
        "conversationId": scene.chat, "timestamp": call["startedAt"], "iceServers": [], "relayOnly": false, "expiresAt": placed["expiresAt"],
    });
    assert_eq!(incoming, expected);

    let answer = done(&mut scene.desk, "call_accepted", json!(id)).await;
    assert_eq!((&answer["call"]["status"], &answer["call"]["direction"]), (&json!("accepted"), &json!("in")));
    let accepted = scene.phone.wait_for("call_accepted").await;
    let expected = json!({
        "callId": id, "conversationId": scene.chat, "callerId": scene.ama.id, "recipientId": scene.dora.id,
        "timestamp": answer["call"]["answeredAt"],
    });
    assert_eq!(accepted, expected);

    let ended = done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
    assert_eq!((&ended["status"], &ended["endReason"]), (&json!("ended"), &json!("hangup")));
    let over = scene.over("call_ended").await;
    assert_eq!((&over["status"], &over["reason"], &over["recipientId"]), (&json!("ended"), &json!("hangup"), &json!(scene.dora.id)));
    assert_eq!((&over["duration"], &over["timestamp"]), (&ended["duration"], &ended["endedAt"]));
    let message = scene.newest().await;
    assert_eq!((&message["isSystemMessage"], &message["systemType"]), (&json!(true), &json!("call")));
    let facts = json!({ "callId": id, "type": "video", "status": "ended", "callerId": scene.ama.id, "calleeId": scene.dora.id,
        "duration": ended["duration"], "reason": "hangup" });
    for (name, value) in facts.as_object().unwrap() {
        assert_eq!(&message["systemData"][name], value, "{name}");
    }
    assert!(text(&message["content"]).starts_with("Video call, 0:"), "{message}");
    // What has been said again changes nothing and is no mistake.
    assert_eq!(done(&mut scene.desk, "call_ended", json!({ "callId": id })).await["endReason"], "hangup");
    assert_eq!(scene.ama.history(&scene.chat).await.len(), 1);
    assert!(scene.desk.so_far().await.iter().all(|(name, _)| name != "call_ended" && name != "calls_missed"));
}

#[tokio::test]
async fn either_of_them_ends_it() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    for (caller_ends, event, reason, told, status, content) in [
        (true, "call_ended", json!(null), "call_ended", ("cancelled", "cancelled"), "Missed voice call"),
        (false, "call_rejected", json!("in a meeting"), "call_rejected", ("rejected", "rejected"), "Declined voice call"),
        (false, "call_ended", json!(null), "call_rejected", ("rejected", "rejected"), "Declined voice call"),
        (true, "call_ended", json!("failed"), "call_ended", ("failed", "failed"), "Missed voice call"),
    ] {
        let id = scene.ring().await;
        let socket = if caller_ends { &mut scene.phone } else { &mut scene.desk };
        let call = done(socket, event, json!({ "callId": id, "reason": reason })).await;
        assert_eq!((&call["status"], &call["endReason"], &call["duration"]), (&json!(status.0), &json!(status.1), &json!(0)));
        let over = scene.over(told).await;
        assert_eq!((&over["callId"], &over["status"], &over["reason"]), (&json!(id), &json!(status.0), &json!(status.1)));
        assert_eq!(scene.newest().await["content"], content);
    }
    for callee_ends in [true, false] {
        let id = scene.talk().await;
        let socket = if callee_ends { &mut scene.desk } else { &mut scene.phone };
        done(socket, "call_ended", json!({ "callId": id })).await;
        let over = scene.over("call_ended").await;
        assert_eq!((&over["status"], &over["reason"]), (&json!("ended"), &json!("hangup")));
        assert!(text(&scene.newest().await["content"]).starts_with("Voice call, 0:"));
    }
    // Nothing that the system says is unread.
    assert_eq!(scene.dora.get("/api/chat/unread-count").await.data()["total"], 0);
}

#[tokio::test]
async fn all_devices_ring_and_one_answers() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut tablet = Socket::connect(&scene.dora).await;
    let id = scene.ring().await;
    assert_eq!(tablet.wait_for("incoming_voice_call").await["callId"], id.as_str());
    // One that comes while it rings is told too, and each of them once.
    let mut late = Socket::connect(&scene.dora).await;
    let told = late.wait_for("incoming_voice_call").await;
    assert_eq!((&told["callId"], &told["callerName"]), (&json!(id), &json!("Ama Test")));
    done(&mut tablet, "call_accepted", json!({ "callId": id })).await;
    for socket in [&mut scene.phone, &mut scene.desk, &mut late] {
        assert_eq!(socket.wait_for("call_accepted").await["callId"], id.as_str());
    }
    assert_eq!(refused(&mut scene.desk, "call_accepted", json!({ "callId": id })).await, "CONFLICT");
    assert_eq!(refused(&mut late, "call_rejected", json!({ "callId": id })).await, "CONFLICT");
    assert_eq!(done(&mut tablet, "call_accepted", json!({ "callId": id })).await["call"]["status"], "accepted", "a repetition");
    let mut one_more = Socket::connect(&scene.dora).await;
    for socket in [&mut tablet, &mut scene.desk, &mut late, &mut one_more] {
        let came: Vec<String> = socket.so_far().await.into_iter().map(|(name, _)| name).collect();
        assert!(came.iter().all(|name| name != "incoming_voice_call" && name != "call_accepted"), "{came:?}");
    }
    // Any of one's devices can hang up.
    done(&mut scene.desk, "call_ended", json!({ "callId": id })).await;
    assert_eq!(tablet.wait_for("call_ended").await["reason"], "hangup");
}

#[tokio::test]
async fn two_who_answer_at_once_are_told_apart() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut tablet = Socket::connect(&scene.dora).await;
    for _ in 0..10 {
        let id = scene.ring().await;
        tablet.wait_for("incoming_voice_call").await;
        let (one, other) =
            tokio::join!(scene.desk.ask("call_accepted", json!({ "callId": id })), tablet.ask("call_accepted", json!({ "callId": id })),);
        assert_ne!(one["success"], other["success"], "{one} {other}");
        let (winner, loser) = if one["success"] == true { (&mut scene.desk, &mut tablet) } else { (&mut tablet, &mut scene.desk) };
        assert_eq!(loser.wait_for("call_accepted").await["callId"], id.as_str());
        done(winner, "call_ended", json!({ "callId": id })).await;
        for socket in [&mut scene.phone, &mut scene.desk, &mut tablet] {
            assert_eq!(socket.wait_for("call_ended").await["callId"], id.as_str());
        }
    }
}

#[tokio::test]
async fn two_who_call_each_other_are_in_one_call() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    for _ in 0..10 {
        let (to_dora, to_ama) = (json!({ "recipientId": scene.dora.id }), json!({ "conversationId": scene.chat }));
        let (one, other) =
            tokio::join!(place(&mut scene.phone, "voice_call_request", to_dora), place(&mut scene.desk, "voice_call_request", to_ama),);
        assert_eq!(one["callId"], other["callId"]);
        let (first, second) = if other["joined"] == true { (&one, &other) } else { (&other, &one) };
        assert_eq!((&first["joined"], &second["joined"]), (&json!(false), &json!(true)));
        assert_eq!((&first["call"]["status"], &second["call"]["status"]), (&json!("ringing"), &json!("accepted")));
        let caller = if other["joined"] == true { &mut scene.phone } else { &mut scene.desk };
        assert_eq!(caller.wait_for("call_accepted").await["callId"], one["callId"]);
        done(&mut scene.phone, "call_ended", json!({ "callId": one["callId"] })).await;
        scene.over("call_ended").await;
        scene.quiet().await;
    }
    assert_eq!(scene.ama.history(&scene.chat).await.len(), 10, "one message a call");
}

#[tokio::test]
async fn whoever_asks_again_gets_the_same_call() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let id = scene.ring().await;
    let again = place(&mut scene.phone, "voice_call_request", json!({ "recipientId": scene.dora.id })).await;
    assert_eq!((&again["callId"], &again["joined"]), (&json!(id), &json!(false)));
    let mut tablet = Socket::connect(&scene.ama).await;
    let ack = tablet.ask("voice_call_request", json!({ "recipientId": scene.dora.id })).await;
    assert_eq!((&ack["code"], &ack["details"]["callId"]), (&json!("CONFLICT"), &json!(id)), "{ack}");
    assert!(scene.desk.so_far().await.iter().all(|(name, _)| name != "incoming_voice_call"));
}

#[tokio::test]
async fn old_clients_name_the_other_person() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    scene.ring().await;
    assert_eq!(refused(&mut scene.desk, "call_accepted", json!({ "callerId": scene.dora.id })).await, "NOT_FOUND");
    done(&mut scene.desk, "call_accepted", json!({ "callerId": scene.ama.id })).await;
    done(&mut scene.phone, "call_ended", json!({ "recipientId": scene.dora.id })).await;
    scene.over("call_ended").await;
    assert_eq!(refused(&mut scene.phone, "call_ended", json!({ "recipientId": scene.dora.id })).await, "NOT_FOUND");
    assert_eq!(refused(&mut scene.phone, "call_ended", Value::Null).await, "VALIDATION_ERROR");
}
