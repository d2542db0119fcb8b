//! Over real TCP: every route with its refusals, what others are told, two tabs at once, and a server that is killed.

use crate::{
    books::balance,
    support::{
        Server,
        http::{Person, Reply},
        socket::Socket,
    },
};
use mommycare::{
    clock::Clock,
    store::{Options, Store},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

/// Ama and Dora, who have talked; Bea, who has not; an administrator.
struct Scene {
    ama: Person,
    bea: Person,
    dora: Person,
    mala: Person,
}

impl Scene {
    async fn new(server: &Server) -> Self {
        let mala = Person::set_up(server).await;
        let (ama, bea) = (Person::register(server, "Ama", "mom").await, Person::register(server, "Bea", "mom").await);
        let dora = Person::register(server, "Dora", "doctor").await;
        talk(&ama, &dora).await;
        Self { ama, bea, dora, mala }
    }

    fn of_dora(&self) -> String {
        format!("/api/providers/{}/reviews", self.dora.id)
    }

    async fn write(&self, who: &Person, rating: u8, comment: &str) -> Reply {
        who.post(&self.of_dora(), json!({ "rating": rating, "comment": comment })).await
    }

    /// How Dora is rated, wherever that is shown.
    async fn rated(&self) -> (Value, Value) {
        let profile = self.bea.get(&format!("/api/users/{}", self.dora.id)).await;
        let rated = (profile.data()["rating"].clone(), profile.data()["reviewCount"].clone());
        let listed = self.bea.get("/api/chat/providers?role=doctor").await.data()[0].clone();
        assert_eq!((&listed["rating"], &listed["reviewCount"]), (&rated.0, &rated.1), "in the directory");
        let me = self.dora.get("/api/auth/me").await;
        assert_eq!((&me.data()["rating"], &me.data()["reviewCount"]), (&rated.0, &rated.1), "on her own page");
        let page = self.bea.get(&self.of_dora()).await;
        assert_eq!((&page.body["summary"]["rating"], &page.body["summary"]["reviewCount"]), (&rated.0, &rated.1), "above the reviews");
        assert_eq!(page.body["pagination"]["total"], rated.1);
        let chat = self.ama.open(&self.dora).await;
        let conversation = self.ama.get(&format!("/api/chat/conversations/{chat}")).await;
        assert_eq!(conversation.data()["metadata"]["rating"], rated.0, "in the conversation");
        rated
    }
}

async fn talk(one: &Person, other: &Person) {
    let chat = one.open(other).await;
    one.say(&chat, "Good morning").await;
    other.say(&chat, "Good morning").await;
}

fn id(reply: &Reply) -> String {
    reply.data()["id"].as_str().unwrap().to_owned()
}

fn has(value: &Value, fields: &str) {
    for field in fields.split_whitespace() {
        assert!(value.as_object().unwrap().contains_key(field), "no {field} in {value}");
    }
}

const REVIEW: &str = "id _id providerId authorId authorName rating comment createdAt updatedAt reply isHidden hiddenReason hiddenAt";

#[tokio::test]
async fn the_average_follows_every_change() {
    let server = Server::start();
    let scene = Scene::new(&server).await;
    talk(&scene.bea, &scene.dora).await;
    assert_eq!(scene.rated().await, (json!(0.0), json!(0)));
    let first = scene.write(&scene.ama, 5, "She explained every word.").await;
    assert_eq!(first.status, 201, "{first:?}");
    has(first.data(), REVIEW);
    assert_eq!((&first.data()["authorName"], &first.data()["authorId"]), (&json!("Ama T."), &json!(scene.ama.id)));
    assert_eq!(scene.rated().await, (json!(5.0), json!(1)));
    let second = scene.write(&scene.bea, 2, "").await;
    assert_eq!(scene.rated().await, (json!(3.5), json!(2)));
    let changed = scene.bea.put(&format!("/api/reviews/{}", id(&second)), json!({ "rating": 4, "comment": "Better now" })).await;
    assert_eq!((changed.status, &changed.data()["comment"]), (200, &json!("Better now")));
    assert_eq!(scene.rated().await, (json!(4.5), json!(2)));
    let hidden = scene.mala.post(&format!("/api/admin/reviews/{}/hide", id(&first)), json!({ "reason": "Asked to" })).await;
    has(hidden.data(), REVIEW);
    has(hidden.data(), "providerName authorFullName hiddenBy");
    assert_eq!((&hidden.data()["isHidden"], &hidden.data()["authorFullName"]), (&json!(true), &json!("Ama Test")));
    assert_eq!(scene.rated().await, (json!(4.0), json!(1)));
    let own = scene.ama.get(&scene.of_dora()).await.body["own"].clone();
    assert_eq!(
        (&own["review"]["isHidden"], &own["review"]["hiddenReason"], &own["reason"]),
        (&json!(true), &json!("Asked to"), &json!("written"))
    );
    let shown = scene.mala.post(&format!("/api/admin/reviews/{}/show", id(&first)), json!({})).await;
    assert_eq!((shown.status, &shown.data()["isHidden"]), (200, &json!(false)));
    assert_eq!(scene.rated().await, (json!(4.5), json!(2)));
    let removed = scene.ama.delete(&format!("/api/reviews/{}", id(&first))).await;
    assert_eq!((removed.status, &removed.data()["id"], &removed.data()["providerId"]), (200, &json!(id(&first)), &json!(scene.dora.id)));
    assert_eq!(scene.rated().await, (json!(4.0), json!(1)));
    // The directory finds by it.
    for (query, found) in [("minRating=4", 1), ("minRating=4.1", 0), ("sort=rating", 1)] {
        assert_eq!(
            scene.bea.get(&format!("/api/chat/providers?role=doctor&{query}")).await.data().as_array().unwrap().len(),
            found,
            "{query}"
        );
    }
    let list = scene.mala.get("/api/admin/reviews?search=better&limit=5").await;
    assert_eq!((list.data().as_array().unwrap().len(), &list.body["pagination"]["total"]), (1, &json!(1)));
    assert_eq!(scene.mala.delete(&format!("/api/reviews/{}", id(&second))).await.status, 200);
    assert_eq!(scene.rated().await, (json!(0.0), json!(0)));
}

#[tokio::test]
async fn every_route_refuses_what_it_must() {
    let server = Server::start();
    let scene = Scene::new(&server).await;
    let review = id(&scene.write(&scene.ama, 4, "Kind").await);
    let path = |rest: &str| format!("/api/reviews/{review}{rest}");
    let of_dora = scene.of_dora();
    // Nobody in particular.
    let nobody = Person::stranger(&server);
    let (hide, show) = (format!("/api/admin/reviews/{review}/hide"), format!("/api/admin/reviews/{review}/show"));
    let routes = [
        (Method::GET, of_dora.clone()),
        (Method::POST, of_dora.clone()),
        (Method::PUT, path("")),
        (Method::DELETE, path("")),
        (Method::POST, path("/reply")),
        (Method::GET, "/api/admin/reviews".into()),
        (Method::POST, hide.clone()),
        (Method::POST, show.clone()),
    ];
    for (method, path) in routes {
        assert_eq!(
            nobody.send(method.clone(), &path, Some(json!({})).filter(|_| method != Method::GET)).await.error(),
            (401, "UNAUTHORIZED"),
            "{method} {path}"
        );
    }
    // What is not valid.
    for rating in [json!(null), json!(0), json!(6), json!(4.5), json!("5"), json!([4])] {
        let refused = scene.bea.post(&of_dora, json!({ "rating": rating })).await;
        assert_eq!(
            (refused.error(), &refused.body["details"]["errors"][0]["field"]),
            ((400, "VALIDATION_ERROR"), &json!("rating")),
            "{rating}"
        );
    }
    let long = json!({ "rating": 5, "comment": "x".repeat(2_001) });
    assert_eq!(scene.bea.post(&of_dora, long.clone()).await.body["details"]["errors"][0]["field"], "comment");
    assert_eq!(scene.ama.put(&path(""), long.clone()).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(scene.ama.put(&path(""), json!({ "rating": "5" })).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(scene.dora.post(&path("/reply"), json!({})).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(scene.dora.post(&path("/reply"), long).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(scene.mala.post(&hide, json!({})).await.error(), (400, "VALIDATION_ERROR"));
    assert_eq!(scene.mala.post(&hide, json!({ "reason": "x", "why": "y" })).await.error(), (400, "VALIDATION_ERROR"));
    for query in ["page=0", "limit=0", "page=x"] {
        assert_eq!(scene.bea.get(&format!("{of_dora}?{query}")).await.error(), (400, "VALIDATION_ERROR"), "{query}");
        assert_eq!(scene.mala.get(&format!("/api/admin/reviews?{query}")).await.error(), (400, "VALIDATION_ERROR"), "{query}");
    }
    // What is visible and not allowed.
    let five = json!({ "rating": 5 });
    assert_eq!(scene.bea.post(&of_dora, five.clone()).await.error(), (403, "FORBIDDEN"), "they have not talked");
    assert_eq!(scene.dora.post(&of_dora, five.clone()).await.error(), (403, "FORBIDDEN"), "about herself");
    assert_eq!(scene.mala.post(&of_dora, five.clone()).await.error(), (403, "FORBIDDEN"));
    for who in [&scene.bea, &scene.dora, &scene.mala] {
        assert_eq!(who.put(&path(""), five.clone()).await.error(), (403, "FORBIDDEN"));
    }
    for who in [&scene.bea, &scene.dora] {
        assert_eq!(who.delete(&path("")).await.error(), (403, "FORBIDDEN"));
    }
    for who in [&scene.ama, &scene.bea, &scene.mala] {
        assert_eq!(who.post(&path("/reply"), json!({ "comment": "x" })).await.error(), (403, "FORBIDDEN"));
    }
    for who in [&scene.ama, &scene.dora] {
        assert_eq!(who.get("/api/admin/reviews").await.error(), (403, "FORBIDDEN"));
        assert_eq!(who.post(&hide, json!({ "reason": "x" })).await.error(), (403, "FORBIDDEN"));
        assert_eq!(who.post(&show, json!({})).await.error(), (403, "FORBIDDEN"));
    }
    // Again: the same is the same, something else is a conflict.
    let again = scene.write(&scene.ama, 4, "Kind").await;
    assert_eq!((again.status, id(&again)), (200, review.clone()));
    let other = scene.write(&scene.ama, 5, "Kind").await;
    assert_eq!((other.error(), &other.body["details"]["reviewId"]), ((409, "CONFLICT"), &json!(review)));
}

#[tokio::test]
async fn a_stranger_gets_what_a_random_id_gets() {
    let server = Server::start();
    let scene = Scene::new(&server).await;
    // Somebody whom a service provider may not know of, reviewed and answered.
    let sue = Person::register(&server, "Sue", "service_provider").await;
    let stranger = Person::register(&server, "Sam", "service_provider").await;
    talk(&scene.ama, &sue).await;
    let of_sue = format!("/api/providers/{}/reviews", sue.id);
    let review = id(&scene.ama.post(&of_sue, json!({ "rating": 5 })).await);
    // One that is hidden is nobody's either.
    let hidden = id(&scene.write(&scene.ama, 1, "Hidden").await);
    scene.mala.post(&format!("/api/admin/reviews/{hidden}/hide"), json!({ "reason": "x" })).await;
    let random = "00000000000000ff";
    let mothers = format!("/api/providers/{}/reviews", scene.ama.id);
    let people = [(&stranger, of_sue), (&scene.bea, mothers.clone()), (&scene.dora, mothers)];
    for (who, path) in people {
        for (method, body) in [(Method::GET, None), (Method::POST, Some(json!({ "rating": 5 })))] {
            let nothing = who.send(method.clone(), &format!("/api/providers/{random}/reviews"), body.clone()).await;
            let reply = who.send(method, &path, body).await;
            assert_eq!((reply.error(), &reply.body), ((404, "USER_NOT_FOUND"), &nothing.body), "{path}");
        }
    }
    for (who, review) in [(&stranger, &review), (&scene.bea, &hidden), (&scene.dora, &hidden)] {
        for (method, rest, body) in [
            (Method::PUT, "", Some(json!({ "rating": 5 }))),
            (Method::DELETE, "", None),
            (Method::POST, "/reply", Some(json!({ "comment": "x" }))),
        ] {
            let nothing = who.send(method.clone(), &format!("/api/reviews/{random}{rest}"), body.clone()).await;
            let reply = who.send(method.clone(), &format!("/api/reviews/{review}{rest}"), body).await;
            assert_eq!((reply.error(), &reply.body), ((404, "NOT_FOUND"), &nothing.body), "{method} {rest}");
        }
    }
    let odd = ["x", "%00", "0123456789ABCDEF", &"f".repeat(300)];
    for text in odd {
        assert_eq!(scene.bea.get(&format!("/api/providers/{text}/reviews")).await.status, 404, "{text}");
        assert_eq!(scene.ama.put(&format!("/api/reviews/{text}"), json!({ "rating": 5 })).await.status, 404, "{text}");
    }
    // A professional who does not work here any more is nobody.
    let nothing = scene.bea.get(&format!("/api/providers/{random}/reviews")).await;
    let admin = |what: &str| format!("/api/admin/users/{}/{what}", scene.dora.id);
    for (off, on) in [("disable", "enable"), ("reject", "approve")] {
        assert_eq!(scene.mala.post(&admin(off), json!({})).await.status, 200);
        assert_eq!(scene.bea.get(&scene.of_dora()).await.body, nothing.body, "{off}");
        assert_eq!(scene.mala.post(&admin(on), json!({})).await.status, 200);
        assert_eq!(scene.bea.get(&scene.of_dora()).await.status, 200, "{on}");
    }
    assert_eq!(scene.mala.patch(&admin("role"), json!({ "role": "mom" })).await.status, 200);
    assert_eq!(scene.bea.get(&scene.of_dora()).await.body, nothing.body, "demoted");
}

#[tokio::test]
async fn those_whom_it_concerns_are_told() {
    let server = Server::start();
    let scene = Scene::new(&server).await;
    let (mut phone, mut desk) = (Socket::connect(&scene.ama).await, Socket::connect(&scene.dora).await);
    let mut other = Socket::connect(&scene.bea).await;
    let review = id(&scene.write(&scene.ama, 4, "Words that nobody is told").await);
    let news = desk.wait_for("notification").await;
    let expected = json!({
        "kind": "review", "action": "written", "reviewId": review, "providerId": scene.dora.id, "providerName": "Dora Test",
        "authorName": "Ama T.", "rating": 4,
    });
    assert_eq!(news, expected);
    for socket in [&mut phone, &mut desk] {
        assert_eq!(socket.wait_for("user_rating_change").await, json!({ "userId": scene.dora.id, "rating": 4.0, "reviewCount": 1 }));
    }
    let answer = scene.dora.post(&format!("/api/reviews/{review}/reply"), json!({ "comment": "Thank you" })).await;
    assert_eq!((answer.status, &answer.data()["reply"]["comment"]), (201, &json!("Thank you")));
    assert_eq!(phone.wait_for("notification").await["action"], "answered");
    let taken = scene.dora.post(&format!("/api/reviews/{review}/reply"), json!({ "comment": null })).await;
    assert_eq!((taken.status, &taken.data()["reply"]), (200, &Value::Null));
    scene.ama.put(&format!("/api/reviews/{review}"), json!({ "rating": 5 })).await;
    assert_eq!(desk.wait_for("notification").await["action"], "changed");
    scene.mala.post(&format!("/api/admin/reviews/{review}/hide"), json!({ "reason": "x" })).await;
    assert_eq!(phone.wait_for("notification").await["action"], "hidden");
    assert_eq!(desk.wait_until("user_rating_change", |news| news["reviewCount"] == 0).await["rating"], json!(0.0));
    scene.mala.post(&format!("/api/admin/reviews/{review}/show"), json!({})).await;
    assert_eq!(phone.wait_for("notification").await["action"], "shown");
    scene.mala.delete(&format!("/api/reviews/{review}")).await;
    assert_eq!(phone.wait_for("notification").await["action"], "removed");
    assert_eq!(other.so_far().await, [], "who has nothing to do with Dora hears nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_write_at_once_write_one_review() {
    let server = Server::start();
    let scene = Scene::new(&server).await;
    let other = scene.ama.sign_in().await;
    let (same, differs) = tokio::join!(scene.write(&scene.ama, 5, "Good"), scene.write(&other, 4, "Fine"));
    let mut statuses = [same.status, differs.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409], "{same:?} {differs:?}");
    let (one, again) = if same.status == 201 { (&same, (5, "Good")) } else { (&differs, (4, "Fine")) };
    let (left, right) = tokio::join!(scene.write(&scene.ama, again.0, again.1), scene.write(&other, again.0, again.1));
    assert_eq!((left.status, right.status, left.data(), right.data()), (200, 200, one.data(), one.data()));
    assert_eq!(scene.rated().await.1, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_leaves_reviews_and_figures_together() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut server = Server::on(&data, &[]);
    let scene = Scene::new(&server).await;
    let review = id(&scene.write(&scene.ama, 3, "").await);
    for round in 1..=3 {
        let (told, mut done) = watch::channel(0);
        let (mala, path) = (scene.mala.anew(), format!("/api/admin/reviews/{review}"));
        let toggles = tokio::spawn(async move {
            let mut hidden = false;
            loop {
                let (what, body) = if hidden { ("show", json!({})) } else { ("hide", json!({ "reason": "x" })) };
                match mala.try_send(Method::POST, &format!("{path}/{what}"), Some(body)).await {
                    Ok(reply) => hidden = reply.data()["isHidden"].as_bool().unwrap(),
                    // Done and not answered, or not done.
                    Err(_) => return hidden,
                }
                told.send_modify(|count| *count += 1);
            }
        });
        done.wait_for(|count| *count >= 3 * round).await.unwrap();
        tokio::task::block_in_place(|| server.kill());
        toggles.await.unwrap();
        let store: Store<()> = Store::open(&Options::new(&data), Clock::system(), Box::new(drop)).unwrap().0;
        store.read(|read| balance(read));
        store.close().await.unwrap();
        tokio::task::block_in_place(|| server.restart());
        let mala = scene.mala.anew();
        let (all, page) = (mala.get("/api/admin/reviews").await, mala.get(&scene.of_dora()).await);
        let shown = u64::from(all.data()[0]["isHidden"] == false);
        assert_eq!((&page.body["summary"]["reviewCount"], page.data().as_array().unwrap().len() as u64), (&json!(shown), shown));
        // The next round begins with one that is shown.
        assert_eq!(mala.post(&format!("/api/admin/reviews/{review}/show"), json!({})).await.status, 200);
    }
}
