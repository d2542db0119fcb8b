//! The rules, over a clinic in memory.

use crate::chat_support::{Clinic, fields};
use mommycare::{
    accounts::Actor,
    contract::{
        Event, Notification, ReviewView,
        request::DirectoryQuery,
        review::{AdminReviewsQuery, HideBody, ReplyBody, ReviewBody, ReviewChange, ReviewsQuery},
    },
    error::{Code, Error, Result},
    reviews::Reviews,
    store::records::{Role, Verification},
};
use serde_json::{Value, json};

/// Two mothers, a doctor, an administrator. Ama and Dora have talked.
pub struct Scene {
    pub clinic: Clinic,
    pub reviews: Reviews,
    pub ama: Actor,
    pub bea: Actor,
    pub dora: Actor,
    pub mala: Actor,
}

impl Scene {
    pub async fn new() -> Self {
        let clinic = Clinic::new();
        let ama = clinic.person("Ama Perera", Role::Mom).await;
        let bea = clinic.person("Bea සෙනෙවිරත්න", Role::Mom).await;
        let dora = clinic.person("Dora Sample", Role::Doctor).await;
        let mala = clinic.person("Mala Desk", Role::Admin).await;
        let scene = Self { reviews: Reviews::new(&clinic.chats), clinic, ama, bea, dora, mala };
        scene.talk(ama).await;
        scene
    }

    /// Somebody and Dora write to each other.
    pub async fn talk(&self, mother: Actor) {
        self.clinic.say(mother, self.dora, 1).await;
        self.clinic.say(self.dora, mother, 1).await;
    }

    pub async fn write(&self, who: Actor, rating: u8, comment: &str) -> Result<(ReviewView, bool)> {
        self.reviews.write(who, &self.dora.user.to_string(), body(json!({ "rating": rating, "comment": comment }))).await
    }

    pub async fn change(&self, who: Actor, review: &ReviewView, change: Value) -> Result<ReviewView> {
        self.reviews.change(who, &review.id.to_string(), body::<ReviewChange>(change)).await
    }

    pub async fn reply(&self, who: Actor, review: &ReviewView, comment: &str) -> Result<(ReviewView, bool)> {
        self.reviews.reply(who, &review.id.to_string(), body::<ReplyBody>(json!({ "comment": comment }))).await
    }

    pub async fn hide(&self, review: &ReviewView, reason: &str) -> Result<()> {
        self.reviews.hide(self.mala, &review.id.to_string(), body::<HideBody>(json!({ "reason": reason }))).await.map(drop)
    }

    /// What somebody sees of Dora's reviews: stars and words.
    pub fn seen(&self, who: Actor) -> Vec<(u8, String)> {
        let page = self.reviews.list(who, &self.dora.user.to_string(), &ReviewsQuery::default()).unwrap();
        assert_eq!(page.items.len() as u64, page.summary.review_count);
        page.items.into_iter().map(|review| (review.rating, review.comment)).collect()
    }

    /// How the directory rates Dora.
    pub fn rated(&self) -> (f64, u64) {
        let found = self.clinic.chats.providers(self.bea, &DirectoryQuery::default()).unwrap().people.items;
        (found[0].rating, found[0].review_count)
    }

    /// What somebody was told of reviews.
    pub fn told(&self, who: Actor) -> Vec<&'static str> {
        let action = |event: Event| match event {
            Event::Notification(Notification::Review { action, .. }) => Some(action),
            _ => None,
        };
        let told = self.clinic.events_for(who, "notification").into_iter().filter_map(action).collect();
        self.clinic.clear_events();
        told
    }
}

pub fn body<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> Code {
    result.unwrap_err().code
}

#[tokio::test]
async fn a_review_takes_a_conversation_in_which_both_have_written() {
    let scene = Scene::new().await;
    let Scene { clinic, bea, dora, .. } = &scene;
    assert_eq!(code(scene.write(*bea, 5, "").await), Code::Forbidden, "they have never met");
    clinic.open(*bea, *dora).await.unwrap();
    assert_eq!(code(scene.write(*bea, 5, "").await), Code::Forbidden, "nobody has said anything");
    let asked = clinic.say(*bea, *dora, 1).await;
    let own = scene.reviews.list(*bea, &dora.user.to_string(), &ReviewsQuery::default()).unwrap().own;
    assert_eq!((own.may_write, own.reason), (false, Some("conversation")));
    assert_eq!(code(scene.write(*bea, 5, "").await), Code::Forbidden, "she has no answer yet");
    // A group is no conversation of the two, and what stands in it is none between them.
    let answer = clinic.say(*dora, *bea, 1).await;
    assert!(scene.reviews.list(*bea, &dora.user.to_string(), &ReviewsQuery::default()).unwrap().own.may_write);
    // What was said was said, also when somebody takes the words back.
    clinic.chats.delete(*dora, &answer[0].to_string()).await.unwrap();
    clinic.chats.delete(*bea, &asked[0].to_string()).await.unwrap();
    let (review, fresh) = scene.write(*bea, 4, " Kind. ").await.unwrap();
    assert!(fresh);
    assert_eq!((review.rating, &*review.comment, &*review.author_name), (4, "Kind.", "Bea සෙ."));
    assert_eq!((review.author_id, review.reply, review.is_hidden), (Some(bea.user), None, false));
}

#[tokio::test]
async fn a_repetition_is_no_mistake_and_something_else_is_a_conflict() {
    let scene = Scene::new().await;
    let (first, fresh) = scene.write(scene.ama, 5, "Good").await.unwrap();
    let (again, repeated) = scene.write(scene.ama, 5, "Good").await.unwrap();
    assert_eq!((first.clone(), fresh, repeated), (again, true, false));
    let error = scene.write(scene.ama, 4, "Good").await.unwrap_err();
    assert_eq!((error.code, &error.details["reviewId"]), (Code::Conflict, &json!(first.id)));
    assert!(error.message.contains(&format!("PUT /api/reviews/{}", first.id)), "{}", error.message);
    assert_eq!((scene.rated(), scene.told(scene.dora)), ((5.0, 1), vec!["written"]));
}

#[tokio::test]
async fn only_its_author_changes_a_review_and_the_average_follows() {
    let scene = Scene::new().await;
    scene.talk(scene.bea).await;
    let review = scene.write(scene.ama, 5, "Good").await.unwrap().0;
    let other = scene.write(scene.bea, 2, "").await.unwrap().0;
    assert_eq!(scene.rated(), (3.5, 2));
    scene.told(scene.dora);
    scene.clinic.wait(1_000);
    let changed = scene.change(scene.ama, &review, json!({ "rating": 4 })).await.unwrap();
    assert_eq!((changed.rating, &*changed.comment, changed.created_at), (4, "Good", review.created_at));
    assert!(changed.updated_at > review.updated_at);
    assert_eq!((scene.rated(), scene.told(scene.dora)), ((3.0, 2), vec!["changed"]));
    let same = scene.change(scene.ama, &review, json!({ "rating": 4, "comment": "Good" })).await.unwrap();
    assert_eq!((same, scene.told(scene.dora)), (changed, vec![]), "nothing has changed");
    assert_eq!(scene.change(scene.ama, &review, json!({ "comment": null })).await.unwrap().comment, "");
    for (who, review) in [(scene.bea, &review), (scene.dora, &review), (scene.mala, &review), (scene.ama, &other)] {
        assert_eq!(code(scene.change(who, review, json!({ "rating": 1 })).await), Code::Forbidden);
    }
    assert_eq!(fields(&scene.change(scene.ama, &review, json!({ "rating": 6 })).await.unwrap_err()), ["rating"]);
    // Deleting, too.
    for who in [scene.bea, scene.dora] {
        assert_eq!(code(scene.reviews.remove(who, &review.id.to_string()).await), Code::Forbidden);
    }
    scene.reviews.remove(scene.ama, &review.id.to_string()).await.unwrap();
    assert_eq!(code(scene.reviews.remove(scene.ama, &review.id.to_string()).await), Code::NotFound);
    assert_eq!((scene.rated(), scene.seen(scene.ama)), ((2.0, 1), vec![(2, String::new())]));
    assert!(scene.write(scene.ama, 3, "Again").await.unwrap().1, "and she may write anew");
    scene.reviews.remove(scene.mala, &other.id.to_string()).await.unwrap();
    assert_eq!((scene.rated(), scene.told(scene.bea)), ((3.0, 1), vec!["removed"]));
}

#[tokio::test]
async fn the_professional_answers_once_and_may_think_better_of_it() {
    let scene = Scene::new().await;
    let review = scene.write(scene.ama, 5, "Good").await.unwrap().0;
    scene.told(scene.ama);
    let (answered, first) = scene.reply(scene.dora, &review, "Thank you").await.unwrap();
    assert_eq!((answered.reply.as_ref().unwrap().comment.as_str(), first), ("Thank you", true));
    assert_eq!(scene.told(scene.ama), ["answered"]);
    scene.clinic.wait(1_000);
    let (same, _) = scene.reply(scene.dora, &review, "Thank you").await.unwrap();
    assert_eq!(same, answered);
    let (changed, first) = scene.reply(scene.dora, &review, "Thank you, Ama").await.unwrap();
    let (before, after) = (answered.reply.unwrap(), changed.reply.unwrap());
    assert_eq!((first, after.created_at, after.updated_at.0), (false, before.created_at, before.updated_at.0 + 1_000));
    assert_eq!(scene.reply(scene.dora, &review, "").await.unwrap().0.reply, None);
    assert_eq!(scene.reply(scene.dora, &review, " ").await.unwrap().0.reply, None, "again is no mistake");
    assert_eq!(scene.told(scene.ama), Vec::<&str>::new(), "only of the first answer");
    for who in [scene.ama, scene.bea, scene.mala] {
        assert_eq!(code(scene.reply(who, &review, "x").await), Code::Forbidden);
    }
}

#[tokio::test]
async fn what_is_hidden_does_not_count_and_is_seen_by_its_author_alone() {
    let scene = Scene::new().await;
    scene.talk(scene.bea).await;
    let review = scene.write(scene.ama, 1, "Rude words").await.unwrap().0;
    scene.write(scene.bea, 5, "Fine").await.unwrap();
    scene.told(scene.ama);
    scene.hide(&review, "Rude").await.unwrap();
    scene.hide(&review, "Rude").await.unwrap();
    assert_eq!(scene.told(scene.ama), ["hidden"], "once");
    assert_eq!(
        (scene.rated(), scene.seen(scene.bea), scene.seen(scene.dora)),
        ((5.0, 1), vec![(5, "Fine".into())], vec![(5, "Fine".into())])
    );
    let own = |who| scene.reviews.list(who, &scene.dora.user.to_string(), &ReviewsQuery::default()).unwrap().own;
    let mine = own(scene.ama).review.unwrap();
    assert_eq!((mine.is_hidden, mine.hidden_reason.as_deref(), own(scene.ama).reason), (true, Some("Rude"), Some("written")));
    // For others it is not there.
    for who in [scene.bea, scene.dora] {
        assert_eq!(code(scene.reply(who, &review, "x").await), Code::NotFound);
        assert_eq!(code(scene.change(who, &review, json!({ "rating": 5 })).await), Code::NotFound);
        assert_eq!(code(scene.reviews.remove(who, &review.id.to_string()).await), Code::NotFound);
    }
    scene.change(scene.ama, &review, json!({ "rating": 2, "comment": "Still" })).await.unwrap();
    assert_eq!((scene.rated(), scene.told(scene.dora)), ((5.0, 1), vec![]), "changing it shows it to nobody");
    // Neither does taking it back and writing it anew.
    scene.reviews.remove(scene.ama, &review.id.to_string()).await.unwrap();
    let anew = scene.write(scene.ama, 1, "Rude words").await.unwrap().0;
    assert_eq!((anew.is_hidden, anew.hidden_reason.as_deref(), scene.rated()), (true, Some("Rude"), (5.0, 1)));
    scene.reviews.show(scene.mala, &anew.id.to_string()).await.unwrap();
    assert_eq!((scene.rated(), scene.told(scene.ama)), ((3.0, 2), vec!["shown"]));
    scene.hide(&anew, "Rude").await.unwrap();
    scene.reviews.remove(scene.mala, &anew.id.to_string()).await.unwrap();
    assert!(!scene.write(scene.ama, 4, "Better").await.unwrap().0.is_hidden, "after an administrator has removed it she begins anew");
    assert_eq!(scene.rated(), (4.5, 2));
}

#[tokio::test]
async fn who_does_not_practise_has_no_reviews() {
    let scene = Scene::new().await;
    let review = scene.write(scene.ama, 5, "Good").await.unwrap().0;
    let unknown = Error::new(Code::UserNotFound);
    let id = scene.dora.user.to_string();
    let gone: [fn(&mut mommycare::store::records::User); 3] =
        [|user| user.is_active = false, |user| user.verification = Verification::Rejected, |user| user.role = Role::Mom];
    for change in gone {
        scene.clinic.change_user(scene.dora.user, change).await;
        for who in [scene.ama, scene.bea, scene.mala] {
            assert_eq!(scene.reviews.list(who, &id, &ReviewsQuery::default()).unwrap_err(), unknown);
        }
        assert_eq!(scene.write(scene.bea, 5, "").await.unwrap_err(), unknown);
        assert_eq!(code(scene.change(scene.ama, &review, json!({ "rating": 1 })).await), Code::NotFound);
        let person = scene.clinic.store.read(|read| scene.clinic.chats.everybody().get(read, scene.dora.user)).unwrap().unwrap();
        assert_eq!((person.rating, person.review_count), (0.0, 0));
        scene
            .clinic
            .change_user(scene.dora.user, |user| {
                (user.is_active, user.verification, user.role) = (true, Verification::Approved, Role::Doctor);
            })
            .await;
        assert_eq!(scene.rated(), (5.0, 1), "what was kept is there again");
    }
    scene.clinic.change_user(scene.dora.user, |user| user.is_active = false).await;
    scene.reviews.remove(scene.ama, &review.id.to_string()).await.unwrap();
    scene.clinic.change_user(scene.dora.user, |user| user.is_active = true).await;
    assert_eq!(scene.rated(), (0.0, 0), "one's own words can always be taken back");
}

#[tokio::test]
async fn nobody_learns_of_people_by_their_reviews() {
    let scene = Scene::new().await;
    let review = scene.write(scene.ama, 5, "Good").await.unwrap().0;
    let nobody = Error::new(Code::UserNotFound);
    let list = |who: Actor, id: &str| scene.reviews.list(who, id, &ReviewsQuery::default());
    for id in ["", "x", "00000000000000ff", &scene.ama.user.to_string(), &scene.mala.user.to_string()] {
        assert_eq!(list(scene.bea, id).unwrap_err(), nobody, "{id}");
    }
    // A service provider may not know of other service providers.
    let (sam, sue) =
        (scene.clinic.person("Sam Soft", Role::ServiceProvider).await, scene.clinic.person("Sue Soft", Role::ServiceProvider).await);
    assert_eq!(list(sam, &sue.user.to_string()).unwrap_err(), nobody);
    assert!(list(sam, &sam.user.to_string()).is_ok() && list(scene.bea, &sam.user.to_string()).is_ok());
    scene.clinic.say(scene.bea, sue, 1).await;
    scene.clinic.say(sue, scene.bea, 1).await;
    let write = |who| scene.reviews.write(who, "", body::<ReviewBody>(json!({ "rating": 5 })));
    assert_eq!(write(scene.bea).await.unwrap_err(), nobody);
    let about_sue = scene.reviews.write(scene.bea, &sue.user.to_string(), body(json!({ "rating": 5 }))).await.unwrap().0;
    let absent =
        scene.change(sam, &ReviewView { id: mommycare::ids::ReviewId(7), ..review.clone() }, json!({ "rating": 1 })).await.unwrap_err();
    assert_eq!(scene.change(sam, &about_sue, json!({ "rating": 1 })).await.unwrap_err(), absent);
    assert_eq!(scene.reply(sam, &about_sue, "x").await.unwrap_err(), absent);
    assert_eq!(scene.reviews.remove(sam, &about_sue.id.to_string()).await.unwrap_err(), absent);
    // Who waits for the clinic reaches nobody.
    let new = scene.clinic.person_with("Nora New", Role::Doctor, |user| user.verification = Verification::Pending).await;
    assert_eq!(code(list(new, &scene.dora.user.to_string())), Code::VerificationPending);
    // Who wrote something: a name that says little, and the person only to those whom it concerns.
    let shown = |who| list(who, &scene.dora.user.to_string()).unwrap().items.remove(0);
    for who in [scene.bea, sam] {
        assert_eq!((shown(who).author_id, &*shown(who).author_name), (None, "Ama P."));
    }
    for who in [scene.ama, scene.dora, scene.mala] {
        assert_eq!((shown(who).author_id, &*shown(who).author_name), (Some(scene.ama.user), "Ama P."));
    }
    for who in [scene.dora, scene.mala] {
        assert_eq!(scene.write(who, 5, "").await.unwrap_err().message, "Only mothers write reviews.");
        assert_eq!(list(who, &scene.dora.user.to_string()).unwrap().own.reason, Some("role"));
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_review_all_day() {
    let scene = Scene::new().await;
    let review = scene.write(scene.ama, 5, "").await.unwrap().0;
    for step in 0..9_u8 {
        scene.change(scene.ama, &review, json!({ "rating": 1 + step % 2 })).await.unwrap();
    }
    let error = scene.change(scene.ama, &review, json!({ "rating": 5 })).await.unwrap_err();
    assert_eq!(error.code, Code::RateLimited);
    assert!(error.retry_after.is_some_and(|seconds| seconds <= 86_400));
    scene.reviews.remove(scene.ama, &review.id.to_string()).await.unwrap();
    assert_eq!(code(scene.write(scene.ama, 5, "").await), Code::RateLimited, "nor by taking it back");
    scene.clinic.wait(error.retry_after.unwrap() * 1_000);
    assert!(scene.write(scene.ama, 5, "").await.unwrap().1);
}

#[tokio::test]
async fn administrators_find_every_review() {
    let scene = Scene::new().await;
    scene.talk(scene.bea).await;
    let sam = scene.clinic.person("Sam Soft", Role::ServiceProvider).await;
    scene.clinic.say(scene.ama, sam, 1).await;
    scene.clinic.say(sam, scene.ama, 1).await;
    let first = scene.write(scene.ama, 5, "Very kind").await.unwrap().0;
    scene.clinic.wait(1_000);
    let second = scene.write(scene.bea, 2, "Slow").await.unwrap().0;
    scene.clinic.wait(1_000);
    let third = scene.reviews.write(scene.ama, &sam.user.to_string(), body(json!({ "rating": 5 }))).await.unwrap().0;
    scene.reply(scene.dora, &second, "I was at a birth").await.unwrap();
    scene.hide(&first, "Asked to").await.unwrap();
    let find = async |query: Value| -> Vec<String> {
        let found = scene.reviews.all(scene.mala, &body::<AdminReviewsQuery>(query)).await.unwrap();
        found.items.into_iter().map(|found| found.review.id.to_string()).collect()
    };
    let ids = |reviews: &[&ReviewView]| reviews.iter().map(|review| review.id.to_string()).collect::<Vec<_>>();
    assert_eq!(find(json!({})).await, ids(&[&third, &second, &first]), "newest first");
    assert_eq!(find(json!({ "page": 2, "limit": 2 })).await, ids(&[&first]));
    assert_eq!(find(json!({ "hidden": true })).await, ids(&[&first]));
    assert_eq!(find(json!({ "hidden": false, "rating": 5 })).await, ids(&[&third]));
    assert_eq!(find(json!({ "provider": sam.user })).await, ids(&[&third]));
    for (search, found) in
        [("PERERA", vec![&third, &first]), ("birth", vec![&second]), ("kind dora", vec![&first]), ("soft", vec![&third]), ("x", vec![])]
    {
        assert_eq!(find(json!({ "search": search })).await, ids(&found), "{search}");
    }
    let view = scene.reviews.all(scene.mala, &body(json!({ "hidden": true }))).await.unwrap().items.remove(0);
    assert_eq!((&*view.provider_name, &*view.author_full_name, view.hidden_by), ("Dora Sample", "Ama Perera", Some(scene.mala.user)));
    for (query, field) in [
        (json!({ "rating": 6 }), "rating"),
        (json!({ "page": 0 }), "page"),
        (json!({ "limit": 0 }), "limit"),
        (json!({ "provider": "x" }), "provider"),
    ] {
        assert_eq!(fields(&scene.reviews.all(scene.mala, &body(query)).await.unwrap_err()), [field]);
    }
    for who in [scene.ama, scene.dora] {
        assert_eq!(code(scene.reviews.all(who, &AdminReviewsQuery::default()).await), Code::Forbidden);
        assert_eq!(code(scene.reviews.show(who, &first.id.to_string()).await), Code::Forbidden);
        assert_eq!(code(scene.reviews.hide(who, &first.id.to_string(), body(json!({ "reason": "x" }))).await), Code::Forbidden);
    }
    // An administrator until a moment ago is none.
    scene.clinic.change_user(scene.mala.user, |user| user.is_active = false).await;
    assert_eq!(code(scene.hide(&second, "x").await), Code::Forbidden);
    assert_eq!(code(scene.reviews.remove(scene.mala, &second.id.to_string()).await), Code::Forbidden);
}

#[tokio::test]
async fn whoever_shares_a_conversation_hears_of_the_new_average() {
    let scene = Scene::new().await;
    scene.clinic.clear_events();
    scene.write(scene.ama, 4, "").await.unwrap();
    for who in [scene.ama, scene.dora] {
        let told = scene.clinic.events_for(who, "user_rating_change");
        let [Event::UserRatingChange { user_id, rating, review_count }] = told[..] else { panic!("{told:?}") };
        assert_eq!((user_id, rating, review_count), (scene.dora.user, 4.0, 1));
    }
    assert!(scene.clinic.events_for(scene.bea, "user_rating_change").is_empty());
    let words = format!("{:?}", scene.clinic.events());
    assert!(!words.contains("Perera"), "no more of her name than others see");
}

#[tokio::test]
async fn pages_are_newest_first_and_go_on_where_they_ended() {
    let scene = Scene::new().await;
    let mut newest = Vec::new();
    for number in 0..7 {
        let mother = scene.clinic.person(&format!("M{number} Test"), Role::Mom).await;
        scene.talk(mother).await;
        scene.clinic.wait(1_000);
        newest.insert(0, scene.write(mother, 1 + number % 5, "").await.unwrap().0.id);
    }
    let page = |page, limit| {
        let query = ReviewsQuery { page: Some(page), limit: Some(limit) };
        scene.reviews.list(scene.bea, &scene.dora.user.to_string(), &query).unwrap()
    };
    let ids = |found: mommycare::contract::ReviewPage| found.items.iter().map(|review| review.id).collect::<Vec<_>>();
    assert_eq!([page(1, 3), page(2, 3), page(3, 3)].map(ids).concat(), newest);
    assert_eq!((page(4, 3).items.len(), page(u64::MAX, 100).items.len(), page(2, 3).page.total_pages), (0, 0, 3));
    let summary = page(1, 1).summary;
    assert_eq!(summary.stars.iter().map(|row| (row.stars, row.count)).collect::<Vec<_>>(), [(5, 1), (4, 1), (3, 1), (2, 2), (1, 2)]);
    assert_eq!((summary.rating, summary.review_count), (2.57, 7));
}
