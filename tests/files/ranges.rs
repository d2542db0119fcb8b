//! Fetching as browsers and download programs do: parts, conditions, and only the head.

use crate::{
    scene::{Scene, uploaded},
    support::http::is_error,
};
use reqwest::{Method, Response};

async fn get(url: &str, method: Method, headers: &[(&str, &str)]) -> Response {
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn parts_of_a_file_come_as_asked() {
    let scene = Scene::new().await;
    let bytes: Vec<u8> = (0..1_500_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
    let file = uploaded(&scene.mother, "a.txt", "text/plain", bytes.clone()).await;
    let url = file["url"].as_str().unwrap();
    let whole = get(url, Method::GET, &[]).await;
    let etag = header(&whole, "etag").to_owned();
    assert_eq!((header(&whole, "accept-ranges"), header(&whole, "content-length")), ("bytes", "1500000"));
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    for (range, from, to) in [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=1400000-", 1_400_000, 1_499_999),
        ("bytes=-10", 1_499_990, 1_499_999),
        ("bytes=600000-9999999", 600_000, 1_499_999),
    ] {
        let part = get(url, Method::GET, &[("range", range)]).await;
        assert_eq!(
            (part.status().as_u16(), header(&part, "content-range")),
            (206, format!("bytes {from}-{to}/1500000").as_str()),
            "{range}"
        );
        assert_eq!(header(&part, "content-length"), (to - from + 1).to_string());
        assert_eq!(part.bytes().await.unwrap(), bytes[from..=to], "{range}");
    }
    let behind = get(url, Method::GET, &[("range", "bytes=1500000-")]).await;
    assert_eq!((behind.status().as_u16(), header(&behind, "content-range")), (416, "bytes */1500000"));
    assert!(is_error(&behind.json().await.unwrap()));
    for odd in ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=x-"] {
        assert_eq!(get(url, Method::GET, &[("range", odd)]).await.status(), 200, "{odd}");
    }
    // A part is only good while the file is the same.
    for (tag, status) in [(etag.as_str(), 206), ("\"another\"", 200), ("Sun, 22 Nov 2026 19:49:17 GMT", 200)] {
        assert_eq!(get(url, Method::GET, &[("range", "bytes=0-9"), ("if-range", tag)]).await.status(), status, "{tag}");
    }
    for (tags, status) in [(etag.clone(), 304), (format!("\"x\", W/{etag}"), 304), ("*".into(), 304), ("\"x\"".into(), 200)] {
        let again = get(url, Method::GET, &[("if-none-match", &tags)]).await;
        assert_eq!((again.status().as_u16(), header(&again, "etag")), (status, etag.as_str()), "{tags}");
    }
    let head = get(url, Method::HEAD, &[]).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length"), header(&head, "content-type")), (200, "1500000", "text/plain"));
    let head = get(url, Method::HEAD, &[("range", "bytes=0-9")]).await;
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (206, "10"));
}

#[tokio::test]
async fn addresses_are_on_the_host_that_the_client_used_or_the_public_one() {
    let scene = Scene::new().await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", b"words".to_vec()).await;
    assert!(file["url"].as_str().unwrap().starts_with(&scene.server.url()));
    let reply = scene
        .mother
        .request(Method::GET, &format!("/api/chat/conversations/{}/messages", scene.conversation))
        .header("host", "x\"><script>");
    assert!(reply.send().await.is_ok());
    let scene =
        Scene::with(&[("MOMMYCARE_SERVER__PUBLIC_URL", "https://chat.example.org"), ("SOCKET_CORS_ORIGIN", "https://app.example.org")])
            .await;
    let file = uploaded(&scene.mother, "a.txt", "text/plain", b"words".to_vec()).await;
    assert!(file["url"].as_str().unwrap().starts_with("https://chat.example.org/uploads/chat/files/"), "{file}");
    let response = crate::scene::fetch_as(&scene.mother, crate::scene::path(&file)).await;
    assert_eq!(response.headers()["cross-origin-resource-policy"], "cross-origin");
}
