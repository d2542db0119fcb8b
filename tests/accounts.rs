//! Accounts over HTTP: what a client sees, and what somebody meets who is up to no good.
#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{
    Server,
    http::{PASSWORD, Person, Reply},
    socket::Socket,
};

const OTHER: &str = "another good password";

/// Makes the first administrator through the printed link.
async fn administrator(server: &Server) -> Person {
    let token = server.setup_link().unwrap().split_once("token=").unwrap().1.to_owned();
    let mut admin = Person::stranger(server);
    let form = json!({ "token": token, "firstName": "Ruwani", "lastName": "Test", "email": "ruwani@example.org", "password": PASSWORD });
    let reply = admin.post("/api/auth/setup", form).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    admin.adopt(&reply.body);
    admin.email = "ruwani@example.org".into();
    admin
}

async fn login(server: &Server, email: &str, password: &str) -> Reply {
    Person::stranger(server).post("/api/auth/login", json!({ "email": email, "password": password })).await
}

fn with_token(person: &Person, token: &str) -> Person {
    let mut person = person.clone();
    person.token = Some(token.into());
    person
}

#[tokio::test]
async fn registering_and_signing_in_answer_as_clients_expect() {
    let server = Server::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]);
    let stranger = Person::stranger(&server);
    let form = |role: &str| json!({ "firstName": "Nila", "lastName": "Test", "email": format!("{role}@example.org"), "password": PASSWORD, "role": role });
    for (role, state) in [("mom", "approved"), ("doctor", "pending"), ("midwife", "pending"), ("service_provider", "pending")] {
        let reply = stranger.post("/api/auth/register", form(role)).await;
        assert_eq!((reply.status, &reply.body["user"]["verificationStatus"]), (201, &json!(state)), "{reply:?}");
        assert_eq!((&reply.body["user"]["role"], &reply.body["user"]["fullName"]), (&json!(role), &json!("Nila Test")));
    }
    let reply = login(&server, "MOM@example.org ", PASSWORD).await;
    for name in ["token", "user", "refreshToken", "expiresAt"] {
        assert!(!reply.body[name].is_null() && reply.body[name] == reply.data()[name], "{name} in {reply:?}");
    }
    let user = &reply.body["user"];
    let fields = "id _id firstName lastName name fullName email phone role avatar specialty experience location bio languages rating \
        reviewCount status isOnline lastSeen availability isActive verificationStatus preferences createdAt";
    for field in fields.split_whitespace() {
        assert!(user.get(field).is_some(), "{field} in {user}");
    }
    assert_eq!(user["id"], user["_id"]);
    assert!(!reply.body.to_string().contains("$2b$"), "no hash");
    let me = with_token(&stranger, reply.body["token"].as_str().unwrap()).get("/api/auth/me").await;
    assert_eq!((me.status, &me.body["user"]), (200, user));

    assert_eq!(stranger.post("/api/auth/register", form("mom")).await.error(), (409, "EMAIL_IN_USE"));
    assert_eq!(stranger.post("/api/auth/register", form("admin")).await.error(), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn nobody_sets_what_others_decide() {
    let server = Server::start();
    let stranger = Person::stranger(&server);
    let nila = Person::register(&server, "Nila", "mom").await;
    for (name, value) in
        [("isActive", json!(true)), ("verificationStatus", json!("approved")), ("id", json!("1")), ("__proto__", json!({}))]
    {
        let mut form =
            json!({ "firstName": "Eve", "lastName": "Test", "email": "eve@example.org", "password": PASSWORD, "role": "doctor" });
        form[name] = value.clone();
        let reply = stranger.post("/api/auth/register", form).await;
        assert_eq!(reply.error(), (400, "VALIDATION_ERROR"), "{name}");
        assert_eq!(reply.body["details"]["errors"][0]["field"], name);
    }
    for (name, value) in [("role", json!("admin")), ("isActive", json!(false)), ("verificationStatus", json!("approved"))] {
        assert_eq!(nila.put("/api/auth/profile", json!({ name: value })).await.error(), (400, "VALIDATION_ERROR"), "{name}");
        assert_eq!(
            nila.patch(&format!("/api/users/{}", nila.id), json!({ name: value })).await.error(),
            (400, "VALIDATION_ERROR"),
            "{name}"
        );
    }
    let reply = nila.patch(&format!("/api/users/{}", nila.id), json!({ "bio": "hello", "rating": 5, "unknown": 1 })).await;
    assert_eq!((reply.status, &reply.data()["bio"], &reply.data()["rating"]), (200, &json!("hello"), &json!(0.0)));
    assert_eq!(nila.get("/api/auth/me").await.body["user"]["role"], "mom");
}

#[tokio::test]
async fn odd_input_is_refused_in_the_usual_shape() {
    let server = Server::start();
    let stranger = Person::stranger(&server);
    for body in [
        json!({}),
        json!({ "email": "a@example.org" }),
        json!({ "email": 1, "password": [] }),
        json!([]),
        json!(null),
        json!({ "email": "", "password": "" }),
    ] {
        assert_eq!(stranger.post("/api/auth/login", body.clone()).await.error(), (400, "VALIDATION_ERROR"), "{body}");
    }
    let nila = Person::register(&server, "Nila", "mom").await;
    assert_eq!(nila.put("/api/auth/profile", json!(["Eve"])).await.error(), (400, "VALIDATION_ERROR"), "a list is no object");
    for (password, fine) in
        [("password123", false), ("1234567", false), ("aaaaaaaa", false), (&*"ü".repeat(64), true), (&*"x1".repeat(600), false)]
    {
        let email = format!("p{}@example.org", password.len());
        let form = json!({ "firstName": "Nila", "lastName": "Test", "email": email, "password": password, "role": "mom" });
        let reply = stranger.post("/api/auth/register", form).await;
        assert_eq!(reply.status == 201, fine, "{password} {reply:?}");
        assert!(fine || reply.body["message"].as_str().unwrap().starts_with("password: "));
    }
    for path in ["/api/auth/me", "/api/auth/sessions", "/api/admin/users", "/api/users/me"] {
        let reply = stranger.get(path).await;
        assert_eq!(reply.error(), (401, "UNAUTHORIZED"), "{path}");
        assert_eq!(with_token(&stranger, "x.y.z").get(path).await.error(), (401, "UNAUTHORIZED"), "{path}");
    }
}

#[tokio::test]
async fn unknown_and_wrong_are_one_and_ten_wrong_passwords_lock() {
    let server = Server::start();
    let nila = Person::register(&server, "Nila", "mom").await;
    let kamala = Person::register(&server, "Kamala", "mom").await;
    for attempt in 1..=12 {
        let wrong = login(&server, &nila.email, "not the password").await;
        let unknown = login(&server, "nobody@example.org", "not the password").await;
        assert_eq!((wrong.status, &wrong.body), (unknown.status, &unknown.body));
        let expected = if attempt <= 10 { (401, "INVALID_CREDENTIALS") } else { (429, "ACCOUNT_LOCKED") };
        assert_eq!(wrong.error(), expected, "attempt {attempt}");
    }
    let right = login(&server, &nila.email, PASSWORD).await;
    assert_eq!(right.error(), (429, "ACCOUNT_LOCKED"));
    let seconds: u64 = right.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((600..=900).contains(&seconds), "{seconds}");
    assert_eq!(nila.get("/api/auth/me").await.status, 200, "who is signed in stays so");
    assert_eq!(login(&server, &kamala.email, PASSWORD).await.status, 200, "others are not locked");
}

#[tokio::test]
async fn forged_tokens_are_refused_over_http() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let server = Server::start();
    let nila = Person::register(&server, "Nila", "mom").await;
    let token = nila.token.clone().unwrap();
    let (head, rest) = token.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    for claim in ["exp", "iat", "iss", "aud", "sub", "sid"] {
        assert!(!claims[claim].is_null(), "{claim} in {claims}");
    }
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = part(json!({ "alg": "none", "typ": "JWT" }));
    let rs = part(json!({ "alg": "RS256", "typ": "JWT" }));
    let kid = part(json!({ "alg": "HS256", "typ": "JWT", "kid": "/dev/null" }));
    for forged in [
        format!("{none}.{body}."),
        format!("{none}.{body}.{signature}"),
        format!("{rs}.{body}.{signature}"),
        format!("{kid}.{body}.{signature}"),
        format!("{head}.{}.{signature}", part(json!({ "sub": claims["sub"], "sid": claims["sid"], "exp": 9_999_999_999_u64 }))),
        format!("{head}.{body}.{}", "A".repeat(43)),
        nila.refresh_token.clone().unwrap(),
    ] {
        assert_eq!(with_token(&nila, &forged).get("/api/auth/me").await.error(), (401, "UNAUTHORIZED"), "{forged}");
    }
    assert_eq!(nila.get("/api/auth/me").await.status, 200);
    let own = json!({ "refreshToken": token });
    assert_eq!(Person::stranger(&server).post("/api/auth/refresh", own).await.error(), (401, "UNAUTHORIZED"));
}

#[tokio::test]
async fn a_reused_refresh_token_ends_its_family() {
    let server = Server::start();
    let nila = Person::register(&server, "Nila", "mom").await;
    let stranger = Person::stranger(&server);
    let first = json!({ "refreshToken": nila.refresh_token });
    let renewed = stranger.post("/api/auth/refresh", first.clone()).await;
    assert_eq!(renewed.status, 200);
    let again = with_token(&nila, renewed.body["token"].as_str().unwrap());
    assert_eq!(again.get("/api/auth/me").await.status, 200);
    assert_eq!(stranger.post("/api/auth/refresh", first).await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(again.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    let second = json!({ "refreshToken": renewed.body["refreshToken"] });
    assert_eq!(stranger.post("/api/auth/refresh", second).await.error(), (401, "TOKEN_REVOKED"));
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_is_asked_for_again_by_its_name() {
    let server = Server::start();
    let nila = Person::register(&server, "Nila", "mom").await;
    let stranger = Person::stranger(&server);
    let renewal = |token: &serde_json::Value, id: &str| json!({ "refreshToken": token, "renewalId": id });
    let first = json!(nila.refresh_token);
    for wrong in ["", "fifteen-letters", "with spaces in it all along", &"a".repeat(65)] {
        let refused = stranger.post("/api/auth/refresh", renewal(&first, wrong)).await;
        assert_eq!(refused.error(), (400, "VALIDATION_ERROR"), "{wrong}");
    }

    // Three times the same question: the same pair, and whoever got it last can go on with it.
    let mut second = json!(null);
    for _ in 0..3 {
        let renewed = stranger.post("/api/auth/refresh", renewal(&first, "a-morning-in-ward-3")).await;
        assert_eq!(renewed.status, 200, "{:?}", renewed.body);
        assert!(second.is_null() || second == renewed.body["refreshToken"]);
        second = renewed.body["refreshToken"].clone();
        assert_eq!(with_token(&nila, renewed.body["token"].as_str().unwrap()).get("/api/auth/me").await.status, 200);
    }
    let third = stranger.post("/api/auth/refresh", renewal(&second, "an-evening-in-ward-3")).await;
    assert_eq!(third.status, 200);
    let token = third.body["token"].as_str().unwrap();

    // Once the new one has been used, the old question is a reuse like any other.
    assert_eq!(stranger.post("/api/auth/refresh", renewal(&first, "a-morning-in-ward-3")).await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(with_token(&nila, token).get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));

    // And whoever has the token but not the name of its renewal is no owner.
    for other in [json!({}), json!({ "renewalId": "somebody-else-guesses" })] {
        let again = nila.sign_in().await;
        let mut stolen = renewal(&json!(again.refresh_token), "a-morning-in-ward-3");
        assert_eq!(stranger.post("/api/auth/refresh", stolen.clone()).await.status, 200);
        stolen.as_object_mut().unwrap().remove("renewalId");
        stolen.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
        assert_eq!(stranger.post("/api/auth/refresh", stolen).await.error(), (401, "TOKEN_REVOKED"));
    }
}

#[tokio::test]
async fn sessions_are_listed_ended_and_left() {
    let server = Server::start();
    let phone = Person::register(&server, "Nila", "mom").await;
    let tablet = phone.sign_in().await;
    let laptop = phone.sign_in().await;
    let list = phone.get("/api/auth/sessions").await;
    let sessions = list.data().as_array().unwrap();
    assert_eq!((sessions.len(), sessions.iter().filter(|session| session["current"] == true).count()), (3, 1));

    let kamala = Person::register(&server, "Kamala", "mom").await;
    let listed = tablet.get("/api/auth/sessions").await;
    let own =
        listed.data().as_array().unwrap().iter().find(|session| session["current"] == true).unwrap()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/auth/sessions/{own}");
    assert_eq!(kamala.delete(&path).await.error(), kamala.delete("/api/auth/sessions/0000000000000001").await.error());
    assert_eq!(phone.delete(&path).await.status, 200);
    assert_eq!(tablet.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(laptop.post("/api/auth/logout", json!({})).await.data(), &json!({}), "every success has data");
    assert_eq!(laptop.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(phone.get("/api/auth/me").await.status, 200);
}

#[tokio::test]
async fn a_new_password_ends_other_devices() {
    let server = Server::start();
    let phone = Person::register(&server, "Nila", "mom").await;
    let tablet = phone.sign_in().await;
    let change = |current: &str, new: &str| {
        let body = json!({ "currentPassword": current, "newPassword": new });
        phone.put("/api/auth/password", body)
    };
    assert_eq!(change("not the password", OTHER).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(change(PASSWORD, "short").await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(change(PASSWORD, OTHER).await.status, 200);
    assert_eq!((phone.get("/api/auth/me").await.status, tablet.get("/api/auth/me").await.status), (200, 401));
    assert_eq!((login(&server, &phone.email, PASSWORD).await.status, login(&server, &phone.email, OTHER).await.status), (401, 200));
}

#[tokio::test]
async fn the_first_administrator_is_made_once() {
    let server = Server::start();
    let stranger = Person::stranger(&server);
    assert_eq!(stranger.get("/api/auth/setup").await.data(), &json!({ "required": true }));
    let form = json!({ "token": "guessed", "firstName": "Eve", "lastName": "Test", "email": "eve@example.org", "password": PASSWORD });
    assert_eq!(stranger.post("/api/auth/setup", form.clone()).await.error(), (403, "FORBIDDEN"));
    let admin = administrator(&server).await;
    assert_eq!(admin.get("/api/admin/users").await.status, 200);
    assert_eq!(stranger.get("/api/auth/setup").await.data(), &json!({ "required": false }));
    assert_eq!(stranger.post("/api/auth/setup", form).await.error(), (404, "NOT_FOUND"));

    let body = json!({ "email": admin.email, "password": PASSWORD });
    let reply = stranger.post("/api/admin/login", body).await;
    assert_eq!((reply.status, &reply.body["admin"]), (200, &reply.body["user"]));
    let nila = Person::register(&server, "Nila", "mom").await;
    let body = json!({ "email": nila.email, "password": PASSWORD });
    assert_eq!(stranger.post("/api/admin/login", body).await.error(), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn administrators_look_after_people() {
    let server = Server::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]);
    let admin = administrator(&server).await;
    let nila = Person::register(&server, "Nila", "mom").await;
    let kamala = Person::register(&server, "Kamala", "midwife").await;
    let path = |person: &Person, what: &str| format!("/api/admin/users/{}/{what}", person.id);

    let list = admin.get("/api/admin/users?status=pending&search=&limit=5").await;
    assert_eq!((list.data()[0]["id"].as_str(), &list.body["pagination"]["total"]), (Some(&*kamala.id), &json!(1)));
    assert_eq!(list.data()[0]["email"], kamala.email);
    for query in ["limit=0", "limit=x", "page=-1", "role=x", "status=x", "sort=name"] {
        assert_eq!(admin.get(&format!("/api/admin/users?{query}")).await.error(), (400, "VALIDATION_ERROR"), "{query}");
    }
    assert_eq!(admin.post(&path(&kamala, "reject"), json!({ "reason": "no licence" })).await.data()["rejectionReason"], "no licence");
    assert_eq!(admin.post(&path(&kamala, "reject"), json!({ "why": "x" })).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(admin.post(&path(&kamala, "approve"), json!({})).await.data()["verificationStatus"], "approved");
    assert_eq!(admin.post(&path(&nila, "disable"), json!({})).await.data()["isActive"], false);
    assert_eq!(nila.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(login(&server, &nila.email, PASSWORD).await.error(), (403, "ACCOUNT_DISABLED"));
    assert_eq!(admin.post(&path(&nila, "enable"), json!({})).await.data()["isActive"], true);
    assert_eq!(admin.patch(&path(&kamala, "role"), json!({ "role": "doctor" })).await.data()["role"], "doctor");
    assert_eq!(kamala.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(admin.post(&path(&admin, "disable"), json!({})).await.error(), (409, "CONFLICT"));
    assert_eq!(admin.post("/api/admin/users/nobody/approve", json!({})).await.error(), (404, "USER_NOT_FOUND"));

    let nila = nila.sign_in().await;
    for what in ["approve", "disable", "enable", "reset-link"] {
        assert_eq!(nila.post(&path(&nila, what), json!({})).await.error(), (403, "FORBIDDEN"), "{what}");
    }
    assert_eq!(nila.patch(&path(&nila, "role"), json!({ "role": "admin" })).await.error(), (403, "FORBIDDEN"));
    assert_eq!(nila.get("/api/admin/users").await.error(), (403, "FORBIDDEN"));
    let (known, unknown) = (nila.get(&format!("/api/users/{}", admin.id)).await, nila.get("/api/users/0000000000000001").await);
    assert_eq!((known.error(), &known.body), ((404, "USER_NOT_FOUND"), &unknown.body));
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_through_the_clinic() {
    let server = Server::start();
    let admin = administrator(&server).await;
    let nila = Person::register(&server, "Nila", "mom").await;
    let stranger = Person::stranger(&server);
    let forgot = |email: &str| stranger.post("/api/auth/forgot-password", json!({ "email": email }));
    let (known, unknown) = (forgot(&nila.email).await, forgot("nobody@example.org").await);
    assert_eq!((known.status, &known.body), (200, &unknown.body));

    let link = admin.post(&format!("/api/admin/users/{}/reset-link", nila.id), json!({})).await;
    let token = link.data()["token"].as_str().unwrap().to_owned();
    assert_eq!(link.data()["url"], format!("{}/reset?token={token}", server.url()));
    let reset = json!({ "token": token, "password": OTHER });
    assert_eq!(stranger.post("/api/auth/reset-password", reset.clone()).await.status, 200);
    assert_eq!(nila.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    assert_eq!(login(&server, &nila.email, OTHER).await.status, 200);
    assert_eq!(stranger.post("/api/auth/reset-password", reset).await.error(), (400, "VALIDATION_ERROR"));
}

#[tokio::test]
async fn sockets_end_with_their_sign_in() {
    let server = Server::start();
    let admin = administrator(&server).await;
    let phone = Person::register(&server, "Nila", "mom").await;
    let (tablet, laptop) = (phone.sign_in().await, phone.sign_in().await);
    let mut sockets = [Socket::connect(&phone).await, Socket::connect(&tablet).await, Socket::connect(&laptop).await];
    phone.post("/api/auth/logout", json!({})).await;
    sockets[0].wait_for("session_revoked").await;
    sockets[0].closed().await;
    let change = json!({ "currentPassword": PASSWORD, "newPassword": OTHER });
    assert_eq!(tablet.put("/api/auth/password", change).await.status, 200);
    sockets[2].wait_for("session_revoked").await;
    sockets[2].closed().await;
    admin.post(&format!("/api/admin/users/{}/disable", phone.id), json!({})).await;
    sockets[1].wait_for("session_revoked").await;
    sockets[1].closed().await;
    assert!(Socket::try_connect(&server.url(), tablet.token.as_deref()).await.is_err());
}

#[tokio::test]
async fn a_page_shows_what_the_reader_may_know() {
    let server = Server::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]);
    let admin = administrator(&server).await;
    let nila = Person::register(&server, "Nila", "mom").await;
    let asha = Person::register(&server, "Asha", "mom").await;
    let kamala = Person::register(&server, "Kamala", "midwife").await;
    let page = |reader: &Person, of: &Person| {
        let (reader, path) = (reader.clone(), format!("/api/users/{}", of.id));
        async move { reader.get(&path).await }
    };
    let nobody = nila.get("/api/users/0000000000000001").await;
    for (reader, hidden) in [(&nila, &asha), (&nila, &kamala), (&nila, &admin), (&kamala, &nila)] {
        let reply = page(reader, hidden).await;
        assert_eq!((reply.status, &reply.body), (nobody.status, &nobody.body));
    }
    admin.post(&format!("/api/admin/users/{}/approve", kamala.id), json!({})).await;
    for (reader, shown) in [(&nila, &kamala), (&kamala, &nila)] {
        let reply = page(reader, shown).await;
        assert_eq!((reply.status, reply.data()["id"].as_str()), (200, Some(&*shown.id)));
        assert!(["email", "phone", "isActive", "verificationStatus", "preferences"].iter().all(|name| reply.data().get(name).is_none()));
    }
    assert_eq!(page(&admin, &nila).await.data()["email"], nila.email);
}

/// What the clinic decides about a professional holds from that moment, for tokens and for sockets that are open.
#[tokio::test]
async fn decisions_of_the_clinic_work_at_once_and_are_told() {
    let server = Server::with(&[("MOMMYCARE_ACCOUNTS__APPROVE_PROFESSIONALS", "manual")]);
    let admin = administrator(&server).await;
    let mona = Person::register(&server, "Mona", "mom").await;
    let dora = Person::register(&server, "Dora", "doctor").await;
    let mut socket = Socket::connect(&dora).await;
    let act = async |what: &str, body: Value| {
        let reply = admin.post(&format!("/api/admin/users/{}/{what}", dora.id), body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    };
    let hello = json!({ "recipientId": mona.id, "content": "Good morning" });
    // Whether the doctor can write by either door, and whether a mother finds her.
    let works = async |socket: &mut Socket| {
        let by_rest = dora.post("/api/chat/send", hello.clone()).await;
        let by_socket = socket.ask("send_message", hello.clone()).await;
        let found = mona.get("/api/chat/providers").await.data().as_array().unwrap().len();
        assert_eq!(by_rest.body["success"], by_socket["success"], "{by_rest:?} {by_socket}");
        assert_eq!(found == 1, by_rest.status < 300, "found as soon as she may write");
        by_rest.body["code"].as_str().map(str::to_owned)
    };
    assert_eq!(works(&mut socket).await.as_deref(), Some("VERIFICATION_PENDING"));
    act("approve", json!({})).await;
    let told = socket.wait_for("notification").await;
    assert_eq!(told, json!({ "kind": "verification", "status": "approved", "reason": null }));
    assert_eq!(works(&mut socket).await, None);
    act("reject", json!({ "reason": "The licence has run out." })).await;
    let told = socket.wait_for("notification").await;
    assert_eq!(told, json!({ "kind": "verification", "status": "rejected", "reason": "The licence has run out." }));
    assert!(works(&mut socket).await.is_some());
    let to_her = mona.post("/api/chat/send", json!({ "recipientId": dora.id, "content": "x" })).await;
    assert_eq!(to_her.error(), (403, "FORBIDDEN"), "nobody writes to her either");
    for _ in 0..2 {
        act("approve", json!({})).await;
    }
    assert_eq!(works(&mut socket).await, None);
    socket.wait_for("notification").await;
    assert!(socket.so_far().await.iter().all(|(name, _)| name != "notification"), "what is no news is not told");

    act("disable", json!({})).await;
    socket.closed().await;
    assert_eq!(dora.post("/api/chat/send", hello.clone()).await.error(), (401, "TOKEN_REVOKED"));
    assert!(mona.get("/api/chat/providers").await.data().as_array().unwrap().is_empty());
    act("enable", json!({})).await;
    assert_eq!(dora.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"), "an old sign-in stays ended");
    let dora = dora.sign_in().await;
    let mut socket = Socket::connect(&dora).await;
    assert_eq!(dora.post("/api/chat/send", hello.clone()).await.status, 201);
    let reply = admin.patch(&format!("/api/admin/users/{}/role", dora.id), json!({ "role": "mom" })).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    socket.closed().await;
    assert_eq!(dora.get("/api/auth/me").await.error(), (401, "TOKEN_REVOKED"));
    let dora = dora.sign_in().await;
    let refused = dora.post("/api/chat/send", hello).await;
    assert_eq!(refused.error(), (403, "FORBIDDEN"), "a mother does not write to mothers");
    assert!(mona.get("/api/chat/providers").await.data().as_array().unwrap().is_empty());
}

#[tokio::test]
async fn the_clinic_says_what_its_limits_are() {
    let server = Server::with(&[("MOMMYCARE_CHAT__EDIT_WINDOW", "5m"), ("MOMMYCARE_CHAT__GROUP_MEMBERS", "7")]);
    let reply = Person::stranger(&server).get("/api/clinic").await;
    assert_eq!((&reply.data()["limits"]["editWindow"], &reply.data()["limits"]["groupMembers"]), (&json!(300), &json!(7)));
    assert_eq!(reply.data()["limits"]["urgentRepeat"], json!(120));
    assert_eq!((&reply.data()["limits"]["fileSize"], &reply.data()["limits"]["fileCount"]), (&json!(50 << 20), &json!(5)));
}
