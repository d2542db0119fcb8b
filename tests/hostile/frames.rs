//! Frames that make no sense close at most the socket that they came by.

use crate::{
    scene::{Scene, converse},
    support::{PATIENCE, socket::Socket},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

#[tokio::test]
async fn frames_that_make_no_sense_close_at_most_their_own_socket() {
    let scene = Scene::new().await;
    let deep = format!("42[\"send_message\",{}", "[".repeat(20_000));
    let frames = [
        "",
        "hello",
        "4",
        "42",
        "42[",
        "42]",
        "42[]",
        "42{}",
        "42[1]",
        "42[\"x\"",
        "42[null,{}]",
        "42[\"\"]",
        "421",
        "4299999999999999999999999[\"typing_start\"]",
        "99",
        "4",
        "0",
        "6",
        "7",
        "40",
        "40{",
        "40/admin,{}",
        "41",
        "41/nowhere,",
        "43",
        "430[",
        "439999[\"x\"]",
        "44",
        "45",
        "451-[\"x\",{\"_placeholder\":true,\"num\":0}]",
        "4599999999-[\"x\"]",
        "450-[\"x\"]",
        "46",
        "461-0[]",
        "42[\"connect\"]",
        "42[\"disconnect\"]",
        "42[\"connect_error\",{}]",
        "42[\"disconnecting\"]",
        "42[\"newListener\"]",
        "42[\"__proto__\",{}]",
        "42[\"send_message\",{\"content\":\"\\ud800\"}]",
        "1",
        "2probe",
        "3probe",
        "5",
        "\u{0}\u{0}\u{0}",
        &deep,
    ];
    for frame in frames {
        let mut socket = Socket::connect(&scene.stranger).await;
        socket.write(frame).await;
        socket.cut();
    }
    let mut socket = Socket::connect(&scene.stranger).await;
    let odd = [
        json!(null),
        json!(5),
        json!([]),
        json!({}),
        json!("x"),
        json!({ "conversationId": 5 }),
        json!({ "messageId": [] }),
        json!("\u{0}"),
        json!("x".repeat(5000)),
    ];
    let events = [
        "join",
        "leave",
        "join_conversation",
        "leave_conversation",
        "send_message",
        "typing_start",
        "typing_stop",
        "file_sending",
        "message_delivered",
        "message_read",
        "user_busy",
        "update_availability",
        "message_edited",
        "message_deleted",
        "message_reaction_added",
        "message_reaction_removed",
        "chat_mute_toggled",
        "chat_pin_toggled",
        "voice_call_request",
        "call_accepted",
        "call_signal",
        "nonsense",
        "",
    ];
    for event in events {
        for data in &odd {
            let answer = socket.ask(event, data.clone()).await;
            if answer["success"] == false {
                assert!(
                    answer["code"].is_string() && answer["message"].is_string() && answer["details"].is_object(),
                    "{event} {data}: {answer}"
                );
                assert_ne!(answer["code"], "INTERNAL_ERROR", "{event} {data}: {answer}");
            } else {
                assert_eq!(answer["success"], true, "{event} {data}: {answer}");
            }
        }
    }
    // Without an acknowledgement, the refusal comes as an event.
    socket.emit("send_message", json!({ "conversationId": scene.conversation, "content": "let me in" })).await;
    let refusal = socket.wait_for("error").await;
    assert!(refusal["message"].is_string() && refusal["code"].is_string() && refusal["event"] == "send_message", "{refusal}");
    scene.still_serves().await;
}

#[tokio::test]
async fn raw_frames_against_the_protocol_and_oversize_ones_are_cut() {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};
    let scene = Scene::new().await;
    let url = format!("ws://{}/socket.io/?EIO=4&transport=websocket", scene.server.address());
    let auth = format!("40{}", json!({ "token": scene.stranger.token }));
    for large in [
        Message::text("4".repeat(70_000)),
        Message::binary(vec![0; 70_000]),
        Message::text(format!("42[\"send_message\",\"{}\"]", "x".repeat(1 << 20))),
    ] {
        let (mut stream, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        assert!(converse(&mut stream, &auth).await.starts_with("40"));
        let _ = stream.send(large).await;
        let mut closed = None;
        while let Some(Ok(message)) = timeout(PATIENCE, stream.next()).await.unwrap() {
            if let Message::Close(frame) = message {
                closed = frame.map(|frame| frame.code);
                break;
            }
        }
        assert_eq!(closed, Some(CloseCode::Size), "a frame over 64 KiB closes with 1009");
    }
    let upgrade = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        scene.server.address()
    );
    let long_ping = [&[0x89, 0xfe, 0xff, 0xff][..], &[0; 4 + 0xffff]].concat();
    let endless = [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let nonsense: [(&str, &[u8]); 6] = [
        ("not masked", &[0x81, 0x05, b'h', b'e', b'l', b'l', b'o']),
        ("reserved bits", &[0xf1, 0x80, 0, 0, 0, 0]),
        ("a reserved kind", &[0x83, 0x80, 0, 0, 0, 0]),
        ("a ping of 64 KiB", &long_ping),
        ("a length of 2^63", &endless),
        ("all bits", &[0xff; 64]),
    ];
    for (name, bytes) in nonsense {
        let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let mut rest = Vec::new();
        let closed = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{name}: the connection stays open");
    }
    scene.still_serves().await;
}
