//! Files in a real browser: chosen, pasted and dropped; seen before they go out; carried with progress, stopped, tried again, kept over
//! a reload and over a server that dies; shown, played, looked at closely, listed and fetched.
//!
//! Wants what `tests/browser.rs` wants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod browser_support;
mod support;

use browser_support::{Browser, Driver, axe, faults, is_installed, mother_and_doctor, named};
use fantoccini::Locator;
use mommycare::clock::Clock;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use support::{PATIENCE, Server, http::Person};

/// A mother and a doctor with a conversation, her browser in it, and a folder with files to choose from.
struct Scene {
    server: Server,
    mother: Person,
    doctor: Person,
    chat: String,
    driver: Driver,
    hers: Browser,
    folder: tempfile::TempDir,
}

impl Scene {
    async fn new(width: u32) -> Self {
        let server = Server::start();
        let (mother, doctor) = mother_and_doctor(&server).await;
        let chat = mother.open(&doctor).await;
        let driver = Driver::start();
        let hers = driver.browser(&server, width).await;
        let scene = Self { server, mother, doctor, chat, driver, hers, folder: tempfile::tempdir().unwrap() };
        scene.hers.sign_in(&scene.mother).await;
        scene.enter(&scene.hers).await;
        scene
    }

    /// Opens the conversation.
    async fn enter(&self, browser: &Browser) {
        browser.goto(&format!("/chats/{}", self.chat)).await;
        browser.find(&named("composer-input")).await;
        ready(browser).await;
    }

    /// A file on the disk.
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What the server has of the conversation, oldest first.
    async fn history(&self) -> Vec<Value> {
        self.mother.history(&self.chat).await
    }

    async fn end(self) {
        self.hers.client.close().await.unwrap();
    }
}

/// Keeps the device's own window for choosing files closed, and can hold uploads back until they are let go.
async fn ready(browser: &Browser) {
    let script = "if (window.held) return; window.held = []; window.hold = false; \
        HTMLInputElement.prototype.click = function () {}; \
        const send = XMLHttpRequest.prototype.send; \
        XMLHttpRequest.prototype.send = function (body) { \
            if (window.hold && body instanceof FormData) window.held.push(() => send.call(this, body)); else send.call(this, body); \
        }; \
        window.letGo = () => { window.hold = false; window.held.splice(0).forEach((go) => { try { go(); } catch {} }); };";
    browser.run(script).await;
}

/// Chooses files by a row of the menu.
async fn choose(browser: &Browser, row: &str, paths: &[&Path]) {
    browser.click(&named("composer-more")).await;
    let row = format!("//*[@role='menuitem'][contains(., '{row}')]");
    let row = browser.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&row)).await.unwrap();
    row.click().await.unwrap();
    let input = browser.find(&named("file-input")).await;
    let paths: Vec<_> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    input.send_keys(&paths.join("\n")).await.unwrap();
    browser.find(&named("tray")).await;
}

/// Waits until so many of one's messages have been sent, and nothing waits any more.
async fn sent(browser: &Browser, count: usize) {
    let script = format!(
        "const all = [...document.querySelectorAll('[data-testid=message]')]; \
         return all.length === {count} && all.every(m => ['sent', 'delivered', 'read'].includes(m.dataset.status))"
    );
    browser.until(&format!("{count} messages, all of them sent"), &script).await;
}

/// Presses a button with the keyboard: where it stands does not matter, so a thread may still be moving.
async fn press(browser: &Browser, css: &str) {
    browser.fill(css, "\u{e007}").await;
}

/// Waits until so many elements are there.
async fn count(browser: &Browser, css: &str, count: usize) {
    browser.until(&format!("{count} of {css}"), &format!("return document.querySelectorAll('{css}').length === {count}")).await;
}

/// Whether every picture that is shown has arrived.
const PICTURES_ARE_THERE: &str = "const all = [...document.querySelectorAll('[data-testid=message] .pic img')]; \
    return all.length > 0 && all.every(i => i.complete && i.naturalWidth > 0)";

/// A picture that Chromium itself makes, with so many colours that it does not vanish when it is packed.
async fn picture(browser: &Browser, width: u32, height: u32) -> Vec<u8> {
    let script = format!(
        "const done = arguments[arguments.length - 1]; const c = document.createElement('canvas'); c.width = {width}; c.height = {height}; \
         const g = c.getContext('2d'); for (let i = 0; i < 60; i++) {{ g.fillStyle = `hsl(${{i * 6}} 80% 50%)`; g.fillRect(i * {width} / 60, 0, {width} / 60, {height} - i); }} \
         done(c.toDataURL('image/png').split(',')[1])"
    );
    decoded(&browser.client.execute_async(&script, Vec::new()).await.unwrap())
}

/// A film that Chromium itself records, of about half a second.
async fn film(browser: &Browser) -> Vec<u8> {
    let script = "const done = arguments[arguments.length - 1]; const c = document.createElement('canvas'); c.width = 160; c.height = 120; \
        const g = c.getContext('2d'); let n = 0; \
        const paint = () => { g.fillStyle = `hsl(${n++ * 20} 80% 50%)`; g.fillRect(0, 0, 160, 120); }; paint(); \
        const timer = setInterval(paint, 20); \
        const r = new MediaRecorder(c.captureStream(25), { mimeType: 'video/webm;codecs=vp8' }); const parts = []; \
        r.ondataavailable = (e) => { parts.push(e.data); if (r.state === 'recording' && n > 25) r.stop(); }; \
        r.onstop = async () => { clearInterval(timer); const reader = new FileReader(); \
            reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(new Blob(parts)); }; \
        r.start(100);";
    decoded(&browser.client.execute_async(script, Vec::new()).await.unwrap())
}

fn decoded(text: &Value) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text.as_str().expect("bytes")).unwrap()
}

/// A tone that is longer than anybody waits.
fn tone() -> Vec<u8> {
    let samples: Vec<u8> = (0..320_000_u32).map(|i| if i / 20 % 2 == 0 { 100 } else { 156 }).collect();
    let length = u32::try_from(samples.len()).unwrap();
    let mut wav = Vec::new();
    for part in [&b"RIFF"[..], &(36 + length).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes(), &1_u16.to_le_bytes(), &1_u16.to_le_bytes()]
    {
        wav.extend_from_slice(part);
    }
    for part in
        [&8000_u32.to_le_bytes()[..], &8000_u32.to_le_bytes(), &1_u16.to_le_bytes(), &8_u16.to_le_bytes(), b"data", &length.to_le_bytes()]
    {
        wav.extend_from_slice(part);
    }
    wav.extend_from_slice(&samples);
    wav
}

const PAPER: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
    3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_chosen_sent_shown_played_listed_and_fetched() {
    if !is_installed() {
        return;
    }
    let scene = Scene::new(1280).await;
    let hers = &scene.hers;
    let his = scene.driver.browser(&scene.server, 1280).await;
    his.sign_in(&scene.doctor).await;
    scene.enter(&his).await;

    let png = scene.file("reading.png", &picture(hers, 900, 600).await);
    let webm = scene.file("walk.webm", &film(hers).await);
    let wav = scene.file("heart.wav", &tone());
    let pdf = scene.file("plan.pdf", PAPER);
    let note = scene.file("නෝට්ටුව.txt", "Iron tablets: one each morning".as_bytes());
    choose(hers, "Photo", &[&png, &webm]).await;
    choose(hers, "Document", &[&wav, &pdf, &note]).await;
    count(hers, &named("tray-item"), 5).await;
    hers.say("This morning").await;
    sent(hers, 1).await;
    count(hers, ".ring", 0).await;

    for browser in [hers, &his] {
        // Twice: as it came, and after a reload.
        for _ in 0..2 {
            browser.until("that the picture is there", PICTURES_ARE_THERE).await;
            let play = "const v = document.querySelector('[data-testid=film]'); if (!v) return false; v.muted = true; \
                        if (v.paused && !v.ended) v.play().catch(() => {}); return v.currentTime > 0.05";
            browser.until("that the film plays", play).await;
            browser.until("the sound", "return document.querySelector('[data-testid=message] [data-testid=play]:enabled') !== null").await;
            press(browser, &format!("{} {}", named("message"), named("play"))).await;
            browser.find("[data-testid=audio-player][data-playing=true]").await;
            count(browser, &named("document"), 2).await;
            let text = browser.text().await;
            assert!(text.contains("This morning") && text.contains("plan.pdf") && text.contains("නෝට්ටුව.txt"), "{text}");
            browser.client.refresh().await.unwrap();
            browser.find(&named("composer-input")).await;
        }
        // Every file comes as it was sent, under its name.
        let message = &scene.history().await[0];
        let files = message["attachments"].as_array().unwrap();
        assert_eq!(files.len(), 5);
        for (file, path) in files.iter().zip([&png, &webm, &wav, &pdf, &note]) {
            assert_eq!(file["originalName"].as_str().unwrap(), path.file_name().unwrap().to_str().unwrap());
        }
        count(browser, &named("document"), 2).await;
        let fetched = "const done = arguments[arguments.length - 1]; \
            Promise.all([...document.querySelectorAll('[data-testid=document]')].map(a => fetch(a.href).then(async r => [r.status, (await r.arrayBuffer()).byteLength]))).then(done)";
        let fetched = browser.client.execute_async(fetched, Vec::new()).await.unwrap();
        assert_eq!(fetched, json!([[200, PAPER.len()], [200, 30]]));
    }

    // In the list of all files, each under its kind.
    his.click(&named("all-files")).await;
    for (kind, name) in [("file", "plan.pdf"), ("audio", "heart.wav"), ("video", "walk.webm")] {
        his.click(&named(&format!("files-{kind}"))).await;
        his.until(name, &format!("return document.querySelector('[data-testid=shared]')?.innerText.includes('{name}') ?? false")).await;
    }
    // And by their names: of two documents one, of no film any.
    his.click(&named("files-file")).await;
    count(&his, &named("shared-file"), 2).await;
    his.fill(&named("files-q"), "නෝට්").await;
    count(&his, &named("shared-file"), 1).await;
    his.until("the one that is meant", "return document.querySelector('[data-testid=shared-file]').innerText.includes('නෝට්ටුව.txt')").await;
    his.click(&named("files-video")).await;
    his.find(&named("no-files")).await;
    his.run("const q = document.querySelector('#files-q'); q.value = ''; q.dispatchEvent(new Event('input', { bubbles: true }))").await;
    count(&his, &named("shared-file"), 1).await;
    his.click(&named("files-image")).await;
    count(&his, &named("shared-picture"), 1).await;

    // She takes it back: it is gone everywhere.
    let id = scene.history().await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(scene.mother.delete(&format!("/api/chat/messages/{id}")).await.status, 200);
    his.find(&named("no-files")).await;
    for browser in [hers, &his] {
        browser.until("that nothing of it is shown", "return !document.querySelector('.pic, video, [data-testid=document]')").await;
    }
    his.client.close().await.unwrap();
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_pasted_and_dropped_and_what_is_too_much_is_named_before_anything_goes_out() {
    if !is_installed() {
        return;
    }
    let scene = Scene::new(1280).await;
    let hers = &scene.hers;
    hers.find(&named("composer-input")).await;

    let paste = "const d = new DataTransfer(); d.items.add(new File([new Uint8Array(9)], 'image.png', { type: 'image/png' })); \
        document.getElementById('write').dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true }))";
    hers.run(paste).await;
    count(hers, &named("tray-item"), 1).await;

    let drag = |kind: &str, files: &str| {
        format!(
            "const d = new DataTransfer(); for (const [name, size] of {files}) d.items.add(new File([new Uint8Array(size)], name)); \
             document.querySelector('main.chat').dispatchEvent(new DragEvent('{kind}', {{ dataTransfer: d, bubbles: true, cancelable: true }}))"
        )
    };
    hers.run(&drag("dragenter", "[['a.jpg', 5]]")).await;
    hers.find(&named("drop-target")).await;
    hers.run(&drag("dragleave", "[['a.jpg', 5]]")).await;
    count(hers, &named("drop-target"), 0).await;
    hers.run(&drag("dragenter", "[['a.jpg', 5]]")).await;
    hers.run(&drag(
        "drop",
        "[['1.jpg', 5], ['huge.mp4', 53000000], ['2.jpg', 5], ['3.pdf', 5], ['tool.exe', 5], ['4.txt', 5], ['sixth.png', 5]]",
    ))
    .await;
    count(hers, &named("drop-target"), 0).await;
    count(hers, &named("tray-item"), 5).await;
    let refused = hers.find(&named("tray-refused")).await.text().await.unwrap();
    for name in ["huge.mp4", "50 MB", "tool.exe", "PDF", "sixth.png"] {
        assert!(refused.contains(name), "{name}: {refused}");
    }
    // They can be taken out, moved, and what was refused is put aside.
    let names = "return [...document.querySelectorAll('[data-testid=tray-item] b')].map(b => b.innerText)";
    assert_eq!(hers.run(names).await, json!(["image.png", "1.jpg", "2.jpg", "3.pdf", "4.txt"]));
    let move_first = "const one = document.querySelector('.tray-item'); one.focus(); \
        one.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }))";
    hers.run(move_first).await;
    hers.until(
        "that it stands second",
        &names
            .replace("return ", "return JSON.stringify(")
            .replace("innerText)", "innerText).slice(0, 2)) === '[\"1.jpg\",\"image.png\"]'"),
    )
    .await;
    hers.click(&format!("{} {}", named("tray-item"), named("tray-remove"))).await;
    count(hers, &named("tray-item"), 4).await;
    let uploads = "return performance.getEntriesByType('resource').filter(e => e.name.includes('/api/chat/upload')).length";
    assert_eq!(hers.run(uploads).await, 0, "nothing goes out before it is sent");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_stopped_survives_a_reload_and_is_refused_by_name() {
    if !is_installed() {
        return;
    }
    let scene = Scene::new(1280).await;
    let hers = &scene.hers;
    let one = scene.file("one.png", &picture(hers, 300, 200).await);
    let two = scene.file("two.png", &picture(hers, 200, 300).await);

    // One of two is stopped: the other goes out alone. What is written meanwhile waits behind it.
    hers.run("window.hold = true").await;
    choose(hers, "Photo", &[&one, &two]).await;
    hers.say("Both of them").await;
    hers.say("And this").await;
    count(hers, &named("upload-cancel"), 2).await;
    hers.until("that both are on their way", "return window.held.length === 2").await;
    hers.until(
        "that both wait",
        "return [...document.querySelectorAll('[data-testid=message]')].every(m => m.dataset.status === 'waiting')",
    )
    .await;
    press(hers, &format!(".pic + .pic {}", named("upload-cancel"))).await;
    count(hers, ".pic", 1).await;
    assert_eq!(scene.history().await.len(), 0);
    hers.run("window.letGo()").await;
    sent(hers, 2).await;
    let history = scene.history().await;
    assert_eq!((history[0]["content"].as_str(), history[0]["attachments"].as_array().unwrap().len()), (Some("Both of them"), 1));
    assert_eq!(history[1]["content"], "And this");

    // The last file is stopped: nothing goes out, and the words are back in the box.
    hers.run("window.hold = true").await;
    choose(hers, "Photo", &[&one]).await;
    hers.say("Not this one").await;
    press(hers, &named("upload-cancel")).await;
    sent(hers, 2).await;
    hers.until("that the words are back", "return document.getElementById('write').value === 'Not this one'").await;
    hers.run(
        "const w = document.getElementById('write'); w.value = ''; w.dispatchEvent(new Event('input', { bubbles: true })); window.letGo()",
    )
    .await;

    // A reload in the middle: the picture is still on the device, and goes out once.
    hers.run("window.hold = true").await;
    choose(hers, "Photo", &[&two]).await;
    hers.say("After a reload").await;
    hers.until("that it is on its way", "return window.held.length === 1").await;
    let kept = "const done = arguments[arguments.length - 1]; const look = () => { \
        const all = Object.keys(localStorage).filter(k => k.startsWith('mc.outbox.')).map(k => JSON.parse(localStorage[k])); \
        if (all.length === 1 && all[0].files[0].kept) done(true); else setTimeout(look, 20); }; look()";
    hers.client.execute_async(kept, Vec::new()).await.unwrap();
    hers.client.refresh().await.unwrap();
    sent(hers, 3).await;
    hers.until("that the picture is there", PICTURES_ARE_THERE).await;
    ready(hers).await;

    // What is not what its name says is refused by name, and does not hold up what follows. Without it the rest goes out.
    let fake = scene.file("fake.png", b"not a picture at all");
    choose(hers, "Photo", &[&one, &fake]).await;
    hers.say("One is wrong").await;
    hers.until("that it is named", "return document.querySelector('.retry')?.innerText.includes('fake.png') ?? false").await;
    hers.say("Meanwhile").await;
    hers.status("Meanwhile", &["sent"]).await;
    hers.run("[...document.querySelectorAll('button')].find((one) => one.innerText.includes('Send without')).click()").await;
    sent(hers, 5).await;
    let history = scene.history().await;
    let said: Vec<_> = history.iter().map(|message| message["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["Both of them", "And this", "After a reload", "Meanwhile", "One is wrong"]);
    assert_eq!(history[4]["attachments"].as_array().unwrap().len(), 1);
    let stored = "const done = arguments[arguments.length - 1]; const r = indexedDB.open('mommycare'); \
        r.onsuccess = () => { const look = () => { const c = r.result.transaction('blobs').objectStore('blobs').count(); \
            c.onsuccess = () => c.result ? setTimeout(look, 20) : done(c.result); }; look(); }";
    assert_eq!(hers.client.execute_async(stored, Vec::new()).await.unwrap(), 0, "nothing is left on the device");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_out_once_and_in_order_when_the_server_is_back() {
    if !is_installed() {
        return;
    }
    let mut scene = Scene::new(1280).await;
    let one = scene.file("one.png", &picture(&scene.hers, 300, 200).await);
    let plan = scene.file("plan.pdf", PAPER);
    tokio::task::block_in_place(|| scene.server.kill());
    let hers = &scene.hers;
    hers.find(&named("banner")).await;
    hers.say("First").await;
    choose(hers, "Photo", &[&one]).await;
    hers.say("Second, with a picture").await;
    choose(hers, "Document", &[&plan]).await;
    hers.click(&named("send")).await;
    hers.say("Fourth").await;
    count(hers, &named("message"), 4).await;
    let waits =
        "return [...document.querySelectorAll('[data-testid=message]')].every(m => ['waiting', 'failed'].includes(m.dataset.status))";
    hers.until("that all of them wait", waits).await;
    tokio::task::block_in_place(|| scene.server.restart());
    let hers = &scene.hers;
    sent(hers, 4).await;
    let history = scene.history().await;
    let said: Vec<_> =
        history.iter().map(|message| (message["content"].as_str().unwrap(), message["attachments"].as_array().unwrap().len())).collect();
    assert_eq!(said, [("First", 0), ("Second, with a picture", 1), ("", 1), ("Fourth", 0)]);
    assert_eq!(hers.order().await, history.iter().map(|message| message["id"].as_str().unwrap()).collect::<Vec<_>>());
    scene.end().await;
}

/// Presses a row of the menu beside the message box.
async fn menu(browser: &Browser, row: &str) {
    browser.click(&named("composer-more")).await;
    let row = format!("//*[@role='menuitem'][contains(., '{row}')]");
    browser.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&row)).await.unwrap().click().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_sent_later_and_seen_while_they_wait() {
    if !is_installed() {
        return;
    }
    let scene = Scene::new(360).await;
    let hers = &scene.hers;
    let photo = scene.file("scan.png", &picture(hers, 300, 200).await);
    let notes = scene.file("notes.txt", b"what the midwife said");
    choose(hers, "Photo", &[&photo]).await;
    choose(hers, "Document", &[&notes]).await;
    count(hers, &named("tray-item"), 2).await;
    menu(hers, "Send later").await;
    hers.find(&named("later-form")).await;
    count(hers, &named("later-file"), 2).await;
    // What is stopped in the middle has sent nothing, and everything is still in the tray.
    hers.run("window.hold = true").await;
    press(hers, &named("later-save")).await;
    hers.until("an upload that is held", "return window.held.length === 1").await;
    hers.run("document.querySelector('dialog[open]').close()").await;
    count(hers, &named("later-form"), 0).await;
    count(hers, &named("tray-item"), 2).await;
    hers.run("window.letGo()").await;
    menu(hers, "Send later").await;
    hers.fill(&named("later-words"), "for tomorrow").await;
    press(hers, &named("later-save")).await;
    hers.find(&named("later-strip")).await;
    count(hers, &named("tray-item"), 0).await;
    let listed = scene.mother.get("/api/chat/scheduled").await.data().clone();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let waiting = &listed[0];
    assert_eq!((waiting["attachments"].as_array().unwrap().len(), waiting["content"].as_str()), (2, Some("for tomorrow")));
    assert!(scene.history().await.is_empty());
    // The list shows them, also after a reload.
    hers.client.refresh().await.unwrap();
    press(hers, &named("later-strip")).await;
    count(hers, &format!("a{}", named("later-file")), 2).await;
    hers.until("their pictures", "const i = document.querySelector('.later-look img'); return i && i.complete && i.naturalWidth > 0").await;
    let names = hers.run("return [...document.querySelectorAll('.later-files b')].map(b => b.textContent)").await;
    assert_eq!(names, json!(["scan.png", "notes.txt"]));
    if let Some(axe) = axe() {
        assert_eq!(faults(hers, &axe).await, Vec::<String>::new());
    }
    // Changing its words leaves its files alone.
    press(hers, &named("later-change")).await;
    hers.find(&named("later-words")).await;
    hers.run("const w = document.querySelector('[data-testid=later-words]'); w.value = ''; w.dispatchEvent(new Event('input', { bubbles: true }))").await;
    press(hers, &named("later-save")).await;
    count(hers, &named("later-form"), 0).await;
    // Its time comes, and it is a message like any other.
    let path = format!("/api/chat/scheduled/{}", waiting["id"].as_str().unwrap());
    for seconds in [1, 10, 60] {
        let due = Clock::system().now().plus(Duration::from_secs(seconds)).to_string();
        let near = scene.mother.patch(&path, json!({ "scheduledFor": due })).await;
        if near.status == 200 {
            assert_eq!(near.data()["content"], "");
            break;
        }
    }
    sent(hers, 1).await;
    count(hers, &named("picture"), 1).await;
    count(hers, &named("document"), 1).await;
    count(hers, &named("later-strip"), 0).await;
    assert_eq!(scene.history().await.len(), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_looked_at_closely_and_axe_finds_no_fault() {
    if !is_installed() {
        return;
    }
    let axe = axe();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let scene = Scene::new(width).await;
        let hers = &scene.hers;
        let paths: Vec<PathBuf> = {
            let mut paths = Vec::new();
            for i in 0..3 {
                paths.push(scene.file(&format!("{i}.png"), &picture(hers, 600 + i * 40, 400).await));
            }
            paths
        };
        choose(hers, "Photo", &[&paths[0], &paths[1]]).await;
        let mut look = async |what: &str| {
            if let Some(axe) = &axe {
                found.extend(faults(hers, axe).await.into_iter().map(|fault| format!("{what} at {width}: {fault}")));
            }
            let sideways = "return document.documentElement.scrollWidth > innerWidth";
            assert_eq!(hers.run(sideways).await, false, "nothing scrolls sideways: {what} at {width}");
        };
        look("tray").await;
        hers.say("Two at once").await;
        let plan = scene.file("plan.pdf", PAPER);
        choose(hers, "Document", &[&plan]).await;
        hers.click(&named("send")).await;
        choose(hers, "Photo", &[&paths[2]]).await;
        hers.say("And a third").await;
        sent(hers, 3).await;
        hers.until("that the pictures are there", PICTURES_ARE_THERE).await;
        look("thread").await;

        // Through all pictures with the keys, closer and back, and the focus returns.
        press(hers, &format!(".pics.n2 {}", named("picture"))).await;
        let shown = |i: usize| {
            format!(
                "return document.querySelector('[data-testid=viewer] header small')?.innerText.includes('{i} of 3') && document.querySelector('[data-testid=viewed]').naturalWidth === {}",
                600 + (i - 1) * 40
            )
        };
        hers.until("the first picture", &shown(1)).await;
        look("viewer").await;
        let key = |key: &str| {
            format!(
                "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}))"
            )
        };
        hers.run(&key("ArrowRight")).await;
        hers.until("the second picture", &shown(2)).await;
        hers.run(&key("End")).await;
        hers.until("the third picture", &shown(3)).await;
        hers.until("what was said with it", "return document.querySelector('.viewer-says').innerText === 'And a third'").await;
        for (press, large) in [("+", true), ("0", false), ("+", true), ("-", false)] {
            hers.run(&key(press)).await;
            hers.until(press, &format!("return document.querySelector('[data-testid=stage]').classList.contains('large') === {large}"))
                .await;
        }
        hers.run("document.querySelector('[data-testid=stage]').dispatchEvent(new WheelEvent('wheel', { deltaY: -500, bubbles: true, cancelable: true }))").await;
        hers.until("that the wheel enlarges", "return document.querySelector('[data-testid=stage]').classList.contains('large')").await;
        hers.find(&named("viewer-close")).await.send_keys("\u{e00c}").await.unwrap();
        count(hers, &named("viewer"), 0).await;
        hers.until("that the focus is back", "return document.activeElement.dataset.testid === 'picture'").await;

        // The list of all files; on a phone it slides over the chat.
        if width < 500 {
            hers.click("button[aria-label='About this conversation']").await;
        }
        let place = if width < 500 { "dialog " } else { "aside " };
        hers.click(&format!("{place}{}", named("all-files"))).await;
        count(hers, &format!("{place}{}", named("shared-picture")), 3).await;
        look("files").await;
        hers.click(&named("files-file")).await;
        hers.until("the document", "return document.querySelector('[data-testid=shared-file]')?.innerText.includes('plan.pdf') ?? false")
            .await;
        look("documents").await;
        scene.end().await;
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_picture_covers_is_not_read_and_what_is_urgent_stands_above_it() {
    if !is_installed() {
        return;
    }
    let scene = Scene::new(360).await;
    let hers = &scene.hers;
    let photo = scene.file("scan.png", &picture(hers, 600, 400).await);
    choose(hers, "Photo", &[&photo]).await;
    hers.click(&named("send")).await;
    sent(hers, 1).await;
    hers.until("that the picture is there", PICTURES_ARE_THERE).await;
    press(hers, &named("picture")).await;
    hers.find(&named("viewer")).await;

    // Its thread is open behind the picture, but nobody sees it.
    let words = json!({ "conversationId": scene.chat, "content": "Please come in today", "priority": "urgent" });
    scene.doctor.post("/api/chat/send", words).await;
    hers.find("[data-testid=viewer] [data-testid=urgent-alert]").await;
    let status = async || scene.doctor.history(&scene.chat).await[1]["status"].clone();
    assert_ne!(status().await, "read");

    // It leads there; the picture makes way, and with it what was written is read.
    press(hers, "[data-testid=viewer] [data-testid=urgent-read]").await;
    count(hers, &named("viewer"), 0).await;
    hers.until("that one stands at the message", "return document.activeElement.innerText?.includes('Please come in today') ?? false")
        .await;
    hers.click(&named("acknowledge")).await;
    hers.until("that nothing waits", "return !document.querySelector('[data-testid=urgent-alert], [data-testid=acknowledge]')").await;
    assert_eq!(status().await, "read");

    // The same above a sheet, on a screen where no message is.
    hers.goto("/settings").await;
    hers.click(".me-head button").await;
    scene
        .doctor
        .post("/api/chat/send", json!({ "conversationId": scene.chat, "content": "And bring the book", "priority": "urgent" }))
        .await;
    press(hers, "dialog [data-testid=urgent-read]").await;
    count(hers, "dialog", 0).await;
    hers.until("that one stands at the message", "return document.activeElement.innerText?.includes('And bring the book') ?? false").await;
    scene.end().await;
}
