//! By polling, every packet arrives once, whatever becomes of the request that was to fetch it.

use crate::{
    news, packet,
    socketio_support::{PATIENCE, soon, start},
};
use mommycare::socketio::{CloseReason, Config};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_poll_loses_nothing() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    for round in 0..3 {
        let mut tcp = TcpStream::connect(running.address).await.unwrap();
        let request = format!("GET /socket.io/?EIO=4&transport=polling&sid={} HTTP/1.1\r\nHost: x\r\n\r\n", polling.sid);
        tcp.write_all(request.as_bytes()).await.unwrap();
        running.a_poll_waits().await;
        // Who says that no more will come is hung up on: then the server has seen that its client is gone.
        tcp.shutdown().await.unwrap();
        assert_eq!(soon(tcp.read_to_end(&mut Vec::new())).await.unwrap(), 0);
        let [first, second] = [format!("{round}a"), format!("{round}b")];
        socket.emit(&packet(&first));
        socket.emit(&packet(&second));
        let (status, mut body) = polling.get().await;
        if !body.contains('\x1e') {
            body = format!("{body}\x1e{}", polling.get().await.1);
        }
        assert_eq!((status, body), (200, format!("{}\x1e{}", news(&first), news(&second))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_dropped_comes_again() {
    let mut running = start(Config::default()).await;
    let (polling, socket) = running.join_by_polling().await;
    socket.emit(&packet("a"));
    let lost = running.server.engine().poll(&polling.sid).await.unwrap();
    assert_eq!(lost.body(), news("a"));
    socket.emit(&packet("b"));
    let next = tokio::spawn({
        let polling = polling.clone();
        async move { polling.get().await }
    });
    drop(lost);
    assert_eq!(soon(next).await.unwrap().1, format!("{}\x1e{}", news("a"), news("b")));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gets_at_once_close_the_session() {
    let mut running = start(Config::default()).await;
    let (polling, _) = running.join_by_polling().await;
    let (first, second) = tokio::join!(polling.get(), polling.get());
    let mut answers = [first, second];
    answers.sort();
    assert_eq!(answers[0], (200, "1".to_owned()));
    assert_eq!(answers[1].0, 400);
    assert_eq!(running.disconnected().await, CloseReason::Protocol);
    assert_eq!(polling.get().await.0, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_goodbye_by_post_answers_the_get_that_races_it() {
    let mut running = start(Config { linger: PATIENCE, ..Config::default() }).await;
    for round in 0..40 {
        let (polling, _) = running.join_by_polling().await;
        let (get, post) = if round % 2 == 0 {
            tokio::join!(polling.get(), polling.post("1"))
        } else {
            let post = polling.post("1").await;
            (polling.get().await, post)
        };
        assert_eq!(post, (200, "ok".to_owned()));
        assert_eq!(get, (200, "6".to_owned()));
        assert_eq!(polling.get().await.0, 400);
        assert_eq!(running.disconnected().await, CloseReason::ClientLeft);
    }
}
