//! Reviews in a real browser: a mother writes one with the keys, everybody sees it, the professional answers, an administrator hides it.
//! And axe-core finds no fault in any of it, on a narrow phone and with large letters too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod browser_support;
mod support;

use browser_support::{Browser, Driver, axe, faults, is_installed, named};
use serde_json::json;
use support::{
    Server,
    http::{PASSWORD, Person},
};

const ARROW_RIGHT: &str = "\u{e014}";

/// Signs somebody in who has no list of chats in front of them.
async fn sign_in(browser: &Browser, person: &Person, sign: &str) {
    browser.goto("/login").await;
    browser.fill("[data-testid=login-form] [name=email]", &person.email).await;
    browser.fill("[data-testid=login-form] [name=password]", PASSWORD).await;
    browser.click("[data-testid=login-form] [type=submit]").await;
    browser.find(sign).await;
}

/// Waits until something is to be read in a part of the page.
async fn reads(browser: &Browser, css: &str, words: &str) {
    let script = format!("return document.querySelector({})?.innerText.includes({}) === true", json!(css), json!(words));
    browser.until(&format!("“{words}” in {css}"), &script).await;
}

/// What axe-core finds, and whether anything scrolls sideways.
async fn look(browser: &Browser, axe: Option<&str>, what: &str) {
    if let Some(axe) = axe {
        assert_eq!(faults(browser, axe).await, Vec::<String>::new(), "{what}");
    }
    assert_eq!(browser.run("return document.documentElement.scrollWidth > innerWidth").await, false, "{what} scrolls sideways");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_review_is_written_answered_and_hidden() {
    if !is_installed() {
        return;
    }
    let axe = axe();
    let axe = axe.as_deref();
    let server = Server::start();
    let admin = Person::set_up(&server).await;
    let doctor = Person::register(&server, "Ruwan", "doctor").await;
    let (mother, other) = (Person::register(&server, "Asha", "mom").await, Person::register(&server, "Bea", "mom").await);
    let chat = mother.open(&doctor).await;
    mother.say(&chat, "Good morning, doctor").await;
    doctor.say(&chat, "Good morning, Asha").await;
    let page = format!("/people/{}", doctor.id);
    let driver = Driver::start();
    let (hers, his) = (driver.browser(&server, 320).await, driver.browser(&server, 1280).await);
    his.sign_in(&doctor).await;

    // She chooses four stars with a finger and the fifth with a key.
    hers.sign_in(&mother).await;
    hers.goto(&page).await;
    hers.click(&named("review-write")).await;
    hers.click("[data-testid=review-form] [type=submit]").await;
    reads(&hers, "[data-testid=review-form] .star-field", "Choose one to five stars.").await;
    look(&hers, axe, "the dialog with its error").await;
    hers.click(".star-pick label:nth-child(4)").await;
    hers.client.active_element().await.unwrap().send_keys(ARROW_RIGHT).await.unwrap();
    reads(&hers, ".star-word", "Very good").await;
    let targets =
        "return [...document.querySelectorAll('.star-pick label')].every((one) => one.offsetWidth >= 44 && one.offsetHeight >= 44)";
    assert_eq!(hers.run(targets).await, true, "each star is large enough for a finger");
    hers.fill("[data-testid=review-form] [name=comment]", "She explained every word.").await;
    look(&hers, axe, "the dialog").await;
    hers.click("[data-testid=review-form] [type=submit]").await;
    reads(&hers, ".revs.own", "She explained every word.").await;
    reads(&hers, ".rate-big", "5.0").await;
    look(&hers, axe, "her own review").await;
    hers.run("document.documentElement.style.fontSize = '200%'").await;
    look(&hers, axe, "her own review in large letters").await;

    // It stands in the directory.
    hers.goto("/people").await;
    let row = format!("[data-testid=person-row][data-id=\"{}\"]", doctor.id);
    reads(&hers, &row, "5.0").await;
    reads(&hers, &row, "1 review").await;
    hers.goto(&page).await;
    hers.find(&named("review-change")).await;

    // He is told, goes there and answers; she sees it while she looks.
    reads(&his, ".toasts", "Asha T. has reviewed you: 5 of 5 stars.").await;
    his.goto(&page).await;
    his.click(&named("review-answer")).await;
    his.fill("[data-testid=reply-form] [name=comment]", "Thank you, Asha").await;
    look(&his, axe, "the answer's dialog").await;
    his.click("[data-testid=reply-form] [type=submit]").await;
    reads(&his, ".rev-reply", "Thank you, Asha").await;
    look(&his, axe, "his own page").await;
    reads(&hers, ".rev-reply", "Thank you, Asha").await;

    // Somebody who has not talked with him reads it and is told why she cannot write.
    let theirs = driver.browser(&server, 360).await;
    theirs.sign_in(&other).await;
    theirs.goto(&page).await;
    reads(&theirs, "[data-testid=reviews]", "Asha T.").await;
    reads(&theirs, "[data-testid=reviews-card]", "once you and Ruwan have both written to each other").await;
    assert_eq!(theirs.run("return document.querySelector('[data-testid=review-write]')").await, json!(null));
    look(&theirs, axe, "somebody else's view").await;

    // An administrator hides it: it is gone for others, and she sees why.
    let desk = driver.browser(&server, 1280).await;
    sign_in(&desk, &admin, "#adm-h").await;
    desk.click(&named("review-hide")).await;
    desk.fill("dialog [name=reason]", "Names somebody").await;
    look(&desk, axe, "the administrator's dialog").await;
    desk.click("dialog [type=submit]").await;
    reads(&desk, "[data-testid=admin-review]", "Hidden: Names somebody").await;
    look(&desk, axe, "the administrator's page").await;
    reads(&hers, ".revs.own", "Reason: Names somebody").await;
    theirs.client.refresh().await.unwrap();
    reads(&theirs, "[data-testid=reviews-card]", "No reviews yet").await;
    desk.click(&named("review-show")).await;
    desk.find(&named("review-hide")).await;
    hers.until("that it is shown again", "return !document.querySelector('.revs.own .notice')").await;

    // She takes it back.
    hers.click(&named("review-delete")).await;
    hers.click("dialog[open] .danger-fill").await;
    hers.find(&named("review-write")).await;
    reads(&hers, "[data-testid=reviews-card]", "No reviews yet").await;
    for browser in [hers, his, theirs, desk] {
        browser.client.close().await.unwrap();
    }
}
