//! Size, speed and number have limits, and whoever passes one is told so while nobody else waits.

use crate::{
    news, packet,
    socketio_support::{PATIENCE, Polling, Told, Ws, base, soon, start},
};
use mommycare::socketio::{CloseReason, Config, Packet, Rate};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};
use tokio_tungstenite::tungstenite::{Error, Message};

#[tokio::test(flavor = "multi_thread")]
async fn an_oversize_message_closes_with_1009() {
    let mut running = start(Config::default()).await;
    let max = running.server.engine().config().max_payload;
    let of_size = |size: usize| format!(r#"421["echo","{}"]"#, "x".repeat(size - 14));
    let (mut ws, _) = running.join().await;
    let fits = of_size(max);
    assert_eq!(fits.len(), 65_536);
    ws.send(&fits).await;
    assert!(ws.text().await.len() > 65_000);
    ws.send(&of_size(max + 1)).await;
    assert_eq!(ws.close_code().await, Some(1009));
    assert_eq!(running.disconnected().await, CloseReason::TooLarge);

    // The code arrives also when the client is still busy sending.
    let (mut ws, _) = running.join().await;
    let _ = futures_util::SinkExt::send(&mut ws.0, Message::binary(vec![0; 8 << 20])).await;
    assert_eq!(ws.close_code().await, Some(1009));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversize_post_gets_413_and_the_session_goes_on() {
    let mut running = start(Config::default()).await;
    let max = running.server.engine().config().max_payload;
    let (polling, _) = running.join_by_polling().await;
    let (status, _) = polling.post(vec![b'4'; max + 1]).await;
    assert_eq!(status, 413);
    // Nor does it help not to say how much will come.
    let mut tcp = TcpStream::connect(running.address).await.unwrap();
    let head = format!("POST /socket.io/?EIO=4&transport=polling&sid={} HTTP/1.1", polling.sid);
    let body = "4".repeat(max + 1);
    let request = format!("{head}\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", max + 1);
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tcp.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    let fits = format!(r#"421["echo","{}"]"#, "x".repeat(max - 14));
    assert_eq!(polling.post(fits).await.0, 200);
    assert!(polling.get().await.1.starts_with(r#"431["xxx"#));
    assert_eq!(polling.post(vec![0xff, 0xfe]).await.0, 400);
    assert_eq!(running.disconnected().await, CloseReason::Protocol);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_that_does_not_arrive_is_not_waited_for() {
    let mut running = start(Config { body_timeout: Duration::from_secs(2), ..Config::default() }).await;
    let (polling, socket) = running.join_by_polling().await;
    // Rocket itself looks at the first 14 bytes, and waits for them as long as it takes.
    for (sid, status, refusal) in [
        (polling.sid.as_str(), "408", r#"{"code":3,"message":"The body did not arrive in time"}"#),
        ("a-stranger", "400", r#"{"code":1,"message":"Session ID unknown"}"#),
    ] {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        let head = format!("POST /socket.io/?EIO=4&transport=polling&sid={sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000");
        tcp.write_all(format!("{head}\r\n\r\n42[\"words that stop\"").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        // However it closes, what it has said counts.
        let _ = soon(tcp.read_to_end(&mut answer)).await;
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.ends_with(refusal), "{answer}");
    }
    // Nothing of it was heard, and the session goes on.
    socket.emit(&packet("still here"));
    assert_eq!(polling.get().await, (200, news("still here")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_cut_and_nobody_else_waits() {
    let mut running = start(Config { queue_bytes: 256 << 10, queue_packets: usize::MAX, ..Config::default() }).await;
    let (_lazy, lazy) = running.join().await;
    let (mut eager, other) = running.join().await;
    let big = Packet::event("big", &"x".repeat(32 << 10)).unwrap();
    let started = Instant::now();
    // The kernel takes some megabytes before the queue begins to fill.
    while lazy.emit(&big) {
        tokio::task::yield_now().await;
        assert!(started.elapsed() < PATIENCE);
    }
    assert_eq!(running.disconnected().await, CloseReason::SlowClient);
    other.emit(&packet("still here"));
    assert_eq!(eager.text().await, news("still here"));
    assert_eq!(running.server.counters().closed_slow.load(std::sync::atomic::Ordering::Relaxed), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_events_stop_the_reading_until_they_are_finished() {
    let mut running = start(Config { events_in_flight: 2, ..Config::default() }).await;
    let (mut ws, _) = running.join().await;
    for number in 0..5 {
        ws.send(&format!(r#"42["work",{number}]"#)).await;
    }
    let first = running.event().await;
    let second = running.event().await;
    sleep(Duration::from_millis(50)).await;
    assert!(running.is_quiet(), "the third must wait");
    drop(first);
    let third = running.event().await;
    assert_eq!(third.args.get(0), Some("2"));
    drop((second, third));
    assert_eq!(running.event().await.args.get(0), Some("3"));
    assert_eq!(running.event().await.args.get(0), Some("4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_unread_and_then_closed() {
    // Nothing is given again, however slow the machine is.
    let rate = Rate { per_second: 0, burst: 3, patience: 3 };
    let mut running = start(Config { rate: Some(rate), ..Config::default() }).await;
    let (mut ws, _) = running.join().await; // Takes the first token.
    for _ in 0..6 {
        ws.send(r#"425["work","[not even JSON"#).await;
    }
    // Had they been read, they would have ended the session as garbage.
    drop(ws);
    assert_eq!(running.disconnected().await, CloseReason::Protocol, "within the limit they are read");

    let (mut ws, _) = running.join().await;
    for _ in 0..2 {
        ws.send(r#"425["echo",1]"#).await;
        assert_eq!(ws.text().await, "435[1]");
    }
    for _ in 0..3 {
        ws.send(r#"426["work","[not even JSON"#).await;
        let Told::Throttled(Some(ack)) = running.told().await else { panic!("a refusal") };
        ack.send(&"slow down").unwrap();
        assert_eq!(ws.text().await, r#"436["slow down"]"#);
    }
    ws.send(r#"427["work"]"#).await;
    assert_eq!(ws.close_code().await, Some(1008));
    assert_eq!(running.disconnected().await, CloseReason::Flood);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_only_so_many_sessions() {
    let running = start(Config { sessions_per_address: 2, linger: PATIENCE, ..Config::default() }).await;
    let first = Polling::open(running.address).await;
    let _second = Ws::open(running.address).await;
    let refused = reqwest::get(base(running.address)).await.unwrap();
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("Retry-After"));
    assert_eq!(refused.text().await.unwrap(), r#"{"code":4,"message":"Too many connections from this address"}"#);
    let Err(Error::Http(refused)) = Ws::connect(running.address, "", &[]).await else { panic!("a refusal") };
    assert_eq!(refused.status(), 429);
    // The GET takes the farewell, so the session is over at once.
    first.post("1").await;
    assert_eq!(first.get().await, (200, "6".to_owned()));
    soon(async {
        while reqwest::get(base(running.address)).await.unwrap().status() != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_sessions_is_bounded() {
    let running = start(Config { sessions: 1, ..Config::default() }).await;
    let _first = Ws::open(running.address).await;
    let refused = reqwest::get(base(running.address)).await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.text().await.unwrap(), r#"{"code":4,"message":"Too many connections"}"#);
}
