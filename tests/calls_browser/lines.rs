//! What becomes of a call on a bad line.

use crate::{browser_support::named, scene::Scene};

/// From now on the page believes that an answer takes two seconds, for as long as `isWeak` holds.
const WEAK: &str = "
    window.isWeak = true;
    const real = RTCPeerConnection.prototype.getStats;
    RTCPeerConnection.prototype.getStats = async function (...all) {
        const report = await real.apply(this, all);
        if (!window.isWeak) return report;
        return new Map([...report].map(([id, one]) => [id, one.type === 'candidate-pair' ? { ...one, currentRoundTripTime: 2 } : one]));
    };
";
/// Whether the page sends pictures at all.
const SENDS: &str = "window.peers.at(-1).getSenders().some(one => one.track?.kind === 'video' && one.getParameters().encodings[0].active)";

#[tokio::test(flavor = "multi_thread")]
async fn on_a_weak_line_voices_go_on_alone_until_somebody_wants_pictures_again() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("video").await;
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
    }
    hers.run(WEAK).await;
    // It is offered first; whoever says nothing is helped after a while, and told so.
    hers.find(&named("call-voice-only")).await;
    hers.find("[data-testid=call-resting][data-why=weak]").await;
    hers.until(
        "that it is read aloud",
        "return [...document.querySelectorAll('dialog[open] > [role=status]')].some(one => one.innerText.includes('too weak'))",
    )
    .await;
    hers.until("that her camera is closed", "return window.tracks.every(t => t.kind === 'audio' || t.readyState === 'ended')").await;
    his.find(&named("call-rests")).await;
    his.until("that he sends no picture", &format!("return !{SENDS}")).await;
    for browser in [hers, his] {
        browser.receives(&["audio"]).await;
    }

    // The other page is loaded anew: it learns that pictures rest.
    his.client.refresh().await.unwrap();
    his.phase("active").await;
    his.find(&named("call-rests")).await;
    his.receives(&["audio"]).await;

    hers.run("window.isWeak = false").await;
    hers.click(&named("call-pictures")).await;
    his.until("that he sends pictures", &format!("return {SENDS}")).await;
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
        browser.until("that the picture is shown", "return document.querySelector('[data-shown=true]') !== null").await;
    }
    hers.click(&named("call-end-button")).await;
    for browser in [hers, his] {
        browser.is_quiet().await;
    }
    scene.end().await;
}
