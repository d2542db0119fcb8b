//! Pages of other sites reach neither the socket nor the answers unless they are listed.

use crate::{
    scene::{Scene, converse},
    support::{PATIENCE, Server},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

#[tokio::test]
async fn a_socket_takes_its_token_from_the_handshake_and_its_page_from_the_list() {
    let scene = Scene::on(Server::with(&[("SOCKET_CORS_ORIGIN", "https://app.example.org")])).await;
    let address = scene.server.address();
    let upgrade = ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    let ask = async |path: &str, more: &[&str]| {
        let mut bytes = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n");
        for line in upgrade.iter().chain(more) {
            bytes.push_str(line);
            bytes.push_str("\r\n");
        }
        bytes.push_str("\r\n");
        first_line(address, bytes.as_bytes()).await
    };
    let path = "/socket.io/?EIO=4&transport=websocket";
    assert_eq!(ask(path, &[]).await, 101, "a program");
    assert_eq!(ask(path, &[&format!("Origin: http://{address}")]).await, 101, "our own page");
    assert_eq!(ask(path, &["Origin: https://app.example.org"]).await, 101, "a listed page");
    for origin in [
        "https://evil.example",
        "null",
        "http://app.example.org",
        "https://app.example.org.evil.example",
        "https://evil.example/https://app.example.org",
        "file://",
    ] {
        assert_eq!(ask(path, &[&format!("Origin: {origin}")]).await, 403, "{origin}");
        let polling = scene.raw("GET", "/socket.io/?EIO=4&transport=polling", &[&format!("Origin: {origin}")], b"").await;
        assert_eq!(polling.status, 403, "{origin} by polling");
        assert!(polling.header("access-control-allow-origin").is_none());
    }
    for query in [
        "EIO=3&transport=websocket",
        "transport=websocket",
        "EIO=4",
        "EIO=4&transport=flashsocket",
        "EIO=4&transport=websocket&sid=unknown",
    ] {
        assert_eq!(ask(&format!("/socket.io/?{query}"), &[]).await, 400, "{query}");
    }
    let token = scene.mother.token.as_deref().unwrap();
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket&token={token}&auth[token]={token}");
    let (mut stream, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    let said = converse(&mut stream, "40").await;
    assert!(said.starts_with("44"), "a token in the query is none: {said}");
    assert!(!scene.server.log().contains(token), "nor does it stand in the log");
    scene.still_serves().await;
}

/// The status of the answer to some bytes; the connection is dropped then.
async fn first_line(address: &str, bytes: &[u8]) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = vec![0; 12];
    timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    String::from_utf8(answer[9..12].to_vec()).unwrap().parse().unwrap()
}

#[tokio::test]
async fn other_sites_are_told_yes_only_when_listed() {
    let scene = Scene::on(Server::with(&[("SOCKET_CORS_ORIGIN", "https://app.example.org,http://localhost:3000")])).await;
    let preflight = ["Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: authorization, content-type"];
    for origin in ["https://app.example.org", "http://localhost:3000"] {
        let line = format!("Origin: {origin}");
        let reply = scene.raw("OPTIONS", "/api/chat/send", &[&line, preflight[0], preflight[1]], b"").await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (204, Some(origin)), "{reply:?}");
        let methods = reply.header("access-control-allow-methods").unwrap();
        assert!(["GET", "POST", "PUT", "PATCH", "DELETE"].iter().all(|method| methods.contains(method)), "{methods}");
        let headers = reply.header("access-control-allow-headers").unwrap().to_lowercase();
        assert!(["authorization", "content-type", "x-request-id"].iter().all(|name| headers.contains(name)), "{headers}");
        for (method, path) in [("GET", "/api/auth/me"), ("GET", "/api/nothing"), ("GET", "/health"), ("BREW", "/api/coffee")] {
            let reply = scene.raw(method, path, &[&line], b"").await;
            assert_eq!(reply.header("access-control-allow-origin"), Some(origin), "{method} {path}, errors included");
            assert!(reply.header("vary").is_some_and(|vary| vary.contains("Origin")));
        }
    }
    for origin in
        ["https://evil.example", "null", "https://app.example.org.evil.example", "http://app.example.org", "https://sub.app.example.org"]
    {
        let line = format!("Origin: {origin}");
        for (method, path) in [("OPTIONS", "/api/chat/send"), ("GET", "/api/auth/me")] {
            let reply = scene.raw(method, path, &[&line, preflight[0]], b"").await;
            assert!(reply.header("access-control-allow-origin").is_none(), "{method} {path} for {origin}: {reply:?}");
        }
    }
    scene.still_serves().await;
}
