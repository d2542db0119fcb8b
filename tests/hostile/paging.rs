//! Pages, limits, positions and searches that make no sense are bounded or refused.

use crate::{scene::Scene, support::http::Person};

#[tokio::test]
async fn absurd_pages_are_bounded_or_refused() {
    let scene = Scene::new().await;
    for number in 0..5 {
        scene.mother.say(&scene.conversation, &format!("number {number}")).await;
    }
    let absurd = [
        "-1",
        "0",
        "1",
        "201",
        "1000000000",
        "18446744073709551615",
        "99999999999999999999999",
        "NaN",
        "Infinity",
        "1e9",
        "0x10",
        "1.5",
        "abc",
        "%00",
        "%ff",
        "%F0%9F%98%80",
        "1%202",
        "",
        "[]",
        "null",
        "true",
    ];
    let lists = [
        (format!("/api/chat/conversations/{}/messages", scene.conversation), &["limit", "skip", "before", "after", "deleted"][..]),
        (format!("/api/chat/conversations/{}/changes", scene.conversation), &["since", "limit"][..]),
        ("/api/chat/conversations".to_owned(), &["page", "limit", "filter"][..]),
        ("/api/chat/search".to_owned(), &["query", "role", "page", "limit"][..]),
        ("/api/chat/providers".to_owned(), &["page", "limit", "minRating", "available", "sort", "role"][..]),
    ];
    for (path, names) in &lists {
        for name in *names {
            for value in absurd {
                let reply = scene.mother.get(&format!("{path}?{name}={value}")).await;
                match reply.status {
                    200 => {
                        let data = reply.data();
                        let items = data.as_array().or_else(|| data["messages"].as_array()).unwrap();
                        assert!(items.len() <= 1000, "{path}?{name}={value}");
                    }
                    400 => assert_eq!(reply.error().1, "VALIDATION_ERROR", "{path}?{name}={value}"),
                    _ => panic!("{path}?{name}={value}: {reply:?}"),
                }
            }
            let twice = scene.mother.get(&format!("{path}?{name}=1&{name}=2")).await;
            assert!([200, 400].contains(&twice.status), "{twice:?}");
        }
    }
    // What a page makes of a value that it does not have is no value; what is looked for is a word.
    for nothing in ["null", "undefined", "NaN", ""] {
        let all = scene.mother.get("/api/chat/conversations").await;
        let query = format!("page={nothing}&limit={nothing}&filter={nothing}&cursor={nothing}");
        assert_eq!(scene.mother.get(&format!("/api/chat/conversations?{query}")).await.body, all.body, "{nothing}");
        let path = format!("/api/chat/conversations/{}/messages?skip={nothing}&before={nothing}", scene.conversation);
        assert_eq!(scene.mother.get(&path).await.data().as_array().unwrap().len(), 6, "{nothing}");
    }
    scene.mother.say(&scene.conversation, "this is undefined").await;
    assert_eq!(scene.doctor.get("/api/chat/search/messages?q=undefined").await.data().as_array().unwrap().len(), 1);
    for seq in ["-1", "1.5", "\"2\"", "18446744073709551616", "[]", "1e400"] {
        let path = format!("/api/chat/conversations/{}/read", scene.conversation);
        let reply = scene.raw_as_mother("PATCH", &path, format!("{{\"seq\":{seq}}}").as_bytes()).await;
        assert_eq!(reply.error().0, 400, "seq {seq}");
    }
    scene.still_serves().await;
}

#[tokio::test]
async fn a_search_is_no_longer_than_a_name() {
    let scene = Scene::new().await;
    let office = Person::set_up(&scene.server).await;
    let places = [
        (&scene.mother, "/api/chat/conversations", "search"),
        (&scene.mother, "/api/chat/search", "query"),
        (&scene.mother, "/api/chat/search/messages", "q"),
        (&scene.mother, "/api/chat/providers", "search"),
        (&scene.mother, "/api/chat/providers", "specialty"),
        (&scene.mother, "/api/chat/providers", "language"),
        (&office, "/api/admin/users", "search"),
    ];
    for (person, path, field) in places {
        let long = person.get(&format!("{path}?{field}={}", "%C3%A9".repeat(200))).await;
        assert_eq!(long.status, 200, "{path} {field}: {long:?}");
        let longer = person.get(&format!("{path}?{field}={}", "a".repeat(201))).await;
        assert_eq!(longer.error(), (400, "VALIDATION_ERROR"), "{path} {field}");
        assert_eq!(longer.body["details"]["errors"][0]["field"], field, "{longer:?}");
    }
    scene.still_serves().await;
}
