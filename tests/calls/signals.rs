//! What the devices tell each other to get connected.

use crate::{
    scene::{Scene, done, refused},
    support::{Server, socket::Socket},
};
use serde_json::{Value, json};

const MANY: usize = 1_000;

fn signal(id: &str, number: usize) -> Value {
    json!({ "callId": id, "signal": { "candidate": { "z": number, "a": null } } })
}

#[tokio::test]
async fn signals_come_whole_and_in_order() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut other = Socket::connect(&scene.dora).await;
    let id = scene.talk().await;
    let Scene { phone, desk, .. } = &mut scene;
    let send = async {
        for number in 0..MANY {
            phone.emit("call_signal", signal(&id, number)).await;
        }
    };
    let receive = async {
        for number in 0..MANY {
            assert_eq!(desk.wait_for("call_signal").await, signal(&id, number));
        }
    };
    tokio::join!(send, receive);
    done(desk, "call_signal", json!({ "callId": id, "signal": "any JSON" })).await;
    assert_eq!(phone.wait_for("call_signal").await, json!({ "callId": id, "signal": "any JSON" }));
    done(desk, "call_media", json!({ "callId": id, "audio": true, "video": false, "screen": true })).await;
    let media = phone.wait_for("call_media").await;
    assert_eq!(media, json!({ "callId": id, "userId": scene.dora.id, "audio": true, "video": false, "screen": true }));
    // A device that is not in the call hears nothing and has nothing to say.
    assert!(other.so_far().await.iter().all(|(name, _)| name != "call_signal" && name != "call_media"));
    assert_eq!(refused(&mut other, "call_signal", signal(&id, 0)).await, "CONFLICT");
    done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
    scene.over("call_ended").await;
    assert_eq!(refused(&mut scene.phone, "call_signal", signal(&id, 0)).await, "NOT_FOUND");
}

#[tokio::test]
async fn what_is_said_before_the_answer_waits_for_who_answers() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let mut other = Socket::connect(&scene.dora).await;
    let id = scene.ring().await;
    for number in 0..64 {
        done(&mut scene.phone, "call_signal", signal(&id, number)).await;
    }
    assert_eq!(refused(&mut scene.phone, "call_signal", signal(&id, 64)).await, "RATE_LIMITED");
    assert_eq!(refused(&mut scene.desk, "call_signal", signal(&id, 0)).await, "CONFLICT", "nobody is in it there yet");
    // The answer comes first, then what has waited.
    scene.desk.emit("call_accepted", json!({ "callId": id })).await;
    scene.phone.wait_for("call_accepted").await;
    done(&mut scene.phone, "call_signal", signal(&id, 64)).await;
    for number in 0..=64 {
        assert_eq!(scene.desk.wait_for("call_signal").await, signal(&id, number));
    }
    assert!(other.so_far().await.iter().all(|(name, _)| name != "call_signal"));
}

#[tokio::test]
async fn the_answer_comes_before_the_first_signal() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    for _ in 0..20 {
        let id = scene.ring().await;
        done(&mut scene.phone, "call_signal", signal(&id, 0)).await;
        let Scene { phone, desk, .. } = &mut scene;
        let talk = async {
            phone.wait_for("call_accepted").await;
            phone.emit("call_signal", signal(&id, 1)).await;
        };
        let answer = async {
            let answer = desk.ask("call_accepted", json!({ "callId": id })).await;
            assert_eq!(answer["success"], true);
            assert!(desk.events.iter().all(|(name, _)| name != "call_signal"), "{:?}", desk.events);
            assert_eq!([desk.wait_for("call_signal").await, desk.wait_for("call_signal").await], [signal(&id, 0), signal(&id, 1)]);
        };
        tokio::join!(talk, answer);
        done(&mut scene.phone, "call_ended", json!({ "callId": id })).await;
        scene.over("call_ended").await;
    }
}

#[tokio::test]
async fn signals_have_limits() {
    let server = Server::start();
    let mut scene = Scene::new(&server).await;
    let id = scene.ring().await;
    let sized = |bytes: usize| json!({ "callId": id, "signal": "x".repeat(bytes - 2) });
    assert_eq!(refused(&mut scene.phone, "call_signal", sized((32 << 10) + 1)).await, "PAYLOAD_TOO_LARGE");
    for _ in 0..8 {
        done(&mut scene.phone, "call_signal", sized(32 << 10)).await;
    }
    assert_eq!(refused(&mut scene.phone, "call_signal", sized(32 << 10)).await, "RATE_LIMITED", "so many bytes do not wait");
    for wrong in [json!({ "callId": id }), json!(id), json!([]), json!({ "signal": 1 }), json!(null), json!({ "callId": 5, "signal": 1 })] {
        assert_eq!(refused(&mut scene.phone, "call_signal", wrong.clone()).await, "VALIDATION_ERROR", "{wrong}");
    }
    let media = json!({ "callId": id, "audio": "yes" });
    assert_eq!(refused(&mut scene.phone, "call_media", media).await, "VALIDATION_ERROR");
    // A flood does not cut the other one off, whatever it does.
    done(&mut scene.desk, "call_accepted", json!({ "callId": id })).await;
    for _ in 0..8 {
        scene.desk.wait_for("call_signal").await;
    }
    for _ in 0..40 {
        let ack = scene.phone.ask("call_signal", sized(32 << 10)).await;
        assert!(ack["success"] == true || ack["code"] == "RATE_LIMITED", "{ack}");
    }
    done(&mut scene.desk, "call_ended", json!({ "callId": id })).await;
}
