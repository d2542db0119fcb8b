//! How far a message has come in a group: as far as with its slowest recipient, and never back.

use crate::{Team, chat_support::*};
use mommycare::{
    accounts::Actor,
    chat::Mark,
    config::History,
    contract::{Event, Status, StatusUpdate, request::*},
    ids::Seq,
    store::records::Role,
};
use proptest::prelude::*;
use std::collections::HashMap;

async fn mark(team: &Team, member: Actor, seq: Seq, mark: Mark) {
    let id = mommycare::ids::MessageId { chat: team.id, seq };
    team.clinic.chats.mark(member, &id.to_string(), mark).await.unwrap();
}

fn updates(team: &Team, member: Actor) -> Vec<StatusUpdate> {
    let all = team.clinic.events_for(member, "message_status_update").into_iter();
    let update = |event| if let Event::MessageStatusUpdate(update) = event { Some(update) } else { None };
    all.filter_map(update).filter(|update| update.unread_count.is_none()).collect()
}

#[tokio::test]
async fn the_slowest_recipient_decides() {
    let team = Team::new().await;
    let id = team.say(team.ama, "Hello").await.id;
    let status = || team.message(team.ama, id).status;
    mark(&team, team.dora, id.seq, Mark::Read).await;
    assert_eq!((status(), updates(&team, team.ama).len()), (Status::Sent, 0));
    mark(&team, team.mia, id.seq, Mark::Delivered).await;
    assert_eq!(status(), Status::Delivered);
    mark(&team, team.mia, id.seq, Mark::Read).await;
    assert_eq!(status(), Status::Read);
    let told: Vec<_> = updates(&team, team.ama).iter().map(|update| (update.status, update.seq)).collect();
    assert_eq!(told, [(Status::Delivered, id.seq), (Status::Read, id.seq)]);
}

#[tokio::test]
async fn a_slow_member_who_leaves_holds_nothing_up() {
    let team = Team::new().await;
    let id = team.say(team.ama, "Hello").await.id;
    mark(&team, team.dora, id.seq, Mark::Read).await;
    team.clinic.clear_events();
    team.remove(team.dora, team.mia).await.unwrap();
    let message = team.message(team.ama, id);
    assert_eq!(message.status, Status::Read);
    let told = updates(&team, team.ama);
    assert_eq!(
        told.iter().map(|update| (update.status, update.seq.0, update.user_id)).collect::<Vec<_>>(),
        [(Status::Read, id.seq.0, team.dora.user)]
    );
    assert_eq!((told[0].read_at, told[0].read_at.is_some()), (message.read_at, true));
}

#[tokio::test]
async fn what_nobody_is_left_to_read_stays_as_it_was() {
    let team = Team::new().await;
    team.remove(team.dora, team.mia).await.unwrap();
    let (read, unread) = (team.say(team.dora, "Read").await.id, team.say(team.dora, "Unread").await.id);
    mark(&team, team.ama, read.seq, Mark::Read).await;
    team.clinic.clear_events();
    team.remove(team.ama, team.ama).await.unwrap();
    let statuses = || [read, unread].map(|id| team.message(team.dora, id).status);
    assert_eq!(statuses(), [Status::Read, Status::Sent]);
    assert!(updates(&team, team.dora).is_empty());
    let alone = team.say(team.dora, "Alone").await.id;
    assert_eq!(team.message(team.dora, alone).status, Status::Sent);
}

#[tokio::test]
async fn who_joins_holds_nothing_up() {
    for history in [History::Joined, History::All] {
        let team = Team::of(Clinic::new().set(|settings| settings.group_history = history)).await;
        let id = team.say(team.ama, "Hello").await.id;
        mark(&team, team.dora, id.seq, Mark::Read).await;
        mark(&team, team.mia, id.seq, Mark::Read).await;
        let eve = team.clinic.person("Eve Other", Role::Doctor).await;
        let before = team.message(team.ama, id);
        team.add(team.dora, &[eve]).await.unwrap();
        let after = team.message(team.ama, id);
        assert_eq!((after.status, after.read_at, after.delivered_at), (Status::Read, before.read_at, before.delivered_at), "{history:?}");
        let next = team.say(team.ama, "All of you").await.id;
        mark(&team, team.dora, next.seq, Mark::Read).await;
        mark(&team, team.mia, next.seq, Mark::Read).await;
        assert_eq!(team.message(team.ama, next).status, Status::Sent, "{history:?}");
    }
}

/// One step of somebody in a group.
#[derive(Debug, Clone)]
enum Step {
    Say(usize),
    Mark(usize, u64, bool),
    Join(usize),
    Leave(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = 0..4_usize;
    let step = prop_oneof![
        3 => who.clone().prop_map(Step::Say),
        4 => (who.clone(), 1..20_u64, any::<bool>()).prop_map(|(who, seq, read)| Step::Mark(who, seq, read)),
        1 => who.clone().prop_map(Step::Join),
        1 => who.prop_map(Step::Leave),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever comes, goes, reads and writes: no message ever goes back, and who only listens knows what who asks anew is told.
    #[test]
    fn no_status_goes_back_and_events_tell_them_all(steps in steps(), all in any::<bool>()) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(check(steps, all));
    }
}

async fn check(steps: Vec<Step>, all: bool) {
    let team = Team::of(Clinic::new().set(|settings| settings.group_history = if all { History::All } else { History::Joined })).await;
    let people =
        [team.mia, team.ama, team.clinic.person("Eve Other", Role::Doctor).await, team.clinic.person("Fay Other", Role::Mom).await];
    let mut known: HashMap<u64, Status> = HashMap::new();
    for step in steps {
        team.clinic.wait(1);
        team.clinic.clear_events();
        let (who, said) = match step {
            Step::Say(who) => (who, team.try_say(people[who], "x").await.map(|_| ())),
            Step::Mark(who, seq, read) => {
                let id = mommycare::ids::MessageId { chat: team.id, seq: Seq(seq) };
                let kind = if read { Mark::Read } else { Mark::Delivered };
                (who, team.clinic.chats.mark(people[who], &id.to_string(), kind).await.map(|_| ()))
            }
            Step::Join(who) => (who, team.add(team.dora, &[people[who]]).await.map(|_| ())),
            Step::Leave(who) => (who, team.remove(people[who], people[who]).await.map(|_| ())),
        };
        let _ = (who, said);
        // Dora looks after the group and writes now and then.
        let own = team.say(team.dora, "own").await;
        known.insert(own.seq.0, own.status);
        for update in updates(&team, team.dora) {
            for (_, status) in known.iter_mut().filter(|(seq, _)| **seq <= update.seq.0) {
                *status = (*status).max(update.status);
            }
        }
        let page = team.clinic.page(team.dora, team.id, MessagesQuery { limit: Some(200), ..MessagesQuery::default() });
        for message in page.items.iter().filter(|message| message.sender_id == team.dora.user && !message.is_system_message) {
            assert_eq!(known.get(&message.seq.0), Some(&message.status), "place {} after {step:?}", message.seq.0);
        }
    }
}
