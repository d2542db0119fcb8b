//! Groups: made, changed, joined and left. One person looks after a group, and only that one changes it.
//!
//! The contact policy is asked when somebody is brought in, of the one who does it. Afterwards the group itself is the
//! permission: its members write to each other, whoever they are.

use super::{
    Rules, Seat,
    db::TxOf,
    group_input::{NewGroup, Update},
    marks::Progress,
    open, policy, statistics, system, view,
};
use crate::{
    accounts::Actor,
    audit::{Deed, note},
    config::History,
    contract::{ConversationView, Emission, Event, LeftView, RemovedView, account::Change},
    error::{Code, Error, Result},
    ids::{ChatId, Seq, UserId},
    store::{
        Read as _, StoreError,
        records::{Chat, ChatKind, GroupAction, GroupChange, Member, Watermark, audit::Action},
        tables,
    },
};

/// Makes a group, which its maker looks after.
pub fn create(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, group: &NewGroup) -> Result<ConversationView> {
    actor.verified()?;
    let most = rules.settings.group_members;
    if group.people.len() >= most {
        return Err(Error::field("participantIds", format!("must name at most {} other people", most - 1)));
    }
    check_reach(tx, rules, actor, &group.people)?;
    let members = [&[actor.user], group.people.as_slice()].concat();
    let mut seat = open::create(tx, ChatKind::Group, members, actor.user)?;
    seat.chat.name = Some(group.name.clone());
    seat.chat.avatar.clone_from(&group.avatar);
    seat.chat.admin = Some(actor.user);
    seat.chat.appointment.clone_from(&group.appointment);
    note(tx, &actor.by(), &Deed::new(Action::GroupMade).chat(seat.id))?;
    note_people(tx, actor, seat.id, Action::MemberAdded, &group.people)?;
    let created = GroupChange { action: GroupAction::Created, people: group.people.clone(), name: Some(group.name.clone()) };
    tell(tx, rules, &mut seat, vec![created])?;
    present(tx, rules, &seat)
}

/// Gives a group another name, picture, appointment, or somebody else to look after it.
pub fn update(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ChatId, update: &Update) -> Result<ConversationView> {
    let mut seat = led(tx, actor, id)?;
    let before = seat.chat.clone();
    let mut changes = Vec::new();
    let change = |action, people| GroupChange { action, people, name: None };
    if let Some(name) = &update.name
        && seat.chat.name.replace(name.clone()).as_ref() != Some(name)
    {
        changes.push(GroupChange { name: Some(name.clone()), ..change(GroupAction::Renamed, Vec::new()) });
    }
    set(&mut seat.chat.avatar, &update.avatar);
    if seat.chat.avatar != before.avatar {
        changes.push(change(GroupAction::Avatar, Vec::new()));
    }
    set(&mut seat.chat.appointment, &update.appointment);
    if update.admin != Change::Keep {
        let next = heir(tx, &seat.chat, &update.admin)?;
        if seat.chat.admin.replace(next) != Some(next) {
            note_people(tx, actor, id, Action::GroupAdminChanged, &[next])?;
            changes.push(change(GroupAction::Admin, vec![next]));
        }
    }
    if seat.chat != before {
        tell(tx, rules, &mut seat, changes)?;
    }
    present(tx, rules, &seat)
}

/// Brings people into a group. Who is in it already stays.
pub fn add(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ChatId, people: &[UserId]) -> Result<ConversationView> {
    let mut seat = led(tx, actor, id)?;
    let new: Vec<UserId> = people.iter().copied().filter(|person| !seat.chat.members.contains(person)).collect();
    let most = rules.settings.group_members;
    if !new.is_empty() {
        check_reach(tx, rules, actor, &new)?;
        if seat.chat.members.len() + new.len() > most {
            return Err(Error::with(Code::Conflict, format!("A group may have at most {most} people.")));
        }
        let before = Progress::now(tx, &seat)?;
        statistics::settle(tx, id, &seat.chat)?;
        let member = newcomer(tx, rules, &seat.chat);
        for person in &new {
            tx.put(tables::MEMBERS, &(id, *person), &member)?;
            tx.put(tables::MEMBERSHIPS, &(*person, id), &())?;
        }
        note_people(tx, actor, id, Action::MemberAdded, &new)?;
        seat.chat.members.extend(&new);
        tell(tx, rules, &mut seat, vec![GroupChange { action: GroupAction::Added, people: new, name: None }])?;
        before.tell(tx, &seat)?;
    }
    present(tx, rules, &seat)
}

/// Takes somebody out of a group, or oneself. It works at once: no event that follows is theirs.
pub fn remove(tx: &mut TxOf<'_>, rules: &Rules, actor: &Actor, id: ChatId, person: UserId) -> Result<RemovedView> {
    let leaves = person == actor.user;
    let mut seat = if leaves { of_group(tx, actor, id)? } else { led(tx, actor, id)? };
    if !seat.chat.members.contains(&person) {
        return Err(Code::UserNotFound.into());
    }
    let (before, gone) = (Progress::now(tx, &seat)?, tx.get(tables::MEMBERS, &(id, person))?);
    statistics::settle(tx, id, &seat.chat)?;
    tx.delete(tables::MEMBERS, &(id, person));
    tx.delete(tables::MEMBERSHIPS, &(person, id));
    seat.chat.members.retain(|member| *member != person);
    seat.chat.put_away.retain(|member| *member != person);
    if seat.chat.members.len() == 1
        && let Some(gone) = gone
    {
        let (delivered, read) = seat.chat.floor;
        seat.chat.floor = (delivered.max(gone.delivered.seq), read.max(gone.read.seq));
    }
    let (action, reason) = if leaves { (GroupAction::Left, "left") } else { (GroupAction::Removed, "removed") };
    note_people(tx, actor, id, if leaves { Action::MemberLeft } else { Action::MemberRemoved }, &[person])?;
    tx.emit(Emission::to_users(vec![person], Event::ConversationRemoved { conversation_id: id, reason }));
    let mut changes = vec![GroupChange { action, people: vec![person], name: None }];
    if seat.chat.admin == Some(person) {
        seat.chat.admin = successor(tx, &seat.chat)?;
        if let Some(next) = seat.chat.admin {
            note_people(tx, actor, id, Action::GroupAdminChanged, &[next])?;
        }
        changes.extend(seat.chat.admin.map(|next| GroupChange { action: GroupAction::Admin, people: vec![next], name: None }));
    }
    if seat.chat.members.is_empty() {
        // Nobody sees it any more; what was written stays with the clinic.
        seat.save_chat(tx)?;
    } else {
        tell(tx, rules, &mut seat, changes)?;
        before.tell(tx, &seat)?;
    }
    if leaves {
        return Ok(RemovedView::Left(LeftView { id, same_id: id, left: true }));
    }
    Ok(RemovedView::Stays(Box::new(present(tx, rules, &seat)?)))
}

/// The seat in a group. Two people cannot be joined, left or renamed.
fn of_group(tx: &TxOf<'_>, actor: &Actor, id: ChatId) -> Result<Seat> {
    let seat = Seat::find(tx, actor.user, id)?;
    match seat.chat.kind {
        ChatKind::Group => Ok(seat),
        ChatKind::Direct => Err(Error::with(Code::Forbidden, "This is a conversation between two people, not a group.")),
    }
}

/// The seat of the one who looks after a group.
fn led(tx: &TxOf<'_>, actor: &Actor, id: ChatId) -> Result<Seat> {
    let seat = of_group(tx, actor, id)?;
    let can = |id| Ok::<_, Error>(tx.get(tables::USERS, &id)?.is_some_and(|person| policy::is_there(&person)));
    if leader(&seat.chat, can)? != Some(actor.user) {
        return Err(Error::with(Code::Forbidden, "Only the person who looks after the group can do this."));
    }
    actor.verified()?;
    Ok(seat)
}

/// Who looks after a group now. While its admin cannot, because the clinic has switched them off, the longest member does who can.
pub(super) fn leader<E>(chat: &Chat, mut can: impl FnMut(UserId) -> Result<bool, E>) -> Result<Option<UserId>, E> {
    let Some(admin) = chat.admin else { return Ok(None) };
    for person in [admin].iter().chain(&chat.members) {
        if can(*person)? {
            return Ok(Some(*person));
        }
    }
    Ok(Some(admin))
}

/// Refuses people whom the actor does not reach, and such as do not exist, in the same words.
fn check_reach(tx: &TxOf<'_>, rules: &Rules, actor: &Actor, people: &[UserId]) -> Result<()> {
    for id in people {
        let person = tx.get(tables::USERS, id)?;
        if !person.is_some_and(|person| rules.policy.may_open(actor, *id, &person)) {
            return Err(Code::UserNotFound.into());
        }
    }
    Ok(())
}

/// Somebody who joins now. What was there before counts as read, so that nobody waits for them.
fn newcomer(tx: &TxOf<'_>, rules: &Rules, chat: &Chat) -> Member {
    let all = rules.settings.group_history == History::All;
    let mark = Watermark { seq: chat.last_seq, steps: Vec::new() };
    Member {
        joined_at: tx.now(),
        joined_seq: chat.last_seq,
        sees_after: if all { Seq::ZERO } else { chat.last_seq },
        deleted_unseen: if all { 0 } else { chat.deleted },
        read: mark.clone(),
        delivered: mark,
        ..Member::default()
    }
}

/// The person who is to look after the group, who must be in it and able to.
fn heir(tx: &TxOf<'_>, chat: &Chat, named: &Change<UserId>) -> Result<UserId> {
    match *named {
        Change::Set(person)
            if chat.members.contains(&person) && tx.get(tables::USERS, &person)?.is_some_and(|person| policy::is_there(&person)) =>
        {
            Ok(person)
        }
        _ => Err(Error::field("groupAdmin", "must be a member who can write here")),
    }
}

/// Who looks after a group whose admin has gone: the longest member, if possible one who can.
fn successor(tx: &TxOf<'_>, chat: &Chat) -> Result<Option<UserId>, StoreError> {
    for person in &chat.members {
        if tx.get(tables::USERS, person)?.is_some_and(|person| policy::is_there(&person)) {
            return Ok(Some(*person));
        }
    }
    Ok(chat.members.first().copied())
}

fn set(place: &mut Option<String>, change: &Change<String>) {
    match change {
        Change::Keep => {}
        Change::Clear => *place = None,
        Change::Set(text) => *place = Some(text.clone()),
    }
}

/// Writes what has happened into the group, and shows all members the group and then the words.
fn tell(tx: &mut TxOf<'_>, rules: &Rules, seat: &mut Seat, changes: Vec<GroupChange>) -> Result<()> {
    seat.save_chat(tx)?;
    let messages = changes.into_iter().map(|change| system::write(tx, rules, seat, change)).collect::<Result<Vec<_>>>()?;
    open::announce(tx, rules, seat)?;
    for message in messages {
        system::tell(tx, seat, message);
    }
    Ok(())
}

/// Tells the audit log what the actor does with people of a group.
fn note_people(tx: &mut TxOf<'_>, actor: &Actor, id: ChatId, action: Action, people: &[UserId]) -> Result<()> {
    for person in people {
        note(tx, &actor.by(), &Deed::new(action).chat(id).person(*person))?;
    }
    Ok(())
}

fn present(tx: &TxOf<'_>, rules: &Rules, seat: &Seat) -> Result<ConversationView> {
    view::conversation(tx, rules, tx.now(), seat)
}
