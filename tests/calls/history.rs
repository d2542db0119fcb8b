//! What is left of calls: lists, the badge, figures.

use crate::{
    scene::{Scene, done, place, refused, text},
    support::{Server, http::Person, socket::Socket},
};
use serde_json::{Value, json};

/// Statuses of a list of calls.
fn statuses(calls: &Value) -> Vec<String> {
    calls.as_array().unwrap().iter().map(|call| text(&call["status"])).collect()
}

#[tokio::test]
async fn calls_are_listed_newest_first_and_in_pages() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let id = if number == 2 { scene.talk().await } else { scene.ring().await };
        // Ama gives up, but for the last one, which Dora does not want.
        let (socket, event) = if number == 4 { (&mut scene.desk, "call_rejected") } else { (&mut scene.phone, "call_ended") };
        done(socket, event, json!({ "callId": id })).await;
        scene.over(event).await;
        ids.push(id);
    }
    let mia = Person::register(&server, "Mia", "mom").await;
    let mut other = Socket::connect(&mia).await;
    let elsewhere = place(&mut other, "video_call_request", json!({ "recipientId": scene.dora.id })).await;
    done(&mut other, "call_ended", json!({ "callId": elsewhere["callId"] })).await;

    let of_ama = scene.ama.get("/api/chat/calls").await;
    assert_eq!(statuses(of_ama.data()), ["rejected", "cancelled", "ended", "cancelled", "cancelled"]);
    let listed: Vec<_> = of_ama.data().as_array().unwrap().iter().rev().map(|call| text(&call["id"])).collect();
    assert_eq!(listed, ids);
    let newest = &of_ama.data()[0];
    assert_eq!(
        (&newest["callerName"], &newest["calleeName"], &newest["direction"]),
        (&json!("Ama Test"), &json!("Dora Test"), &json!("out"))
    );
    assert!(of_ama.data().as_array().unwrap().iter().all(|call| call["missed"] == false && call["seen"] == true));

    let of_dora = scene.dora.get("/api/chat/calls?limit=2&page=2").await;
    assert_eq!(statuses(of_dora.data()), ["cancelled", "ended"]);
    let page = &of_dora.body["pagination"];
    assert_eq!((&page["total"], &page["pages"], &page["hasNext"], &page["hasPrev"]), (&json!(6), &json!(3), &json!(true), &json!(true)));
    assert_eq!(scene.dora.get("/api/chat/calls?page=9").await.data(), &json!([]));
    for (query, expected) in [
        ("conversationId={chat}", vec!["rejected", "cancelled", "ended", "cancelled", "cancelled"]),
        ("conversationId={chat}&missed=true", vec!["cancelled"; 3]),
        ("conversationId={chat}&missed=true&limit=2&page=2", vec!["cancelled"; 1]),
        ("missed=true", vec!["cancelled"; 4]),
        ("missed=true&limit=3", vec!["cancelled"; 3]),
        ("missed=false&limit=1", vec!["cancelled"]),
    ] {
        let query = query.replace("{chat}", &scene.chat);
        let reply = scene.dora.get(&format!("/api/chat/calls?{query}")).await;
        assert_eq!(statuses(reply.data()), expected, "{query}");
    }
    assert_eq!(scene.ama.get("/api/chat/calls?missed=true").await.data(), &json!([]));
    // Others see none of it, and learn nothing.
    let chat = |id: &str| format!("/api/chat/calls?conversationId={id}");
    assert_eq!(mia.get("/api/chat/calls").await.data().as_array().unwrap().len(), 1);
    let (real, random) = (mia.get(&chat(&scene.chat)).await, mia.get(&chat("00000000000000ff")).await);
    assert_eq!((real.error(), &real.body), ((404, "CONVERSATION_NOT_FOUND"), &random.body));
    for wrong in ["page=0", "limit=0", "page=x", "missed=maybe"] {
        assert_eq!(scene.ama.get(&format!("/api/chat/calls?{wrong}")).await.error(), (400, "VALIDATION_ERROR"), "{wrong}");
    }
}

#[tokio::test]
async fn missed_calls_are_counted_until_they_are_seen() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut tablet = Socket::connect(&scene.dora).await;
    for count in 1..=2 {
        let id = scene.ring().await;
        done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
        for socket in [&mut scene.desk, &mut tablet] {
            assert_eq!(socket.wait_for("calls_missed").await, json!({ "count": count }));
        }
        assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data(), &json!({ "count": count }));
    }
    assert_eq!(scene.ama.get("/api/chat/calls/missed").await.data(), &json!({ "count": 0 }));
    let seen = |calls: &Value| calls.as_array().unwrap().iter().all(|call| call["seen"] == true);
    assert!(!seen(scene.dora.get("/api/chat/calls?missed=true").await.data()));
    assert_eq!(scene.dora.patch("/api/chat/calls/seen", json!({})).await.data(), &json!({ "count": 0 }));
    for socket in [&mut scene.desk, &mut tablet] {
        assert_eq!(socket.wait_for("calls_missed").await, json!({ "count": 0 }));
    }
    assert!(seen(scene.dora.get("/api/chat/calls?missed=true").await.data()));
    // One that comes later is not seen.
    let id = scene.ring().await;
    done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
    assert_eq!(scene.desk.wait_for("calls_missed").await, json!({ "count": 1 }));
    assert_eq!(done(&mut scene.desk, "calls_seen", json!(null)).await, json!({ "count": 0 }));
    assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data(), &json!({ "count": 0 }));
    // Nobody misses what they did not want.
    let id = scene.ring().await;
    done(&mut scene.desk, "call_rejected", json!({ "callId": id })).await;
    assert_eq!(scene.dora.get("/api/chat/calls/missed").await.data(), &json!({ "count": 0 }));
}

#[tokio::test]
async fn the_active_call_is_known_to_both() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let path = "/api/chat/calls/active";
    assert_eq!(scene.ama.get(path).await.data(), &Value::Null);
    let id = scene.ring().await;
    for (person, direction) in [(&scene.ama, "out"), (&scene.dora, "in")] {
        let call = person.get(path).await.data().clone();
        assert_eq!((&call["id"], &call["status"], &call["direction"]), (&json!(id), &json!("ringing"), &json!(direction)));
        assert!(call["expiresAt"].is_string());
    }
    done(&mut scene.desk, "call_accepted", json!({ "callId": id })).await;
    let call = scene.ama.get(path).await.data().clone();
    assert_eq!((&call["status"], &call["expiresAt"]), (&json!("accepted"), &Value::Null));
    done(&mut scene.desk, "call_ended", json!({ "callId": id })).await;
    assert_eq!(scene.dora.get(path).await.data(), &Value::Null);
    assert_eq!(scene.ama.get("/api/chat/ice-servers").await.data(), &json!({ "iceServers": [], "relayOnly": false, "ttl": null }));
}

#[tokio::test]
async fn figures_count_calls() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let admin = Person::set_up(&server).await;
    // Those that go on, for whoever watches the server: how many ring, and in how many people talk.
    let live = async || {
        let text = admin.get("/metrics").await.body.as_str().unwrap().to_owned();
        ["calls_ringing", "calls_active"].map(|name| {
            let line = text.lines().find_map(|line| line.strip_prefix(&format!("mommycare_{name} "))).expect(name);
            line.parse::<u64>().unwrap()
        })
    };
    assert_eq!(live().await, [0, 0]);
    for talks in [true, false, false] {
        let id = if talks { scene.talk().await } else { scene.ring().await };
        assert_eq!(live().await, if talks { [0, 1] } else { [1, 0] });
        done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
        scene.over("call_ended").await;
        assert_eq!(live().await, [0, 0]);
    }
    for (person, made, answered, missed) in [(&scene.ama, 3, 1, 0), (&scene.dora, 0, 1, 2), (&admin, 3, 1, 2)] {
        let totals = person.get("/api/chat/statistics").await.data()["totals"].clone();
        let figures = [&totals["callsMade"], &totals["callsAnswered"], &totals["callsMissed"]];
        assert_eq!(figures, [&json!(made), &json!(answered), &json!(missed)], "{totals}");
        assert!(totals["callSeconds"].is_u64());
    }
}

#[tokio::test]
async fn what_tells_of_a_call_is_a_message_like_others() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    done(&mut scene.desk, "chat_archive_toggled", json!({ "conversationId": scene.chat, "archived": true })).await;
    let id = scene.ring().await;
    done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
    let told = scene.desk.wait_for("new_message").await;
    let data = &told["message"]["systemData"];
    assert_eq!((&data["callId"], &data["status"], &data["reason"]), (&json!(id), &json!("cancelled"), &json!("cancelled")));
    assert_eq!(scene.phone.wait_for("new_message").await["message"]["systemData"], *data, "the caller is told too");
    // It brings the conversation back, shows in the list, and makes nothing unread.
    let inbox = scene.dora.get("/api/chat/conversations").await.data().clone();
    let (unread, last) = (&inbox[0]["unreadCount"], &inbox[0]["lastMessage"]);
    assert_eq!((unread, &last["content"], &last["isSystemMessage"]), (&json!(0), &json!("Missed voice call"), &json!(true)));
    assert_eq!(last["systemData"], *data);
    let changes = scene.dora.get(&format!("/api/chat/conversations/{}/changes?since=0", scene.chat)).await;
    assert_eq!(changes.data()["messages"][0]["systemData"], *data);
    let message = text(&told["id"]);
    assert_eq!(refused(&mut scene.phone, "message_edited", json!({ "messageId": message, "content": "no" })).await, "FORBIDDEN");
}
