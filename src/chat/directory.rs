//! Finding people: whom one may write to, and what one has with them.

use super::{
    Rules, Seat, appointed,
    draft::words,
    everybody::{Person, words_of},
    inbox,
    policy::{Reach, is_there},
};
use crate::{
    accounts::Actor,
    clock::Timestamp,
    contract::{
        DirectoryView, Listing, Page, ParticipantView, Presence, ProviderView, SpecialtyCount, Word,
        request::{DirectoryQuery, SearchQuery},
        user::availability,
    },
    error::{Error, Result},
    fold::searched,
    ids::UserId,
    store::{
        Read,
        records::{Availability, Role, User},
        tables,
    },
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// At most so many people without a page.
const MOST: u64 = 1_000;
/// At most so many people on a page.
const MAX_LIMIT: u64 = 100;
/// So many when only the page is named.
const USUAL_LIMIT: u64 = 20;

/// In what order the directory stands. Of equals, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Who takes conversations now comes first.
    Availability,
    Name,
    /// Newest message first.
    Recent,
    Rating,
}

/// A valid wish for people.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    roles: Vec<Role>,
    /// Folded, each the beginning of a part of the name.
    words: Vec<String>,
    /// Whether the words may also begin a part of the specialty.
    by_specialty: bool,
    /// Folded; empty: any.
    specialty: String,
    /// Folded; empty: any.
    language: String,
    /// Empty: any.
    availability: Vec<Availability>,
    min_rating: f64,
    order: Order,
    page: Option<(u64, u64)>,
}

impl Wish {
    /// Reads a search. A single `.` or `*` asks for everybody.
    pub fn search(query: &SearchQuery) -> Result<Self> {
        let text = query.query.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = searched("query", Some(text.ok_or_else(|| Error::field("query", "is required"))?))?;
        let everybody = matches!(&*text, "." | "*");
        Ok(Self {
            roles: listed("role", query.role.as_deref())?.unwrap_or_else(|| ALL_ROLES.to_vec()),
            words: if everybody { Vec::new() } else { words_of(&text) },
            by_specialty: false,
            specialty: String::new(),
            language: String::new(),
            availability: Vec::new(),
            min_rating: 0.0,
            order: Order::Name,
            page: page(query.page, query.limit)?,
        })
    }

    /// Reads a query of the directory, which shows `usual` roles when none is named.
    fn directory(query: &DirectoryQuery, usual: &[Role]) -> Result<Self> {
        let order = match query.sort.as_deref() {
            None | Some("" | "availability") => Order::Availability,
            Some("name") => Order::Name,
            Some("recent") => Order::Recent,
            Some("rating") => Order::Rating,
            Some(_) => return Err(Error::field("sort", "must be one of availability, name, recent, rating")),
        };
        let only_available = || if query.available == Some(true) { vec![Availability::Available] } else { Vec::new() };
        let roles = listed("role", query.role.as_deref())?.unwrap_or_else(|| usual.to_vec());
        Ok(Self {
            roles: roles.into_iter().filter(|role| usual.contains(role)).collect(),
            words: words_of(&searched("search", query.search.as_deref())?),
            by_specialty: true,
            specialty: searched("specialty", query.specialty.as_deref())?,
            language: searched("language", query.language.as_deref())?,
            availability: listed("availability", query.availability.as_deref())?.unwrap_or_else(only_available),
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

    /// Whether a person is wanted, whatever the specialty.
    fn wants(&self, person: &Person, now: Timestamp) -> bool {
        (self.availability.is_empty() || self.availability.contains(&availability(person, now)))
            && person.rating >= self.min_rating
            && (self.language.is_empty() || person.folded_languages.contains(&self.language))
            && if self.by_specialty { person.is_described_by(&self.words) } else { person.is_called(&self.words) }
    }
}

const ALL_ROLES: &[Role] = &[Role::Mom, Role::Doctor, Role::Midwife, Role::ServiceProvider, Role::Admin];

/// Whom the actor may write to, as a search shows them.
pub fn search(read: &impl Read, rules: &Rules, now: Timestamp, actor: &Actor, wish: &Wish) -> Result<Listing<ParticipantView>> {
    let mut finder = Finder::new(read, rules, now, actor)?;
    let (mut found, _) = finder.find(wish)?;
    sort(&mut found, wish.order, now, &HashMap::new());
    let Listing { items, page } = cut(found, wish.page);
    let view = |person: Arc<Person>| Ok(ParticipantView::new(person.id, &person, &finder.presence(&person)?, now));
    Ok(Listing { items: items.into_iter().map(view).collect::<Result<_>>()?, page })
}

/// Whom the actor may write to, with what they have in common.
pub fn directory(read: &impl Read, rules: &Rules, now: Timestamp, actor: &Actor, wish: &Wish) -> Result<DirectoryView> {
    let mut finder = Finder::new(read, rules, now, actor)?;
    let (mut found, specialties) = finder.find(wish)?;
    let seats = if wish.order == Order::Recent { finder.seats()? } else { &HashMap::new() };
    sort(&mut found, wish.order, now, seats);
    let Listing { items, page } = cut(found, wish.page);
    let view = |person: Arc<Person>| {
        let participant = ParticipantView::new(person.id, &person, &finder.presence(&person)?, now);
        let mut view = ProviderView::new(participant, &person, (person.rating, person.review_count));
        if let Some(seat) = finder.seat_with(person.id)? {
            add_seat(read, &mut view, &seat, now)?;
        }
        Ok(view)
    };
    let items = items.into_iter().map(view).collect::<Result<_>>()?;
    Ok(DirectoryView { people: Listing { items, page }, specialties })
}

/// Looks for people whom one person may write to.
struct Finder<'a, R> {
    read: &'a R,
    rules: &'a Rules,
    now: Timestamp,
    actor: &'a Actor,
    /// The actor's direct conversations by the other person, once they were needed.
    seats: Option<HashMap<UserId, Seat>>,
    /// With whom the actor shares a conversation, once that was needed.
    contacts: Option<BTreeSet<UserId>>,
}

impl<'a, R: Read> Finder<'a, R> {
    fn new(read: &'a R, rules: &'a Rules, now: Timestamp, actor: &'a Actor) -> Result<Self> {
        actor.verified()?;
        Ok(Self { read, rules, now, actor, seats: None, contacts: None })
    }

    /// Who is wanted, each role by name; and how many there are of every specialty before that of the wish counts.
    fn find(&mut self, wish: &Wish) -> Result<(Vec<Arc<Person>>, Vec<SpecialtyCount>)> {
        let (mut found, mut specialties) = (Vec::new(), Specialties::default());
        let (actor, now) = (self.actor.user, self.now);
        let mut look = |person: &Arc<Person>| {
            if person.id != actor && wish.wants(person, now) {
                specialties.add(person);
                if wish.specialty.is_empty() || wish.specialty == person.folded_specialty {
                    found.push(person.clone());
                }
            }
        };
        for role in &wish.roles {
            match self.rules.policy.reach(self.actor.role, *role) {
                Reach::Always => self.rules.everybody.visit(*role, &mut look),
                Reach::InAnswer => self.writers(*role)?.iter().for_each(&mut look),
                Reach::Never => {}
            }
        }
        Ok((found, specialties.counts()))
    }

    /// Those of a role who have written to the actor, or have an appointment with them, by name.
    fn writers(&mut self, role: Role) -> Result<Vec<Arc<Person>>> {
        let (read, everybody, now) = (self.read, &self.rules.everybody, self.now);
        let mut writers = Vec::new();
        for (peer, seat) in self.seats()? {
            let person = everybody.get(read, *peer)?.filter(|person| person.role == role && is_there(person));
            if let Some(person) = person
                && appointed::may_answer(read, seat, *peer, now)?
            {
                writers.push(person);
            }
        }
        writers.sort_by(by_name);
        Ok(writers)
    }

    fn seats(&mut self) -> Result<&HashMap<UserId, Seat>> {
        if self.seats.is_none() {
            let seats = inbox::seats(self.read, self.actor.user)?;
            self.seats = Some(seats.into_iter().filter_map(|seat| Some((seat.peer()?, seat))).collect());
        }
        Ok(self.seats.get_or_insert_default())
    }

    /// Whether a person is there at this moment, as far as the actor may know.
    fn presence(&mut self, person: &Person) -> Result<Presence> {
        presence(self.rules, person.id, person, || {
            if self.contacts.is_none() {
                self.contacts = Some(inbox::contacts(self.read, self.actor.user)?);
            }
            Ok(self.contacts.as_ref().is_some_and(|contacts| contacts.contains(&person.id)))
        })
    }

    /// The actor's place in the conversation with a person, if there is one.
    fn seat_with(&self, person: UserId) -> Result<Option<Seat>> {
        let pair = (self.actor.user.min(person), self.actor.user.max(person));
        let id = self.read.get(tables::DIRECT, &pair)?;
        id.map(|id| Seat::find(self.read, self.actor.user, id)).transpose()
    }
}

/// How many people there are of each specialty, under the first spelling that was met.
#[derive(Default)]
struct Specialties(BTreeMap<String, (String, u64)>);

impl Specialties {
    fn add(&mut self, person: &Person) {
        if let Some((_, count)) = self.0.get_mut(&person.folded_specialty) {
            *count += 1;
        } else if let Some(shown) = person.specialty.as_ref().filter(|_| !person.folded_specialty.is_empty()) {
            self.0.insert(person.folded_specialty.clone(), (shown.trim().to_owned(), 1));
        }
    }

    /// The most frequent first, of equals by name.
    fn counts(self) -> Vec<SpecialtyCount> {
        let mut counts: Vec<_> = self.0.into_values().map(|(specialty, count)| SpecialtyCount { specialty, count }).collect();
        counts.sort_by_key(|entry| Reverse(entry.count));
        counts
    }
}

/// Whether a person is there at this moment, for somebody who may write to them. Who offers help is looked for by that; when a mother is
/// awake is only for those who share a conversation with her.
pub fn presence(rules: &Rules, id: UserId, person: &User, shares: impl FnOnce() -> Result<bool>) -> Result<Presence> {
    if person.role != Role::Mom || shares()? { Ok(rules.roster.presence(id)) } else { Ok(Presence::offline(None)) }
}

fn by_name(a: &Arc<Person>, b: &Arc<Person>) -> std::cmp::Ordering {
    a.folded_name.cmp(&b.folded_name).then(a.id.cmp(&b.id))
}

/// Puts people into an order. They come role by role, each by name: the sort is stable and fast on such runs.
fn sort(people: &mut [Arc<Person>], order: Order, now: Timestamp, seats: &HashMap<UserId, Seat>) {
    people.sort_by(by_name);
    match order {
        Order::Name => {}
        Order::Availability => people.sort_by_cached_key(|person| match availability(person, now) {
            Availability::Available => 0_u8,
            Availability::Busy => 1,
            Availability::Unavailable => 2,
        }),
        Order::Recent => people.sort_by_cached_key(|person| {
            Reverse(seats.get(&person.id).and_then(|seat| seat.chat.preview.as_ref()).map(|preview| preview.at))
        }),
        Order::Rating => people.sort_by(|a, b| b.rating.total_cmp(&a.rating).then(b.review_count.cmp(&a.review_count))),
    }
}

fn add_seat(read: &impl Read, view: &mut ProviderView, seat: &Seat, now: Timestamp) -> Result<()> {
    view.conversation_id = Some(seat.id);
    view.unread_count = seat.unread(read)?;
    if let Some(preview) = &seat.chat.preview {
        view.set_last_message(&preview.content, preview.at);
    }
    if let Some((id, appointment)) = appointed::next(read, seat, now)? {
        view.set_next_appointment(id, appointment.start);
    }
    Ok(())
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

/// The words of a list with commas between, each once; nothing when none is named.
fn listed<T: Word + PartialEq>(field: &str, list: Option<&str>) -> Result<Option<Vec<T>>> {
    let named = list.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty());
    let mut values: Vec<T> = Vec::new();
    for word in named {
        let value = T::from_word(word).ok_or_else(|| Error::field(field, format!("must be of {}", words::<T>())))?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(Some(values).filter(|values| !values.is_empty()))
}
