//! People who get through to each other.

use crate::{
    browser_support::named,
    scene::{Scene, call, enter},
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_video_call_is_answered_seen_heard_and_hung_up() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("video").await;
    for browser in [hers, his] {
        browser.receives(&["audio", "video"]).await;
        browser.until("that the picture is shown", "return document.querySelector('[data-shown=true]') !== null").await;
    }

    // What one side turns off, the other is told; what it turns on again comes.
    his.click(&named("call-mute")).await;
    hers.find(&named("call-their-mute")).await;
    his.click(&named("call-camera")).await;
    hers.find(&named("call-their-camera")).await;
    hers.until("that the face stands for the picture", "return document.querySelector('[data-shown=false]') !== null").await;
    his.until("that the camera is closed", "return window.tracks.filter(t => t.kind === 'video').every(t => t.readyState === 'ended')")
        .await;
    his.click(&named("call-camera")).await;
    his.click(&named("call-mute")).await;
    hers.until("that the picture is back", "return document.querySelector('[data-shown=true]') !== null").await;
    hers.receives(&["audio", "video"]).await;

    // News stands above the call, where it can be pressed and is read aloud.
    hers.run("import('/js/ui/toast.js').then(({ toast }) => toast('It has not gone out', { label: 'Again', run() {} }))").await;
    hers.until(
        "that the news can be pressed",
        "const button = document.querySelector('.toast button'); if (!button) return false; \
         const { left, top, width, height } = button.getBoundingClientRect(); \
         return document.elementFromPoint(left + width / 2, top + height / 2) === button",
    )
    .await;
    assert_eq!(hers.run("return document.querySelector('.toast').closest('dialog[open] [role=status]') !== null").await, true);
    hers.click(".toast button").await;
    hers.until("that it is gone", "return !document.querySelector('.toast')").await;

    // She goes to the chat and comes back; they talk on meanwhile.
    hers.click(&named("call-chat")).await;
    hers.find(&named("call-bar")).await;
    hers.say("I write while we talk").await;
    hers.receives(&["audio"]).await;
    hers.click(&named("call-grow")).await;

    // She hangs up: it is over on both sides at once, and stands in the thread and in the list of both.
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    for browser in [hers, his] {
        browser.is_quiet().await;
        browser.find("[data-testid=call-note][data-status=ended]").await;
    }
    let (out, into) = (Scene::newest(&scene.mother).await, Scene::newest(&scene.doctor).await);
    assert_eq!((&out["status"], &out["type"], &out["direction"]), (&json!("ended"), &json!("video"), &json!("out")), "{out}");
    assert_eq!((&into["id"], &into["direction"]), (&out["id"], &json!("in")), "{into}");

    // Now he calls by voice from what stands in the thread's head, she answers and he hangs up.
    call(his, "voice").await;
    hers.phase("incoming").await;
    hers.click(&named("call-accept")).await;
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    his.click(&named("call-end-button")).await;
    hers.ended("hangup").await;
    for browser in [hers, his] {
        browser.is_quiet().await;
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_urgent_stands_above_a_call_and_what_a_call_covers_is_not_read() {
    let Some(scene) = Scene::with(&[], 360).await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.they_talk("voice").await;
    let words = json!({ "conversationId": scene.chat, "content": "Please come in today", "priority": "urgent" });
    let sent = scene.doctor.post("/api/chat/send", words).await.data().clone();
    assert_eq!(sent["requiresAck"], true, "{sent}");
    hers.find("[data-testid=call] [data-testid=urgent-alert]").await;
    // Its thread is open behind the call, but nobody sees it.
    hers.until("that it counts as unread", "return document.querySelector('[data-testid=call-chat] .count')?.innerText === '1'").await;
    assert_ne!(scene.doctor.history(&scene.chat).await[0]["status"], "read");
    // It can be pressed, and takes nothing away that the call needs.
    for id in ["urgent-read", "call-mute", "call-end-button", "call-shrink"] {
        let script = format!(
            "const button = document.querySelector('[data-testid=call] [data-testid={id}]'); \
             const {{ left, top, width, height }} = button.getBoundingClientRect(); \
             return button.contains(document.elementFromPoint(left + width / 2, top + height / 2))"
        );
        hers.until(&format!("that {id} can be pressed"), &script).await;
    }
    // By the keyboard it leads to the message, and the call goes on small.
    hers.press("urgent-read").await;
    hers.find(&named("call-bar")).await;
    hers.click(&named("acknowledge")).await;
    hers.until("that nothing waits", "return !document.querySelector('[data-testid=urgent-alert], [data-testid=acknowledge]')").await;
    his.until("that he sees it", "return document.querySelector('[data-testid=acks]')?.textContent.includes('Asha')").await;
    assert_eq!(scene.doctor.history(&scene.chat).await[0]["status"], "read");
    hers.click(&named("call-grow")).await;
    hers.receives(&["audio"]).await;
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_called_may_answer_by_voice_and_show_a_screen_later() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    scene.she_calls("video").await;
    his.click(&named("call-accept-voice")).await;
    for browser in [hers, his] {
        browser.phase("active").await;
    }
    his.receives(&["audio", "video"]).await;
    hers.receives(&["audio"]).await;
    hers.find(&named("call-their-camera")).await;
    his.until("that his camera was never opened", "return window.tracks.every(t => t.kind === 'audio')").await;

    his.click(&named("call-share")).await;
    his.find(&named("call-sharing")).await;
    hers.receives(&["video"]).await;
    hers.until("that she sees it whole", "return document.querySelector('[data-shown=true] .call-remote.whole') !== null").await;
    his.click(&named("call-share")).await;
    hers.find(&named("call-their-camera")).await;
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    his.is_quiet().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_devices_one_answers_and_the_other_stops_ringing() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let tablet = enter(&scene.driver, &scene.server, &scene.doctor, 1280).await;
    call(hers, "voice").await;
    for browser in [his, &tablet] {
        browser.phase("incoming").await;
    }
    tablet.click(&named("call-accept")).await;
    his.is_quiet().await;
    for browser in [hers, &tablet] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    tablet.click(&named("call-end-button")).await;
    hers.ended("hangup").await;
    tablet.client.close().await.unwrap();
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_call_each_other_at_once_are_in_one_call() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    // Whoever comes second finds it ringing or joins; both are one call.
    tokio::join!(call(hers, "voice"), call(his, "voice"));
    for browser in [hers, his] {
        let script =
            "const phase = document.querySelector('[data-testid=call]')?.dataset.phase; return phase === 'active' || phase === 'incoming'";
        browser.until("that it rings or that they talk", script).await;
        if browser.run("return document.querySelector('[data-testid=call]')?.dataset.phase").await == "incoming" {
            browser.run("document.querySelector('[data-testid=call-accept]')?.click()").await;
        }
    }
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    let listed = scene.mother.get("/api/chat/calls").await;
    assert_eq!(listed.data().as_array().unwrap().len(), 1, "{listed:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_told_before_the_call_has_a_name_counts() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    // What the server answers comes to her after what it tells of the call: both are on their way at once.
    hers.run(
        "const socket = window.sockets.at(-1), take = socket.onmessage, answers = [];
        socket.onmessage = (event) => {
            if (/^43/.test(event.data)) return answers.push(event);
            take(event);
            if (!event.data.includes('call_accepted')) return;
            socket.onmessage = take;
            setTimeout(() => answers.forEach(take), 100);
        }",
    )
    .await;
    call(hers, "voice").await;
    his.phase("incoming").await;
    his.click(&named("call-accept")).await;
    for browser in [hers, his] {
        browser.phase("active").await;
        browser.receives(&["audio"]).await;
    }
    hers.click(&named("call-end-button")).await;
    his.ended("hangup").await;
    scene.end().await;
}

/// The time from the press on "Answer" to the first picture that is decoded there, ten calls in a row.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
async fn how_long_it_takes_from_answering_to_the_first_picture() {
    let Some(scene) = Scene::start().await else { return };
    let (hers, his) = (&scene.hers, &scene.his);
    let mut times = Vec::new();
    for _ in 0..10 {
        his.run("performance.clearMarks(); window.firstPicture = undefined").await;
        scene.they_talk("video").await;
        his.until("a picture", "return window.firstPicture !== undefined").await;
        let script = "return window.firstPicture - performance.getEntriesByName('call.accept').at(-1).startTime";
        times.push(his.run(script).await.as_f64().unwrap());
        hers.click(&named("call-end-button")).await;
        his.ended("hangup").await;
        for browser in [hers, his] {
            browser.is_quiet().await;
        }
    }
    times.sort_by(f64::total_cmp);
    println!("from answering to the first picture, in ms: {times:.0?}");
    scene.end().await;
}
