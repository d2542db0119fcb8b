//! What somebody sees who joined later, and what is unread.

use crate::{Team, chat_support::*};
use mommycare::{
    config::History,
    contract::{Event, SystemView, request::*},
    error::Code,
    store::records::Role,
};
use serde_json::json;

fn edit(content: &str) -> EditBody {
    EditBody { content: Some(content.into()) }
}

#[tokio::test]
async fn history_begins_with_joining() {
    let team = Team::new().await;
    let before = team.say(team.ama, "Before").await.id;
    let gone = team.say(team.ama, "Gone").await.id;
    team.clinic.chats.delete(team.ama, &gone.to_string()).await.unwrap();
    let eve = team.clinic.person("Eve Other", Role::Doctor).await;
    let view = team.add(team.dora, &[eve]).await.unwrap();
    assert_eq!(view.seq.0, 4);
    let joined = team.seen_by(eve);
    assert_eq!((joined.unread_count, joined.last_message.unwrap().content.as_str()), (0, "Dora Sample added Eve Other."));
    assert_eq!(team.words(eve), ["Dora Sample added Eve Other."]);
    let page = team.clinic.page(eve, team.id, MessagesQuery { before: Some(4), ..MessagesQuery::default() });
    assert_eq!((page.items.len(), page.has_more, page.total), (0, false, 1));
    assert_eq!(team.clinic.page(team.mia, team.id, MessagesQuery::default()).total, 3);
    let changes = team.clinic.chats.changes(eve, &team.id.to_string(), &ChangesQuery::default()).unwrap();
    assert_eq!(changes.messages.len(), 1);

    // What happens to a message that one does not see is no business of one's own.
    team.clinic.clear_events();
    let id = before.to_string();
    let chats = &team.clinic.chats;
    chats.edit(team.ama, &id, edit("Edited")).await.unwrap();
    chats.react(team.mia, &id, EmojiBody { emoji: Some("👍".into()) }, true).await.unwrap();
    let answer =
        SendBody { conversation_id: Some(team.id.to_string()), content: Some("Answer".into()), reply_to: json!(id), ..SendBody::default() };
    let quoting = chats.send(team.mia, answer, mommycare::chat::Door::Rest).await.unwrap().message;
    chats.edit(team.mia, &quoting.id.to_string(), edit("Better answer")).await.unwrap();
    chats.delete(team.ama, &id).await.unwrap();
    for name in ["message_reaction_updated", "message_deleted"] {
        assert_eq!((team.clinic.events_for(eve, name).len(), team.clinic.events_for(team.dora, name).len()), (0, 1), "{name}");
    }
    let quoted = |person, name: &str| -> Vec<bool> {
        let quote = |event| match event {
            Event::NewMessage { message, .. } | Event::MessageEdited { message, .. } => message.reply_to.is_some(),
            _ => unreachable!(),
        };
        team.clinic.events_for(person, name).into_iter().map(quote).collect()
    };
    assert_eq!((quoted(eve, "new_message"), quoted(team.dora, "new_message")), (vec![false], vec![true]));
    assert_eq!((quoted(eve, "message_edited"), quoted(team.dora, "message_edited")), (vec![false], vec![false, true]));
    assert_eq!(team.message(eve, quoting.id).reply_to, None);
    for error in [
        chats.versions(eve, &id).unwrap_err(),
        chats.react(eve, &id, EmojiBody { emoji: Some("👍".into()) }, true).await.unwrap_err(),
        chats.mark(eve, &id, mommycare::chat::Mark::Read).await.unwrap_err(),
    ] {
        assert_eq!(error.code, Code::MessageNotFound);
    }
    assert_eq!(team.clinic.page(eve, team.id, MessagesQuery::default()).total, 2, "deletions before one's time are not counted");
}

#[tokio::test]
async fn history_may_be_all_of_it() {
    let team = Team::of(Clinic::new().set(|settings| settings.group_history = History::All)).await;
    let id = team.say(team.ama, "Before").await.id;
    let eve = team.clinic.person("Eve Other", Role::Doctor).await;
    team.add(team.dora, &[eve]).await.unwrap();
    assert_eq!(team.words(eve).len(), 3);
    assert_eq!(team.seen_by(eve).unread_count, 0, "nobody has to read what was there");
    team.clinic.clear_events();
    team.clinic.chats.edit(team.ama, &id.to_string(), edit("Edited")).await.unwrap();
    assert_eq!(team.clinic.events_for(eve, "message_edited").len(), 1);
}

#[tokio::test]
async fn who_comes_back_begins_anew() {
    let team = Team::new().await;
    team.say(team.ama, "First").await;
    let id = team.id.to_string();
    team.clinic.chats.mute(team.mia, &id, Some(true)).await.unwrap();
    team.clinic.chats.pin(team.mia, &id, Some(true)).await.unwrap();
    team.remove(team.dora, team.mia).await.unwrap();
    team.say(team.ama, "Without Mia").await;
    team.add(team.dora, &[team.mia]).await.unwrap();
    let view = team.seen_by(team.mia);
    assert_eq!((view.is_muted, view.is_pinned, view.unread_count), (false, false, 0));
    assert_eq!(team.words(team.mia), ["Dora Sample added Mia Midwife."]);
    team.say(team.ama, "With Mia").await;
    assert_eq!(team.seen_by(team.mia).unread_count, 1);
}

#[tokio::test]
async fn only_what_people_write_is_unread() {
    let team = Team::new().await;
    let first = team.say(team.ama, "One").await.id;
    let id = team.id.to_string();
    team.update(team.dora, json!({ "name": "Other" })).await.unwrap();
    let second = team.say(team.ama, "Two").await.id;
    let unread = |member| (team.seen_by(member).unread_count, team.clinic.chats.unread(member).unwrap().total);
    assert_eq!((unread(team.mia), unread(team.dora), unread(team.ama)), ((2, 2), (2, 2), (0, 0)));
    // Taken back before it was read: nothing to read.
    team.clinic.chats.delete(team.ama, &first.to_string()).await.unwrap();
    assert_eq!(unread(team.mia), (1, 1));
    let read = team.clinic.chats.read(team.mia, &id, ReadBody::default()).await.unwrap();
    assert_eq!(read.marked_count, 1);
    // Taken back after it was read: no more read than there was.
    team.clinic.chats.delete(team.ama, &second.to_string()).await.unwrap();
    assert_eq!((unread(team.mia), unread(team.dora)), ((0, 0), (0, 0)));
    team.update(team.dora, json!({ "name": "Once more" })).await.unwrap();
    assert_eq!((unread(team.mia), unread(team.dora)), ((0, 0), (0, 0)));
    let list = |filter: &str| {
        let query = InboxQuery { filter: Some(filter.into()), ..InboxQuery::default() };
        team.clinic.chats.list(team.mia, &query).unwrap().items.len()
    };
    assert_eq!((list("unread"), list("all")), (0, 1));
    assert_eq!(team.clinic.chats.read(team.mia, &id, ReadBody::default()).await.unwrap().marked_count, 0);
}

#[tokio::test]
async fn system_messages_stay_as_they_are() {
    let team = Team::new().await;
    let id = team.clinic.page(team.dora, team.id, MessagesQuery::default()).items[0].id.to_string();
    assert_eq!(team.clinic.chats.edit(team.dora, &id, edit("x")).await.unwrap_err().code, Code::Forbidden);
    assert_eq!(team.clinic.chats.delete(team.dora, &id).await.unwrap_err().code, Code::Forbidden);
    assert!(team.clinic.chats.mark(team.dora, &id, mommycare::chat::Mark::Read).await.is_ok(), "their maker reads them like everybody");
}

#[tokio::test]
async fn a_list_tells_what_happened_from_what_was_said() {
    let team = Team::new().await;
    let last = |team: &Team| {
        let last = team.seen_by(team.ama).last_message.unwrap();
        (last.is_system_message, last.system_data.and_then(SystemView::group).map(|data| data.actor_name), last.content)
    };
    let made = (true, Some("Dora Sample".to_owned()), "Dora Sample created the group “Care team”.".to_owned());
    assert_eq!(last(&team), made);
    let said = team.say(team.mia, "Hello").await;
    assert_eq!(last(&team), (false, None, "Hello".into()));
    // What was said is gone, and what happened before it is the last again.
    team.clinic.chats.delete(team.mia, &said.id.to_string()).await.unwrap();
    assert_eq!(last(&team), made);
    // A message that stands before one that was taken back is still somebody's words.
    team.say(team.ama, "Good morning").await;
    let taken_back = team.say(team.mia, "Oh").await;
    team.clinic.chats.delete(team.mia, &taken_back.id.to_string()).await.unwrap();
    assert_eq!(last(&team), (false, None, "Good morning".into()));
}
