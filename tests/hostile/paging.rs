//! Pages, limits and positions that make no sense are bounded or refused.

use crate::scene::Scene;

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
