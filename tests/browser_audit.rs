//! In a real browser: the audit log of an administrator, and who has opened what is one's own; on a phone's width and on a desk's, without a
//! fault that axe-core knows.
//!
//! Wants what `tests/browser.rs` wants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod browser_support;
mod support;

use browser_support::{Browser, Driver, axe, faults, is_installed, named};
use serde_json::json;
use support::{
    Server,
    http::{PASSWORD, Person},
};

const SIDEWAYS: &str = "return document.documentElement.scrollWidth > innerWidth";

/// Faults of what is shown, each with the place.
async fn look(browser: &Browser, axe: Option<&String>, place: &str) -> Vec<String> {
    assert_eq!(browser.run(SIDEWAYS).await, false, "nothing scrolls sideways on {place}");
    match axe {
        Some(axe) => faults(browser, axe).await.into_iter().map(|fault| format!("{place}: {fault}")).collect(),
        None => Vec::new(),
    }
}

async fn sign_in(browser: &Browser, person: &Person, sign: &str) {
    browser.goto("/login").await;
    browser.fill("[data-testid=login-form] [name=email]", &person.email).await;
    browser.fill("[data-testid=login-form] [name=password]", PASSWORD).await;
    browser.click("[data-testid=login-form] [type=submit]").await;
    browser.find(sign).await;
}

/// Chooses in a list of choices.
async fn choose(browser: &Browser, css: &str, value: &str) {
    browser.find(css).await;
    let script = format!(
        "const all = document.querySelector('{css}'); all.value = '{value}'; all.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    );
    browser.run(&script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_reads_checks_and_takes_the_log() {
    if !is_installed() {
        return;
    }
    let axe = axe();
    let server = Server::start();
    let admin = Person::set_up(&server).await;
    let (mother, doctor) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Ruwan", "doctor").await);
    let chat = mother.open(&doctor).await;
    let id = mother.say(&chat, "words that stay between them").await["id"].as_str().unwrap().to_owned();
    assert_eq!(doctor.get(&format!("/api/chat/conversations/{chat}/messages")).await.status, 200);
    assert_eq!(mother.delete(&format!("/api/chat/messages/{id}")).await.status, 200);
    // More than a page.
    for _ in 0..45 {
        mother.sign_in().await;
    }
    let driver = Driver::start();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let browser = driver.browser(&server, width).await;
        sign_in(&browser, &admin, "#adm-h").await;
        browser.click("a[href='/audit']").await;
        browser.find(&named("audit-row")).await;
        assert!(!browser.text().await.contains("words that stay"));
        found.extend(look(&browser, axe.as_ref(), &format!("log at {width}")).await);

        // The next page goes on behind the first.
        browser.click(&named("audit-more")).await;
        let script = "const all = [...document.querySelectorAll('[data-testid=audit-row]')].map(row => Number(row.dataset.number)); \
            return all.length > 50 && all.every((number, index) => index === 0 || number === all[index - 1] - 1) && all.at(-1) === 1";
        browser.until("all entries without a gap", script).await;

        // Nobody has changed it; and if somebody had.
        browser.click(&named("audit-verify")).await;
        browser.find(&named("audit-whole")).await;
        found.extend(look(&browser, axe.as_ref(), &format!("whole log at {width}")).await);
        let broken = json!({ "success": true, "data": { "ok": false, "entries": 9, "firstBroken": 4, "head": { "number": 9, "hash": "ab", "anchor": "9:ab" } } });
        let pretend = format!(
            "const real = window.fetch; \
             window.fetch = (path, how) => String(path).startsWith('/api/admin/audit/verify') ? Promise.resolve(new Response('{broken}', {{ status: 200 }})) : real(path, how)"
        );
        browser.run(&pretend).await;
        browser.click(&named("audit-verify")).await;
        browser.find(&named("audit-broken")).await;
        browser
            .until("that the entry is named", "return document.querySelector('[data-testid=audit-broken]').innerText.includes('number 4')")
            .await;
        found.extend(look(&browser, axe.as_ref(), &format!("broken log at {width}")).await);

        // The table, as it would be saved.
        let catch = "window.table = ''; URL.createObjectURL = (blob) => { void blob.text().then((text) => (window.table = text)); return 'blob:none'; }; \
            HTMLAnchorElement.prototype.click = function () { window.saved = this.download; }";
        browser.run(catch).await;
        browser.click(&named("audit-csv")).await;
        browser.until("the table", "return window.table.includes('\"audit_exported\"') && window.saved.endsWith('.csv')").await;

        // Narrowed down by kind, and by a name.
        choose(&browser, "#aud-kind", "messages").await;
        let only = "const all = [...document.querySelectorAll('[data-testid=audit-row]')]; \
            return all.length === 1 && all[0].dataset.action === 'message_deleted'";
        browser.until("the one message that was deleted", only).await;
        browser.click(".audit-row .audit-pick").await;
        browser.find(".audit-chosen .chip").await;
        choose(&browser, "#aud-kind", "groups").await;
        browser.until("that nothing fits", "return document.body.innerText.includes('No entry fits.')").await;
        found.extend(look(&browser, axe.as_ref(), &format!("empty log at {width}")).await);
        browser.client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mother_sees_who_has_opened_what_is_hers() {
    if !is_installed() {
        return;
    }
    let axe = axe();
    let server = Server::start();
    Person::set_up(&server).await;
    let (mother, doctor) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Ruwan", "doctor").await);
    let chat = mother.open(&doctor).await;
    mother.say(&chat, "Good morning").await;
    let driver = Driver::start();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let browser = driver.browser(&server, width).await;
        sign_in(&browser, &mother, &named("new-conversation")).await;
        browser.goto("/settings").await;
        browser.click("a[href='/access']").await;
        if width == 360 {
            browser.until("that nobody has", "return document.body.innerText.includes('Nobody has opened anything yet')").await;
            found.extend(look(&browser, axe.as_ref(), &format!("nothing at {width}")).await);
            assert_eq!(doctor.get(&format!("/api/chat/conversations/{chat}/messages")).await.status, 200);
            browser.goto("/access").await;
        }
        browser.find(&named("look")).await;
        let script = "const all = [...document.querySelectorAll('[data-testid=look]')]; \
            return all.length === 1 && all[0].innerText.includes('Ruwan Test') && all[0].innerText.includes('Read the conversation with you')";
        browser.until("the doctor and what he has read", script).await;
        found.extend(look(&browser, axe.as_ref(), &format!("looks at {width}")).await);
        // Her own are shown when she asks.
        assert_eq!(mother.sign_in().await.get(&format!("/api/chat/conversations/{chat}/messages")).await.status, 200);
        browser.run("document.querySelector('[data-testid=looks-own]').click()").await;
        browser
            .until("hers too", "return [...document.querySelectorAll('[data-testid=look]')].some(one => one.innerText.includes('You'))")
            .await;

        // Without a server it says so.
        browser.run("window.fetch = () => Promise.reject(new TypeError('no network'))").await;
        browser.run("document.querySelector('[data-testid=looks-others]').click()").await;
        browser.find(".thread-state").await;
        // The log is none of hers.
        browser.goto("/audit").await;
        browser.find(&named("new-conversation")).await;
        browser.client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");
}
