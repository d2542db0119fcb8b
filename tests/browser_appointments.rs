//! Appointments in real browsers: a mother asks, her doctor confirms, both see the card change, and she calls it off.
//! And no fault that axe-core knows, on a phone's width and on a desk's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod browser_support;
mod support;

use browser_support::{Browser, Driver, axe, faults, is_installed, mother_and_doctor, named};
use mommycare::clock::Clock;
use serde_json::json;
use std::time::Duration;
use support::{Server, http::Person};

/// Waits until the newest card in the thread shows a state.
async fn card(browser: &Browser, status: &str) {
    let script = format!("return [...document.querySelectorAll('[data-testid=appointment-card]')].at(-1)?.dataset.status === '{status}'");
    browser.until(&format!("a card that says {status}"), &script).await;
}

/// Waits until the open dialog shows a state.
async fn dialog(browser: &Browser, status: &str) {
    browser.find(&format!("[data-testid=appointment-dialog][data-status={status}]")).await;
}

/// Puts a value into one of the browser's own inputs, as choosing it does.
async fn choose(browser: &Browser, name: &str, value: &str) {
    let script = format!(
        "const input = document.querySelector('[data-testid=appointment-{name}]'); input.value = '{value}'; \
         input.dispatchEvent(new InputEvent('input', {{ bubbles: true }})); return input.value === '{value}'"
    );
    assert_eq!(browser.run(&script).await, true, "{name} takes {value}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_is_asked_for_confirmed_seen_by_both_and_called_off() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let chat = mother.open(&doctor).await;
    let driver = Driver::start();
    let (hers, his) = (driver.browser(&server, 1280).await, driver.browser(&server, 1280).await);
    hers.sign_in(&mother).await;
    his.sign_in(&doctor).await;
    for browser in [&hers, &his] {
        browser.goto(&format!("/chats/{chat}")).await;
        browser.find(&named("composer-input")).await;
    }

    // A time that is over is refused where it stands; then a good one goes out.
    hers.click(&named("book")).await;
    hers.find(&named("appointment-form")).await;
    let day = |days: i64| {
        format!("return new Date(Date.now() + {days} * 86400000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10)")
    };
    let (past, wanted) = (hers.run(&day(-2)).await, hers.run(&day(9)).await);
    choose(&hers, "startTime", past.as_str().unwrap()).await;
    choose(&hers, "time", "10:30").await;
    hers.click(&named("appointment-save")).await;
    hers.find("[data-testid=appointment-time][aria-invalid=true]").await;
    choose(&hers, "startTime", wanted.as_str().unwrap()).await;
    hers.click(&named("appointment-save")).await;
    card(&hers, "scheduled").await;
    card(&his, "scheduled").await;
    his.until(
        "that he is told in the navigation",
        "return document.querySelector('nav.rail a[href=\"/appointments\"] .count')?.innerText.startsWith('1')",
    )
    .await;

    // He confirms on the card: both cards say so, and the buttons leave.
    his.click(&named("appointment-confirm")).await;
    for browser in [&his, &hers] {
        card(browser, "confirmed").await;
        browser.until("that nothing is left to confirm", "return !document.querySelector('[data-testid=appointment-confirm]')").await;
        browser.find(&format!("{} [data-status=confirmed]", named("next-visit"))).await;
    }

    // Somebody else asks for the same time: refused, in words, at the time.
    let other = Person::register(&server, "Bea", "mom").await;
    let third = driver.browser(&server, 360).await;
    third.sign_in(&other).await;
    third.goto(&format!("/people/{}", doctor.id)).await;
    third.click(&named("book")).await;
    third.find(&named("appointment-form")).await;
    choose(&third, "startTime", wanted.as_str().unwrap()).await;
    choose(&third, "time", "10:45").await;
    third.click(&named("appointment-save")).await;
    third.find("[data-testid=appointment-time][aria-invalid=true]").await;
    assert!(third.text().await.contains("This time is taken"), "{}", third.text().await);
    third.client.close().await.unwrap();

    // He proposes another time from the list; she opens hers from the pane and calls it off, with a reason.
    his.goto("/appointments").await;
    his.click(&format!("{} button", named("appointment-row"))).await;
    dialog(&his, "confirmed").await;
    his.click(&named("appointment-move")).await;
    his.find(&named("appointment-move-form")).await;
    choose(&his, "time", "14:00").await;
    his.click(&named("appointment-move-save")).await;
    dialog(&his, "scheduled").await;
    card(&hers, "scheduled").await;
    hers.find(&named("appointment-confirm")).await;
    hers.click(&named("next-appointment")).await;
    dialog(&hers, "scheduled").await;
    hers.click(&named("appointment-cancel")).await;
    hers.fill("[data-testid=appointment-cancel-form] textarea", "We go to my mother").await;
    hers.click(&named("appointment-cancel-yes")).await;
    dialog(&hers, "cancelled").await;
    dialog(&his, "cancelled").await;
    his.until("the reason", "return document.querySelector('[data-testid=appointment-dialog]').innerText.includes('We go to my mother')")
        .await;
    card(&hers, "cancelled").await;
    let list = doctor.get("/api/appointments?filter=past").await;
    assert_eq!(list.data()[0]["status"], "cancelled");
    for browser in [hers, his] {
        browser.client.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_with_appointments() {
    if !is_installed() {
        return;
    }
    let Some(axe) = axe() else { return };
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let chat = mother.open(&doctor).await;
    for (days, by_doctor) in [(2, true), (2, false), (5, true)] {
        let (from, field, to) = if by_doctor { (&doctor, "patientId", &mother) } else { (&mother, "providerId", &doctor) };
        let hours = if by_doctor { 24 * days } else { 24 * days + 3 };
        let start = Clock::system().now().plus(Duration::from_hours(hours)).to_string();
        let mut body =
            json!({ "startTime": start, "description": "Bring the card", "location": { "room": "4", "address": "1 Lake Road" } });
        body[field] = json!(to.id);
        let made = from.post("/api/appointments", body).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let driver = Driver::start();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let browser = driver.browser(&server, width).await;
        browser.sign_in(&mother).await;
        let sideways = "return document.documentElement.scrollWidth > innerWidth";
        browser.goto("/appointments").await;
        browser.find(&named("appointment-row")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("list at {width}: {fault}")));
        assert_eq!(browser.run(sideways).await, false, "nothing scrolls sideways at {width}");
        browser.click(&format!("{} button", named("appointment-row"))).await;
        browser.find(&named("appointment-move")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("details at {width}: {fault}")));
        browser.click(&named("appointment-move")).await;
        browser.find(&named("appointment-move-form")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("move at {width}: {fault}")));
        browser.goto("/appointments").await;
        browser.click(&named("appointments-past")).await;
        browser.until("the empty list", "return document.querySelector('.visits .empty') !== null").await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("empty at {width}: {fault}")));
        browser.goto(&format!("/people/{}", doctor.id)).await;
        browser.find(&named("next-appointment")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("profile at {width}: {fault}")));
        browser.goto(&format!("/chats/{chat}")).await;
        browser.find(&named("appointment-card")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("thread at {width}: {fault}")));
        browser.goto("/appointments").await;
        browser.click(&named("appointment-new")).await;
        browser.click(&named("person-row")).await;
        browser.find(&named("appointment-form")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("form at {width}: {fault}")));
        assert_eq!(browser.run(sideways).await, false, "nothing scrolls sideways at {width}");
        browser.client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");
}
