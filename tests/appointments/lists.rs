//! Lists: what is to come, what was, by state and time, page by page.

use crate::{
    chat_support::fields,
    scene::{DAY, HOUR, MINUTE, Scene},
};
use mommycare::clock::Timestamp;
use serde_json::{Value, json};

/// Every page of a list, by the cursor.
fn by_cursor(scene: &Scene, mut query: Value) -> Vec<Timestamp> {
    query["limit"] = json!(2);
    let mut all = Vec::new();
    loop {
        let page = scene.list(scene.dora, query.clone());
        assert!(page.starts.len() <= 2);
        all.extend(page.starts);
        match page.next {
            Some(next) => query["cursor"] = json!(next),
            None => return all,
        }
    }
}

#[tokio::test]
async fn what_is_to_come_and_what_was() {
    let scene = Scene::new().await;
    let (ama, bea, dora) = (scene.ama, scene.bea, scene.dora);
    let now = scene.ahead(0);
    let at = |hours: u64| Timestamp(now.0 + hours * HOUR);
    let mut booked = Vec::new();
    for (number, hours) in [30, 2, 50, 10, 40].into_iter().enumerate() {
        let who = if number % 2 == 0 { ama } else { bea };
        booked.push(scene.book(dora, who, at(hours)).await.unwrap());
    }
    let in_order = [2, 10, 30, 40, 50].map(at).to_vec();
    let starts = |query: Value| {
        let page = scene.list(dora, query.clone());
        assert_eq!(page.total, page.starts.len() as u64, "{query}");
        page.starts
    };
    assert_eq!((starts(json!({})), starts(json!({ "filter": "upcoming" }))), (in_order.clone(), in_order.clone()));
    assert_eq!(starts(json!({ "filter": "past" })), []);
    scene.step(ama, &booked[0], "confirmed").await.unwrap();
    scene.cancel(ama, &booked[4]).await.unwrap();
    assert_eq!(starts(json!({ "filter": "upcoming" })), [2, 10, 30, 50].map(at));
    assert_eq!(starts(json!({ "filter": "past" })), [at(40)], "called off");
    assert_eq!(starts(json!({ "status": "confirmed" })), [at(30)]);
    assert_eq!(starts(json!({ "status": "confirmed, cancelled" })), [at(30), at(40)]);
    assert_eq!(starts(json!({ "status": "completed" })), []);
    assert_eq!(starts(json!({ "from": at(10), "to": at(40) })), [at(10), at(30)], "up to, and without");
    assert_eq!(starts(json!({ "from": at(10), "status": "scheduled" })), [at(10), at(50)]);
    assert_eq!(starts(json!({ "to": at(11), "filter": "upcoming" })), [at(2), at(10)]);
    // While it lasts it is under way; when its time is over it was.
    scene.at(Timestamp(at(2).0 + 29 * MINUTE)).await;
    assert_eq!(starts(json!({ "filter": "upcoming" })), [2, 10, 30, 50].map(at));
    scene.at(Timestamp(at(2).0 + 30 * MINUTE)).await;
    assert_eq!(starts(json!({ "filter": "upcoming" })), [10, 30, 50].map(at));
    assert_eq!(starts(json!({ "filter": "past" })), [at(40), at(2)], "the latest first");
    assert_eq!(starts(json!({ "filter": "past", "status": "scheduled" })), [at(2)]);
    scene.at(at(200)).await;
    assert_eq!(starts(json!({ "filter": "past" })), [50, 40, 30, 10, 2].map(at));
    assert_eq!(starts(json!({ "filter": "upcoming" })), []);
    assert_eq!(starts(json!({})), in_order);
}

#[tokio::test]
async fn pages_and_cursors_show_each_once() {
    let scene = Scene::new().await;
    let mothers = [scene.ama, scene.bea];
    let mut all = Vec::new();
    for number in 0..11_u64 {
        let start = scene.ahead((number * 7 % 11 + 1) * DAY);
        let booked = scene.book(scene.dora, mothers[usize::try_from(number % 2).unwrap()], start).await.unwrap();
        if number % 3 == 0 {
            scene.cancel(scene.dora, &booked).await.unwrap();
        }
        all.push(start);
    }
    all.sort_unstable();
    let pages = |query: &Value| {
        let page = |number: u64| {
            let mut query = query.clone();
            (query["page"], query["limit"]) = (json!(number), json!(4));
            scene.list(scene.dora, query)
        };
        (1..=4).flat_map(|number| page(number).starts).collect::<Vec<_>>()
    };
    for query in [json!({}), json!({ "filter": "upcoming" }), json!({ "filter": "past" }), json!({ "status": "cancelled,scheduled" })] {
        let whole = scene.list(scene.dora, query.clone()).starts;
        assert_eq!((pages(&query), by_cursor(&scene, query.clone())), (whole.clone(), whole), "{query}");
    }
    assert_eq!(pages(&json!({})), all);
    let first = scene.list(scene.dora, json!({ "limit": 4 }));
    assert_eq!((first.total, first.next.is_some()), (11, true));
    assert_eq!(scene.list(scene.dora, json!({ "page": u64::MAX, "limit": 100 })).starts, []);
    // An end in the middle of the list moves no row that was seen.
    scene.at(scene.ahead(6 * DAY)).await;
    for query in [json!({ "filter": "past" }), json!({ "filter": "upcoming" })] {
        assert_eq!(by_cursor(&scene, query.clone()), scene.list(scene.dora, query).starts);
    }
}

#[tokio::test]
async fn odd_wishes_are_refused_by_name() {
    let scene = Scene::new().await;
    let wrong = [
        (json!({ "filter": "soon" }), "filter"),
        (json!({ "status": "confirmed,odd" }), "status"),
        (json!({ "from": "tomorrow" }), "from"),
        (json!({ "to": "-1" }), "to"),
        (json!({ "from": "2026-11-23", "to": "2026-11-22" }), "to"),
        (json!({ "cursor": "odd" }), "cursor"),
        (json!({ "page": 0 }), "page"),
        (json!({ "limit": 0 }), "limit"),
    ];
    for (query, field) in wrong {
        let error = scene.care.list(scene.ama, &serde_json::from_value(query.clone()).unwrap()).unwrap_err();
        assert_eq!(fields(&error), [field], "{query}");
    }
}
