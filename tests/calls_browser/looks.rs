//! The screens of calls are free of faults that axe-core knows, on a phone's width and on a desk's.

use crate::{
    browser_support::{Browser, Driver, axe, faults, is_installed, mother_and_doctor, named},
    scene::{ONE_AT_A_TIME, Scene, call},
    support::Server,
};
use serde_json::json;

/// What is wrong on a screen, under its name.
async fn look(browser: &Browser, axe: &str, screen: &str, found: &mut Vec<String>) {
    found.extend(faults(browser, axe).await.into_iter().map(|fault| format!("{screen}: {fault}")));
    if browser.run("return document.documentElement.scrollWidth > innerWidth").await == true {
        found.push(format!("{screen}: scrolls sideways"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_in_a_call() {
    let Some(axe) = axe() else { return };
    let Some(scene) = Scene::with(&[], 360).await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    his.client.set_window_size(1440, 900).await.unwrap();
    let mut found = Vec::new();
    // A microphone that is refused.
    hers.run("window.granted = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)").await;
    hers.run("navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError') }").await;
    call(hers, "voice").await;
    hers.find(&named("call-help")).await;
    look(hers, &axe, "help on a phone", &mut found).await;
    hers.run("navigator.mediaDevices.getUserMedia = window.granted").await;
    hers.click(&named("call-end-button")).await;
    hers.is_quiet().await;
    // The phone rings at the desk, then the desk at the phone.
    scene.she_calls("video").await;
    look(hers, &axe, "calling on a phone", &mut found).await;
    look(his, &axe, "ringing on a desk", &mut found).await;
    his.click(&named("call-decline")).await;
    hers.ended("rejected").await;
    look(hers, &axe, "declined on a phone", &mut found).await;
    hers.click(&named("call-close")).await;
    his.click(&named("call-video")).await;
    hers.phase("incoming").await;
    look(hers, &axe, "ringing on a phone", &mut found).await;
    hers.click(&named("call-accept")).await;
    for (browser, where_) in [(hers, "a phone"), (his, "a desk")] {
        browser.until("that the picture is shown", "return document.querySelector('[data-shown=true]') !== null").await;
        look(browser, &axe, &format!("talking on {where_}"), &mut found).await;
        browser.click(&named("call-more")).await;
        look(browser, &axe, &format!("more on {where_}"), &mut found).await;
        browser.click(&named("call-devices")).await;
        browser.find("#dev-audioinput").await;
        look(browser, &axe, &format!("devices on {where_}"), &mut found).await;
        browser.key("\u{E00C}").await;
        browser.until("that the list is closed", "return !document.querySelector('#dev-audioinput')").await;
        browser.click(&named("call-shrink")).await;
        browser.find(&named("call-bar")).await;
        look(browser, &axe, &format!("talking in a bar on {where_}"), &mut found).await;
        browser.click(&named("call-grow")).await;
        browser.run("import('/js/core/call.js').then(({ goVoiceOnly }) => goVoiceOnly(true))").await;
        browser.find(&named("call-resting")).await;
        look(browser, &axe, &format!("voices alone on {where_}"), &mut found).await;
        browser.click(&named("call-pictures")).await;
    }
    hers.click(&named("call-end-button")).await;
    for browser in [hers, his] {
        browser.is_quiet().await;
        browser.find(&named("call-note")).await;
    }
    look(hers, &axe, "thread on a phone", &mut found).await;
    for (browser, where_) in [(hers, "a phone"), (his, "a desk")] {
        browser.goto("/calls").await;
        browser.find(&named("call-row")).await;
        look(browser, &axe, &format!("list on {where_}"), &mut found).await;
    }
    assert!(found.is_empty(), "{found:#?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_figures_is_full_at_every_width() {
    if !is_installed() {
        return;
    }
    let _turn = ONE_AT_A_TIME.lock().await;
    let server = Server::start();
    let (mother, _) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let hers = driver.browser(&server, 1280).await;
    hers.sign_in(&mother).await;
    hers.goto("/statistics").await;
    hers.find(&named("figures-calls")).await;
    let mut found = Vec::new();
    for width in (320..=1440).step_by(40).chain([759, 760]) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        hers.devtools("Emulation.setDeviceMetricsOverride", size).await;
        hers.until(&format!("that it is {width} wide"), &format!("return innerWidth === {width}")).await;
        let gap = hers
            .run(
                "return Math.max(...[...document.querySelectorAll('.kpis')].flatMap(list => {
                    const end = list.getBoundingClientRect().right, rows = new Map();
                    for (const tile of list.children) {
                        const { top, right } = tile.getBoundingClientRect();
                        rows.set(Math.round(top), Math.max(right, rows.get(Math.round(top)) ?? 0));
                    }
                    return [...rows.values()].map(right => Math.round(end - right));
                }))",
            )
            .await;
        if gap != json!(0) {
            found.push((width, gap));
        }
    }
    assert!(found.is_empty(), "so much of a row is empty: {found:?}");
    hers.client.close().await.unwrap();
}
