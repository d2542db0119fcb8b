//! What a client of the Socket.IO engine can see, over real TCP, also when it misbehaves.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)] // Tests may fail.

mod socketio_support;

use std::time::{Duration, Instant};

use mommycare::socketio::{CloseReason, Config, Origins, Packet, Rate, RequestError};
use serde_json::json;
use socketio_support::{Polling, Told, Ws, base, soon, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::{Error, Message};

fn packet(text: &str) -> Packet {
    Packet::event("news", &text).unwrap()
}

/// What [`packet`] looks like to a client.
fn news(text: &str) -> String {
    format!(r#"42["news","{text}"]"#)
}

// ---- events and acknowledgements ----

#[tokio::test(flavor = "multi_thread")]
async fn events_and_acknowledgements_keep_their_order() {
    let mut running = start(Config::default()).await;
    let (mut ws, _) = running.join().await;
    let rounds = 300;
    for id in 0..rounds {
        ws.send(&format!(r#"42{id}["count"]"#)).await;
    }
    for id in 0..rounds {
        assert_eq!(ws.text().await, format!(r#"42["counted",{}]"#, id + 1));
        assert_eq!(ws.text().await, format!("43{id}[{}]", id + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_can_be_sent_later_from_anywhere() {
    let mut running = start(Config::default()).await;
    let (mut ws, _) = running.join().await;
    ws.send(r#"427["later",{"a":[1]},"b"]"#).await;
    let event = running.event().await;
    assert_eq!(event.args.iter().collect::<Vec<_>>(), [r#"{"a":[1]}"#, r#""b""#]);
    assert_eq!(event.args.parse::<String>(1).unwrap(), "b");
    assert_eq!(event.args.parse::<Option<u8>>(2).unwrap(), None, "a missing argument is null");
    ws.send(r#"428["echo","first"]"#).await;
    assert_eq!(ws.text().await, r#"438["first"]"#);
    event.ack.unwrap().send(&json!({"success": true})).unwrap();
    assert_eq!(ws.text().await, r#"437[{"success":true}]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_answers_requests_of_the_server() {
    let mut running = start(Config { requests_in_flight: 1, ..Config::default() }).await;
    let (mut ws, socket) = running.join().await;
    let asking = socket.clone();
    let request = tokio::spawn(async move { asking.request("ask", &"you", Duration::from_secs(9)).await });
    assert_eq!(ws.text().await, r#"420["ask","you"]"#);
    let second = socket.request("ask", &"you", Duration::from_secs(9)).await;
    assert!(matches!(second, Err(RequestError::TooMany)));
    ws.send("43999[1]").await; // Nobody asked.
    ws.send(r#"430["me"]"#).await;
    assert_eq!(soon(request).await.unwrap().unwrap().args.get(0), Some(r#""me""#));

    let missed = socket.request("ask", &"you", Duration::from_millis(1)).await;
    assert!(matches!(missed, Err(RequestError::Timeout)));
    let asking = socket.clone();
    let request = tokio::spawn(async move { asking.request("ask", &"you", Duration::from_secs(9)).await });
    ws.text().await;
    ws.text().await;
    drop(ws);
    assert!(matches!(soon(request).await.unwrap(), Err(RequestError::Disconnected)));
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_travel_both_ways() {
    let mut running = start(Config::default()).await;
    let (mut ws, socket) = running.join().await;
    ws.send(r#"452-["photo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#).await;
    ws.send_binary(&[1, 2]).await;
    ws.send_binary(&[3]).await;
    let event = running.event().await;
    assert_eq!(event.attachments, [vec![1, 2], vec![3]]);
    socket.emit(&Packet::event_with("/", "photo", &[json!({"_placeholder": true, "num": 0})], event.attachments).unwrap());
    assert_eq!(ws.text().await, r#"452-["photo",{"_placeholder":true,"num":0}]"#);
    assert_eq!(ws.message().await.into_data(), vec![1, 2]);
    assert_eq!(ws.message().await.into_data(), vec![3]);

    let (polling, socket) = running.join_by_polling().await;
    polling.post("451-[\"photo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID").await;
    assert_eq!(running.event().await.attachments, [vec![1, 2, 3]]);
    socket.emit(&Packet::event_with("/", "photo", &[0], vec![vec![9].into()]).unwrap());
    assert_eq!(polling.get().await.1, "451-[\"photo\",0]\x1ebCQ==");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_learns_why_and_may_try_again() {
    let mut running = start(Config::default()).await;
    let mut ws = Ws::open(running.address).await;
    ws.send(r#"40{"refuse":"unauthorized"}"#).await;
    assert_eq!(ws.text().await, r#"44{"message":"unauthorized","data":{"code":"NO"}}"#);
    ws.send(r#"40{"name":"Ann"}"#).await;
    assert!(ws.text().await.starts_with("40{"));
    assert_eq!(running.connected().await.state(), "Ann");
    ws.send("41").await;
    assert_eq!(running.disconnected().await, CloseReason::ClientLeft);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_a_socket_delivers_what_was_sent_before() {
    let mut running = start(Config::default()).await;
    let (mut ws, socket) = running.join().await;
    let (polling, other) = running.join_by_polling().await;
    for socket in [&socket, &other] {
        socket.emit(&packet("last"));
        socket.disconnect();
        assert!(socket.emit(&packet("too late")), "this is no fault of the client");
    }
    assert_eq!([ws.text().await, ws.text().await], [news("last"), "41".to_owned()]);
    assert_eq!(ws.close_code().await, Some(1000));
    assert_eq!(polling.get().await, (200, format!("{}\x1e41", news("last"))));
    assert_eq!(polling.get().await, (200, "1".to_owned()), "clients act on it before they look at what is with it");
    assert_eq!(polling.get().await.0, 400);
    assert_eq!(running.disconnected().await, CloseReason::Server);
    assert_eq!(running.disconnected().await, CloseReason::Server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_costs_only_its_own_client() {
    let mut running = start(Config::default()).await;
    let (mut good, _) = running.join().await;
    let (mut ws, _) = running.join().await;
    ws.send(r#"42["panic"]"#).await;
    assert_eq!(ws.close_code().await, None);
    assert_eq!(running.disconnected().await, CloseReason::ConnectionLost);
    good.send(r#"421["echo",1]"#).await;
    assert_eq!(good.text().await, "431[1]");
}

// ---- limits ----

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
async fn a_client_that_does_not_read_is_cut_and_nobody_else_waits() {
    let mut running = start(Config { queue_bytes: 256 << 10, queue_packets: usize::MAX, ..Config::default() }).await;
    let (_lazy, lazy) = running.join().await;
    let (mut eager, other) = running.join().await;
    let big = Packet::event("big", &"x".repeat(32 << 10)).unwrap();
    let started = Instant::now();
    // The kernel takes some megabytes before the queue begins to fill.
    while lazy.emit(&big) {
        tokio::task::yield_now().await;
        assert!(started.elapsed() < Duration::from_secs(5));
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
    let rate = Rate { per_second: 1, burst: 3, patience: 3 };
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
    let running = start(Config { sessions_per_address: 2, ..Config::default() }).await;
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

// ---- origins ----

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_is_refused() {
    let running = start(Config::default()).await;
    let evil = [("Origin", "http://evil.example")];
    let Err(Error::Http(refused)) = Ws::connect(running.address, "", &evil).await else { panic!("a refusal") };
    assert_eq!(refused.status(), 403);
    let http = reqwest::Client::new();
    let refused = http.get(base(running.address)).header("Origin", evil[0].1).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(!refused.headers().contains_key("Access-Control-Allow-Origin"));
    let preflight = http.request(reqwest::Method::OPTIONS, base(running.address)).header("Origin", evil[0].1);
    assert_eq!(preflight.send().await.unwrap().status(), 403);
    let own = format!("http://{}", running.address);
    assert!(Ws::connect(running.address, "", &[("Origin", &own)]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_gets_cors_headers_on_every_answer() {
    let origin = "http://app.example:3000";
    let running = start(Config { origins: Origins::listed([origin]), ..Config::default() }).await;
    assert!(Ws::connect(running.address, "", &[("Origin", origin)]).await.is_ok());
    let http = reqwest::Client::new();
    let url = base(running.address);
    for (method, url, status) in [
        ("GET", url.clone(), 200),
        ("GET", format!("{url}&sid=unknown"), 400),
        ("PUT", url.clone(), 400),
        ("HEAD", url.clone(), 400),
        ("POST", url.replace("EIO=4", "EIO=3"), 400),
        ("OPTIONS", url.clone(), 204),
    ] {
        let answer = http.request(method.parse().unwrap(), &url).header("Origin", origin).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {url}");
        assert_eq!(answer.headers()["Access-Control-Allow-Origin"], origin, "{method} {url}");
        assert_eq!(answer.headers()["Vary"], "Origin");
        if method == "OPTIONS" {
            assert!(answer.headers()["Access-Control-Allow-Headers"].to_str().unwrap().contains("authorization"));
        }
    }
}

// ---- polling and upgrade ----

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_poll_loses_nothing() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    for round in 0..3 {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        let request = format!("GET /socket.io/?EIO=4&transport=polling&sid={} HTTP/1.1\r\nHost: x\r\n\r\n", polling.sid);
        tcp.write_all(request.as_bytes()).await.unwrap();
        // Nobody tells when a poll has begun to wait, nor when the server has seen that its client is gone.
        sleep(Duration::from_millis(50)).await;
        drop(tcp);
        sleep(Duration::from_millis(50)).await;
        let [first, second] = [format!("{round}a"), format!("{round}b")];
        socket.emit(&packet(&first));
        socket.emit(&packet(&second));
        let (status, mut body) = polling.get().await;
        if !body.contains('\x1e') {
            body = format!("{body}\x1e{}", polling.get().await.1);
        }
        assert_eq!((status, body), (200, format!("{}\x1e{}", news(&first), news(&second))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_dropped_comes_again() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    socket.emit(&packet("a"));
    let lost = running.server.engine().poll(&polling.sid).await.unwrap();
    assert_eq!(lost.body(), news("a"));
    socket.emit(&packet("b"));
    let next = tokio::spawn({
        let polling = polling.clone();
        async move { polling.get().await }
    });
    drop(lost);
    assert_eq!(soon(next).await.unwrap().1, format!("{}\x1e{}", news("a"), news("b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gets_at_once_close_the_session() {
    let mut running = start(Config::default()).await;
    let (polling, _) = running.join_by_polling().await;
    let (first, second) = tokio::join!(polling.get(), polling.get());
    let mut answers = [first, second];
    answers.sort();
    assert_eq!(answers[0], (200, "1".to_owned()));
    assert_eq!(answers[1].0, 400);
    assert_eq!(running.disconnected().await, CloseReason::Protocol);
    assert_eq!(polling.get().await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_goodbye_by_post_answers_the_get_that_races_it() {
    let mut running = start(Config::default()).await;
    for round in 0..40 {
        let (polling, _) = running.join_by_polling().await;
        let (get, post) = if round % 2 == 0 {
            tokio::join!(polling.get(), polling.post("1"))
        } else {
            let post = polling.post("1").await;
            (polling.get().await, post)
        };
        assert_eq!(post, (200, "ok".to_owned()));
        assert_eq!(get, (200, "6".to_owned()));
        assert_eq!(polling.get().await.0, 400);
        assert_eq!(running.disconnected().await, CloseReason::ClientLeft);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_keeps_every_packet_in_order() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    let mut ws = Ws::connect(running.address, &format!("&sid={}", polling.sid), &[]).await.unwrap();
    let mut surplus = Ws::connect(running.address, &format!("&sid={}", polling.sid), &[]).await.unwrap();
    surplus.close_code().await;
    let waiting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.get().await }
    });
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(soon(waiting).await.unwrap(), (200, "6".to_owned()));
    socket.emit(&packet("a"));
    assert_eq!(polling.get().await.1, news("a"), "polling works until the end");
    socket.emit(&packet("b"));
    ws.send("5").await;
    socket.emit(&packet("c"));
    assert_eq!([ws.text().await, ws.text().await], [news("b"), news("c")]);
    assert_eq!(polling.get().await.0, 400);
    assert_eq!(polling.post("3").await.0, 400);
    ws.send(r#"421["echo",1]"#).await;
    assert_eq!(ws.text().await, "431[1]");
    let counters = running.server.counters();
    let open = |gauge: &std::sync::atomic::AtomicI64| gauge.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!((open(&counters.polling_sessions), open(&counters.websocket_sessions)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_upgrade_leaves_the_session_with_polling() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    let query = format!("&sid={}", polling.sid);
    let mut ws = Ws::connect(running.address, &query, &[]).await.unwrap();
    ws.send("2probe").await;
    ws.text().await;
    drop(ws);
    socket.emit(&packet("a"));
    assert_eq!(polling.get().await.1, news("a"));
    // The next attempt is welcome as soon as the server has noticed.
    let again = async {
        loop {
            let mut ws = Ws::connect(running.address, &query, &[]).await.unwrap();
            let _ = futures_util::SinkExt::send(&mut ws.0, Message::text("2probe")).await;
            if let Some(Ok(Message::Text(text))) = futures_util::StreamExt::next(&mut ws.0).await {
                break text;
            }
        }
    };
    assert_eq!(soon(Box::pin(again)).await.as_str(), "3probe");
    let Err(Error::Http(refused)) = Ws::connect(running.address, "&sid=unknown", &[]).await else { panic!("a refusal") };
    assert_eq!(refused.status(), 400);
}

// ---- time ----

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_ends_in_time_and_a_lively_one_stays() {
    let config = Config { ping_interval: Duration::from_millis(150), ping_timeout: Duration::from_millis(100), ..Config::default() };
    let mut running = start(config).await;
    let started = Instant::now();
    let (mut ws, _) = running.join().await;
    for _ in 0..3 {
        assert_eq!(ws.text().await, "2");
        ws.send("3").await;
    }
    assert!(started.elapsed() >= Duration::from_millis(440));
    let silent = Instant::now();
    assert_eq!(ws.text().await, "2");
    assert_eq!(running.disconnected().await, CloseReason::PingTimeout);
    assert!((200..1000).contains(&silent.elapsed().as_millis()), "{:?}", silent.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_must_join_in_time() {
    let running = start(Config { connect_timeout: Duration::from_millis(50), ..Config::default() }).await;
    let mut ws = Ws::open(running.address).await;
    assert_eq!(ws.close_code().await, Some(1008));
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_slow_nobody() {
    let mut running = start(Config::default()).await;
    let mut idle = Vec::new();
    for number in 0..300 {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        if number % 2 == 0 {
            tcp.write_all(b"GET /socket.io/?EIO=4&transp").await.unwrap();
        }
        idle.push(tcp);
    }
    let started = Instant::now();
    let (mut ws, _) = running.join().await;
    ws.send(r#"421["echo",1]"#).await;
    assert_eq!(ws.text().await, "431[1]");
    assert!(started.elapsed() < Duration::from_secs(2));
    drop(idle);
}

// ---- shutdown ----

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_says_goodbye_to_everyone() {
    let mut running = start(Config { linger: Duration::from_millis(200), ..Config::default() }).await;
    let (mut ws, _) = running.join().await;
    let (polling, _) = running.join_by_polling().await;
    let (_idle, _) = running.join_by_polling().await;
    let bystander = Ws::open(running.address).await;
    let get = tokio::spawn(async move { (polling.get().await, polling.get().await) });
    let reader = tokio::spawn(async move { (ws.text().await, ws.close_code().await) });
    let server = running.server.clone();
    let stopping = tokio::spawn(async move { server.shutdown(Some(&packet("bye")), Duration::from_secs(5)).await });
    assert_eq!(soon(reader).await.unwrap(), (news("bye"), Some(1001)));
    assert_eq!(soon(get).await.unwrap(), ((200, news("bye")), (200, "1".to_owned())));
    let refused = reqwest::get(base(running.address)).await.unwrap();
    assert_eq!(refused.status(), 503);
    assert!(refused.text().await.unwrap().contains("shutting down"));
    drop(bystander);
    assert_eq!(soon(stopping).await.unwrap(), 0, "nobody had to be cut");
    for _ in 0..3 {
        assert_eq!(running.disconnected().await, CloseReason::Shutdown);
    }
    assert_eq!(running.server.counters().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_does_not_wait_longer_than_it_may() {
    let mut running = start(Config { queue_bytes: 64 << 20, queue_packets: 9999, ..Config::default() }).await;
    let (_deaf, socket) = running.join().await;
    let big = Packet::event("big", &"x".repeat(1 << 20)).unwrap();
    for _ in 0..30 {
        socket.emit(&big);
    }
    let started = Instant::now();
    assert_eq!(running.server.shutdown(None, Duration::from_millis(300)).await, 1);
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!(running.server.counters().sessions(), 0);
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
