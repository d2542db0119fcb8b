//! Uploads that end too early leave nothing behind: neither when the client goes, nor when the server does.

use crate::{
    scene::{Scene, fetch, uploaded},
    support::PATIENCE,
};
use std::fs;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

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
    let scene = Scene::new().await;
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
    let mut scene = Scene::new().await;
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
    let began = std::time::Instant::now();
    uploaded(&scene.doctor, "a.txt", "text/plain", b"words".to_vec()).await;
    assert!(began.elapsed() < PATIENCE / 2);
}
