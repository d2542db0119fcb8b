//! Bodies that are no JSON, do not fit or are too large are refused by name.

use crate::{
    scene::{Scene, bearer},
    support::{
        http::{PASSWORD, Person},
        raw::request,
    },
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

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
    let form = "Content-Type: multipart/form-data; boundary=x";
    for body in ["", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\ncut", "--x\r\n\r\nno name\r\n--x--"] {
        let length = format!("Content-Length: {}", body.len());
        let reply = scene.raw("POST", "/api/chat/upload", &[&token, form, &length], body.as_bytes()).await;
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR".into()), "{body:?}");
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
async fn who_is_refused_while_sending_gets_to_hear_why() {
    let scene = Scene::new().await;
    let (path, token) = (format!("/api/chat/conversations/{}", scene.conversation), bearer(&scene.mother));
    let body = vec![b' '; 4 << 20]; // more than lies between the two
    for (kind, status) in [("multipart/form-data; boundary=x", "415"), ("application/json", "413")] {
        let headers = [token.as_str(), &format!("Content-Type: {kind}"), &format!("Content-Length: {}", body.len())];
        let mut stream = TcpStream::connect(scene.server.address()).await.unwrap();
        stream.write_all(&request("PATCH", &path, &headers, &body)).await.expect("nobody hangs up in the middle");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()), "{kind}: {}", String::from_utf8_lossy(&answer));
    }
    scene.still_serves().await;
}

#[tokio::test]
async fn a_type_is_no_matter_where_there_is_no_body() {
    let scene = Scene::new().await;
    let path = format!("/api/chat/conversations/{}/mute", scene.conversation);
    let token = bearer(&scene.mother);
    for kind in ["application/x-www-form-urlencoded", "text/plain;charset=UTF-8", "application/json"] {
        let kind = format!("Content-Type: {kind}");
        for expected in [true, false] {
            let reply = scene.raw("PATCH", &path, &[&token, &kind, "Content-Length: 0"], b"").await;
            assert_eq!(reply.status, 200, "{kind}: {reply:?}");
            let body: Value = serde_json::from_str(&reply.text()).unwrap();
            assert_eq!(body["data"]["isMuted"], expected, "{kind}");
        }
    }
    let form = [token.as_str(), "Content-Type: application/x-www-form-urlencoded", "Content-Length: 10"];
    assert_eq!(scene.raw("PATCH", &path, &form, b"muted=true").await.error().0, 415);
    scene.still_serves().await;
}

#[tokio::test]
async fn a_field_may_come_under_both_of_its_names() {
    let scene = Scene::new().await;
    let both = json!({ "content": "good evening", "newContent": "good evening" });
    let reply = scene.mother.patch(&format!("/api/chat/messages/{}/edit", scene.message), both).await;
    assert_eq!((reply.status, reply.data()["content"].as_str()), (200, Some("good evening")), "{reply:?}");
    // A conversation as it was read, with a new name.
    let form = json!({ "type": "group", "name": "Ward 3", "participantIds": [scene.mother.id] });
    let mut group = scene.doctor.post("/api/chat/conversations", form).await.data().clone();
    let path = format!("/api/chat/conversations/{}", group["id"].as_str().unwrap());
    group["name"] = json!("Ward 4");
    let reply = scene.doctor.patch(&path, group).await;
    assert_eq!((reply.status, reply.data()["groupName"].as_str()), (200, Some("Ward 4")), "{reply:?}");
    let reply = scene.doctor.patch(&path, json!({ "groupName": "Ward 5", "groupAvatar": "/a.png" })).await;
    assert_eq!((reply.data()["name"].as_str(), reply.data()["groupAvatar"].as_str()), (Some("Ward 5"), Some("/a.png")));
}
