//! One account that floods is slowed, through whichever door and on however many sockets; the ward behind the same address is not.

use crate::support::{PATIENCE, Server, http::Person, socket::Socket};
use futures_util::future::join_all;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::timeout;

const LIMITS: (&str, &str) = ("MOMMYCARE_LIMITS__ENABLED", "true");

#[tokio::test(flavor = "multi_thread")]
async fn a_ward_behind_one_address_is_not_hindered_by_one_who_floods() {
    let server = Server::with(&[LIMITS]);
    let doctor = Person::register(&server, "Ruwan", "doctor").await;
    let flooder = Person::register(&server, "Dinesh", "mom").await;
    let mut ward = Vec::new();
    for number in 0..30 {
        let mother = Person::register(&server, &format!("Mother{number}"), "mom").await;
        ward.push((mother.open(&doctor).await, mother));
    }
    let own = flooder.open(&doctor).await;

    let flood = {
        let (flooder, own) = (flooder.clone(), own.clone());
        tokio::spawn(async move {
            let mut refused = 0;
            // Ten a second are given again meanwhile; on a slow machine the flood lasts longer.
            while refused < 300 {
                let replies = join_all((0..25).map(|_| flooder.get("/api/chat/unread-count"))).await;
                for reply in replies.into_iter().filter(|reply| reply.status != 200) {
                    assert_eq!(reply.error(), (429, "RATE_LIMITED"));
                    assert!(reply.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
                    assert!(reply.body["details"]["retryAfter"].as_u64().unwrap() >= 1);
                    refused += 1;
                }
            }
            let more = || flooder.post("/api/chat/send", json!({ "conversationId": own, "content": "more" }));
            while join_all((0..25).map(|_| more())).await.iter().all(|reply| reply.status == 201) {}
            let replies = join_all((0..25).map(|_| more())).await;
            for reply in replies.into_iter().filter(|reply| reply.status != 201) {
                assert_eq!(reply.error(), (429, "RATE_LIMITED"), "also what writes");
            }
        })
    };
    let began = Instant::now();
    let served = ward.iter().map(|(chat, mother)| async move {
        let mut socket = Socket::connect(mother).await;
        let mut slowest = Duration::ZERO;
        for number in 0..10 {
            let one = Instant::now();
            mother.say(chat, &format!("by post {number}")).await;
            let answer = socket.ask("send_message", json!({ "conversationId": chat, "content": format!("by socket {number}") })).await;
            assert_eq!(answer["success"], true, "{answer}");
            assert_eq!(mother.get("/api/chat/conversations").await.status, 200);
            slowest = slowest.max(one.elapsed());
        }
        slowest
    });
    let slowest = join_all(served).await.into_iter().max().unwrap();
    timeout(PATIENCE, flood).await.expect("a flood is slowed").unwrap();
    assert!(slowest < PATIENCE / 2, "somebody of the ward waited {slowest:?} within {:?}", began.elapsed());
    // Nor is anybody of the ward kept from signing in.
    assert_eq!(ward[29].1.sign_in().await.get("/api/auth/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_sockets_of_an_account_share_what_it_may_send() {
    let server = Server::with(&[LIMITS, ("MOMMYCARE_LIMITS__EVENTS", "60")]);
    let (mother, doctor) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Ruwan", "doctor").await);
    let chat = mother.open(&doctor).await;
    let (began, mut refused) = (Instant::now(), 0);
    for number in 0..4 {
        let mut socket = Socket::connect(&mother).await;
        for turn in 0..25 {
            let answer = socket.ask("send_message", json!({ "conversationId": chat, "content": format!("{number} {turn}") })).await;
            if answer["success"] != true {
                assert_eq!(answer["code"], "RATE_LIMITED", "{answer}");
                assert!(answer["details"]["retryAfter"].as_u64().unwrap() >= 1, "{answer}");
                refused += 1;
            }
        }
        if number == 3 {
            // Without a callback the same comes as an event, unless just now one more was allowed.
            while !socket.events.iter().any(|(name, data)| name == "error" && data["event"] == "typing_start") {
                socket.emit("typing_start", json!(chat)).await;
                socket.ask("leave", json!(mother.id)).await;
            }
            let error = socket.wait_for("error").await;
            assert_eq!((&error["code"], &error["event"]), (&json!("RATE_LIMITED"), &json!("typing_start")));
            assert!(error["retryAfter"].as_u64().unwrap() >= 1);
        }
    }
    let taken = 100 - refused;
    let most = 61 + usize::try_from(began.elapsed().as_secs()).unwrap();
    assert!((60..=most).contains(&taken), "60 events and one a second fit into a minute, but {taken} were taken");
    let sent = mother.history(&chat).await.len();
    assert_eq!(sent, taken, "what was refused was not taken");
    // The other one is not slowed, and is still told.
    let answer = Socket::connect(&doctor).await.ask("send_message", json!({ "conversationId": chat, "content": "slowly" })).await;
    assert_eq!(answer["success"], true, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_that_floods_is_refused_before_it_is_read_and_then_cut() {
    let server = Server::with(&[LIMITS, ("MOMMYCARE_LIMITS__EVENTS", "1000000")]);
    let (mother, doctor) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Ruwan", "doctor").await);
    let chat = mother.open(&doctor).await;
    let mut socket = Socket::connect(&mother).await;
    // All at once, so that the server reads the whole before it comes to write.
    socket.burst("typing_start", &json!(chat), 2_000).await;
    timeout(PATIENCE, socket.closed()).await.expect("a flood ends");
    assert!(socket.events.iter().any(|(name, data)| name == "error" && data["code"] == "RATE_LIMITED"), "it was told why");
    // The person may come back.
    let answer = Socket::connect(&mother).await.ask("send_message", json!({ "conversationId": chat, "content": "sorry" })).await;
    assert_eq!(answer["success"], true, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_cannot_take_the_seats_of_a_ward() {
    let server = Server::with(&[LIMITS]);
    let (mother, doctor) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Ruwan", "doctor").await);
    let mut sockets = Vec::new();
    let refusal = loop {
        assert!(sockets.len() <= 50, "as many sockets as one likes");
        match Socket::try_connect(&mother.url, mother.token.as_deref()).await {
            Ok(socket) => sockets.push(socket),
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(sockets.len(), 50);
    assert_eq!(refusal["data"]["code"], "RATE_LIMITED", "{refusal}");
    assert!(refusal["message"].as_str().unwrap().contains("devices"));
    drop(Socket::connect(&doctor).await);
    // Who closes one may open one.
    sockets.pop().unwrap().cut();
    let began = Instant::now();
    while Socket::try_connect(&mother.url, mother.token.as_deref()).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "a seat that was given up stays taken");
        tokio::task::yield_now().await;
    }
}
