//! How much happens, by person and by day: counted in the operations themselves, so that the figures are exactly what was done.
//!
//! A message must stay cheap. So it counts in one row only, that of its sender in its conversation ([`tables::TALLIES`]), for one day.
//! The first message of another day moves what the row held to the days of everybody whom it concerns, and so does every change of
//! the members. What is shown is what has been moved, and over it what the rows hold ([`Tallies`] keeps them in memory).

use super::{Rules, db::TxOf, everybody::Everybody, inbox, marks, policy::is_there};
use crate::{
    accounts::Actor,
    clock::{Day, Timestamp},
    contract::{DayView, PeopleView, StatisticsView, request::StatisticsQuery},
    error::{Error, Result},
    ids::{ChatId, UserId},
    store::{
        Change, Direction, Projection, Read, StoreError, TableId,
        records::{Call, Chat, Figures, Message, Priority, Role, Tally, Verification},
        tables,
    },
};
use parking_lot::RwLock;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Days of an answer when nothing is said.
const USUAL_DAYS: u64 = 30;
/// Days of an answer at most.
const MOST_DAYS: u64 = 366;

/// Counts a message that a person has just sent.
pub fn sent(tx: &mut TxOf<'_>, chat: ChatId, members: &[UserId], message: &Message) -> Result<(), StoreError> {
    let (key, day) = ((chat, message.sender), Day::of(message.created_at));
    let mut tally = tx.get(tables::TALLIES, &key)?.unwrap_or_default();
    if tally.day != day.0 {
        settle_one(tx, key, members, &tally)?;
        tally = Tally { day: day.0, ..Tally::default() };
    }
    tally.sent += 1;
    tally.urgent += u64::from(message.priority == Priority::Urgent);
    tally.received += members.len().saturating_sub(1) as u64;
    tx.put(tables::TALLIES, &key, &tally)
}

/// Gives every member their share of what was sent so far. To be called before the members of a conversation change.
pub fn settle(tx: &mut TxOf<'_>, id: ChatId, chat: &Chat) -> Result<(), StoreError> {
    for member in &chat.members {
        let key = (id, *member);
        if let Some(tally) = tx.get(tables::TALLIES, &key)? {
            settle_one(tx, key, &chat.members, &tally)?;
            tx.delete(tables::TALLIES, &key);
        }
    }
    Ok(())
}

fn settle_one(tx: &mut TxOf<'_>, (_, sender): (ChatId, UserId), members: &[UserId], tally: &Tally) -> Result<(), StoreError> {
    if tally.sent == 0 {
        return Ok(());
    }
    let day = Day(tally.day);
    add(tx, sender, day, |figures| {
        figures.sent += tally.sent;
        figures.urgent += tally.urgent;
    })?;
    for recipient in members.iter().filter(|member| **member != sender) {
        add(tx, *recipient, day, |figures| figures.received += tally.sent)?;
    }
    add_for_clinic(tx, day, |figures| figures.take(tally))
}

/// Counts an acknowledgement that a person has just given.
pub fn acknowledged(tx: &mut TxOf<'_>, user: UserId) -> Result<(), StoreError> {
    both(tx, user, |figures| figures.acknowledged += 1)
}

/// Counts a conversation that a person has just opened.
pub fn opened(tx: &mut TxOf<'_>, user: UserId) -> Result<(), StoreError> {
    both(tx, user, |figures| figures.opened += 1)
}

/// Counts a call that is over.
pub fn called(tx: &mut TxOf<'_>, call: &Call) -> Result<(), StoreError> {
    let today = Day::of(tx.now());
    let (answered, missed) = (u64::from(call.answered_at.is_some()), u64::from(call.missed > 0));
    let talk = |figures: &mut Figures| {
        figures.answered += answered;
        figures.talked += call.duration();
    };
    add(tx, call.caller.user, today, |figures| {
        figures.calls += 1;
        talk(figures);
    })?;
    add(tx, call.callee.user, today, |figures| {
        figures.missed += missed;
        talk(figures);
    })?;
    add_for_clinic(tx, today, |figures| {
        figures.calls += 1;
        figures.missed += missed;
        talk(figures);
    })
}

fn both(tx: &mut TxOf<'_>, user: UserId, count: impl Fn(&mut Figures)) -> Result<(), StoreError> {
    let today = Day::of(tx.now());
    add(tx, user, today, &count)?;
    add_for_clinic(tx, today, &count)
}

fn add(tx: &mut TxOf<'_>, user: UserId, day: Day, count: impl Fn(&mut Figures)) -> Result<(), StoreError> {
    let mut figures = tx.get(tables::DAYS, &(user, day.0))?.unwrap_or_default();
    count(&mut figures);
    tx.put(tables::DAYS, &(user, day.0), &figures)
}

fn add_for_clinic(tx: &mut TxOf<'_>, day: Day, count: impl Fn(&mut Figures)) -> Result<(), StoreError> {
    let mut figures = tx.get(tables::CLINIC_DAYS, &day.0)?.unwrap_or_default();
    count(&mut figures);
    tx.put(tables::CLINIC_DAYS, &day.0, &figures)
}

impl Figures {
    /// Adds what a tally holds, of everybody.
    fn take(&mut self, tally: &Tally) {
        self.sent += tally.sent;
        self.urgent += tally.urgent;
        self.received += tally.received;
    }

    /// Takes away what a tally holds.
    fn give_back(&mut self, tally: &Tally) {
        self.sent -= tally.sent;
        self.urgent -= tally.urgent;
        self.received -= tally.received;
    }

    fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.urgent += other.urgent;
        self.acknowledged += other.acknowledged;
        self.opened += other.opened;
        self.calls += other.calls;
        self.answered += other.answered;
        self.missed += other.missed;
        self.talked += other.talked;
    }
}

/// What has been counted and not been moved to its day yet, and how many conversations there are.
#[derive(Debug, Default)]
pub struct Tallies(RwLock<Inside>);

#[derive(Debug, Default)]
struct Inside {
    rows: HashMap<(ChatId, UserId), Tally>,
    /// All rows of a day as one.
    days: BTreeMap<u64, Figures>,
    chats: HashSet<ChatId>,
}

impl Projection for Tallies {
    fn name(&self) -> &'static str {
        "the tallies in memory"
    }

    fn tables(&self) -> &[TableId] {
        &[tables::TALLIES.id, tables::CHATS.id]
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut inside = self.0.write();
        for change in changes {
            if let Some((key, tally)) = change.row(tables::TALLIES)? {
                inside.set(key, tally);
            } else if let Some(id) = change.key(tables::CHATS)? {
                // Conversations are never removed.
                inside.chats.insert(id);
            }
        }
        Ok(())
    }
}

impl Inside {
    fn set(&mut self, key: (ChatId, UserId), tally: Option<Tally>) {
        if let Some(before) = self.rows.remove(&key) {
            let day = self.days.entry(before.day).or_default();
            day.give_back(&before);
            if *day == Figures::default() {
                self.days.remove(&before.day);
            }
        }
        if let Some(tally) = tally {
            self.days.entry(tally.day).or_default().take(&tally);
            self.rows.insert(key, tally);
        }
    }
}

/// A valid wish for figures: from which day to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    from: Day,
    to: Day,
}

impl Wish {
    /// Reads a query; without dates the last thirty days.
    pub fn new(query: &StatisticsQuery, now: Timestamp) -> Result<Self> {
        let day = |field: &str, text: Option<&String>| {
            let text = text.filter(|text| !text.is_empty());
            text.map(|text| text.parse::<Day>().map_err(|()| Error::field(field, "must be a date such as 2026-11-22"))).transpose()
        };
        let to = day("to", query.to.as_ref())?;
        let from = day("from", query.from.as_ref())?;
        let to = to.unwrap_or_else(|| Day::of(now));
        let from = from.unwrap_or(Day((to.0 + 1).saturating_sub(USUAL_DAYS)));
        if from > to {
            return Err(Error::field("from", "must not be after to"));
        }
        if to.0 - from.0 >= MOST_DAYS {
            return Err(Error::field("from", format!("must be at most {MOST_DAYS} days before to")));
        }
        Ok(Self { from, to })
    }

    fn has(self, day: u64) -> bool {
        (self.from.0..=self.to.0).contains(&day)
    }
}

/// A person's own figures; for administrators, the clinic's.
pub fn figures(read: &impl Read, rules: &Rules, actor: &Actor, wish: Wish) -> Result<StatisticsView> {
    let since = since(read, &rules.tallies)?;
    if actor.role == Role::Admin {
        let days = clinic(read, &rules.tallies, wish)?;
        let conversations = rules.tallies.0.read_recursive().chats.len() as u64;
        let people = Some(people(&rules.everybody));
        return Ok(view("clinic", wish, since, &days, StatisticsView { conversations, people, ..StatisticsView::default() }));
    }
    let days = own(read, &rules.tallies, actor.user, wish)?;
    let conversations = inbox::seats(read, actor.user)?.len() as u64;
    let unread = Some(marks::unread(read, actor.user)?.total);
    Ok(view("own", wish, since, &days, StatisticsView { conversations, unread, ..StatisticsView::default() }))
}

type Days = BTreeMap<u64, Figures>;

fn clinic(read: &impl Read, tallies: &Tallies, wish: Wish) -> Result<Days> {
    let most = usize::try_from(MOST_DAYS).unwrap_or(usize::MAX);
    let rows = read.scan(tables::CLINIC_DAYS, wish.from.0..=wish.to.0, Direction::Ascending, most)?;
    let mut days: Days = rows.into_iter().collect();
    for (day, figures) in tallies.0.read_recursive().days.range(wish.from.0..=wish.to.0) {
        days.entry(*day).or_default().add(figures);
    }
    Ok(days)
}

fn own(read: &impl Read, tallies: &Tallies, user: UserId, wish: Wish) -> Result<Days> {
    let most = usize::try_from(MOST_DAYS).unwrap_or(usize::MAX);
    let rows = read.scan(tables::DAYS, (user, wish.from.0)..=(user, wish.to.0), Direction::Ascending, most)?;
    let mut days: Days = rows.into_iter().map(|((_, day), figures)| (day, figures)).collect();
    let inside = tallies.0.read_recursive();
    for seat in inbox::seats(read, user)? {
        for member in &seat.chat.members {
            let Some(tally) = inside.rows.get(&(seat.id, *member)).filter(|tally| wish.has(tally.day)) else { continue };
            let figures = days.entry(tally.day).or_default();
            if *member == user {
                figures.sent += tally.sent;
                figures.urgent += tally.urgent;
            } else {
                figures.received += tally.sent;
            }
        }
    }
    Ok(days)
}

/// The first day that was counted, whosever it was. Folders from before there were figures have none for earlier days.
fn since(read: &impl Read, tallies: &Tallies) -> Result<Option<Day>> {
    let moved = read.scan(tables::CLINIC_DAYS, .., Direction::Ascending, 1)?.into_iter().map(|(day, _)| day).next();
    let held = tallies.0.read_recursive().days.keys().next().copied();
    Ok([moved, held].into_iter().flatten().min().map(Day))
}

fn people(everybody: &Everybody) -> PeopleView {
    let mut people = PeopleView::default();
    everybody.count(|person| {
        if is_there(person) {
            *people.of(person.role) += 1;
        } else if person.is_active && person.verification == Verification::Pending {
            people.pending += 1;
        }
    });
    people
}

fn view(scope: &'static str, wish: Wish, since: Option<Day>, days: &Days, rest: StatisticsView) -> StatisticsView {
    let mut totals = Figures::default();
    for figures in days.values() {
        totals.add(figures);
    }
    let day = |day| DayView { date: Day(day), figures: days.get(&day).copied().unwrap_or_default().into() };
    let (from, to) = (wish.from, wish.to);
    StatisticsView { scope, from, to, since, totals: totals.into(), days: (from.0..=to.0).map(day).collect(), ..rest }
}
