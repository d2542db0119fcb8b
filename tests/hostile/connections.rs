//! Connections that are never read, half open or dripping slow nobody else.

use crate::{
    scene::{Scene, bearer},
    support::{PATIENCE, http::Person, socket::Socket},
};
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    sync::Semaphore,
    time::timeout,
};

/// Opens a socket as far as the namespace and then never reads again.
async fn deaf(scene: &Scene, person: &Person) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(scene.server.address().parse().unwrap()).await.unwrap();
    let upgrade = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        scene.server.address()
    );
    stream.write_all(upgrade.as_bytes()).await.unwrap();
    let auth = format!("40{}", json!({ "token": person.token }));
    let length = u16::try_from(auth.len()).unwrap();
    let mut frame = vec![0x81, 0xfe, (length >> 8) as u8, (length & 0xff) as u8, 0, 0, 0, 0];
    frame.extend_from_slice(auth.as_bytes());
    stream.write_all(&frame).await.unwrap();
    // Until the namespace is joined.
    let mut seen = Vec::new();
    while !seen.windows(7).any(|window| window == b"40{\"sid") {
        let mut piece = [0; 512];
        let count = timeout(PATIENCE, stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..count]);
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_reads_is_cut_and_slows_nobody() {
    let scene = Scene::new().await;
    let mut deaf = deaf(&scene, &scene.doctor).await;
    let mut listening = Socket::connect(&scene.doctor).await;
    let words = "x".repeat(9_900);
    let count = 800; // 8 MB: more than the kernel and the server's queue hold for one client
    let (mother, conversation) = (scene.mother.clone(), scene.conversation.clone());
    // The one who listens is never far behind, however busy the machine is: half of the server's queue, since words come twice in an event.
    let window = Arc::new(Semaphore::new(24));
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (mother, conversation, words, window) = (mother.clone(), conversation.clone(), words.clone(), window.clone());
            tokio::spawn(async move {
                for _ in 0..count / 8 {
                    window.acquire().await.unwrap().forget();
                    mother.say(&conversation, &words).await;
                }
            })
        })
        .collect();
    for seq in 2..count + 2 {
        let heard = listening.wait_for("new_message").await;
        assert_eq!(heard["message"]["seq"], seq, "the one who listens hears everything in order");
        window.add_permits(1);
    }
    for sender in senders {
        sender.await.unwrap();
    }
    let mut got = Vec::new();
    let closed = timeout(PATIENCE, deaf.read_to_end(&mut got)).await;
    assert!(closed.is_ok(), "the deaf one was cut");
    assert!(got.len() < count as usize * words.len(), "not everything was kept for the deaf one: {} bytes", got.len());
    scene.still_serves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_and_dripping_connections_do_not_slow_a_normal_user() {
    let scene = Scene::new().await;
    let address = scene.server.address().to_owned();
    let mut open = Vec::new();
    let token = bearer(&scene.stranger);
    for number in 0..300 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let beginning = match number % 3 {
            0 => String::new(),
            1 => "GET /api/auth/me HTTP/1.1\r\nHost: x\r\nX-Half".to_owned(),
            _ => format!(
                "POST /api/chat/send HTTP/1.1\r\nHost: x\r\n{token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
            ),
        };
        stream.write_all(beginning.as_bytes()).await.unwrap();
        open.push(stream);
    }
    let dripping = tokio::spawn(async move {
        let mut streams = Vec::new();
        for _ in 0..20 {
            streams.push(TcpStream::connect(&address).await.unwrap());
        }
        for byte in "GET /api/auth/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".bytes().chain(std::iter::repeat(b'x')) {
            for stream in &mut streams {
                let _ = stream.write_all(&[byte]).await;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    let mut socket = Socket::connect(&scene.doctor).await;
    let mut slowest = Duration::ZERO;
    for number in 0..30 {
        let began = Instant::now();
        // Each by a connection of its own, as a new visitor comes.
        let visitor = scene.mother.sign_in().await;
        let sent = visitor.say(&scene.conversation, &format!("number {number}")).await;
        socket.wait_until("new_message", |data| data["message"]["id"] == sent["id"]).await;
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < PATIENCE / 2, "a normal user waited {slowest:?}");
    dripping.abort();
    drop(open);
    scene.still_serves().await;
}
