//! The change from polling to a WebSocket loses nothing, also when it fails.

use crate::{
    news, packet,
    socketio_support::{Ws, soon, start},
};
use mommycare::socketio::Config;
use tokio_tungstenite::tungstenite::{Error, Message};

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_keeps_every_packet_in_order() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    let mut ws = Ws::connect(running.address, &format!("&sid={}", polling.sid), &[]).await.unwrap();
    let mut surplus = Ws::connect(running.address, &format!("&sid={}", polling.sid), &[]).await.unwrap();
    surplus.close_code().await;
    let waiting = tokio::spawn({
        let polling = polling.clone();
        async move { polling.get().await }
    });
    running.a_poll_waits().await;
    ws.send("2probe").await;
    assert_eq!(ws.text().await, "3probe");
    assert_eq!(soon(waiting).await.unwrap(), (200, "6".to_owned()));
    socket.emit(&packet("a"));
    assert_eq!(polling.get().await.1, news("a"), "polling works until the end");
    socket.emit(&packet("b"));
    ws.send("5").await;
    socket.emit(&packet("c"));
    assert_eq!([ws.text().await, ws.text().await], [news("b"), news("c")]);
    assert_eq!(polling.get().await.0, 400);
    assert_eq!(polling.post("3").await.0, 400);
    ws.send(r#"421["echo",1]"#).await;
    assert_eq!(ws.text().await, "431[1]");
    let counters = running.server.counters();
    let open = |gauge: &std::sync::atomic::AtomicI64| gauge.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!((open(&counters.polling_sessions), open(&counters.websocket_sessions)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_upgrade_leaves_the_session_with_polling() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    let query = format!("&sid={}", polling.sid);
    let mut ws = Ws::connect(running.address, &query, &[]).await.unwrap();
    ws.send("2probe").await;
    ws.text().await;
    drop(ws);
    socket.emit(&packet("a"));
    assert_eq!(polling.get().await.1, news("a"));
    // The next attempt is welcome as soon as the server has noticed.
    let again = async {
        loop {
            let mut ws = Ws::connect(running.address, &query, &[]).await.unwrap();
            let _ = futures_util::SinkExt::send(&mut ws.0, Message::text("2probe")).await;
            if let Some(Ok(Message::Text(text))) = futures_util::StreamExt::next(&mut ws.0).await {
                break text;
            }
        }
    };
    assert_eq!(soon(Box::pin(again)).await.as_str(), "3probe");
    let Err(Error::Http(refused)) = Ws::connect(running.address, "&sid=unknown", &[]).await else { panic!("a refusal") };
    assert_eq!(refused.status(), 400);
}
