//! The web app in a real browser: people sign in through the real forms, talk to each other, lose the server and get it back.
//! And the pages that everybody sees are free of faults that axe-core knows, on a phone's width and on a desk's.
//!
//! Wants `chromium` and `chromedriver`, and for axe what `tests/clients/install.sh` installs. Where they are missing the tests say
//! so and pass; with `CI=true` they fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::manual_assert)]

mod browser_support;
mod support;

use browser_support::{Driver, axe, faults, is_installed, mother_and_doctor, named};
use serde_json::json;
use std::time::Instant;
use support::{
    PATIENCE, Server,
    http::{PASSWORD, Person},
};

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_through_ticks_typing_a_kill_and_a_reload() {
    if !is_installed() {
        return;
    }
    let mut server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let hers = driver.browser(&server, 1280).await;
    let his = driver.browser(&server, 1280).await;

    // She opens the conversation and writes while nobody is there: sent. He comes: delivered. He opens it: read.
    hers.sign_in(&mother).await;
    hers.click(&named("new-conversation")).await;
    hers.click(&format!("[data-testid=person-row][data-id=\"{}\"]", doctor.id)).await;
    hers.say("Good morning, doctor").await;
    hers.status("Good morning, doctor", &["sent"]).await;
    his.sign_in(&doctor).await;
    hers.status("Good morning, doctor", &["delivered"]).await;
    his.click(&named("conversation-row")).await;
    his.status("Good morning, doctor", &["delivered", "read", "sent"]).await;
    hers.status("Good morning, doctor", &["read"]).await;

    // He types: she sees it, and no longer once it is sent.
    // That is over some seconds after a letter, so he goes on until she has seen it.
    let began = Instant::now();
    while hers.run("return document.querySelector('[data-testid=typing]').innerText.trim() !== ''").await != json!(true) {
        assert!(began.elapsed() < PATIENCE, "she never sees that he types");
        his.fill(&named("composer-input"), "Ayubowan ").await;
    }
    his.say("Asha").await;
    hers.status("Ayubowan Asha", &["sent", "delivered", "read"]).await;
    hers.until("that he types no more", "return document.querySelector('[data-testid=typing]').innerText.trim() === ''").await;

    // The server dies. Both are told; what they write waits and goes out once.
    tokio::task::block_in_place(|| server.kill());
    for browser in [&hers, &his] {
        browser.find(&named("banner")).await;
    }
    hers.say("Are you there?").await;
    his.say("One moment").await;
    hers.status("Are you there?", &["waiting", "failed"]).await;
    his.status("One moment", &["waiting", "failed"]).await;
    for browser in [&hers, &his] {
        // The letter is on the device: a reload in the middle does not lose it.
        let kept = "return Object.keys(localStorage).filter(key => key.startsWith('mc.outbox.')).length === 1";
        browser.until("that the message is kept", kept).await;
    }
    tokio::task::block_in_place(|| server.restart());
    for browser in [&hers, &his] {
        for words in ["Are you there?", "One moment"] {
            browser.status(words, &["sent", "delivered", "read"]).await;
        }
        browser.until("that the banner goes", "return !document.querySelector('[data-testid=banner]')").await;
    }

    let chat = mother.open(&doctor).await;
    let history: Vec<String> = mother.history(&chat).await.iter().map(|message| message["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(history.len(), 4, "each went out once");
    for browser in [&hers, &his] {
        assert_eq!(browser.order().await, history, "both see the server's order");
        browser.client.refresh().await.unwrap();
        browser.status("One moment", &["sent", "delivered", "read"]).await;
        assert_eq!(browser.order().await, history, "and after a reload");
    }
    // Enter right behind the last letter, before the page is drawn: the box is empty, and stays so.
    his.find(&named("composer-input")).await;
    let left = "return (async () => {
        const box = document.querySelector('[data-testid=composer-input]');
        box.value = 'Only once';
        box.dispatchEvent(new InputEvent('input', { bubbles: true }));
        for (let turn = 0; turn < 5; turn++) await null;
        box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
        for (let frame = 0; frame < 5; frame++) await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
        return box.value;
    })()";
    assert_eq!(his.run(left).await, "", "the words are sent, and not in the box again");
    hers.status("Only once", &["sent", "delivered", "read"]).await;
    hers.client.close().await.unwrap();
    his.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_people_form_a_group_and_find_again_what_was_said() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    Person::set_up(&server).await;
    let midwife = Person::register(&server, "Mila", "midwife").await;
    let doctor = Person::register(&server, "Ruwan", "doctor").await;
    let mother = Person::register(&server, "Asha", "mom").await;
    let driver = Driver::start();
    let (hers, his) = (driver.browser(&server, 1280).await, driver.browser(&server, 1280).await);
    hers.sign_in(&midwife).await;
    his.sign_in(&doctor).await;

    // She picks two people and names the group; it appears for him while he looks.
    hers.click(&named("new-conversation")).await;
    hers.click(&named("new-group")).await;
    for person in [&doctor, &mother] {
        hers.click(&format!("[data-testid=person-check][data-id=\"{}\"]", person.id)).await;
    }
    hers.click(&named("group-next")).await;
    hers.fill("dialog [name=name]", "Asha's care team").await;
    hers.click(&named("group-create")).await;
    hers.until("that three are in it", "return document.querySelectorAll('[data-testid=member]').length === 3").await;
    his.find(&named("conversation-row")).await;

    // What she wrote first is far up when he looks for it.
    hers.say("The iron tablets twice a day").await;
    hers.status("The iron tablets twice a day", &["sent", "delivered"]).await;
    let chat = hers.run("return location.pathname.split('/').pop()").await.as_str().unwrap().to_owned();
    for number in 0..120 {
        mother.say(&chat, &format!("Line {number}")).await;
    }
    his.fill(&named("list-search"), "iron tab").await;
    his.click(&named("hit")).await;
    his.until("that the message stands in its place", "return document.activeElement?.innerText.includes('iron tablets')").await;
    his.status("The iron tablets twice a day", &["sent", "delivered", "read"]).await;
    let marked = his.run("return [...document.querySelectorAll('[data-testid=hit] mark')].map(m => m.textContent).join(' ')").await;
    assert_eq!(marked, "iron tablets", "the words that were found are marked");

    // She puts the group away; what he says brings it back.
    let rows = "return document.querySelectorAll('[data-testid=conversation-list] [data-testid=conversation-row]').length";
    hers.click(&named("act-archive")).await;
    hers.until("that it is put away", &format!("{rows} === 0")).await;
    hers.find(&named("to-archive")).await;
    his.say("See you at ten").await;
    hers.until("that it is back", &format!("{rows} === 1")).await;

    // She removes him: he sees that at once, and nothing of it is left.
    let row = format!("[data-testid=member][data-id=\"{}\"] [data-testid=member-menu]", doctor.id);
    hers.click(&row).await;
    hers.click("[role=menu] .menu-item.danger").await;
    hers.click("dialog[open] .danger-fill").await;
    his.find(&named("removed")).await;
    his.until("that it left his list", "return !document.querySelector('[data-testid=conversation-row]')").await;
    hers.client.close().await.unwrap();
    his.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_clinic_is_set_up_and_a_mother_registers_in_the_browser() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let driver = Driver::start();
    let browser = driver.browser(&server, 1280).await;
    browser.client.goto(server.setup_link().expect("a link for the first administrator")).await.unwrap();
    for (field, text) in [("firstName", "Mala"), ("lastName", "Test"), ("email", "mala@example.org"), ("password", PASSWORD)] {
        browser.fill(&format!("[data-testid=setup-form] [name={field}]"), text).await;
    }
    browser.click("[data-testid=setup-form] [type=submit]").await;
    browser.until("that the administrator is let in", "return !document.querySelector('[data-testid=setup-form]')").await;
    let admin = Person::stranger(&server).post("/api/auth/login", json!({ "email": "mala@example.org", "password": PASSWORD })).await;
    assert_eq!(admin.body["user"]["role"], "admin", "{admin:?}");

    let other = driver.browser(&server, 1280).await;
    other.goto("/register").await;
    for (field, text) in [("firstName", "Asha"), ("lastName", "Test"), ("email", "asha@example.org"), ("password", PASSWORD)] {
        other.fill(&format!("[data-testid=register-form] [name={field}]"), text).await;
    }
    other.click("[data-testid=register-form] [type=submit]").await;
    other.find(&named("new-conversation")).await;
    browser.client.close().await.unwrap();
    other.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_message_waits_until_it_is_acknowledged() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let chat = mother.open(&doctor).await;
    mother.say(&chat, "Good morning, doctor").await;
    let driver = Driver::start();
    let hers = driver.browser(&server, 360).await;
    let his = driver.browser(&server, 1280).await;
    hers.sign_in(&mother).await;
    his.sign_in(&doctor).await;

    // He makes it urgent on purpose, and is told what that means before he sends.
    his.click(&named("conversation-row")).await;
    his.click(&named("composer-more")).await;
    his.click(&named("make-urgent")).await;
    his.find(&named("urgent-task")).await;
    his.say("Please come in today").await;
    his.until("that it waits", "return document.querySelectorAll('[data-testid=acks]').length === 1").await;
    his.until("that the next one is not urgent", "return !document.querySelector('[data-testid=urgent-task]')").await;

    // She is led to it from the list, also after a reload, and says that she has read it.
    hers.find(&named("urgent-alert")).await;
    hers.find(&named("row-urgent")).await;
    hers.client.refresh().await.unwrap();
    hers.click("[data-testid=urgent-alert] button").await;
    hers.click(&named("acknowledge")).await;
    hers.find(&named("acks")).await;
    hers.until("that nothing waits", "return !document.querySelector('[data-testid=urgent-alert], [data-testid=acknowledge]')").await;

    his.until("that he sees it", "return document.querySelector('[data-testid=acks]').innerText.includes('Asha')").await;
    hers.client.close().await.unwrap();
    his.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_renew_one_sign_in_together_and_a_lost_answer_loses_nothing() {
    if !is_installed() {
        return;
    }
    let server = Server::start();
    let (mother, _) = mother_and_doctor(&server).await;
    let driver = Driver::start();
    let hers = driver.browser(&server, 1280).await;
    hers.sign_in(&mother).await;
    let first = hers.client.window().await.unwrap();
    let second = hers.client.new_window(true).await.unwrap().handle;
    hers.client.switch_to_window(second.clone()).await.unwrap();
    hers.goto("/chats").await;
    hers.find(&named("new-conversation")).await;

    // The tab behind renews at the word of the one in front, which does so itself at that moment.
    let ready = "import('/js/core/session.js').then(({ renew, session }) => {
        const { token } = session.value;
        new BroadcastChannel('now').onmessage = () => (window.renewed = renew(token).then((held) => held?.refreshToken ?? 'over'));
        arguments[0](session.value.refreshToken);
    })";
    let worn = hers.ask(ready).await;
    // Tokens of one second are alike, so a new one would look like the worn one and be renewed once more.
    let is_over = "const claims = JSON.parse(localStorage['mc.session']).token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
        return Date.now() >= (JSON.parse(atob(claims)).iat + 1) * 1000";
    hers.until("the end of the second in which the token was made", is_over).await;
    hers.client.switch_to_window(first.clone()).await.unwrap();
    let both = "import('/js/core/session.js').then(({ renew, session }) => {
        new BroadcastChannel('now').postMessage('');
        renew(session.value.token).then((held) => arguments[0](held?.refreshToken ?? 'over'));
    })";
    let fresh = hers.ask(both).await;
    hers.client.switch_to_window(second).await.unwrap();
    hers.until("that the other tab renews", "return Boolean(window.renewed)").await;
    assert_eq!(hers.ask("window.renewed.then(arguments[0])").await, fresh, "both have the same pair");
    assert_ne!(fresh, worn);
    hers.client.close_window().await.unwrap();
    hers.client.switch_to_window(first).await.unwrap();

    // The server has renewed it, and nobody hears of that; then the page goes as well.
    let lost = "const real = window.fetch;
        window.fetch = (path, wish) => real(path, wish).then((answer) => (path.endsWith('/refresh') ? Promise.reject(new TypeError('lost')) : answer));
        import('/js/core/session.js').then(({ renew, session }) => renew(session.value.token)).then(() => 'answered', ({ code }) => code).then(arguments[0])";
    assert_eq!(hers.ask(lost).await, "NO_ANSWER");
    hers.client.refresh().await.unwrap();
    hers.find(&named("new-conversation")).await;
    let again = "import('/js/core/session.js').then(({ renew, session }) => renew(session.value.token)).then(async (held) => {
        const { status } = await fetch('/api/auth/me', { headers: { Authorization: `Bearer ${held?.token}` } });
        arguments[0]([status, held?.refreshToken]);
    })";
    let [status, third] = serde_json::from_value::<[serde_json::Value; 2]>(hers.ask(again).await).unwrap();
    assert_eq!(status, 200);
    assert_ne!(third, fresh);
    hers.client.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_fault_on_a_phone_and_on_a_desk() {
    if !is_installed() {
        return;
    }
    let Some(axe) = axe() else { return };
    let server = Server::start();
    let (mother, doctor) = mother_and_doctor(&server).await;
    let chat = mother.open(&doctor).await;
    for words in ["Good morning", "ආයුබෝවන්", "வணக்கம்", "https://example.org/a-link"] {
        mother.say(&chat, words).await;
        doctor.say(&chat, words).await;
    }
    let driver = Driver::start();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let browser = driver.browser(&server, width).await;
        browser.goto("/login").await;
        browser.find(&named("login-form")).await;
        assert_eq!(browser.run("return innerWidth").await, width, "the page is as wide as meant");
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("sign-in at {width}: {fault}")));
        browser.sign_in(&mother).await;
        browser.find(&named("conversation-row")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("list at {width}: {fault}")));
        browser.click(&named("conversation-row")).await;
        browser.find(&named("message")).await;
        found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("conversation at {width}: {fault}")));
        let sideways = "return document.documentElement.scrollWidth > innerWidth";
        assert_eq!(browser.run(sideways).await, false, "nothing scrolls sideways at {width}");
        for (path, sign) in [
            ("/people".into(), named("write")),
            (format!("/people/{}", doctor.id), "#prof-h".into()),
            ("/settings".into(), "#set-h".into()),
            ("/statistics".into(), "#fig-h".into()),
        ] {
            browser.goto(&path).await;
            browser.find(&sign).await;
            found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("{path} at {width}: {fault}")));
            assert_eq!(browser.run(sideways).await, false, "nothing scrolls sideways on {path} at {width}");
        }
        browser.client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_learns_to_trust_the_clinic() {
    if !is_installed() {
        return;
    }
    let server = Server::with(&[("MOMMYCARE_TLS__MODE", "own")]);
    let driver = Driver::start();
    let mut found = Vec::new();
    for width in [360, 1280] {
        let browser = driver.browser(&server, width).await;
        browser.goto("/chats").await;
        browser.find(&named("connect-get")).await;
        browser.until("the way", "return location.pathname === '/connect' && location.protocol === 'http:'").await;
        browser
            .until("its fingerprint", "return /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/.test(document.querySelector('code')?.textContent)")
            .await;
        browser.click(&named("connect-check")).await;
        browser.until("that it is not done", "return document.querySelector('[data-testid=connect] [role=alert]') !== null").await;
        assert_eq!(browser.run("return document.documentElement.scrollWidth > innerWidth").await, false, "nothing scrolls sideways");
        if let Some(axe) = axe() {
            found.extend(faults(&browser, &axe).await.into_iter().map(|fault| format!("{width}: {fault}")));
        }
        browser.client.close().await.unwrap();
    }
    assert!(found.is_empty(), "{found:#?}");

    // A device that trusts it is led on by itself, and gets what only encrypted pages get.
    let trusting = driver.browser_with(&server, 360, &["--ignore-certificate-errors"]).await;
    trusting.goto("/").await;
    trusting.until("the encrypted page", "return location.protocol === 'https:' && isSecureContext").await;
    trusting.find("#gate-h").await;
    trusting.client.close().await.unwrap();
}
