//! Several tabs of one browser, and a call that moves from one to another.

use crate::{
    browser_support::{Browser, named},
    scene::{Scene, WATCH, call, open},
    support::PATIENCE,
};
use fantoccini::wd::WindowHandle;
use std::time::Instant;

/// Whether this tab rings.
async fn rings(browser: &Browser) -> bool {
    browser.run("return window.sounds.some(sound => sound.state !== 'closed')").await == true
}

/// Another tab of the same browser, connected; it is the one that is looked at from now on.
async fn another_tab(browser: &Browser) -> WindowHandle {
    let tab = browser.client.new_window(true).await.unwrap().handle;
    browser.client.switch_to_window(tab.clone()).await.unwrap();
    browser.on_every_page(WATCH).await;
    browser.goto("/chats").await;
    browser.find(&named("new-conversation")).await;
    browser.until("that it is connected", "return document.querySelector('[data-testid=banner]') === null").await;
    browser.until("a socket", "return window.sockets.some(socket => socket.readyState === 1)").await;
    tab
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tab_rings_one_answers_and_the_other_may_take_the_call() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let first = his.client.window().await.unwrap();
    let second = another_tab(his).await;

    // Both show it, one sounds.
    call(hers, "voice").await;
    for tab in [&second, &first] {
        his.client.switch_to_window(tab.clone()).await.unwrap();
        his.phase("incoming").await;
    }
    let began = Instant::now();
    loop {
        let mut sounding = 0;
        for tab in [&second, &first] {
            his.client.switch_to_window(tab.clone()).await.unwrap();
            sounding += u8::from(rings(his).await);
        }
        assert!(sounding < 2, "both sound");
        if sounding == 1 {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "none sounds");
    }

    // The first answers; the second stops and says where the call is.
    his.click(&named("call-accept")).await;
    his.phase("active").await;
    his.client.switch_to_window(second.clone()).await.unwrap();
    his.find(&named("call-elsewhere")).await;
    his.rings(false).await;
    his.is_quiet().await;

    // Also after a reload. From there the call is taken over, and goes on.
    his.client.refresh().await.unwrap();
    his.click(&named("call-take")).await;
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    his.client.switch_to_window(first.clone()).await.unwrap();
    his.is_quiet().await;
    his.find(&named("call-elsewhere")).await;
    hers.click(&named("call-end-button")).await;
    his.until("that it says no more", "return !document.querySelector('[data-testid=call-elsewhere]')").await;
    his.client.switch_to_window(second).await.unwrap();
    his.ended("hangup").await;
    his.is_quiet().await;
    his.client.close_window().await.unwrap();
    his.client.switch_to_window(first).await.unwrap();
    let listed = scene.mother.get("/api/chat/calls").await;
    assert_eq!(listed.data().as_array().unwrap().len(), 1, "all that was one call: {listed:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_other_tab_says_where_the_call_is_from_its_first_ring() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let first = hers.client.window().await.unwrap();
    let second = another_tab(hers).await;
    open(hers, &scene.chat).await;
    assert_eq!(hers.run("return document.querySelector('.in-call') === null").await, true);
    hers.client.switch_to_window(first.clone()).await.unwrap();
    scene.she_calls("voice").await;
    hers.client.switch_to_window(second.clone()).await.unwrap();
    hers.find(&named("call-elsewhere")).await;
    // Whoever presses there does not begin another call, but has this one here; also while it rings.
    hers.click("[data-testid=call-voice].in-call").await;
    hers.phase("ringing").await;
    hers.client.switch_to_window(first.clone()).await.unwrap();
    hers.find(&named("call-elsewhere")).await;
    his.click(&named("call-accept")).await;
    hers.client.switch_to_window(second.clone()).await.unwrap();
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    // After the end one may call again from anywhere.
    his.click(&named("call-end-button")).await;
    hers.ended("hangup").await;
    hers.client.switch_to_window(first.clone()).await.unwrap();
    hers.until(
        "that it says no more",
        "return !document.querySelector('[data-testid=call-elsewhere], .in-call') && document.querySelector('[data-testid=call-voice]') !== null",
    )
    .await;
    hers.client.switch_to_window(second).await.unwrap();
    hers.client.close_window().await.unwrap();
    hers.client.switch_to_window(first).await.unwrap();
    assert_eq!(scene.mother.get("/api/chat/calls").await.data().as_array().unwrap().len(), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_was_cut_off_leaves_its_call_where_it_was_taken() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let first = his.client.window().await.unwrap();
    let second = another_tab(his).await;
    his.client.switch_to_window(first.clone()).await.unwrap();
    scene.they_talk("voice").await;
    for is_loaded_anew in [false, true] {
        his.cut_off().await;
        hers.find(&named("call-away")).await;
        his.client.switch_to_window(second.clone()).await.unwrap();
        his.click(&named("call-take")).await;
        for browser in [hers, his] {
            browser.phase("active").await;
            browser.receives(&["audio"]).await;
        }
        // It comes back, and says where the call is instead of taking it away.
        his.client.switch_to_window(first.clone()).await.unwrap();
        if is_loaded_anew {
            his.client.refresh().await.unwrap();
        } else {
            his.let_in().await;
        }
        his.find(&named("call-elsewhere")).await;
        his.is_quiet().await;
        his.client.switch_to_window(second.clone()).await.unwrap();
        his.receives(&["audio"]).await;
        // Whoever presses there has it there again.
        his.client.switch_to_window(first.clone()).await.unwrap();
        his.click(&named("call-take")).await;
        for browser in [hers, his] {
            browser.phase("active").await;
            browser.receives(&["audio"]).await;
        }
    }
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    his.client.switch_to_window(second).await.unwrap();
    his.is_quiet().await;
    his.client.close_window().await.unwrap();
    his.client.switch_to_window(first).await.unwrap();
    scene.end().await;
}
