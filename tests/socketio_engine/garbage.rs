//! What makes no sense is refused in the shape of the protocol and ends at most the session that sent it.

use crate::socketio_support::{Told, base, start};
use mommycare::socketio::{CloseReason, Config};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_only_the_session_that_sent_it() {
    let mut running = start(Config { namespaces: 1, attachments: 2, attachment_bytes: 10, ..Config::default() }).await;
    let (mut good, _) = running.join().await;
    let deep = format!("42{}", "[".repeat(60_000));
    let bad: &[&[Message]] = &[
        &["".into()],
        &["x".into()],
        &["0".into()],
        &["2".into()],
        &["5".into()],
        &["4".into()],
        &["49".into()],
        &["42".into()],
        &["42{}".into()],
        &["42[]".into()],
        &["42[1]".into()],
        &["42[\"a\"".into()],
        &["42[\"a\"] ".into(), "42[\"a\"]x".into()],
        &["42abc[\"a\"]".into()],
        &["42/nowhere,[\"a\"]".into()],
        &["40".into()],
        &["40{".into()],
        &["40/a".into()],
        &["44{}".into()],
        &["43[]".into()],
        &["453-[\"a\"]".into()],
        &["451-[\"a\"]".into(), "42[\"b\"]".into()],
        &["451-[\"a\"]".into(), Message::binary(vec![0; 11])],
        &[Message::binary(vec![1])],
        &["499999999999999999999-[\"a\"]".into()],
        &[deep.as_str().into()],
    ];
    for messages in bad {
        let (mut ws, _) = running.join().await;
        for message in *messages {
            // The first may have ended it already.
            let _ = futures_util::SinkExt::send(&mut ws.0, message.clone()).await;
        }
        ws.close_code().await;
        loop {
            match running.told().await {
                Told::Disconnected(_, reason) => {
                    assert!(matches!(reason, CloseReason::Protocol | CloseReason::TooLarge), "{messages:?}: {reason:?}");
                    break;
                }
                Told::Connected(_) | Told::Event(..) => {}
                other @ Told::Throttled(_) => panic!("{other:?}"),
            }
        }
    }
    good.send(r#"421["echo",1]"#).await;
    assert_eq!(good.text().await, "431[1]");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_websocket_frame_end_the_connection() {
    let mut running = start(Config::default()).await;
    let (ws, _) = running.join().await;
    let mut raw = ws.0;
    let tokio_tungstenite::MaybeTlsStream::Plain(tcp) = raw.get_mut() else { panic!("plain TCP") };
    tcp.write_all(&[0xff; 64]).await.unwrap();
    assert_eq!(running.disconnected().await, CloseReason::Protocol);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_make_no_sense_are_refused_in_the_shape_of_the_protocol() {
    let running = start(Config::default()).await;
    let url = base(running.address);
    for (url, body) in [
        (url.replace("EIO=4", "EIO=3"), r#"{"code":5,"message":"Unsupported protocol version"}"#),
        (url.replace("polling", "smoke"), r#"{"code":0,"message":"Transport unknown"}"#),
        (url.replace("polling", "websocket"), r#"{"code":3,"message":"Bad request"}"#),
        (format!("{url}&sid=unknown"), r#"{"code":1,"message":"Session ID unknown"}"#),
    ] {
        let answer = reqwest::get(&url).await.unwrap();
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.headers()["Content-Type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), body);
    }
    // A head that never ends does not matter either; it only costs its own connection.
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    tcp.write_all(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n").await.unwrap();
    let mut answer = [0; 12];
    tcp.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
}
