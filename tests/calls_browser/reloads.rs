//! Pages that are loaded anew in the middle, and networks that let nothing through.

use crate::{
    browser_support::named,
    relay_support::{Relay, SECRET},
    scene::Scene,
};
use serde_json::Value;

/// The names under which a page looks for a way through the relay.
const PASSWORDS: &str = "window.peers.at(-1).getConfiguration().iceServers.map(one => one.username).join()";

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_in_the_middle_goes_on_with_the_call_on_either_side() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("video").await;
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
    }
    // The one who was called, then the one who called, then both.
    for who in [vec![his], vec![hers], vec![hers, his]] {
        for browser in &who {
            browser.client.refresh().await.unwrap();
        }
        for browser in [hers, his] {
            browser.phase("active").await;
            browser.receives(&["audio", "video"]).await;
        }
    }
    his.click(&named("call-end-button")).await;
    hers.ended("hangup").await;
    for browser in [hers, his] {
        browser.is_quiet().await;
    }
    let listed = scene.mother.get("/api/chat/calls").await;
    assert_eq!(listed.data().as_array().unwrap().len(), 1, "all that was one call: {listed:?}");

    // What is over does not come back with the next reload.
    his.client.refresh().await.unwrap();
    his.find(&named("composer-input")).await;
    his.until("that it is connected", "return document.querySelector('[data-testid=banner]') === null").await;
    his.is_quiet().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_come_back_ends_the_call() {
    let Some(scene) = Scene::with(&[("MOMMYCARE_CALLS__GRACE", "5s")], 1280).await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("voice").await;
    his.client.goto("about:blank").await.unwrap();
    hers.find(&named("call-away")).await;
    hers.ended("connection_lost").await;
    hers.until("that every device is closed", "return window.tracks.every(track => track.readyState === 'ended')").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_goes_straight_a_call_goes_through_the_relay() {
    let Some(mut relay) = Relay::start() else { return };
    let settings = [
        ("MOMMYCARE_CALLS__TURN", &*relay.addresses().join(",")),
        ("MOMMYCARE_CALLS__TURN_SECRET", SECRET),
        ("MOMMYCARE_CALLS__RELAY_ONLY", "true"),
    ];
    let Some(scene) = Scene::with(&settings, 1280).await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("video").await;
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
        browser.is_relayed(&Value::Null).await;
    }
    // Also after a reload, with a name and a password of its own.
    his.client.refresh().await.unwrap();
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio", "video"]).await;
        browser.is_relayed(&Value::Null).await;
    }

    // The relay forgets everybody. Passwords from the beginning of a long call would have run out by then: whoever comes back to the
    // server has got new ones, and with them they find each other again.
    for browser in [hers, his] {
        let old = browser.run(&format!("return {PASSWORDS}")).await;
        browser
            .until("that its password is of an earlier second", &format!("return Date.now() / 1000 > Number({old}.split(':')[0]) - 3598"))
            .await;
        browser.run("window.sockets.forEach(socket => socket.close())").await;
        browser.until("a new password", &format!("return {PASSWORDS} !== {old}")).await;
    }
    let ways = [hers.is_relayed(&Value::Null).await, his.is_relayed(&Value::Null).await];
    relay.start_anew();
    for (browser, way) in [hers, his].into_iter().zip(&ways) {
        browser.is_relayed(way).await;
    }
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
    }
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    scene.end().await;
}
