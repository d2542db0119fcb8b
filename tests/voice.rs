//! Voice messages in a real browser, with a microphone that only pretends: recorded, heard before they go, sent, heard by the other
//! side; and the microphone is let go however a recording ends.
//!
//! Wants what `tests/browser.rs` wants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert, clippy::cast_possible_truncation)]

mod browser_support;
mod support;

use browser_support::{Browser, Driver, axe, faults, is_installed, mother_and_doctor, named};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use support::{
    Server,
    http::{Person, read},
};

/// A microphone that beeps, and a person who says yes to the browser.
const WILLING: &[&str] = &["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
/// A microphone, and a person who says no.
const UNWILLING: &[&str] = &["--use-fake-device-for-media-stream", "--deny-permission-prompts"];

/// Keeps hold of every track of a microphone, and of what plays.
const WATCH: &str = "window.tracks = []; const media = navigator.mediaDevices, ask = media.getUserMedia.bind(media); \
    media.getUserMedia = async (what) => { const stream = await ask(what); window.tracks.push(...stream.getTracks()); return stream; }; \
    const play = HTMLMediaElement.prototype.play; HTMLMediaElement.prototype.play = function () { window.heard = this; return play.call(this); };";

async fn is_released(browser: &Browser, times: usize) {
    let script = format!("return tracks.length === {times} && tracks.every(track => track.readyState === 'ended')");
    browser.until("that the microphone is let go", &script).await;
}

/// What plays has been heard, as fast as this; `whose` is a part of its address.
async fn is_heard(browser: &Browser, whose: &str, rate: f64) {
    let script = format!(
        "return !!window.heard?.src.includes('{whose}') && heard.played.length > 0 && heard.played.end(0) > 0.3 && heard.playbackRate === {rate}"
    );
    browser.until("that it is heard", &script).await;
}

async fn record_for(browser: &Browser, seconds: u32) {
    browser.click(&named("record")).await;
    browser.find("[data-testid=voice-bar][data-phase=open]").await;
    let script = format!("return Number(document.querySelector('[data-testid=voice-time]')?.innerText.split(':')[1]) >= {seconds}");
    browser.until("that time goes by", &script).await;
}

async fn open(browser: &Browser, person: &Person) {
    browser.click(&named("new-conversation")).await;
    browser.click(&format!("[data-testid=person-row][data-id=\"{}\"]", person.id)).await;
    browser.find(&named("record")).await;
}

/// Twenty seconds of a tone.
async fn send_sound(from: &Person, to: &Person) {
    let samples: Vec<u8> = (0..160_000_u32).map(|n| if n / 20 % 2 == 0 { 90 } else { 165 }).collect();
    let format = [&[1, 0, 1, 0][..], &8000_u32.to_le_bytes(), &8000_u32.to_le_bytes(), &[1, 0, 8, 0]].concat();
    let chunks = [&b"WAVEfmt "[..], &16_u32.to_le_bytes(), &format, b"data", &(samples.len() as u32).to_le_bytes(), &samples].concat();
    let wav = [&b"RIFF"[..], &(chunks.len() as u32).to_le_bytes(), &chunks].concat();
    let form = Form::new().part("file", Part::bytes(wav).file_name("heart.wav"));
    let upload = read(from.request(Method::POST, "/api/chat/upload").multipart(form).send().await.unwrap()).await.unwrap();
    assert_eq!(upload.status, 201, "{upload:?}");
    assert_eq!(upload.data()["waveform"].as_array().map(Vec::len), Some(64));
    let sent = from.post("/api/chat/send", json!({ "recipientId": to.id, "file": upload.data() })).await;
    assert_eq!(sent.status, 201, "{sent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_spoken_is_heard_before_it_goes_and_then_by_the_other_side() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    send_sound(&mother, &doctor).await;
    let driver = Driver::start();
    let hers = driver.browser_with(&server, 1280, WILLING).await;
    hers.sign_in(&mother).await;
    hers.run(WATCH).await;
    open(&hers, &doctor).await;

    // She speaks, listens to it, and sends it.
    record_for(&hers, 2).await;
    assert_eq!(hers.run("return tracks.length === 1 && tracks[0].readyState").await, "live");
    hers.click(&named("voice-stop")).await;
    hers.find("[data-testid=voice-bar][data-phase=heard]").await;
    is_released(&hers, 1).await;
    hers.click("[data-testid=voice-bar] [data-testid=play]").await;
    is_heard(&hers, "blob:", 1.0).await;
    hers.click(&named("voice-send")).await;
    hers.until(
        "that it is sent",
        "const all = [...document.querySelectorAll('[data-testid=message]')]; return all.length === 2 \
         && ['sent', 'delivered', 'read'].includes(all[1].dataset.status) && !!all[1].querySelector('[data-testid=audio-player]')",
    )
    .await;
    assert_eq!(hers.run("return document.querySelector('[data-testid=voice-bar]')").await, Value::Null);
    let conversation = mother.open(&doctor).await;
    let message = mother.history(&conversation).await.pop().unwrap();
    assert_eq!((&message["messageType"], &message["file"]["fileType"]), (&json!("audio"), &json!("audio")));
    assert!(message["file"]["duration"].as_f64().unwrap() > 1.5, "{message}");

    // He sees how loud it is though the server cannot tell, and listens at double speed. Only one sound plays at a time.
    let his = driver.browser(&server, 1280).await;
    his.sign_in(&doctor).await;
    his.run(WATCH).await;
    his.click(&named("conversation-row")).await;
    his.until(
        "that both look as loud as they are",
        "const waves = [...document.querySelectorAll('[data-testid=message] [data-testid=seek]')]; \
         return waves.length === 2 && waves.every(wave => !wave.classList.contains('line'))",
    )
    .await;
    let all = "[...document.querySelectorAll('[data-testid=message] [data-testid=audio-player]')]";
    let playing = format!("return {all}.map(player => player.dataset.playing).join()");
    let order = his.order().await;
    let within = |index: usize, what: &str| format!("[data-testid=message][data-id=\"{}\"] {what}", order[index]);
    his.click(&within(0, &named("play"))).await;
    is_heard(&his, "/uploads/", 1.0).await;
    assert_eq!(his.run(&playing).await, "true,false");
    for rate in ["1.5", "2"] {
        his.click(&within(1, &named("rate"))).await;
        his.find(&within(1, &format!("[data-rate=\"{rate}\"]"))).await;
    }
    his.click(&within(1, &named("play"))).await;
    is_heard(&his, message["file"]["id"].as_str().unwrap(), 2.0).await;
    assert_eq!(his.run(&format!("return {all}[0].dataset.playing")).await, "false");
    // The keyboard moves in it.
    his.run("document.querySelector('[data-testid=seek]').focus()").await;
    for (key, second) in [("\u{e010}", "20"), ("\u{e012}", "18"), ("\u{e011}", "0"), ("\u{e014}", "2")] {
        his.fill(&named("seek"), key).await;
        his.until("that it moves", &format!("return document.querySelector('[data-testid=seek]').ariaValueNow === '{second}'")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_microphone_is_let_go_however_it_ends_and_nothing_is_lost_by_a_slip() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let hers = driver.browser_with(&server, 1280, WILLING).await;
    hers.sign_in(&mother).await;
    hers.run(WATCH).await;
    open(&hers, &doctor).await;

    // Whoever goes elsewhere is not recorded on, and finds what was said.
    record_for(&hers, 1).await;
    hers.click("a[href=\"/settings\"]").await;
    is_released(&hers, 1).await;
    hers.run("history.back()").await;
    hers.find("[data-testid=voice-bar][data-phase=heard]").await;
    // Thrown away, fetched back, and thrown away for good by a key.
    hers.click(&named("voice-cancel")).await;
    hers.find(&named("record")).await;
    hers.click(".toast button").await;
    hers.find("[data-testid=voice-bar][data-phase=heard]").await;
    hers.fill(&named("voice-send"), "\u{e00c}").await;
    hers.find(&named("record")).await;
    // A key ends a recording, too.
    record_for(&hers, 1).await;
    hers.fill(&named("voice-stop"), "\u{e00c}").await;
    hers.find(&named("record")).await;
    is_released(&hers, 2).await;
    // It also goes straight out; and one still writes as ever.
    record_for(&hers, 1).await;
    hers.click(&named("voice-send")).await;
    hers.find("[data-testid=message] [data-testid=audio-player]").await;
    is_released(&hers, 3).await;
    hers.say("Then I write").await;
    hers.status("Then I write", &["sent", "delivered", "read"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_refuses_the_microphone_learns_how_to_allow_it() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let hers = driver.browser_with(&server, 360, UNWILLING).await;
    hers.sign_in(&mother).await;
    open(&hers, &doctor).await;
    hers.click(&named("record")).await;
    hers.find("[data-testid=voice-trouble][data-why=refused]").await;
    if let Some(axe) = axe() {
        assert_eq!(faults(&hers, &axe).await, Vec::<String>::new(), "refused");
    }
    hers.click("[data-testid=voice-trouble] .voice-acts button:last-child").await;
    hers.say("Then I write").await;
    hers.status("Then I write", &["sent"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_in_recording_and_listening() {
    let (true, Some(axe)) = (is_installed(), axe()) else { return };
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    send_sound(&doctor, &mother).await;
    let driver = Driver::start();
    for width in [360, 1280] {
        let hers = driver.browser_with(&server, width, WILLING).await;
        hers.sign_in(&mother).await;
        open(&hers, &doctor).await;
        hers.find("[data-testid=message] [data-testid=audio-player]").await;
        record_for(&hers, 1).await;
        assert_eq!(faults(&hers, &axe).await, Vec::<String>::new(), "recording, {width}");
        hers.click(&named("voice-stop")).await;
        hers.find("[data-testid=voice-bar][data-phase=heard]").await;
        assert_eq!(faults(&hers, &axe).await, Vec::<String>::new(), "recorded, {width}");
        let wide = hers.run("return document.documentElement.scrollWidth <= innerWidth").await;
        assert_eq!(wide, true, "no sideways scrolling at {width}");
        hers.click(&named("voice-cancel")).await;
        hers.find(&named("record")).await;
    }
}
