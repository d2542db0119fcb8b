//! Unknown routes, wrong methods and what is no HTTP at all get the shape and the protective headers of every other refusal.

use crate::{scene::Scene, support::raw::exchange};

#[tokio::test]
async fn unknown_routes_and_methods_get_json_with_every_protective_header() {
    let scene = Scene::new().await;
    let routes = [
        ("GET", "/api/nothing/here"),
        ("GET", "/api"),
        ("GET", "/api/"),
        ("POST", "/api/auth/me"),
        ("GET", "/api/auth/login"),
        ("DELETE", "/api/auth/login"),
        ("PUT", "/api/chat/send"),
        ("PATCH", "/api/chat/conversations"),
        ("TRACE", "/api/auth/me"),
        ("GET", "/api/../../etc/passwd"),
        ("GET", "/api/%2e%2e/%2e%2e/etc/passwd"),
        ("GET", "/api/chat//conversations//"),
        ("GET", "/api/chat/conversations/"),
        ("GET", "//api/auth/me"),
        ("POST", "/health"),
        ("GET", "/uploads/chat/images/../../../../etc/passwd"),
        ("GET", "/.git/config"),
        ("GET", "/.env"),
        ("BREW", "/api/coffee"),
    ];
    for (method, path) in routes {
        let reply = scene.raw(method, path, &["Content-Length: 0", "Accept: text/html"], b"").await;
        let (status, _) = reply.error();
        assert!([400, 401, 404, 405].contains(&status), "{method} {path}: {reply:?}");
        for header in ["x-request-id", "content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"] {
            assert!(reply.header(header).is_some(), "{method} {path} without {header}");
        }
        assert!(reply.header("server").is_none());
        if path.starts_with("/api/") {
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{method} {path}");
        }
    }
    let head = scene.raw("HEAD", "/health", &[], b"").await;
    assert!(head.status == 200 && head.body.is_empty(), "{head:?}");
    assert!(scene.raw("HEAD", "/api/auth/me", &[], b"").await.body.is_empty());
    assert!(scene.raw("OPTIONS", "/api/auth/me", &[], b"").await.status < 500);
    // What is no HTTP at all gets a 400 or a closed connection, and hurts nobody.
    let nonsense: [&[u8]; 9] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // a TLS greeting
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /api/coffee HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /api/auth/me HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n",
        b"GET /api/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nrubbish\r\n",
    ];
    for bytes in nonsense {
        if let Some(reply) = exchange(scene.server.address(), bytes).await {
            assert!((400..500).contains(&reply.status), "{}: {reply:?}", String::from_utf8_lossy(bytes));
            assert!(!reply.text().contains('<'), "{reply:?}");
        }
    }
    let headers: String = (0..2000).map(|number| format!("X-Filler-{number}: {number}\r\n")).collect();
    let many = format!("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    if let Some(reply) = exchange(scene.server.address(), many.as_bytes()).await {
        assert!(reply.status < 500, "{reply:?}");
    }
    scene.still_serves().await;
}
