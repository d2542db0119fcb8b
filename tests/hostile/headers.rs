//! What a client claims in headers is not believed: neither the address it comes from nor an id that is none.

use crate::{
    scene::Scene,
    support::{self, Server, http::Person},
};
use reqwest::Method;
use serde_json::json;
use std::time::Instant;

/// How many of six guesses a minute somebody has by now: one is given again every ten seconds.
fn allowed(began: Instant) -> u64 {
    7 + began.elapsed().as_secs() / 10
}

#[tokio::test]
async fn headers_of_proxies_change_nothing_and_floods_of_guesses_are_slowed() {
    let settings = [("MOMMYCARE_LIMITS__ENABLED", "true"), ("MOMMYCARE_LIMITS__SIGN_INS", "6")];
    let server = Server::with(&settings);
    let mother = Person::register(&server, "Asha", "mom").await;
    let (began, mut limited) = (Instant::now(), 0);
    for number in 0..12 {
        let address = format!("10.0.0.{number}");
        let reply = Person::stranger(&server)
            .request(Method::POST, "/api/auth/login")
            .header("X-Forwarded-For", &address)
            .header("X-Real-IP", &address)
            .header("Forwarded", format!("for={address}"))
            .header("CF-Connecting-IP", &address)
            .header("True-Client-IP", &address)
            .json(&json!({ "email": format!("nobody{number}@example.org"), "password": "wrong password" }));
        let reply = support::http::read(reply.send().await.unwrap()).await.unwrap();
        if reply.status == 429 {
            assert_eq!(reply.error(), (429, "RATE_LIMITED"));
            assert!(reply.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
            limited += 1;
        } else {
            assert_eq!(reply.error(), (401, "INVALID_CREDENTIALS"));
        }
    }
    assert!(12 - limited <= allowed(began), "claimed addresses bought {} guesses", 12 - limited);
    // Whoever is signed in is not slowed by the guesses of a neighbour.
    assert_eq!(mother.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn behind_a_proxy_only_what_the_proxy_adds_is_believed() {
    let settings =
        [("MOMMYCARE_SERVER__IP_HEADER", "X-Forwarded-For"), ("MOMMYCARE_LIMITS__ENABLED", "true"), ("MOMMYCARE_LIMITS__SIGN_INS", "6")];
    let server = Server::with(&settings);
    let stranger = Person::stranger(&server);
    let figures = async |said: &[&str]| {
        let request = said.iter().fold(stranger.request(Method::GET, "/metrics"), |request, said| request.header("X-Forwarded-For", *said));
        request.send().await.unwrap().status().as_u16()
    };
    // The proxy is on this machine, and adds the address of its client to what that one claims.
    for said in [&["203.0.113.9"][..], &["127.0.0.1, 203.0.113.9"], &["127.0.0.1", "203.0.113.9"], &["localhost"], &["127.0.0.1, x"], &[""]]
    {
        assert_eq!(figures(said).await, 403, "{said:?}");
    }
    for said in [&[][..], &["127.0.0.1"], &["203.0.113.9, ::1"]] {
        assert_eq!(figures(said).await, 200, "{said:?}: somebody at this machine");
    }
    let guess = async |claimed: String, address: &str| {
        let request = stranger.request(Method::POST, "/api/auth/login").header("X-Forwarded-For", format!("{claimed}, {address}"));
        request.json(&json!({ "email": "nobody@example.org", "password": "wrong password" })).send().await.unwrap().status().as_u16()
    };
    let (began, mut limited) = (Instant::now(), 0);
    for number in 0..12 {
        limited += u64::from(guess(format!("10.0.0.{number}"), "203.0.113.9").await == 429);
    }
    assert!(12 - limited <= allowed(began), "claimed addresses bought {} guesses", 12 - limited);
    assert_eq!(guess("203.0.113.9".into(), "203.0.113.10").await, 401, "another client of the proxy");
}

#[tokio::test]
async fn whoever_is_no_proxy_has_the_address_from_which_they_speak() {
    let settings =
        [("MOMMYCARE_SERVER__IP_HEADER", "X-Real-IP"), ("MOMMYCARE_LIMITS__ENABLED", "true"), ("MOMMYCARE_LIMITS__SIGN_INS", "6")];
    let server = Server::with(&settings);
    let guess = async |from: [u8; 4], claimed: String| {
        let email = format!("nobody-{claimed}@example.org");
        let client = reqwest::Client::builder().local_address(std::net::IpAddr::from(from)).build().unwrap();
        let request = client.post(format!("{}/api/auth/login", server.url())).header("X-Real-IP", claimed);
        request.json(&json!({ "email": email, "password": "wrong password" })).send().await.unwrap().status().as_u16()
    };
    let (began, mut limited) = (Instant::now(), 0);
    for number in 0..12 {
        limited += u64::from(guess([127, 0, 0, 2], format!("10.0.0.{number}")).await == 429);
    }
    assert!(12 - limited <= allowed(began), "claimed addresses bought {} guesses", 12 - limited);
    assert_eq!(guess([127, 0, 0, 1], "10.0.0.1".into()).await, 401, "a client that the proxy names");
    // It may be a proxy that nobody has listed, so the operator hears of it.
    server.until_logged("not in server.proxies").await;
}

#[tokio::test]
async fn request_ids_are_taken_when_sane_and_replaced_when_not() {
    let scene = Scene::new().await;
    let given = async |id: &str| {
        let reply = scene.raw("GET", "/api/auth/me", &[&format!("X-Request-Id: {id}")], b"").await;
        reply.header("x-request-id").unwrap().to_owned()
    };
    for sane in ["a", "6f1c2d3e-0000-4000-8000-abcdefabcdef", "Request_1.2"] {
        assert_eq!(given(sane).await, sane);
    }
    let long = "x".repeat(200);
    for insane in ["<script>alert(1)</script>", "two words", "\"quoted\"", "a,b", "\u{202e}", "%0d%0aX-Evil:1", &long] {
        let own = given(insane).await;
        assert!(own != insane && own.len() <= 64 && own.bytes().all(|b| b.is_ascii_alphanumeric()), "{insane}: {own}");
    }
    assert!(!given("").await.is_empty());
    scene.still_serves().await;
}
