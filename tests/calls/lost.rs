//! Lost lines, time that runs out, and servers that die in the middle of it.

use crate::{
    scene::{Scene, done, place, refused, text},
    support::{Server, http::Person, socket::Socket},
};
use serde_json::{Value, json};

/// Ringing and coming back end as soon as the settings allow.
fn hasty() -> Server {
    Server::with(&[("MOMMYCARE_CALLS__RING_TIMEOUT", "10"), ("MOMMYCARE_CALLS__GRACE", "5")])
}

/// Nobody waits long for anything but what a test waits for.
fn patient() -> Server {
    Server::with(&[("MOMMYCARE_CALLS__RING_TIMEOUT", "120"), ("MOMMYCARE_CALLS__GRACE", "120")])
}

#[tokio::test]
async fn a_call_that_nobody_answers_was_missed() {
    let server = hasty();
    let mut scene = Scene::new(&server).await;
    // Also where nobody is there to hear it.
    let (mia, iris) = (Person::register(&server, "Mia", "mom").await, Person::register(&server, "Iris", "midwife").await);
    let mut other = Socket::connect(&mia).await;
    place(&mut other, "voice_call_request", json!({ "recipientId": iris.id })).await;
    let id = scene.ring().await;
    let over = scene.over("call_ended").await;
    assert_eq!((&over["callId"], &over["status"], &over["reason"]), (&json!(id), &json!("missed"), &json!("missed")));
    assert_eq!(other.wait_for("call_ended").await["status"], "missed");
    assert_eq!(iris.get("/api/chat/calls/missed").await.data()["count"], 1);
    assert_eq!(scene.desk.wait_for("calls_missed").await["count"], 1);
    assert_eq!(scene.newest().await["content"], "Missed voice call");
    assert_eq!(refused(&mut scene.desk, "call_accepted", json!({ "callId": id })).await, "CONFLICT");
    assert_eq!(scene.ama.get("/api/chat/calls/active").await.data(), &Value::Null);
}

#[tokio::test]
async fn whoever_comes_back_in_time_goes_on_talking() {
    let server = patient();
    let mut scene = Scene::new(&server).await;
    let id = scene.talk().await;
    // A page is loaded anew.
    std::mem::replace(&mut scene.desk, Socket::connect(&scene.dora).await).cut();
    let lost = scene.phone.wait_for("call_connection").await;
    assert_eq!((&lost["callId"], &lost["userId"], &lost["connected"]), (&json!(id), &json!(scene.dora.id), &json!(false)));
    assert!(lost["until"].is_string());
    let away = done(&mut scene.phone, "call_signal", json!({ "callId": id, "signal": "lost" })).await;
    assert_eq!(away["delivered"], false);
    assert_eq!(refused(&mut scene.desk, "call_signal", json!({ "callId": id, "signal": 1 })).await, "CONFLICT");
    let back = done(&mut scene.desk, "call_resume", json!({ "callId": id })).await;
    assert_eq!((&back["call"]["status"], &back["iceServers"]), (&json!("accepted"), &json!([])));
    let told = scene.phone.wait_for("call_connection").await;
    assert_eq!((&told["userId"], &told["connected"], &told["resumed"]), (&json!(scene.dora.id), &json!(true), &json!(true)));
    for number in 0..10 {
        scene.phone.emit("call_signal", json!({ "callId": id, "signal": number })).await;
        scene.desk.emit("call_signal", json!({ "callId": id, "signal": number })).await;
    }
    for number in 0..10 {
        assert_eq!(scene.desk.wait_for("call_signal").await["signal"], number);
        assert_eq!(scene.phone.wait_for("call_signal").await["signal"], number);
    }
    // The caller too, and on another device, while the old one still thinks it is there.
    let mut tablet = Socket::connect(&scene.ama).await;
    done(&mut tablet, "call_resume", json!({ "callId": id })).await;
    assert_eq!(scene.desk.wait_for("call_connection").await["userId"], scene.ama.id.as_str());
    let moved = scene.phone.wait_for("call_connection").await;
    assert_eq!((&moved["userId"], &moved["connected"]), (&json!(scene.ama.id), &json!(false)));
    done(&mut scene.desk, "call_signal", json!({ "callId": id, "signal": "here" })).await;
    assert_eq!(tablet.wait_for("call_signal").await["signal"], "here");
    // What becomes of the old device means nothing any more.
    std::mem::replace(&mut scene.phone, Socket::connect(&scene.ama).await).cut();
    done(&mut tablet, "call_ended", json!({ "callId": id })).await;
    assert_eq!(scene.over("call_ended").await["reason"], "hangup");
}

#[tokio::test]
async fn whoever_comes_back_leaves_a_call_alone_that_was_taken_elsewhere_meanwhile() {
    let server = patient();
    let mut scene = Scene::new(&server).await;
    let id = scene.talk().await;
    let had = scene.desk.id.clone();
    let line = |names: &[&str]| json!({ "callId": id, "line": names });
    // The tablet takes the call while the desk is away.
    std::mem::replace(&mut scene.desk, Socket::connect(&scene.dora).await).cut();
    assert_eq!(scene.phone.wait_for("call_connection").await["connected"], false);
    let mut tablet = Socket::connect(&scene.dora).await;
    done(&mut tablet, "call_resume", json!({ "callId": id })).await;
    assert_eq!(scene.phone.wait_for("call_connection").await["connected"], true);
    let ack = scene.desk.ask("call_resume", line(&[&had])).await;
    assert_eq!((&ack["code"], &ack["details"]), (&json!("CONFLICT"), &json!({ "elsewhere": true })), "{ack}");
    assert_eq!(refused(&mut scene.desk, "call_resume", line(&[])).await, "CONFLICT");
    done(&mut tablet, "call_signal", json!({ "callId": id, "signal": "here" })).await;
    assert_eq!(scene.phone.wait_for("call_signal").await["signal"], "here");
    // Nobody has said a word of it to the other one, nor to the tablet.
    for socket in [&mut scene.phone, &mut tablet] {
        let told = socket.so_far().await;
        assert!(told.iter().all(|(name, _)| !name.starts_with("call_")), "{told:?}");
    }
    // A line that broke without the server's knowing is its own; so is one whose answer was lost on the way.
    let (mut second, mut third) = (Socket::connect(&scene.dora).await, Socket::connect(&scene.dora).await);
    let known = [tablet.id.clone(), second.id.clone()];
    done(&mut second, "call_resume", line(&[&known[0]])).await;
    done(&mut third, "call_resume", line(&[&known[0], &known[1]])).await;
    // The old ones mean nothing any more, whoever names them; and lost is lost, so anybody may go on.
    assert_eq!(refused(&mut second, "call_resume", line(&[&known[0], &known[1]])).await, "CONFLICT");
    third.cut();
    loop {
        if scene.phone.wait_for("call_connection").await["connected"] == false {
            break;
        }
    }
    done(&mut scene.desk, "call_resume", line(&[&had])).await;
    // So does who takes it without a word about lines, as before.
    done(&mut tablet, "call_resume", json!({ "callId": id })).await;
    assert_eq!(scene.desk.wait_for("call_connection").await["connected"], false);
    // There are only so many connections.
    let many = vec!["x"; 17];
    let ack = tablet.ask("call_resume", line(&many)).await;
    assert_eq!((&ack["code"], &ack["details"]["errors"][0]["field"]), (&json!("VALIDATION_ERROR"), &json!("line")), "{ack}");
    assert_eq!(refused(&mut tablet, "call_resume", json!({ "callId": id, "line": "x" })).await, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_caller_who_is_away_for_a_moment_keeps_ringing() {
    let server = patient();
    let mut scene = Scene::new(&server).await;
    let id = scene.ring().await;
    done(&mut scene.phone, "call_signal", json!({ "callId": id, "signal": "first" })).await;
    std::mem::replace(&mut scene.phone, Socket::connect(&scene.ama).await).cut();
    assert_eq!(refused(&mut scene.desk, "call_resume", json!({ "callId": id })).await, "CONFLICT");
    done(&mut scene.phone, "call_resume", json!({ "callId": id })).await;
    done(&mut scene.desk, "call_accepted", json!({ "callId": id })).await;
    assert_eq!(scene.phone.wait_for("call_accepted").await["callId"], id.as_str());
    assert_eq!(scene.desk.wait_for("call_signal").await["signal"], "first");
}

#[tokio::test]
async fn whoever_does_not_come_back_has_left() {
    let server = Server::with(&[("MOMMYCARE_CALLS__RING_TIMEOUT", "120"), ("MOMMYCARE_CALLS__GRACE", "5")]);
    let mut scene = Scene::new(&server).await;
    let id = scene.talk().await;
    let watcher = Socket::connect(&scene.dora).await;
    std::mem::replace(&mut scene.desk, watcher).cut();
    assert_eq!(scene.phone.wait_for("call_connection").await["connected"], false);
    let over = scene.over("call_ended").await;
    assert_eq!((&over["callId"], &over["status"], &over["reason"]), (&json!(id), &json!("ended"), &json!("connection_lost")));
    assert!(over["duration"].as_u64().unwrap() >= 5, "the time of grace counts: {over}");
    assert_eq!(refused(&mut scene.desk, "call_resume", json!({ "callId": id })).await, "CONFLICT");
    assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data()["count"], 0);
    // A caller who goes away while it rings.
    let id = scene.ring().await;
    std::mem::replace(&mut scene.phone, Socket::connect(&scene.ama).await).cut();
    let over = scene.over("call_ended").await;
    assert_eq!((&over["callId"], &over["status"], &over["reason"]), (&json!(id), &json!("cancelled"), &json!("connection_lost")));
    assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data()["count"], 1);
}

#[tokio::test]
async fn whoever_may_not_talk_any_more_is_parted() {
    let server = patient();
    let admin = Person::set_up(&server).await;
    for talks in [false, true] {
        let mut scene = Scene::new(&server).await;
        let id = if talks { scene.talk().await } else { scene.ring().await };
        assert_eq!(admin.post(&format!("/api/admin/users/{}/disable", scene.dora.id), json!({})).await.status, 200);
        let over = scene.phone.wait_for("call_ended").await;
        let status = if talks { "ended" } else { "cancelled" };
        assert_eq!((&over["callId"], &over["status"], &over["reason"]), (&json!(id), &json!(status), &json!("removed")));
    }
    // A change that takes no right away ends nothing.
    let mut scene = Scene::new(&server).await;
    let id = scene.talk().await;
    done(&mut scene.desk, "update_availability", json!("busy")).await;
    assert_eq!(scene.dora.put("/api/auth/profile", json!({ "firstName": "Doro" })).await.status, 200);
    done(&mut scene.phone, "call_signal", json!({ "callId": id, "signal": 1 })).await;
    assert_eq!(scene.desk.wait_for("call_signal").await["signal"], 1);
    // Whoever becomes a mother does not call mothers.
    assert_eq!(admin.patch(&format!("/api/admin/users/{}/role", scene.dora.id), json!({ "role": "mom" })).await.status, 200);
    assert_eq!(scene.phone.wait_for("call_ended").await["reason"], "removed");
}

#[tokio::test]
async fn a_kill_ends_every_call_once() {
    let mut server = patient();
    let (mut ringing, mut talking) = (Scene::new(&server).await, Scene::new(&server).await);
    let (mut lost, mut over, mut busy) = (Scene::new(&server).await, Scene::new(&server).await, Scene::new(&server).await);
    let rings = ringing.ring().await;
    let talks = talking.talk().await;
    let loses = lost.talk().await;
    std::mem::replace(&mut lost.desk, Socket::connect(&lost.dora).await).cut();
    lost.phone.wait_for("call_connection").await;
    let was = over.talk().await;
    done(&mut over.phone, "call_ended", json!({ "callId": was })).await;
    done(&mut busy.desk, "user_busy", json!(true)).await;
    place(&mut busy.phone, "voice_call_request", json!({ "recipientId": busy.dora.id })).await;
    for _ in 0..2 {
        server.kill();
        server.restart();
        for (scene, id, status, reason, missed) in [
            (&mut ringing, Some(&rings), "missed", "server_restart", 1),
            (&mut talking, Some(&talks), "ended", "server_restart", 0),
            (&mut lost, Some(&loses), "ended", "server_restart", 0),
            (&mut over, Some(&was), "ended", "hangup", 0),
            (&mut busy, None, "busy", "busy", 1),
        ] {
            scene.come_back().await;
            let calls = scene.dora.get("/api/chat/calls").await.data().clone();
            assert_eq!(calls.as_array().unwrap().len(), 1);
            assert!(id.is_none_or(|id| calls[0]["id"] == id.as_str()));
            assert_eq!((&calls[0]["status"], &calls[0]["endReason"]), (&json!(status), &json!(reason)));
            assert!(calls[0]["duration"].as_u64().unwrap() < 60);
            let history = scene.ama.history(&scene.chat).await;
            assert_eq!(history.len(), 1, "one message: {history:?}");
            assert_eq!(history[0]["systemData"]["status"], status);
            assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data()["count"], missed);
            assert_eq!(scene.ama.get("/api/chat/calls/active").await.data(), &Value::Null);
        }
    }
    // They can call again, and who asks for the old call learns that it is over.
    let (mut phone, mut desk) = (Socket::connect(&talking.ama).await, Socket::connect(&talking.dora).await);
    let ack = phone.ask("call_resume", json!({ "callId": talks })).await;
    assert_eq!((&ack["code"], &ack["details"]["status"]), (&json!("CONFLICT"), &json!("ended")));
    let placed = place(&mut phone, "voice_call_request", json!({ "recipientId": talking.dora.id })).await;
    assert_eq!(desk.wait_for("incoming_voice_call").await["callId"], placed["callId"]);
    assert_eq!(text(&done(&mut desk, "call_accepted", json!({ "callId": placed["callId"] })).await["call"]["status"]), "accepted");
}

#[tokio::test]
async fn a_start_on_a_full_disk_lets_everything_be_read() {
    const MIN_FREE: &str = "MOMMYCARE_STORE__MIN_FREE";
    let mut server = patient();
    let mut scene = Scene::new(&server).await;
    let sent = scene.ama.say(&scene.chat, "good morning").await;
    scene.talk().await;
    server.kill();
    // So full is every disk.
    server.set(MIN_FREE, "1048576GiB");
    server.restart();
    (scene.ama, scene.dora) = (scene.ama.anew(), scene.dora.anew());
    assert_eq!(scene.dora.history(&scene.chat).await[0]["id"], sent["id"]);
    let mut desk = Socket::connect(&scene.dora).await;
    let words = json!({ "conversationId": scene.chat, "content": "and now?" });
    assert_eq!(scene.ama.post("/api/chat/send", words.clone()).await.error(), (503, "STORAGE_FULL"));
    assert_eq!(refused(&mut desk, "send_message", words.clone()).await, "STORAGE_FULL");
    assert_eq!(refused(&mut desk, "voice_call_request", json!({ "conversationId": scene.chat })).await, "STORAGE_FULL");
    assert_eq!(scene.ama.get("/health/ready").await.error(), (503, "STORAGE_FULL"));
    server.kill();
    server.set(MIN_FREE, "16MiB");
    server.restart();
    scene.come_back().await;
    let calls = scene.ama.get("/api/chat/calls").await.data().clone();
    assert_eq!((&calls[0]["status"], &calls[0]["endReason"]), (&json!("ended"), &json!("server_restart")));
    assert_eq!(scene.ama.history(&scene.chat).await.len(), 2);
    assert_eq!(scene.ama.post("/api/chat/send", words).await.status, 201);
}

#[tokio::test]
async fn a_stop_ends_calls_too() {
    let mut server = patient();
    let mut scene = Scene::new(&server).await;
    scene.talk().await;
    assert!(server.terminate().1);
    server.restart();
    scene.come_back().await;
    let calls = scene.ama.get("/api/chat/calls").await.data().clone();
    assert_eq!((&calls[0]["status"], &calls[0]["endReason"]), (&json!("ended"), &json!("server_restart")));
    assert_eq!(scene.ama.history(&scene.chat).await.len(), 1);
}

#[tokio::test]
async fn a_flood_hurts_nobody_else() {
    let server = Server::with(&[("MOMMYCARE_LIMITS__ENABLED", "true"), ("MOMMYCARE_CALLS__GRACE", "120")]);
    let mut scene = Scene::new(&server).await;
    let id = scene.talk().await;
    let Scene { phone, desk, dora, .. } = &mut scene;
    // Far more than anybody may send, without looking at what comes back.
    for number in 0..2_000 {
        phone.emit("call_signal", json!({ "callId": id, "signal": number })).await;
    }
    // The one who floods is refused, or cut off.
    phone.try_ask("join", json!(null)).await;
    assert_eq!(desk.wait_for("call_signal").await["signal"], 0);
    assert_eq!(done(desk, "join", json!(dora.id)).await["userId"], dora.id.as_str(), "the other one is still there");
    let signals = desk.events.iter().filter(|(name, _)| name == "call_signal");
    assert!(signals.map(|(_, data)| data["signal"].as_u64().unwrap()).is_sorted());
}
