//! Finding people: whom one may write to, and what one has with them.

use super::{
    Rules, Seat,
    draft::words,
    fold::{fold, matches},
    inbox,
    policy::{Reach, is_there},
};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{
        Listing, Page, ParticipantView, ProviderView, Word,
        request::{DirectoryQuery, SearchQuery},
        user::{availability, full_name, rating},
    },
    error::{Error, Result},
    ids::UserId,
    store::{
        Direction, Read,
        records::{Availability, Role, User},
        tables,
    },
};
use std::{cmp::Reverse, collections::HashMap, ops::Bound};

/// At most so many people without a page.
const MOST: u64 = 1_000;
/// At most so many people on a page.
const MAX_LIMIT: u64 = 100;
/// So many when only the page is named.
const USUAL_LIMIT: u64 = 20;

/// In what order the directory stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Newest message first, then by name.
    Recent,
    Name,
    Rating,
}

/// A valid wish for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    roles: Vec<Role>,
    search: String,
    specialty: String,
    available: bool,
    min_rating: f64,
    order: Order,
    page: Option<(u64, u64)>,
}

impl Wish {
    /// Reads a search. A single `.` or `*` asks for everybody.
    pub fn search(query: &SearchQuery) -> Result<Self> {
        let text = query.query.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| Error::field("query", "is required"))?;
        let everybody = matches!(text, "." | "*");
        Ok(Self {
            roles: roles(query.role.as_deref(), ALL_ROLES)?,
            search: if everybody { String::new() } else { fold(text) },
            specialty: String::new(),
            available: false,
            min_rating: 0.0,
            order: Order::Name,
            page: page(query.page, query.limit)?,
        })
    }

    /// Reads a query of the directory, which shows `usual` roles when none is named.
    fn directory(query: &DirectoryQuery, usual: &[Role]) -> Result<Self> {
        let order = match query.sort.as_deref() {
            None | Some("" | "recent") => Order::Recent,
            Some("name") => Order::Name,
            Some("rating") => Order::Rating,
            Some(_) => return Err(Error::field("sort", "must be one of recent, name, rating")),
        };
        Ok(Self {
            roles: roles(query.role.as_deref(), usual)?.into_iter().filter(|role| usual.contains(role)).collect(),
            search: fold(query.search.as_deref().unwrap_or_default()),
            specialty: fold(query.specialty.as_deref().unwrap_or_default()),
            available: query.available.unwrap_or(false),
            min_rating: query.min_rating.unwrap_or(0.0),
            order,
            page: page(query.page, query.limit)?,
        })
    }

    /// The professionals.
    pub fn providers(query: &DirectoryQuery) -> Result<Self> {
        Self::directory(query, &[Role::Doctor, Role::Midwife, Role::ServiceProvider])
    }

    /// Whom a midwife, or another professional, looks after; for a mother, the midwives.
    pub fn midwife_users(query: &DirectoryQuery, actor: &Actor) -> Result<Self> {
        Self::directory(query, if actor.role == Role::Mom { &[Role::Midwife] } else { &[Role::Mom] })
    }

    fn wants(&self, user: &User, now: Timestamp) -> bool {
        let text = || format!("{} {}", full_name(user), user.specialty.as_deref().unwrap_or_default());
        self.roles.contains(&user.role)
            && (!self.available || availability(user, now) == Availability::Available)
            && rating(user) >= self.min_rating
            && (self.specialty.is_empty() || matches(user.specialty.as_deref().unwrap_or_default(), &self.specialty))
            && (self.search.is_empty() || matches(&text(), &self.search))
    }
}

const ALL_ROLES: &[Role] = &[Role::Mom, Role::Doctor, Role::Midwife, Role::ServiceProvider, Role::Admin];

/// Whom the actor may write to, as a search shows them.
pub fn search(read: &impl Read, rules: &Rules, now: Timestamp, actor: &Actor, wish: &Wish) -> Result<Listing<ParticipantView>> {
    actor.verified()?;
    let seats = by_peer(read, actor.user)?;
    let mut found = Vec::new();
    for_each_reachable(read, rules, actor, &seats, |id, user| {
        if wish.wants(user, now) {
            found.push((fold(&full_name(user)), ParticipantView::new(id, user, &rules.roster.presence(id), now)));
        }
    })?;
    found.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.id.cmp(&y.id)));
    Ok(cut(found.into_iter().map(|(_, person)| person).collect(), wish.page))
}

/// Whom the actor may write to, with what they have in common.
pub fn directory(read: &impl Read, rules: &Rules, now: Timestamp, actor: &Actor, wish: &Wish) -> Result<Listing<ProviderView>> {
    actor.verified()?;
    let seats = by_peer(read, actor.user)?;
    let mut found = Vec::new();
    for_each_reachable(read, rules, actor, &seats, |id, user| {
        if wish.wants(user, now) {
            let person = ParticipantView::new(id, user, &rules.roster.presence(id), now);
            let view = ProviderView::new(person, user);
            found.push((fold(&full_name(user)), with_seat(view, seats.get(&id))));
        }
    })?;
    found.sort_by(|(a, x), (b, y)| {
        let by_order = match wish.order {
            Order::Recent => Reverse(x.last_message_at).cmp(&Reverse(y.last_message_at)),
            Order::Name => std::cmp::Ordering::Equal,
            Order::Rating => y.rating.total_cmp(&x.rating),
        };
        by_order.then(a.cmp(b)).then(x.person.id.cmp(&y.person.id))
    });
    Ok(cut(found.into_iter().map(|(_, view)| view).collect(), wish.page))
}

/// The actor's direct conversations by the other person.
fn by_peer(read: &impl Read, user: UserId) -> Result<HashMap<UserId, Seat>> {
    Ok(inbox::seats(read, user)?.into_iter().filter_map(|seat| Some((seat.peer()?, seat))).collect())
}

/// Visits everybody whom the actor may write to.
fn for_each_reachable(
    read: &impl Read,
    rules: &Rules,
    actor: &Actor,
    seats: &HashMap<UserId, Seat>,
    mut visit: impl FnMut(UserId, &User),
) -> Result<()> {
    const CHUNK: usize = 500;
    let mut from = Bound::Unbounded;
    loop {
        let rows = read.scan(tables::USERS, (from, Bound::Unbounded), Direction::Ascending, CHUNK)?;
        let full = rows.len() == CHUNK;
        for (id, user) in rows {
            from = Bound::Excluded(id);
            if id == actor.user || !is_there(&user) {
                continue;
            }
            let reachable = match rules.policy.reach(actor.role, user.role) {
                Reach::Always => true,
                Reach::Never => false,
                Reach::InAnswer => match seats.get(&id) {
                    Some(seat) => seat.has_written(read, id)?,
                    None => false,
                },
            };
            if reachable {
                visit(id, &user);
            }
        }
        if !full {
            return Ok(());
        }
    }
}

fn with_seat(mut view: ProviderView, seat: Option<&Seat>) -> ProviderView {
    let Some(seat) = seat else { return view };
    view.conversation_id = Some(seat.id);
    view.unread_count = seat.unread();
    match &seat.chat.preview {
        Some(preview) => view.with_last_message(&preview.content, preview.at),
        None => view,
    }
}

fn cut<T>(mut all: Vec<T>, page: Option<(u64, u64)>) -> Listing<T> {
    if let Some((page, limit)) = page {
        return Listing::cut(all, page, limit);
    }
    let total = all.len() as u64;
    all.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Listing { items: all, page: Page::new(1, MOST, total) }
}

fn page(page: Option<u64>, limit: Option<u64>) -> Result<Option<(u64, u64)>> {
    if page.is_none() && limit.is_none() {
        return Ok(None);
    }
    Ok(Some((super::page_number(page)?, super::limit(limit, USUAL_LIMIT, MAX_LIMIT)?)))
}

fn roles(list: Option<&str>, usual: &[Role]) -> Result<Vec<Role>> {
    let named: Vec<&str> = list.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if named.is_empty() {
        return Ok(usual.to_vec());
    }
    let role = |word: &&str| Role::from_word(word).ok_or_else(|| Error::field("role", format!("must be of {}", words::<Role>())));
    named.iter().map(role).collect()
}
