//! People who do not get through, and what is left of the try.

use crate::{
    browser_support::{Driver, is_installed, mother_and_doctor, named},
    scene::{ONE_AT_A_TIME, Scene, call, enter, open},
    support::{Server, http::Person},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_declined_given_up_or_meets_somebody_who_talks() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);

    // He declines, and she is told kindly.
    scene.she_calls("video").await;
    his.click(&named("call-decline")).await;
    hers.ended("rejected").await;
    his.is_quiet().await;
    hers.click(&named("call-close")).await;
    hers.is_quiet().await;
    hers.find("[data-testid=call-note][data-status=rejected]").await;

    // She gives up: his sheet goes, and it stands in the thread that he missed her.
    scene.she_calls("voice").await;
    hers.click(&named("call-end-button")).await;
    hers.is_quiet().await;
    his.is_quiet().await;
    his.find("[data-testid=call-note][data-status=cancelled]").await;

    // A colleague who calls while the two talk is told that he is busy, and nothing disturbs them.
    let midwife = Person::register(&scene.server, "Mila", "midwife").await;
    let chat = midwife.open(&scene.doctor).await;
    scene.they_talk("voice").await;
    let third = enter(&scene.driver, &scene.server, &midwife, 1280).await;
    open(&third, &chat).await;
    call(&third, "voice").await;
    third.ended("busy").await;
    third.until("that her microphone is closed", "return window.tracks.every(track => track.readyState === 'ended')").await;
    assert_eq!(his.run("return document.querySelector('[data-testid=call]').dataset.phase").await, "active");
    third.client.close().await.unwrap();
    his.click(&named("call-end-button")).await;
    hers.ended("hangup").await;

    // Two calls that he missed wait in the list until he looks.
    let missed = "(document.querySelector('.rail a[href=\"/calls\"] .count')?.innerText ?? '')";
    his.until("that two wait", &format!("return {missed}.startsWith('2')")).await;
    his.click(".rail a[href=\"/calls\"]").await;
    his.until("that four stand there", "return document.querySelectorAll('[data-testid=call-row]').length === 4").await;
    his.until("that none waits any more", &format!("return {missed} === ''")).await;
    his.run("document.querySelector('[data-testid=calls-missed]').click()").await;
    his.until("that only the missed ones do", "return document.querySelectorAll('[data-testid=call-row]').length === 2").await;
    assert_eq!(scene.doctor.get("/api/chat/calls/missed").await.data(), &json!({ "count": 0 }));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_nobody_answers_is_missed_and_called_back() {
    let Some(scene) = Scene::with(&[("MOMMYCARE_CALLS__RING_TIMEOUT", "20s")], 1280).await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    his.goto("/calls").await;
    his.find("#calls-h").await;
    scene.she_calls("voice").await;
    // Esc makes it small and quiet, but declines nothing.
    for kind in ["keyDown", "keyUp"] {
        his.devtools("Input.dispatchKeyEvent", json!({ "type": kind, "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27 }))
            .await;
    }
    his.find(&named("call-bar")).await;
    hers.ended("missed").await;
    his.is_quiet().await;
    hers.click(&named("call-close")).await;
    hers.is_quiet().await;

    // He is told where he is, and calls back from there.
    his.click(".toast button").await;
    hers.phase("incoming").await;
    hers.click(&named("call-accept")).await;
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;

    // So he can from the thread.
    open(his, &scene.chat).await;
    his.click("[data-testid=call-note][data-status=missed]").await;
    hers.phase("incoming").await;
    his.click(&named("call-end-button")).await;
    hers.is_quiet().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_microphone_rings_nowhere_and_says_how_to_get_it_back() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let refused = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', window.refusal) }";
    hers.run(&format!("window.granted = navigator.mediaDevices.getUserMedia; window.refusal = 'NotAllowedError'; {refused}")).await;
    call(hers, "voice").await;
    hers.find("[data-testid=call-help][data-why=denied]").await;
    hers.run("window.refusal = 'NotFoundError'").await;
    hers.click(&named("call-retry")).await;
    hers.find("[data-testid=call-help][data-why=none]").await;
    assert!(scene.doctor.get("/api/chat/calls").await.data().as_array().unwrap().is_empty(), "it has not rung");
    hers.run("navigator.mediaDevices.getUserMedia = window.granted").await;
    hers.click(&named("call-retry")).await;
    his.phase("incoming").await;

    // Whoever answers without one is heard by nobody, but hears; and the other side is told.
    his.run(&format!("window.refusal = 'NotAllowedError'; {refused}")).await;
    his.click(&named("call-accept")).await;
    his.find("[data-testid=call-help][data-why=denied]").await;
    his.receives(&["audio"]).await;
    hers.find(&named("call-their-mute")).await;
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_calls_are_switched_off_nothing_offers_one() {
    if !is_installed() {
        return;
    }
    let _turn = ONE_AT_A_TIME.lock().await;
    let server = Server::with(&[("MOMMYCARE_CALLS__ENABLED", "false")]);
    let (mother, doctor) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let browser = enter(&driver, &server, &mother, 1280).await;
    open(&browser, &mother.open(&doctor).await).await;
    let offers = "[data-testid=call-voice], [data-testid=call-video], [data-testid=call-menu], .rail a[href=\"/calls\"]";
    browser.until("that nothing calls", &format!("return !document.querySelector('{offers}')")).await;
    browser.goto(&format!("/people/{}", doctor.id)).await;
    browser.find("#prof-h").await;
    browser.until("that nothing calls there", &format!("return !document.querySelector('{offers}')")).await;
    // Whoever comes by an old address is told why.
    browser.goto("/calls").await;
    browser.until("the reason", "return document.body.innerText.includes('Calls are switched off')").await;
    browser.client.close().await.unwrap();
}
