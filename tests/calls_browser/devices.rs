//! Microphones, cameras, keys and sounds.

use crate::{browser_support::named, scene::Scene};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_needs_no_mouse_and_rings_until_somebody_does_something() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    hers.press("call-voice").await;
    hers.phase("ringing").await;
    his.phase("incoming").await;
    for browser in [hers, his] {
        browser.rings(true).await;
    }
    // A key that was meant for something else answers nothing: the focus begins at the name.
    his.until("that the focus is at the name", "return document.activeElement.tagName === 'H2'").await;
    his.key("\u{E007}").await;
    assert_eq!(his.run("return document.querySelector('[data-testid=call]').dataset.phase").await, "incoming");
    his.press("call-accept").await;
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.rings(false).await;
    }
    his.press("call-mute").await;
    hers.find(&named("call-their-mute")).await;
    // Esc makes it small, and the Tab key leads back to it.
    his.key("\u{E00C}").await;
    his.find(&named("call-bar")).await;
    his.press("call-grow").await;
    his.until("that it is large", "return document.querySelector('[data-testid=call]').open").await;
    his.press("call-more").await;
    his.find("[role=menu]").await;
    his.key("\u{E00C}").await;
    his.until("that the focus is back", "return document.activeElement?.dataset.testid === 'call-more'").await;
    his.press("call-end-button").await;
    hers.ended("hangup").await;
    for browser in [hers, his] {
        browser.is_quiet().await;
    }

    // What is given up falls silent on both sides.
    scene.she_calls("voice").await;
    his.rings(true).await;
    hers.click(&named("call-end-button")).await;
    for browser in [hers, his] {
        browser.rings(false).await;
        browser.is_quiet().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cameras_and_microphones_are_changed_while_one_talks() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("video").await;
    hers.until("that the picture is shown", "return document.querySelector('[data-shown=true]') !== null").await;

    // By name; the microphone too.
    let (camera, microphone) = (hers.device("video").await, hers.device("audio").await);
    hers.click(&named("call-more")).await;
    hers.click(&named("call-devices")).await;
    let script = "const found = (await navigator.mediaDevices.enumerateDevices()).filter(one => one.kind === 'videoinput'); \
                  arguments[0](found.at(-1).deviceId)";
    let last = hers.ask(&format!("(async (...arguments) => {{ {script} }})(arguments[arguments.length - 1])")).await;
    assert_ne!(last, camera);
    hers.find("#dev-videoinput").await.select_by_value(last.as_str().unwrap()).await.unwrap();
    hers.another("video", &camera).await;
    assert_eq!(hers.device("video").await, last);
    let script = "return [...document.querySelectorAll('#dev-audioinput option')].map(one => one.value).filter(one => one && one !== arguments[0])[0]";
    let other = hers.client.execute(script, vec![microphone.clone()]).await.unwrap();
    hers.find("#dev-audioinput").await.select_by_value(other.as_str().unwrap()).await.unwrap();
    hers.another("audio", &microphone).await;
    his.receives(&["audio", "video"]).await;
    hers.key("\u{E00C}").await;
    hers.until("that the list is closed", "return !document.querySelector('#dev-audioinput')").await;

    // Behind the last camera comes the first again, by the button in one's own picture.
    hers.click(&named("call-flip")).await;
    hers.another("video", &last).await;
    assert_eq!(hers.device("video").await, camera);
    his.receives(&["video"]).await;

    // A picture above other windows, where the browser has such a thing; where not, nothing offers it.
    hers.click(&named("call-more")).await;
    hers.click(&named("call-float")).await;
    hers.until("that the picture floats", "return document.pictureInPictureElement?.dataset.testid === 'call-picture'").await;
    hers.find(&named("call-bar")).await;
    hers.receives(&["audio", "video"]).await;
    hers.run("void document.exitPictureInPicture()").await;
    hers.click(&named("call-grow")).await;
    hers.run("Object.defineProperty(document, 'pictureInPictureEnabled', { value: false })").await;
    hers.click(&named("call-more")).await;
    hers.find(&named("call-devices")).await;
    assert_eq!(hers.run("return document.querySelector('[data-testid=call-float]')").await, json!(null));
    hers.key("\u{E00C}").await;

    his.click(&named("call-end-button")).await;
    hers.ended("hangup").await;
    for browser in [hers, his] {
        browser.is_quiet().await;
    }
    scene.end().await;
}
