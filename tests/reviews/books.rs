//! Whatever people do in whatever order: the figures are the sum of what is shown.

use crate::rules::{Scene, body};
use mommycare::{
    accounts::Actor,
    contract::review::HideBody,
    ids::{ReviewId, UserId},
    store::{
        Direction, Read,
        records::{Ratings, Review, Role},
        tables,
    },
};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Adds everything up and compares it with what is kept.
pub fn balance(read: &impl Read) {
    const ALL: usize = 100_000;
    let reviews: BTreeMap<ReviewId, Review> = read.scan(tables::REVIEWS, .., Direction::Ascending, ALL).unwrap().into_iter().collect();
    let mut ratings: BTreeMap<UserId, Ratings> = BTreeMap::new();
    let mut shown = BTreeSet::new();
    for (id, review) in reviews.iter().filter(|(_, review)| review.hidden.is_none()) {
        ratings.entry(review.provider).or_default().add(review.stars);
        shown.insert((review.provider, review.created_at, *id));
    }
    let kept: BTreeMap<UserId, Ratings> = read.scan(tables::RATINGS, .., Direction::Ascending, ALL).unwrap().into_iter().collect();
    let kept_some = kept.into_iter().filter(|(_, ratings)| ratings.count() > 0).collect::<BTreeMap<_, _>>();
    assert_eq!(kept_some, ratings, "the figures");
    let places = read.scan(tables::SHOWN_REVIEWS, .., Direction::Ascending, ALL).unwrap();
    assert_eq!(places.into_iter().map(|(key, ())| key).collect::<BTreeSet<_>>(), shown, "the places");
    let rows = read.scan(tables::TIES, .., Direction::Ascending, ALL).unwrap();
    let tied: BTreeMap<_, _> = rows.into_iter().filter_map(|(pair, tie)| Some((tie.review?, pair))).collect();
    let pairs: BTreeMap<_, _> = reviews.iter().map(|(id, review)| (*id, (review.provider, review.author))).collect();
    assert_eq!(tied, pairs, "one review for each pair");
}

#[derive(Debug, Clone)]
enum Step {
    Write(usize, u8),
    Change(usize, u8),
    Remove(usize, bool),
    Reply(usize),
    Hide(usize),
    Show(usize),
    /// A night passes.
    Sleep,
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..3_usize;
    prop_oneof![
        4 => (who.clone(), 0..7_u8).prop_map(|(who, stars)| Step::Write(who, stars)),
        4 => (who.clone(), 0..7_u8).prop_map(|(who, stars)| Step::Change(who, stars)),
        2 => (who.clone(), any::<bool>()).prop_map(|(who, own)| Step::Remove(who, own)),
        1 => who.clone().prop_map(Step::Reply),
        2 => who.clone().prop_map(Step::Hide),
        2 => who.prop_map(Step::Show),
        1 => Just(Step::Sleep),
    ]
}

async fn run(steps: Vec<Step>) {
    let scene = Scene::new().await;
    let mothers = [scene.ama, scene.bea, scene.clinic.person("Cia Test", Role::Mom).await];
    for mother in mothers {
        scene.talk(mother).await;
    }
    let review_of = |mother: Actor| {
        let tie = scene.clinic.store.read(|read| read.get(tables::TIES, &(scene.dora.user, mother.user))).unwrap();
        tie.and_then(|tie| tie.review).unwrap_or(ReviewId(1)).to_string()
    };
    for step in steps {
        scene.clinic.wait(1);
        // Much of it is refused, which must change nothing.
        match step {
            Step::Write(who, stars) => drop(scene.write(mothers[who], stars, "").await),
            Step::Change(who, stars) => {
                drop(scene.reviews.change(mothers[who], &review_of(mothers[who]), body(json!({ "rating": stars }))).await);
            }
            Step::Remove(who, own) => {
                drop(scene.reviews.remove(if own { mothers[who] } else { scene.mala }, &review_of(mothers[who])).await);
            }
            Step::Reply(who) => drop(scene.reviews.reply(scene.dora, &review_of(mothers[who]), body(json!({ "comment": "x" }))).await),
            Step::Hide(who) => {
                drop(scene.reviews.hide(scene.mala, &review_of(mothers[who]), body::<HideBody>(json!({ "reason": "x" }))).await);
            }
            Step::Show(who) => drop(scene.reviews.show(scene.mala, &review_of(mothers[who])).await),
            Step::Sleep => scene.clinic.wait(86_400_000),
        }
        scene.clinic.store.read(|read| balance(read));
    }
    let (_, count) = scene.rated();
    assert_eq!(scene.seen(scene.mala).len() as u64, count);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance_after_any_history(steps in prop::collection::vec(step(), 1..60)) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(run(steps));
    }
}
