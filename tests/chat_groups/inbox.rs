//! The list: what is put away and what brings it back, filters and search.

use crate::{Team, chat_support::*, create};
use mommycare::{
    accounts::Actor,
    chat::Mark,
    contract::{Event, Status, request::*},
    error::Code,
    store::records::Role,
};
use serde_json::json;

fn list(team: &Team, by: Actor, filter: &str, search: &str) -> Vec<String> {
    let query = InboxQuery { filter: Some(filter.into()), search: Some(search.into()), ..InboxQuery::default() };
    team.clinic.chats.list(by, &query).unwrap().items.into_iter().map(|conversation| conversation.name).collect()
}

#[tokio::test]
async fn what_is_put_away_comes_back_when_somebody_else_writes() {
    let team = Team::new().await;
    let (chats, id) = (&team.clinic.chats, team.id.to_string());
    let archive = |by, archived| chats.archive(by, &id, archived);
    assert!(archive(team.mia, None).await.unwrap().is_archived);
    assert!(!archive(team.mia, None).await.unwrap().is_archived);
    assert!(archive(team.mia, Some(true)).await.unwrap().is_archived);
    assert!(archive(team.ama, Some(true)).await.unwrap().is_archived);
    for filter in ["all", "unread", "pinned"] {
        assert!(list(&team, team.mia, filter, "").is_empty(), "{filter}");
    }
    for (filter, search) in [("archived", ""), ("groups", ""), ("all", "care")] {
        assert_eq!(list(&team, team.mia, filter, search), ["Care team"], "{filter} {search}");
    }
    // Neither the system nor oneself brings it back.
    team.clinic.clear_events();
    team.update(team.dora, json!({ "name": "Care" })).await.unwrap();
    team.say(team.mia, "mine").await;
    assert!(team.seen_by(team.mia).is_archived && !team.seen_by(team.ama).is_archived, "Mia's words are somebody else's for Ama");
    let told = |by| team.clinic.events_for(by, "chat_archive_status_changed");
    assert!(matches!(&told(team.ama)[..], [Event::ChatArchiveStatusChanged { is_archived: false, .. }]));
    assert!(told(team.mia).is_empty());
    team.say(team.dora, "new").await;
    assert!(!team.seen_by(team.mia).is_archived);
    assert_eq!(list(&team, team.mia, "all", ""), ["Care"]);
}

#[tokio::test]
async fn what_is_muted_stays_put_away() {
    let team = Team::new().await;
    let (chats, id) = (&team.clinic.chats, team.id.to_string());
    chats.archive(team.mia, &id, Some(true)).await.unwrap();
    chats.mute(team.mia, &id, Some(true)).await.unwrap();
    team.say(team.dora, "one").await;
    assert!(team.seen_by(team.mia).is_archived);
    chats.mute(team.mia, &id, Some(false)).await.unwrap();
    assert!(team.seen_by(team.mia).is_archived, "until the next one");
    team.say(team.dora, "two").await;
    assert!(!team.seen_by(team.mia).is_archived);
    // Who has left and come back has nothing put away.
    chats.archive(team.mia, &id, Some(true)).await.unwrap();
    team.remove(team.mia, team.mia).await.unwrap();
    team.add(team.dora, &[team.mia]).await.unwrap();
    assert!(!team.seen_by(team.mia).is_archived);
    team.clinic.clear_events();
    team.say(team.dora, "three").await;
    assert!(team.clinic.events_for(team.mia, "chat_archive_status_changed").is_empty());
}

#[tokio::test]
async fn the_list_is_searched_by_name_specialty_and_group() {
    let team = Team::new().await;
    let dina = team.clinic.person_with("Dina Other", Role::Doctor, |user| user.specialty = Some("Kinderärztin".into())).await;
    team.clinic.open(team.mia, dina).await.unwrap();
    create(&team.clinic, team.dora, "Night shift", &[team.mia]).await.unwrap();
    let found = |search: &str| {
        let mut names = list(&team, team.mia, "all", search);
        names.sort();
        names
    };
    assert_eq!(found("kinderarztin dina"), ["Dina Other"]);
    assert_eq!(found("NIGHT"), ["Night shift"]);
    assert_eq!(found("dora"), ["Care team", "Night shift"]);
    assert_eq!(list(&team, team.mia, "groups", "dina"), Vec::<String>::new());
    let odd = InboxQuery { filter: Some("odd".into()), ..InboxQuery::default() };
    assert_eq!(fields(&team.clinic.chats.list(team.mia, &odd).unwrap_err()), ["filter"]);
}

/// Everything that going through the list with cursors shows, and how often; something happens between the pages.
async fn walk(team: &Team, limit: u64, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut shown, mut cursor) = (Vec::new(), None);
    for page in 1..100 {
        let query = InboxQuery { limit: Some(limit), cursor: cursor.clone(), ..InboxQuery::default() };
        let list = team.clinic.chats.list(team.mia, &query).unwrap();
        assert!(list.items.len() <= usize::try_from(limit).unwrap());
        shown.extend(list.items.into_iter().map(|conversation| conversation.name));
        if list.next_cursor.is_none() {
            return shown;
        }
        cursor = list.next_cursor;
        between(page).await;
    }
    panic!("the list has no end");
}

async fn many(count: usize) -> (Team, Vec<String>) {
    let team = Team::new().await;
    let mut ids = vec![team.id.to_string()];
    for number in 1..count {
        ids.push(create(&team.clinic, team.dora, &format!("Group {number}"), &[team.mia]).await.unwrap().id.to_string());
        if number % 3 == 0 {
            team.clinic.wait(1);
        }
    }
    (team, ids)
}

async fn say(team: &Team, id: &str) {
    let body = SendBody { conversation_id: Some(id.into()), content: Some("x".into()), ..SendBody::default() };
    team.clinic.chats.send(team.dora, body, mommycare::chat::Door::Rest).await.unwrap();
}

#[tokio::test]
async fn going_through_a_list_that_stands_still_shows_everything_once() {
    for limit in [1, 2, 5, 11, 12, 100] {
        let (team, ids) = many(11).await;
        team.clinic.chats.pin(team.mia, &ids[4], Some(true)).await.unwrap();
        let mut shown = walk(&team, limit, async |_| ()).await;
        assert_eq!((shown.len(), shown[0].as_str()), (11, "Group 4"));
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 11, "{limit}");
    }
}

#[tokio::test]
async fn nothing_is_missed_while_the_order_changes() {
    for (limit, later) in [(1, 0), (2, 0), (3, 1), (5, 0), (5, 1)] {
        let (team, ids) = many(11).await;
        let shown = walk(&team, limit, async |page| {
            // Something that may not have been shown yet moves to the top, at the same moment or a later one.
            team.clinic.wait(later);
            if page < 9 {
                say(&team, &ids[page % 11]).await;
            }
            match page {
                2 => assert!(team.clinic.chats.pin(team.mia, &ids[0], Some(true)).await.unwrap().is_pinned),
                3 => assert!(team.clinic.chats.archive(team.mia, &ids[1], Some(true)).await.unwrap().is_archived),
                4 => assert!(!team.clinic.chats.archive(team.mia, &ids[1], Some(false)).await.unwrap().is_archived),
                _ => {}
            }
        })
        .await;
        let mut names = shown.clone();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 11, "limit {limit}: {shown:?}");
    }
}

#[tokio::test]
async fn a_cursor_is_one_that_the_server_gave() {
    let (team, _) = many(3).await;
    let list = |cursor: &str| team.clinic.chats.list(team.mia, &InboxQuery { cursor: Some(cursor.into()), ..InboxQuery::default() });
    for wrong in ["1", "nonsense", "2-0-0-0-0-0", "1-0-0-0-0", "1-0-0-0-0-0-0", "1-+1-0-0-0-0", "0-ffffffffffffffffff-0-0-0-0"] {
        assert_eq!(fields(&list(wrong).unwrap_err()), ["cursor"], "{wrong}");
    }
    assert!(list("").is_ok() && list("1-0-0-0-0-0").is_ok());
}

#[tokio::test]
async fn receipts_show_each_recipient() {
    let team = Team::new().await;
    let message = team.say(team.ama, "Hello").await;
    let (chats, id) = (&team.clinic.chats, message.id.to_string());
    let eve = team.clinic.person("Eve Other", Role::Doctor).await;
    team.add(team.dora, &[eve]).await.unwrap();
    team.clinic.wait(5);
    chats.mark(team.dora, &id, Mark::Read).await.unwrap();
    chats.mark(team.mia, &id, Mark::Delivered).await.unwrap();
    let receipts = |by| chats.receipts(by, &id);
    let all = receipts(team.ama).unwrap();
    let shown: Vec<_> = all.iter().map(|r| (r.user_id, r.status, r.delivered_at.is_some(), r.read_at.is_some())).collect();
    let expected = [(team.dora.user, Status::Read, true, true), (team.mia.user, Status::Delivered, true, false)];
    assert_eq!(shown, expected, "neither the sender nor who came later");
    assert_eq!(receipts(team.dora).unwrap(), all);
    assert_eq!(receipts(eve).unwrap_err().body(), Clinic::unknown_message());
    let other = team.say(team.ama, "Next").await.id.to_string();
    assert!(
        chats.receipts(team.ama, &other).unwrap().iter().all(|receipt| receipt.status == Status::Sent && receipt.delivered_at.is_none())
    );
}

#[tokio::test]
async fn a_quote_says_where_and_whose_and_whether_it_is_gone() {
    let team = Team::new().await;
    let original = team.say(team.ama, "Question").await;
    let body = SendBody {
        conversation_id: Some(team.id.to_string()),
        content: Some("Answer".into()),
        reply_to: json!(original.id),
        ..SendBody::default()
    };
    let answer = team.clinic.chats.send(team.dora, body, mommycare::chat::Door::Rest).await.unwrap().message;
    let quote = answer.reply_to.clone().unwrap();
    assert_eq!((quote.seq, quote.sender_name.as_str(), quote.is_deleted), (original.seq, "Ama Test", false));
    team.clinic.chats.delete(team.ama, &original.id.to_string()).await.unwrap();
    let quote = team.message(team.mia, answer.id).reply_to.unwrap();
    assert_eq!((quote.content.as_str(), quote.is_deleted), ("", true));
}

#[tokio::test]
async fn members_know_each_other() {
    let team = Team::new().await;
    let bea = team.clinic.person("Bea Test", Role::Mom).await;
    let user = team.clinic.user(bea.user);
    assert!(team.clinic.chats.known(team.ama, bea.user, &user).unwrap().is_none());
    team.add(team.dora, &[bea]).await.unwrap();
    assert!(team.clinic.chats.known(team.ama, bea.user, &user).unwrap().is_some());
    team.remove(team.dora, bea).await.unwrap();
    assert!(team.clinic.chats.known(team.ama, bea.user, &user).unwrap().is_none());
    assert_eq!(team.clinic.open(team.ama, bea).await.unwrap_err().code, Code::UserNotFound, "a group is no way around the policy");
}
