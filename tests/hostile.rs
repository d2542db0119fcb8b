//! Everything that a stranger, a broken program or a spiteful one may send: the answer is a refusal in the contract's shape,
//! nobody else notices, and the server is still there. Each test ends by asking the server for a normal service; a server that
//! panicked anywhere fails its test when it is dropped (see `support::Server`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::similar_names,
    clippy::format_collect,
    clippy::too_many_lines,
    clippy::large_stack_arrays,
    clippy::cast_sign_loss
)]

mod support;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha384};
use std::{
    collections::HashMap,
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    process::{Output, Stdio},
    time::{Duration, Instant},
};
use support::{
    PATIENCE, Server, command,
    http::{PASSWORD, Person, Reply},
    raw::{RawReply, exchange, request},
    socket::Socket,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// A mother, a doctor, their conversation and a message in it; and somebody whom it does not concern.
struct Scene {
    server: Server,
    mother: Person,
    doctor: Person,
    stranger: Person,
    conversation: String,
    message: String,
}

impl Scene {
    async fn new() -> Self {
        Self::on(Server::start()).await
    }

    async fn on(server: Server) -> Self {
        let mother = Person::register(&server, "Asha", "mom").await;
        let doctor = Person::register(&server, "Ruwan", "doctor").await;
        let stranger = Person::register(&server, "Sita", "mom").await;
        let conversation = mother.open(&doctor).await;
        let message = mother.say(&conversation, "good morning").await["id"].as_str().unwrap().to_owned();
        Self { server, mother, doctor, stranger, conversation, message }
    }

    /// The last thing that every test asks: that somebody else is served as if nothing had been.
    async fn still_serves(&self) {
        let began = Instant::now();
        assert_eq!(self.mother.get("/health").await.status, 200);
        assert_eq!(self.mother.get("/health/ready").await.status, 200);
        let mut socket = Socket::connect(&self.doctor).await;
        let sent = self.mother.say(&self.conversation, "still there?").await;
        let heard = socket.wait_until("new_message", |data| data["message"]["id"] == sent["id"]).await;
        assert_eq!(heard["message"]["content"], "still there?");
        assert!(began.elapsed() < Duration::from_secs(10), "slow: {:?}", began.elapsed());
    }

    async fn raw(&self, method: &str, path: &str, headers: &[&str], body: &[u8]) -> RawReply {
        let reply = exchange(self.server.address(), &request(method, path, headers, body)).await;
        reply.unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// A raw request of the mother's with a body.
    async fn raw_as_mother(&self, method: &str, path: &str, body: &[u8]) -> RawReply {
        let (token, length) = (bearer(&self.mother), format!("Content-Length: {}", body.len()));
        self.raw(method, path, &[&token, "Content-Type: application/json", &length], body).await
    }
}

fn bearer(person: &Person) -> String {
    format!("Authorization: Bearer {}", person.token.as_deref().unwrap())
}

#[tokio::test]
async fn bodies_that_are_no_json_or_do_not_fit_are_refused_by_name() {
    let scene = Scene::new().await;
    let routes = [
        ("POST", "/api/chat/send".to_owned()),
        ("POST", "/api/chat/conversations".to_owned()),
        ("POST", "/api/auth/login".to_owned()),
        ("POST", "/api/auth/register".to_owned()),
        ("POST", "/api/auth/refresh".to_owned()),
        ("PUT", "/api/auth/password".to_owned()),
        ("PATCH", format!("/api/chat/messages/{}/status", scene.message)),
        ("PATCH", format!("/api/chat/messages/{}/edit", scene.message)),
        ("POST", format!("/api/chat/messages/{}/reactions", scene.message)),
    ];
    let deep = "[".repeat(100_000);
    let deep_member = format!("{{\"content\":{}", "{\"a\":".repeat(20_000));
    let closed = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    let bodies: &[(&[u8], &str)] = &[
        (b"{", "INVALID_JSON"),
        (b"not json", "INVALID_JSON"),
        (b"{\"content\":\"x\"}}", "INVALID_JSON"),
        (b"{\"content\":NaN}", "INVALID_JSON"),
        (b"{\"content\":\"\xff\xfe\"}", ""), // a route that does not know the field passes over it
        (b"{\"content\":\"\\ud800\"}", ""),
        (b"\0\0\0\0", "INVALID_JSON"),
        (deep.as_bytes(), "INVALID_JSON"),
        (deep_member.as_bytes(), "INVALID_JSON"),
        (closed.as_bytes(), ""),
        (b"[]", "VALIDATION_ERROR"),
        (b"null", "VALIDATION_ERROR"),
        (b"5", "VALIDATION_ERROR"),
        (b"\"text\"", "VALIDATION_ERROR"),
        (b"true", "VALIDATION_ERROR"),
        (b"{}", "VALIDATION_ERROR"),
        (b"", "VALIDATION_ERROR"),
    ];
    for (method, path) in &routes {
        for (body, code) in bodies {
            let reply = scene.raw_as_mother(method, path, body).await;
            let (status, said) = reply.error();
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
            assert_eq!(status, 400, "{method} {path} {shown}: {reply:?}");
            assert!(code.is_empty() || said == *code, "{method} {path} {shown}: {said} instead of {code}");
        }
    }
    scene.still_serves().await;
}

#[tokio::test]
async fn fields_of_a_wrong_type_are_named() {
    let scene = Scene::new().await;
    let wrong = [json!(5), json!(-1), json!(1.5), json!(true), json!([]), json!({}), json!("\u{0}"), json!("x".repeat(20_000))];
    let fields = ["recipientId", "conversationId", "content", "messageType", "clientMessageId", "priority", "requiresAck"];
    for field in fields {
        for value in &wrong {
            let mut body = json!({ "conversationId": scene.conversation, "content": "hello" });
            body[field] = value.clone();
            let reply = scene.mother.post("/api/chat/send", body).await;
            let shown = value.to_string().chars().take(20).collect::<String>();
            let accepted = [200, 201].contains(&reply.status);
            // Some of these fit: a NUL is a character of a text, and true is a flag.
            let fits = matches!((field, value), ("requiresAck", Value::Bool(_)) | ("content" | "clientMessageId", Value::String(_)));
            assert!(accepted && fits || [400, 404].contains(&reply.status), "{field} {shown}: {reply:?}");
            if !accepted {
                let (_, code) = reply.error();
                let expected = ["VALIDATION_ERROR", "CONVERSATION_NOT_FOUND", "USER_NOT_FOUND", "NOT_FOUND"];
                assert!(expected.contains(&code), "{field} {shown}: {reply:?}");
                if code == "VALIDATION_ERROR" {
                    assert!(reply.body["message"].as_str().unwrap().contains(field), "{field} {shown}: {reply:?}");
                    assert_eq!(reply.body["details"]["errors"][0]["field"], field, "{reply:?}");
                }
            }
        }
    }
    // On the routes of sign-in, what is not known is refused rather than ignored.
    let form = json!({ "email": "x@example.org", "password": PASSWORD, "isActive": true });
    assert_eq!(scene.mother.post("/api/auth/login", form).await.error(), (400, "VALIDATION_ERROR"));
    let mut form = json!({ "firstName": "A", "lastName": "B", "email": "new@example.org", "password": PASSWORD, "role": "admin" });
    assert_eq!(Person::stranger(&scene.server).post("/api/auth/register", form.clone()).await.status, 400);
    form["role"] = json!("mom");
    form["verificationStatus"] = json!("approved");
    assert_eq!(Person::stranger(&scene.server).post("/api/auth/register", form).await.error(), (400, "VALIDATION_ERROR"));
    scene.still_serves().await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_413_however_they_come() {
    let scene = Scene::new().await;
    let large = format!("{{\"conversationId\":\"{}\",\"content\":\"{}\"}}", scene.conversation, "x".repeat(2 << 20));
    let token = bearer(&scene.mother);
    for path in ["/api/chat/send", "/api/chat/conversations", "/api/auth/login"] {
        let reply = scene.raw_as_mother("POST", path, large.as_bytes()).await;
        assert_eq!(reply.error(), (413, "PAYLOAD_TOO_LARGE".into()), "{path} with its length");
        let mut chunked = Vec::new();
        for piece in large.as_bytes().chunks(10_000) {
            chunked.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
            chunked.extend_from_slice(piece);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        let headers = [token.as_str(), "Content-Type: application/json", "Transfer-Encoding: chunked"];
        let reply = scene.raw("POST", path, &headers, &chunked).await;
        assert_eq!(reply.error(), (413, "PAYLOAD_TOO_LARGE".into()), "{path} in chunks");
        // A length that is a lie: the server does not wait for 9 GB, nor does it take memory for them.
        let headers = [token.as_str(), "Content-Type: application/json", "Content-Length: 9999999999"];
        let reply = scene.raw("POST", path, &headers, &[b' '; 64]).await;
        assert_eq!(reply.status, 413, "{path} with a lie: {reply:?}");
    }
    let other = scene.raw("POST", "/api/chat/send", &[&token, "Content-Type: text/html", "Content-Length: 2"], b"{}").await;
    assert_eq!(other.error().0, 415);
    let body = "5:40{\"token\":\"x\"}".repeat(10_000);
    let length = format!("Content-Length: {}", body.len());
    let open = scene.raw("GET", "/socket.io/?EIO=4&transport=polling", &[], b"").await.text();
    let sid = serde_json::from_str::<Value>(&open[1..]).unwrap()["sid"].as_str().unwrap().to_owned();
    let path = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
    assert_eq!(scene.raw("POST", &path, &[&length], body.as_bytes()).await.status, 413, "a polling body");
    scene.still_serves().await;
}

#[tokio::test]
async fn absurd_pages_are_bounded_or_refused() {
    let scene = Scene::new().await;
    for number in 0..5 {
        scene.mother.say(&scene.conversation, &format!("number {number}")).await;
    }
    let absurd = [
        "-1",
        "0",
        "1",
        "201",
        "1000000000",
        "18446744073709551615",
        "99999999999999999999999",
        "NaN",
        "Infinity",
        "1e9",
        "0x10",
        "1.5",
        "abc",
        "%00",
        "%ff",
        "%F0%9F%98%80",
        "1%202",
        "",
        "[]",
        "null",
        "true",
    ];
    let lists = [
        (format!("/api/chat/conversations/{}/messages", scene.conversation), &["limit", "skip", "before", "after", "deleted"][..]),
        (format!("/api/chat/conversations/{}/changes", scene.conversation), &["since", "limit"][..]),
        ("/api/chat/conversations".to_owned(), &["page", "limit", "filter"][..]),
        ("/api/chat/search".to_owned(), &["query", "role", "page", "limit"][..]),
        ("/api/chat/providers".to_owned(), &["page", "limit", "minRating", "available", "sort", "role"][..]),
    ];
    for (path, names) in &lists {
        for name in *names {
            for value in absurd {
                let reply = scene.mother.get(&format!("{path}?{name}={value}")).await;
                match reply.status {
                    200 => {
                        let data = reply.data();
                        let items = data.as_array().or_else(|| data["messages"].as_array()).unwrap();
                        assert!(items.len() <= 1000, "{path}?{name}={value}");
                    }
                    400 => assert_eq!(reply.error().1, "VALIDATION_ERROR", "{path}?{name}={value}"),
                    _ => panic!("{path}?{name}={value}: {reply:?}"),
                }
            }
            let twice = scene.mother.get(&format!("{path}?{name}=1&{name}=2")).await;
            assert!([200, 400].contains(&twice.status), "{twice:?}");
        }
    }
    for seq in ["-1", "1.5", "\"2\"", "18446744073709551616", "[]", "1e400"] {
        let path = format!("/api/chat/conversations/{}/read", scene.conversation);
        let reply = scene.raw_as_mother("PATCH", &path, format!("{{\"seq\":{seq}}}").as_bytes()).await;
        assert_eq!(reply.error().0, 400, "seq {seq}");
    }
    scene.still_serves().await;
}

/// Every route that takes an id, as method, the parts around the id, and a body.
fn routes_of_conversations() -> Vec<(Method, &'static str, &'static str, Option<Value>)> {
    vec![
        (Method::GET, "/api/chat/conversations/", "", None),
        (Method::GET, "/api/chat/conversations/", "/messages", None),
        (Method::GET, "/api/chat/conversations/", "/messages?before=5&limit=2", None),
        (Method::GET, "/api/chat/conversations/", "/changes?since=0", None),
        (Method::GET, "/api/chat/conversations/", "/participants", None),
        (Method::PATCH, "/api/chat/conversations/", "/read", Some(json!({}))),
        (Method::PATCH, "/api/chat/conversations/", "/read", Some(json!({ "seq": 1 }))),
        (Method::PATCH, "/api/chat/conversations/", "/mute", Some(json!({}))),
        (Method::PATCH, "/api/chat/conversations/", "/pin", Some(json!({ "pinned": true }))),
    ]
}

fn routes_of_messages() -> Vec<(Method, &'static str, &'static str, Option<Value>)> {
    vec![
        (Method::PATCH, "/api/chat/messages/", "/status", Some(json!({ "status": "read" }))),
        (Method::PATCH, "/api/chat/messages/", "/edit", Some(json!({ "content": "changed" }))),
        (Method::GET, "/api/chat/messages/", "/history", None),
        (Method::DELETE, "/api/chat/messages/", "", None),
        (Method::POST, "/api/chat/messages/", "/reactions", Some(json!({ "emoji": "👍" }))),
        (Method::DELETE, "/api/chat/messages/", "/reactions?emoji=%F0%9F%91%8D", None),
        (Method::POST, "/api/chat/messages/", "/ack", Some(json!({}))),
    ]
}

/// What a reply shows, without what differs between any two.
fn shown(reply: &Reply, id: &str) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    format!("{} {headers:?} {}", reply.status, reply.body).replace(id, "ID")
}

#[tokio::test]
async fn what_belongs_to_others_looks_like_what_does_not_exist() {
    let scene = Scene::new().await;
    let stranger = &scene.stranger;
    let random = format!("{:016x}", 0x0123_4567_89ab_cdef_u64);
    for (method, before, after, body) in routes_of_conversations() {
        let theirs = stranger.send(method.clone(), &format!("{before}{}{after}", scene.conversation), body.clone()).await;
        let nobodys = stranger.send(method.clone(), &format!("{before}{random}{after}"), body).await;
        assert_eq!(shown(&theirs, &scene.conversation), shown(&nobodys, &random), "{method} {before}…{after}");
        assert_eq!(theirs.error().0, 404, "{method} {before}…{after}");
    }
    let random_message = format!("{random}{:016x}", 1);
    for (method, before, after, body) in routes_of_messages() {
        let theirs = stranger.send(method.clone(), &format!("{before}{}{after}", scene.message), body.clone()).await;
        let nobodys = stranger.send(method.clone(), &format!("{before}{random_message}{after}"), body.clone()).await;
        assert_eq!(shown(&theirs, &scene.message), shown(&nobodys, &random_message), "{method} {before}…{after}");
        assert_eq!(theirs.error().0, 404, "{method} {before}…{after}");
        // A message that its conversation does not have yet, asked for by a member.
        let later = format!("{}{:016x}", scene.conversation, 99);
        assert_eq!(scene.mother.send(method.clone(), &format!("{before}{later}{after}"), body).await.error().0, 404, "{method} …{after}");
    }
    let send = |id: &str| json!({ "conversationId": id, "content": "let me in" });
    let theirs = stranger.post("/api/chat/send", send(&scene.conversation)).await;
    let nobodys = stranger.post("/api/chat/send", send(&random)).await;
    assert_eq!(shown(&theirs, &scene.conversation), shown(&nobodys, &random));
    let own = stranger.open(&scene.doctor).await;
    let reply = |id: &str| json!({ "conversationId": own, "content": "quoting", "replyTo": id });
    let theirs = stranger.post("/api/chat/send", reply(&scene.message)).await;
    let nobodys = stranger.post("/api/chat/send", reply(&random_message)).await;
    assert_eq!(shown(&theirs, &scene.message), shown(&nobodys, &random_message));
    assert_eq!(theirs.status, 400);

    let mut socket = Socket::connect(stranger).await;
    let events = ["join_conversation", "leave_conversation", "typing_start", "typing_stop", "chat_mute_toggled", "chat_pin_toggled"];
    for event in events {
        let theirs = socket.ask(event, json!({ "conversationId": scene.conversation })).await;
        let nobodys = socket.ask(event, json!({ "conversationId": random })).await;
        assert_eq!(theirs, nobodys, "{event}");
        assert_eq!(theirs["success"], false, "{event}");
    }
    let events = [
        ("message_delivered", json!({})),
        ("message_read", json!({})),
        ("message_edited", json!({ "content": "changed" })),
        ("message_deleted", json!({})),
        ("message_reaction_added", json!({ "emoji": "👍" })),
        ("message_reaction_removed", json!({ "emoji": "👍" })),
    ];
    for (event, body) in events {
        let with = |id: &str, conversation: &str| {
            let mut body = body.clone();
            (body["messageId"], body["conversationId"]) = (json!(id), json!(conversation));
            body
        };
        let theirs = socket.ask(event, with(&scene.message, &scene.conversation)).await;
        assert_eq!(theirs, socket.ask(event, with(&random_message, &random)).await, "{event}");
        assert_eq!(theirs["success"], false, "{event}");
    }
    assert_eq!(scene.mother.history(&scene.conversation).await.len(), 1, "nothing came of it");
    assert_eq!(scene.mother.history(&scene.conversation).await[0]["status"], "sent");
    scene.still_serves().await;
}

#[tokio::test]
async fn odd_ids_are_answered_as_unknown_ones() {
    let scene = Scene::new().await;
    let long = "a".repeat(3000);
    let upper = scene.conversation.to_uppercase();
    let odd = [
        "0",
        "-1",
        "1.5",
        "null",
        "undefined",
        "NaN",
        "true",
        "%00",
        "%ff%fe",
        "%F0%9F%98%80",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "%2e%2e%2f",
        "'%20OR%20'1'='1",
        "%3Cscript%3E",
        "{}",
        "$ne",
        "%0d%0aSet-Cookie:x=1",
        "a%2Fb",
        "ffffffffffffffff",
        "+123456789abcdef",
        "0000000000000000",
        &long,
        &upper,
    ];
    for id in odd {
        for (method, before, after, body) in routes_of_conversations().into_iter().chain(routes_of_messages()) {
            let text = body.map(|body| body.to_string()).unwrap_or_default();
            let reply = scene.raw_as_mother(method.as_str(), &format!("{before}{id}{after}"), text.as_bytes()).await;
            let (status, code) = reply.error();
            let shown = &id[..id.len().min(30)];
            assert!(status == 404 || status == 400, "{method} {before}{shown}{after}: {status} {code}");
            assert!(reply.header("set-cookie").is_none());
        }
        for path in ["/api/users/", "/api/auth/sessions/"] {
            let method = if path.ends_with("sessions/") { "DELETE" } else { "GET" };
            let status = scene.raw_as_mother(method, &format!("{path}{id}"), b"").await.error().0;
            assert!(status == 404 || status == 400, "{path}{id}: {status}");
        }
    }
    scene.still_serves().await;
}

const SECRET: &str = "k3Jq-9vWm2_Lx7Tz0Rb5Yc8Nd1Pf4Gh6";

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn sign256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let seal = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&text).finalize().into_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal))
}

fn sign384(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let seal = Hmac::<Sha384>::new_from_slice(secret).unwrap().chain_update(&text).finalize().into_bytes();
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(seal))
}

#[tokio::test]
async fn tokens_that_are_forged_expired_or_of_another_kind_open_nothing() {
    let scene = Scene::on(Server::with(&[("JWT_SECRET", SECRET)])).await;
    let genuine = scene.mother.token.clone().unwrap();
    let parts: Vec<&str> = genuine.split('.').collect();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let other: Value = {
        let token = scene.doctor.token.clone().unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
    };
    let with = |field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        claims
    };
    let without = |field: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(field);
        claims
    };
    let hs = json!({ "alg": "HS256", "typ": "JWT" });
    let secret = SECRET.as_bytes();
    assert_eq!(scene.mother.with_token(&sign256(&hs, &claims, secret)).get("/api/auth/me").await.status, 200, "the forger works");

    let refresh = scene.mother.refresh_token.clone().unwrap();
    let none = |alg: &str| format!("{}.{}.", part(&json!({ "alg": alg, "typ": "JWT" })), part(&claims));
    let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode("guessed key of thirty-two bytes!") });
    let forged: Vec<(&str, String)> = vec![
        ("alg none", none("none")),
        ("alg None", none("None")),
        ("alg NONE", none("NONE")),
        ("alg empty", none("")),
        ("no alg", format!("{}.{}.{}", part(&json!({ "typ": "JWT" })), parts[1], parts[2])),
        ("wrong secret", sign256(&hs, &claims, b"another secret of thirty-two bytes")),
        ("empty secret", sign256(&hs, &claims, b"")),
        ("RS256 header", sign256(&json!({ "alg": "RS256", "typ": "JWT" }), &claims, secret)),
        ("ES256 header", sign256(&json!({ "alg": "ES256", "typ": "JWT" }), &claims, secret)),
        ("HS384 with the secret", sign384(&json!({ "alg": "HS384", "typ": "JWT" }), &claims, secret)),
        ("HS384 header, HS256 seal", sign256(&json!({ "alg": "HS384", "typ": "JWT" }), &claims, secret)),
        ("kid to an empty file", sign256(&json!({ "alg": "HS256", "kid": "../../../../dev/null" }), &claims, b"")),
        ("kid by injection", sign256(&json!({ "alg": "HS256", "kid": "x' UNION SELECT 'k" }), &claims, b"k")),
        ("jku", sign256(&json!({ "alg": "HS256", "jku": "http://localhost:1/keys.json" }), &claims, b"guessed key of thirty-two bytes!")),
        ("jwk inside", sign256(&json!({ "alg": "HS256", "jwk": jwk }), &claims, b"guessed key of thirty-two bytes!")),
        ("claims changed", format!("{}.{}.{}", parts[0], part(&with("sub", json!(scene.doctor.id))), parts[2])),
        ("signature cut", format!("{}.{}.", parts[0], parts[1])),
        ("signature gone", format!("{}.{}", parts[0], parts[1])),
        ("one letter less", genuine[..genuine.len() - 1].to_owned()),
        ("another issuer", sign256(&hs, &with("iss", json!("evil")), secret)),
        ("another audience", sign256(&hs, &with("aud", json!("files")), secret)),
        ("somebody else's sign-in", sign256(&hs, &with("sid", other["sid"].clone()), secret)),
        ("somebody with my sign-in", sign256(&hs, &with("sub", other["sub"].clone()), secret)),
        ("an unknown sign-in", sign256(&hs, &with("sid", json!("00000000000000aa")), secret)),
        ("sub is a number", sign256(&hs, &with("sub", json!(1)), secret)),
        ("exp is a text", sign256(&hs, &with("exp", json!("9999999999")), secret)),
        ("exp is negative", sign256(&hs, &with("exp", json!(-1)), secret)),
        ("no exp", sign256(&hs, &without("exp"), secret)),
        ("no iat", sign256(&hs, &without("iat"), secret)),
        ("no iss", sign256(&hs, &without("iss"), secret)),
        ("no aud", sign256(&hs, &without("aud"), secret)),
        ("no sub", sign256(&hs, &without("sub"), secret)),
        ("no sid", sign256(&hs, &without("sid"), secret)),
        ("claims are a list", sign256(&hs, &json!([]), secret)),
        ("a refresh token", refresh.clone()),
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("very long", "a".repeat(6000)),
    ];
    for (name, token) in &forged {
        let forger = scene.mother.with_token(token);
        let (status, code) = {
            let reply = forger.get("/api/auth/me").await;
            let (status, code) = reply.error();
            (status, code.to_owned())
        };
        assert!(status == 401 && (code == "UNAUTHORIZED" || code == "TOKEN_REVOKED"), "{name}: {status} {code}");
        let refusal = Socket::try_connect(&forger.url, forger.token.as_deref()).await.err();
        assert!(refusal.is_some_and(|refusal| refusal["message"].is_string()), "{name} by socket");
    }
    let expired = sign256(&hs, &with("exp", json!(claims["iat"].as_u64().unwrap() - 10)), secret);
    let late = scene.mother.with_token(&expired);
    assert_eq!(late.get("/api/auth/me").await.error(), (401, "TOKEN_EXPIRED"));
    assert!(Socket::try_connect(&late.url, late.token.as_deref()).await.is_err());

    // Kinds are not interchangeable the other way round either.
    let access_as_refresh = Person::stranger(&scene.server).post("/api/auth/refresh", json!({ "refreshToken": genuine })).await;
    assert_eq!(access_as_refresh.error().0, 401);

    let me = "/api/auth/me";
    let lines = [
        format!("Authorization: Basic {genuine}"),
        format!("Authorization: {genuine}"),
        "Authorization: Bearer".into(),
        "Authorization: Bearer ".into(),
        format!("Authorization: Bearer{genuine}"),
        format!("Authorization: Bearer {genuine} {genuine}"),
        format!("Cookie: token={genuine}"),
        format!("X-Access-Token: {genuine}"),
    ];
    for line in &lines {
        assert_eq!(scene.raw("GET", me, &[line], b"").await.error().0, 401, "{}", &line[..line.len().min(40)]);
    }
    assert_eq!(scene.raw("GET", &format!("{me}?token={genuine}"), &[], b"").await.error().0, 401, "a token in the query");
    assert_eq!(scene.raw("GET", &format!("{me}?access_token={genuine}"), &[], b"").await.error().0, 401);
    scene.still_serves().await;
}

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

type Stream = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<TcpStream>>;

/// Reads the opening packet, sends a packet, and gives the next one.
async fn converse(stream: &mut Stream, packet: &str) -> String {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message;
    let _open = stream.next().await.unwrap().unwrap();
    stream.send(Message::text(packet)).await.unwrap();
    timeout(PATIENCE, stream.next()).await.unwrap().unwrap().unwrap().into_text().unwrap().to_string()
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
async fn headers_of_proxies_change_nothing_and_floods_of_guesses_are_slowed() {
    let settings = [("MOMMYCARE_LIMITS__ENABLED", "true"), ("MOMMYCARE_LIMITS__SIGN_INS", "6")];
    let server = Server::with(&settings);
    let mother = Person::register(&server, "Asha", "mom").await;
    let mut limited = 0;
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
    assert!(limited >= 5, "claimed addresses bought {} guesses", 12 - limited);
    // Whoever is signed in is not slowed by the guesses of a neighbour.
    assert_eq!(mother.get("/api/auth/me").await.status, 200);
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
        for (method, path) in [("GET", "/api/auth/me"), ("GET", "/api/nothing"), ("GET", "/health")] {
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

#[tokio::test]
async fn frames_that_make_no_sense_close_at_most_their_own_socket() {
    let scene = Scene::new().await;
    let deep = format!("42[\"send_message\",{}", "[".repeat(20_000));
    let frames = [
        "",
        "hello",
        "4",
        "42",
        "42[",
        "42]",
        "42[]",
        "42{}",
        "42[1]",
        "42[\"x\"",
        "42[null,{}]",
        "42[\"\"]",
        "421",
        "4299999999999999999999999[\"typing_start\"]",
        "99",
        "4",
        "0",
        "6",
        "7",
        "40",
        "40{",
        "40/admin,{}",
        "41",
        "41/nowhere,",
        "43",
        "430[",
        "439999[\"x\"]",
        "44",
        "45",
        "451-[\"x\",{\"_placeholder\":true,\"num\":0}]",
        "4599999999-[\"x\"]",
        "450-[\"x\"]",
        "46",
        "461-0[]",
        "42[\"connect\"]",
        "42[\"disconnect\"]",
        "42[\"connect_error\",{}]",
        "42[\"disconnecting\"]",
        "42[\"newListener\"]",
        "42[\"__proto__\",{}]",
        "42[\"send_message\",{\"content\":\"\\ud800\"}]",
        "1",
        "2probe",
        "3probe",
        "5",
        "\u{0}\u{0}\u{0}",
        &deep,
    ];
    for frame in frames {
        let mut socket = Socket::connect(&scene.stranger).await;
        socket.write(frame).await;
        socket.cut();
    }
    let mut socket = Socket::connect(&scene.stranger).await;
    let odd = [
        json!(null),
        json!(5),
        json!([]),
        json!({}),
        json!("x"),
        json!({ "conversationId": 5 }),
        json!({ "messageId": [] }),
        json!("\u{0}"),
        json!("x".repeat(5000)),
    ];
    let events = [
        "join",
        "leave",
        "join_conversation",
        "leave_conversation",
        "send_message",
        "typing_start",
        "typing_stop",
        "message_delivered",
        "message_read",
        "user_busy",
        "update_availability",
        "message_edited",
        "message_deleted",
        "message_reaction_added",
        "message_reaction_removed",
        "chat_mute_toggled",
        "chat_pin_toggled",
        "voice_call_request",
        "call_accepted",
        "call_signal",
        "nonsense",
        "",
    ];
    for event in events {
        for data in &odd {
            let answer = socket.ask(event, data.clone()).await;
            if answer["success"] == false {
                assert!(
                    answer["code"].is_string() && answer["message"].is_string() && answer["details"].is_object(),
                    "{event} {data}: {answer}"
                );
                assert_ne!(answer["code"], "INTERNAL_ERROR", "{event} {data}: {answer}");
            } else {
                assert_eq!(answer["success"], true, "{event} {data}: {answer}");
            }
        }
    }
    // Without an acknowledgement, the refusal comes as an event.
    socket.emit("send_message", json!({ "conversationId": scene.conversation, "content": "let me in" })).await;
    let refusal = socket.wait_for("error").await;
    assert!(refusal["message"].is_string() && refusal["code"].is_string() && refusal["event"] == "send_message", "{refusal}");
    scene.still_serves().await;
}

#[tokio::test]
async fn raw_frames_against_the_protocol_and_oversize_ones_are_cut() {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};
    let scene = Scene::new().await;
    let url = format!("ws://{}/socket.io/?EIO=4&transport=websocket", scene.server.address());
    let auth = format!("40{}", json!({ "token": scene.stranger.token }));
    for large in [
        Message::text("4".repeat(70_000)),
        Message::binary(vec![0; 70_000]),
        Message::text(format!("42[\"send_message\",\"{}\"]", "x".repeat(1 << 20))),
    ] {
        let (mut stream, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        assert!(converse(&mut stream, &auth).await.starts_with("40"));
        let _ = stream.send(large).await;
        let mut closed = None;
        while let Some(Ok(message)) = timeout(PATIENCE, stream.next()).await.unwrap() {
            if let Message::Close(frame) = message {
                closed = frame.map(|frame| frame.code);
                break;
            }
        }
        assert_eq!(closed, Some(CloseCode::Size), "a frame over 64 KiB closes with 1009");
    }
    let upgrade = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        scene.server.address()
    );
    let long_ping = [&[0x89, 0xfe, 0xff, 0xff][..], &[0; 4 + 0xffff]].concat();
    let endless = [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let nonsense: [(&str, &[u8]); 6] = [
        ("not masked", &[0x81, 0x05, b'h', b'e', b'l', b'l', b'o']),
        ("reserved bits", &[0xf1, 0x80, 0, 0, 0, 0]),
        ("a reserved kind", &[0x83, 0x80, 0, 0, 0, 0]),
        ("a ping of 64 KiB", &long_ping),
        ("a length of 2^63", &endless),
        ("all bits", &[0xff; 64]),
    ];
    for (name, bytes) in nonsense {
        let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
        stream.write_all(upgrade.as_bytes()).await.unwrap();
        let _ = stream.write_all(bytes).await;
        let mut rest = Vec::new();
        let closed = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{name}: the connection stays open");
    }
    scene.still_serves().await;
}

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
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (mother, conversation, words) = (mother.clone(), conversation.clone(), words.clone());
            tokio::spawn(async move {
                for _ in 0..count / 8 {
                    mother.say(&conversation, &words).await;
                }
            })
        })
        .collect();
    for seq in 2..count + 2 {
        let heard = listening.wait_for("new_message").await;
        assert_eq!(heard["message"]["seq"], seq, "the one who listens hears everything in order");
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
    assert!(slowest < Duration::from_secs(5), "a normal user waited {slowest:?}");
    dripping.abort();
    drop(open);
    scene.still_serves().await;
}

#[tokio::test]
async fn clients_that_leave_in_the_middle_leave_nothing_half_done() {
    let scene = Scene::new().await;
    let body = json!({ "conversationId": scene.conversation, "content": "sent and gone", "clientMessageId": "gone-1" }).to_string();
    let (token, length) = (bearer(&scene.mother), format!("Content-Length: {}", body.len()));
    let whole = request("POST", "/api/chat/send", &[&token, "Content-Type: application/json", &length], body.as_bytes());
    for cut in [10, 60, whole.len() / 2, whole.len() - 1, whole.len()] {
        let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
        stream.write_all(&whole[..cut]).await.unwrap();
        drop(stream);
    }
    // Whatever became of the one that was whole, a repetition makes exactly one of it.
    let reply = scene.mother.post("/api/chat/send", serde_json::from_str(&body).unwrap()).await;
    assert!([200, 201].contains(&reply.status), "{reply:?}");
    let history = scene.mother.history(&scene.conversation).await;
    assert_eq!(history.iter().filter(|message| message["clientMessageId"] == "gone-1").count(), 1);
    scene.still_serves().await;
}

#[tokio::test]
async fn one_repeated_client_id_at_the_same_time_makes_one_message() {
    let scene = Scene::new().await;
    let body = json!({ "conversationId": scene.conversation, "content": "once", "clientMessageId": "same" });
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (mother, body) = (scene.mother.clone(), body.clone());
            tokio::spawn(async move { mother.post("/api/chat/send", body).await })
        })
        .collect();
    let mut by_status: HashMap<u16, usize> = HashMap::new();
    let mut ids = Vec::new();
    for task in tasks {
        let reply = task.await.unwrap();
        *by_status.entry(reply.status).or_default() += 1;
        ids.push(reply.data()["id"].clone());
    }
    assert_eq!(by_status, HashMap::from([(201, 1), (200, 19)]));
    assert!(ids.iter().all(|id| *id == ids[0]));
    // Another person may use the same id for another message.
    let other = scene.doctor.post("/api/chat/send", body).await;
    assert_eq!(other.status, 201);
    assert_ne!(other.data()["id"], ids[0]);
}

fn refused(output: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success(), "{said}");
    assert!(output.status.code().is_some(), "it ended by itself: {said}");
    assert!(said.contains("mommycare: ") && !said.contains("panicked") && !said.contains("listening on"), "{said}");
    for word in words {
        assert!(said.contains(word), "“{word}” in: {said}");
    }
}

/// Starts the server on a folder that it must refuse, for at most a while.
fn start_on(data: &std::path::Path, user: Option<u32>) -> Output {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = command(folder.path());
    command.args(["--port", "0", "--data"]).arg(data).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(user) = user {
        command.uid(user).gid(user);
    }
    let child = command.spawn().unwrap();
    let pid = child.id().to_string();
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    // A server that starts all the same would wait for ever.
    let watchdog = std::thread::spawn(move || {
        if is_done.recv_timeout(Duration::from_secs(20)).is_err() {
            let _ = std::process::Command::new("kill").args(["-9", &pid]).status();
        }
    });
    let output = child.wait_with_output().unwrap();
    let _ = done.send(());
    watchdog.join().unwrap();
    output
}

#[test]
fn a_data_folder_in_use_is_left_alone() {
    let server = Server::start();
    refused(&start_on(server.data(), None), &[&server.pid().to_string(), "data"]);
}

#[test]
fn a_data_folder_of_a_newer_version_is_left_alone() {
    let mut server = Server::start();
    server.terminate();
    let format = server.data().join("format");
    let text = fs::read_to_string(&format).unwrap();
    let newer: String = text.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect();
    assert_ne!(newer, text);
    fs::write(&format, &newer).unwrap();
    let before = names(server.data());
    refused(&start_on(server.data(), None), &["newer"]);
    assert_eq!(names(server.data()), before, "nothing was touched");
    fs::write(&format, text).unwrap();
    server.restart();
}

fn names(folder: &std::path::Path) -> Vec<(String, u64)> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .filter(|(name, _)| name != "lock")
        .collect();
    names.sort();
    names
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "not a folder").unwrap();
    refused(&start_on(&file, None), &["data"]);
    refused(&start_on(&file.join("below"), None), &["data"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a folder");

    // The superuser may write anywhere, so somebody else tries. Where this test may not become somebody else, it is that already.
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let superuser = fs::write(locked.join("probe"), "").is_ok();
    let _ = fs::remove_file(locked.join("probe"));
    refused(&start_on(&locked, superuser.then_some(65_534)), &["locked"]);
    assert_eq!(fs::read_dir(&locked).unwrap().count(), 0);
}
