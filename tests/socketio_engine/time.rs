//! Silence ends a session in time, costs nobody else any, and a shutdown is over when it must be.

use crate::{
    news, packet,
    socketio_support::{PATIENCE, Ws, base, soon, start},
};
use mommycare::socketio::{CloseReason, Config, Packet};
use std::time::{Duration, Instant};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[tokio::test(flavor = "multi_thread")]
async fn a_lively_client_stays() {
    let interval = Duration::from_millis(150);
    let mut running = start(Config { ping_interval: interval, ping_timeout: PATIENCE, ..Config::default() }).await;
    let started = Instant::now();
    let (mut ws, _) = running.join().await;
    for _ in 0..3 {
        assert_eq!(ws.text().await, "2");
        ws.send("3").await;
    }
    assert!(started.elapsed() >= Duration::from_millis(440));
    assert!(running.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_ends_in_time() {
    // Long enough to join on any machine.
    let (interval, timeout) = (Duration::from_secs(2), Duration::from_secs(1));
    let mut running = start(Config { ping_interval: interval, ping_timeout: timeout, ..Config::default() }).await;
    let started = Instant::now();
    let (_ws, _) = running.join().await;
    assert_eq!(running.disconnected().await, CloseReason::PingTimeout);
    assert!(started.elapsed() + Duration::from_millis(10) >= interval + timeout, "{:?}", started.elapsed());
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
    // Each of these has to happen within the patience of a test.
    let (mut ws, _) = running.join().await;
    ws.send(r#"421["echo",1]"#).await;
    assert_eq!(ws.text().await, "431[1]");
    drop(idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_says_goodbye_to_everyone() {
    let mut running = start(Config { linger: Duration::from_secs(4), ..Config::default() }).await;
    let (mut ws, _) = running.join().await;
    let (polling, _) = running.join_by_polling().await;
    let (_idle, _) = running.join_by_polling().await;
    let bystander = Ws::open(running.address).await;
    let get = tokio::spawn(async move { (polling.get().await, polling.get().await) });
    running.a_poll_waits().await;
    let reader = tokio::spawn(async move { (ws.text().await, ws.close_code().await) });
    let server = running.server.clone();
    let stopping = tokio::spawn(async move { server.shutdown(Some(&packet("bye")), PATIENCE).await });
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
    assert_eq!(soon(running.server.shutdown(None, Duration::from_millis(300))).await, 1);
    assert_eq!(running.server.counters().sessions(), 0);
}
