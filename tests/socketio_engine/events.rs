//! Events and acknowledgements reach the other side in order, with what is attached, and a goodbye comes after them.

use crate::{
    news, packet,
    socketio_support::{PATIENCE, Ws, soon, start},
};
use mommycare::socketio::{CloseReason, Config, Packet, RequestError};
use serde_json::json;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn events_and_acknowledgements_keep_their_order() {
    let mut running = start(Config::default()).await;
    let (mut ws, _) = running.join().await;
    let rounds = 300;
    for id in 0..rounds {
        ws.send(&format!(r#"42{id}["count"]"#)).await;
    }
    for id in 0..rounds {
        assert_eq!(ws.text().await, format!(r#"42["counted",{}]"#, id + 1));
        assert_eq!(ws.text().await, format!("43{id}[{}]", id + 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_can_be_sent_later_from_anywhere() {
    let mut running = start(Config::default()).await;
    let (mut ws, _) = running.join().await;
    ws.send(r#"427["later",{"a":[1]},"b"]"#).await;
    let event = running.event().await;
    assert_eq!(event.args.iter().collect::<Vec<_>>(), [r#"{"a":[1]}"#, r#""b""#]);
    assert_eq!(event.args.parse::<String>(1).unwrap(), "b");
    assert_eq!(event.args.parse::<Option<u8>>(2).unwrap(), None, "a missing argument is null");
    ws.send(r#"428["echo","first"]"#).await;
    assert_eq!(ws.text().await, r#"438["first"]"#);
    event.ack.unwrap().send(&json!({"success": true})).unwrap();
    assert_eq!(ws.text().await, r#"437[{"success":true}]"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_answers_requests_of_the_server() {
    let mut running = start(Config { requests_in_flight: 1, ..Config::default() }).await;
    let (mut ws, socket) = running.join().await;
    let asking = socket.clone();
    let request = tokio::spawn(async move { asking.request("ask", &"you", PATIENCE).await });
    assert_eq!(ws.text().await, r#"420["ask","you"]"#);
    let second = socket.request("ask", &"you", PATIENCE).await;
    assert!(matches!(second, Err(RequestError::TooMany)));
    ws.send("43999[1]").await; // Nobody asked.
    ws.send(r#"430["me"]"#).await;
    assert_eq!(soon(request).await.unwrap().unwrap().args.get(0), Some(r#""me""#));

    let missed = socket.request("ask", &"you", Duration::from_millis(1)).await;
    assert!(matches!(missed, Err(RequestError::Timeout)));
    let asking = socket.clone();
    let request = tokio::spawn(async move { asking.request("ask", &"you", PATIENCE).await });
    ws.text().await;
    ws.text().await;
    drop(ws);
    assert!(matches!(soon(request).await.unwrap(), Err(RequestError::Disconnected)));
}

#[tokio::test(flavor = "multi_thread")]
async fn attachments_travel_both_ways() {
    let mut running = start(Config::default()).await;
    let (mut ws, socket) = running.join().await;
    ws.send(r#"452-["photo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#).await;
    ws.send_binary(&[1, 2]).await;
    ws.send_binary(&[3]).await;
    let event = running.event().await;
    assert_eq!(event.attachments, [vec![1, 2], vec![3]]);
    socket.emit(&Packet::event_with("/", "photo", &[json!({"_placeholder": true, "num": 0})], event.attachments).unwrap());
    assert_eq!(ws.text().await, r#"452-["photo",{"_placeholder":true,"num":0}]"#);
    assert_eq!(ws.message().await.into_data(), vec![1, 2]);
    assert_eq!(ws.message().await.into_data(), vec![3]);

    let (polling, socket) = running.join_by_polling().await;
    polling.post("451-[\"photo\",{\"_placeholder\":true,\"num\":0}]\x1ebAQID").await;
    assert_eq!(running.event().await.attachments, [vec![1, 2, 3]]);
    socket.emit(&Packet::event_with("/", "photo", &[0], vec![vec![9].into()]).unwrap());
    assert_eq!(polling.get().await.1, "451-[\"photo\",0]\x1ebCQ==");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_client_learns_why_and_may_try_again() {
    let mut running = start(Config::default()).await;
    let mut ws = Ws::open(running.address).await;
    ws.send(r#"40{"refuse":"unauthorized"}"#).await;
    assert_eq!(ws.text().await, r#"44{"message":"unauthorized","data":{"code":"NO"}}"#);
    ws.send(r#"40{"name":"Ann"}"#).await;
    assert!(ws.text().await.starts_with("40{"));
    assert_eq!(running.connected().await.state(), "Ann");
    ws.send("41").await;
    assert_eq!(running.disconnected().await, CloseReason::ClientLeft);
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_a_socket_delivers_what_was_sent_before() {
    let mut running = start(Config { linger: PATIENCE, ..Config::default() }).await;
    let (mut ws, socket) = running.join().await;
    let (polling, other) = running.join_by_polling().await;
    for socket in [&socket, &other] {
        socket.emit(&packet("last"));
        socket.disconnect();
        assert!(socket.emit(&packet("too late")), "this is no fault of the client");
    }
    assert_eq!([ws.text().await, ws.text().await], [news("last"), "41".to_owned()]);
    assert_eq!(ws.close_code().await, Some(1000));
    assert_eq!(polling.get().await, (200, format!("{}\x1e41", news("last"))));
    assert_eq!(polling.get().await, (200, "1".to_owned()), "clients act on it before they look at what is with it");
    assert_eq!(polling.get().await.0, 400);
    assert_eq!(running.disconnected().await, CloseReason::Server);
    assert_eq!(running.disconnected().await, CloseReason::Server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_panics_costs_only_its_own_client() {
    let mut running = start(Config::default()).await;
    let (mut good, _) = running.join().await;
    let (mut ws, _) = running.join().await;
    ws.send(r#"42["panic"]"#).await;
    assert_eq!(ws.close_code().await, None);
    assert_eq!(running.disconnected().await, CloseReason::ConnectionLost);
    good.send(r#"421["echo",1]"#).await;
    assert_eq!(good.text().await, "431[1]");
}
