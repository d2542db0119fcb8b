//! Uploads that end too early leave nothing behind: neither when the client goes, nor when the server does.

use crate::{
    samples::png,
    scene::{Scene, fetch, upload, uploaded},
    support::{PATIENCE, raw::RawReply},
};
use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Whoever stops sending is not cut while a test runs.
const WAITS: (&str, &str) = ("MOMMYCARE_SERVER__BODY_TIMEOUT", "10m");

async fn waiting() -> Scene {
    Scene::with(&[WAITS]).await
}

/// Begins to upload and gives the connection.
async fn begin(scene: &Scene, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
    let head = format!(
        "POST /api/chat/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         Content-Length: 40000000\r\n\r\n--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n",
        scene.mother.token.as_deref().unwrap()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'a'; bytes]).await.unwrap();
    stream
}

#[tokio::test]
async fn a_client_that_goes_leaves_nothing() {
    let scene = waiting().await;
    let mut streams = Vec::new();
    for count in [0, 10, 100_000, 5_000_000] {
        streams.push(begin(&scene, count).await);
    }
    scene.until_on_disk(3).await; // the first has sent no byte of its file yet
    drop(streams);
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn a_server_that_is_killed_cleans_up_at_its_next_start() {
    let mut scene = waiting().await;
    let kept = uploaded(&scene.mother, "kept.txt", "text/plain", b"kept".to_vec()).await;
    let _streams = [begin(&scene, 3_000_000).await, begin(&scene, 3_000_000).await];
    scene.until_on_disk(3).await;
    scene.server.kill();
    // One that was renamed already when the server ended, but not written down; its small picture; and a file of somebody else.
    let folder = scene.server.data().join("uploads/chat/images");
    fs::write(folder.join("00000000000000aa"), "x").unwrap();
    fs::write(folder.join("00000000000000aa.small"), "x").unwrap();
    fs::write(folder.join("README"), "not ours").unwrap();
    scene.server.restart();
    let left = scene.on_disk();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left.iter().any(|path| path.ends_with("README")));
    let url = kept["url"].as_str().unwrap();
    assert_eq!(fetch(url).await.text().await.unwrap(), "kept", "and its address still works");
}

#[tokio::test]
async fn a_client_that_stops_sending_holds_nobody_up() {
    let scene = Scene::new().await;
    let mut streams = Vec::new();
    for _ in 0..50 {
        streams.push(begin(&scene, 1000).await);
    }
    let began = Instant::now();
    uploaded(&scene.doctor, "a.txt", "text/plain", b"words".to_vec()).await;
    assert!(began.elapsed() < PATIENCE / 2);
}

/// What the server says before it closes the connection.
async fn last_words(mut stream: TcpStream) -> RawReply {
    let mut bytes = Vec::new();
    // However it closes, what it has said counts.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the server ends it");
    RawReply::parse(&bytes).expect("a whole answer")
}

#[tokio::test]
async fn what_stalls_is_cut_and_leaves_nothing() {
    let scene = Scene::with(&[("MOMMYCARE_SERVER__BODY_TIMEOUT", "2s")]).await;
    let token = scene.mother.token.as_deref().unwrap();
    let (head, half, stalls) = (begin(&scene, 0).await, begin(&scene, 300_000).await, begin(&scene, 1_000_000).await);
    let mut words = TcpStream::connect(scene.server.address()).await.unwrap();
    let begun = format!(
        "POST /api/chat/send HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{\"content\": \"half of it"
    );
    // Rocket itself looks at the first 14 bytes, and waits for them as long as it takes.
    words.write_all(begun.as_bytes()).await.unwrap();
    let mut packets = TcpStream::connect(scene.server.address()).await.unwrap();
    let begun =
        "POST /socket.io/?EIO=4&transport=polling&sid=nobodys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n42[\"half of it";
    packets.write_all(begun.as_bytes()).await.unwrap();
    for stream in [head, half, stalls, words] {
        assert_eq!(last_words(stream).await.error(), (408, "REQUEST_TIMEOUT".into()));
    }
    assert_eq!(last_words(packets).await.status, 400, "in the shape of its protocol");
    scene.until_on_disk(0).await;
}

#[tokio::test]
async fn one_person_sends_only_so_many_at_once() {
    let scene = Scene::with(&[("MOMMYCARE_FILES__QUOTA", "7MiB"), WAITS]).await;
    let mut streams = Vec::new();
    for count in 1..=16 {
        streams.push(begin(&scene, 400_000).await);
        scene.until_on_disk(count).await;
    }
    let has_grown = |path: &PathBuf| fs::metadata(path).is_ok_and(|file| file.len() >= 256 << 10);
    let began = Instant::now();
    while !scene.on_disk().iter().all(has_grown) {
        assert!(began.elapsed() < PATIENCE, "what was sent does not arrive");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let refused = upload(&scene.mother, "a.png", "image/png", png(4, 4)).await;
    assert_eq!(refused.error(), (429, "RATE_LIMITED"));
    assert_eq!(refused.headers["retry-after"], "5");
    uploaded(&scene.doctor, "a.png", "image/png", png(4, 4)).await;

    // What has arrived of them counts: almost 4 MiB that are not finished leave no room for 4 more.
    streams.pop();
    scene.until_on_disk(17).await; // fifteen, and the doctor's with its small picture
    let large = vec![b'a'; 4 << 20];
    let reply = retried(&scene, large.clone()).await;
    assert_eq!((reply.0, reply.1.as_str()), (413, "QUOTA_EXCEEDED"));
    drop(streams);
    scene.until_on_disk(2).await;
    assert_eq!(retried(&scene, large).await.0, 201, "once they are gone there is room");
}

/// Uploads when the server has noticed that another upload has ended, which may be a moment after its file is gone.
async fn retried(scene: &Scene, bytes: Vec<u8>) -> (u16, String) {
    let began = Instant::now();
    loop {
        let reply = upload(&scene.mother, "a.txt", "text/plain", bytes.clone()).await;
        if reply.status != 429 || began.elapsed() > PATIENCE {
            return (reply.status, reply.body["code"].as_str().unwrap_or_default().to_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
