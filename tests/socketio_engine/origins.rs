//! A page of another site is refused unless it is listed, and a listed one can read every answer.

use crate::socketio_support::{Ws, base, start};
use mommycare::socketio::{Config, Origins};
use tokio_tungstenite::tungstenite::Error;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_is_refused() {
    let running = start(Config::default()).await;
    let evil = [("Origin", "http://evil.example")];
    let Err(Error::Http(refused)) = Ws::connect(running.address, "", &evil).await else { panic!("a refusal") };
    assert_eq!(refused.status(), 403);
    let http = reqwest::Client::new();
    let refused = http.get(base(running.address)).header("Origin", evil[0].1).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(!refused.headers().contains_key("Access-Control-Allow-Origin"));
    let preflight = http.request(reqwest::Method::OPTIONS, base(running.address)).header("Origin", evil[0].1);
    assert_eq!(preflight.send().await.unwrap().status(), 403);
    let own = format!("http://{}", running.address);
    assert!(Ws::connect(running.address, "", &[("Origin", &own)]).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listed_page_gets_cors_headers_on_every_answer() {
    let origin = "http://app.example:3000";
    let running = start(Config { origins: Origins::listed([origin]), ..Config::default() }).await;
    assert!(Ws::connect(running.address, "", &[("Origin", origin)]).await.is_ok());
    let http = reqwest::Client::new();
    let url = base(running.address);
    for (method, url, status) in [
        ("GET", url.clone(), 200),
        ("GET", format!("{url}&sid=unknown"), 400),
        ("PUT", url.clone(), 400),
        ("HEAD", url.clone(), 400),
        ("POST", url.replace("EIO=4", "EIO=3"), 400),
        ("OPTIONS", url.clone(), 204),
    ] {
        let answer = http.request(method.parse().unwrap(), &url).header("Origin", origin).send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {url}");
        assert_eq!(answer.headers()["Access-Control-Allow-Origin"], origin, "{method} {url}");
        assert_eq!(answer.headers()["Vary"], "Origin");
        if method == "OPTIONS" {
            assert!(answer.headers()["Access-Control-Allow-Headers"].to_str().unwrap().contains("authorization"));
        }
    }
}
