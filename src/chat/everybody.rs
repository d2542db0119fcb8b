//! Everybody, as others may see them: in memory, decoded once, names folded, in the order of the directory.
//!
//! It follows the table of people commit by commit. Nothing that only the person and administrators may know ever gets in here.

use super::policy::is_there;
use crate::{
    contract::user::{full_name, rating},
    fold::fold,
    ids::UserId,
    store::{
        Change, Projection, Read, StoreError, TableId,
        records::{Ratings, Role, User},
        tables,
    },
};
use parking_lot::RwLock;
use std::{
    collections::{BTreeSet, HashMap},
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// A person, ready to be found and shown.
#[derive(Debug)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// First and last name.
    pub name: String,
    /// The name, folded; the directory stands in this order.
    pub folded_name: String,
    /// The specialty, folded; empty without one.
    pub folded_specialty: String,
    /// The languages, folded.
    pub folded_languages: Vec<String>,
    /// The average of the stars in reviews; 0 without any.
    pub rating: f64,
    /// How many reviews others see.
    pub review_count: u64,
    /// The record without what others may not know: those fields are empty.
    public: User,
}

impl Person {
    /// What others may see of a record and of how the person is rated.
    #[must_use]
    pub fn new(id: UserId, user: User, ratings: Option<Ratings>) -> Self {
        let name = full_name(&user);
        let (rating, review_count) = rating(&user, ratings);
        let public = User {
            email: String::new(),
            password_hash: String::new(),
            phone: None,
            rejection_reason: None,
            license_number: None,
            preferences: String::new(),
            ..user
        };
        Self {
            id,
            folded_name: fold(&name),
            folded_specialty: fold(public.specialty.as_deref().unwrap_or_default()),
            folded_languages: public.languages.iter().map(|language| fold(language)).collect(),
            name,
            rating,
            review_count,
            public,
        }
    }

    /// The same person, rated otherwise.
    fn rated(&self, ratings: Option<Ratings>) -> Self {
        Self::new(self.id, self.public.clone(), ratings)
    }

    /// Whether each of some folded words begins a part of the name.
    #[must_use]
    pub fn is_called(&self, words: &[String]) -> bool {
        words.iter().all(|word| begins_a_part(&self.folded_name, word))
    }

    /// Whether each of some folded words begins a part of the name or of the specialty.
    #[must_use]
    pub fn is_described_by(&self, words: &[String]) -> bool {
        words.iter().all(|word| begins_a_part(&self.folded_name, word) || begins_a_part(&self.folded_specialty, word))
    }
}

impl Deref for Person {
    type Target = User;

    fn deref(&self) -> &User {
        &self.public
    }
}

/// The words of a folded search. Signs around a word are not looked for, unless there is nothing else.
#[must_use]
pub fn words_of(folded: &str) -> Vec<String> {
    let bare = |word: &str| {
        let inner = word.trim_matches(is_border);
        if inner.is_empty() { word.to_owned() } else { inner.to_owned() }
    };
    folded.split(' ').filter(|word| !word.is_empty()).map(bare).collect()
}

/// Whether a text has the word at its beginning or behind a border.
fn begins_a_part(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| text[..at].chars().next_back().is_none_or(is_border))
}

/// Signs that stand between the parts of a name. Vowel signs and joiners of other scripts do not.
fn is_border(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2018}' | '\u{2019}' | '\u{b7}')
}

/// Everybody who has an account.
#[derive(Debug, Default)]
pub struct Everybody {
    inside: RwLock<Inside>,
    found: AtomicU64,
    decoded: AtomicU64,
}

#[derive(Debug, Default)]
struct Inside {
    by_id: HashMap<UserId, Arc<Person>>,
    ratings: HashMap<UserId, Ratings>,
    /// Those who are there, by name.
    by_role: HashMap<Role, BTreeSet<ByName>>,
}

#[derive(Debug, Clone)]
struct ByName(Arc<Person>);

impl ByName {
    fn key(&self) -> (&str, UserId) {
        (&self.0.folded_name, self.0.id)
    }
}

impl PartialEq for ByName {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ByName {}

impl PartialOrd for ByName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ByName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Everybody {
    /// A person as `read` sees them: an operation sees what it and those before it have written and is not committed yet.
    pub fn get(&self, read: &impl Read, id: UserId) -> Result<Option<Arc<Person>>, StoreError> {
        if let Some(pending) = read.pending(tables::USERS, &id)? {
            self.decoded.fetch_add(1, Relaxed);
            let ratings = read.get(tables::RATINGS, &id)?;
            return Ok(pending.map(|user| Arc::new(Person::new(id, user, ratings))));
        }
        let person = self.inside.read_recursive().by_id.get(&id).cloned();
        if let Some(pending) = read.pending(tables::RATINGS, &id)? {
            return Ok(person.map(|person| Arc::new(person.rated(pending))));
        }
        self.found.fetch_add(1, Relaxed);
        Ok(person)
    }

    /// Visits those of a role who are there, by name.
    pub fn visit(&self, role: Role, mut visit: impl FnMut(&Arc<Person>)) {
        if let Some(people) = self.inside.read_recursive().by_role.get(&role) {
            for person in people {
                visit(&person.0);
            }
        }
    }

    /// Counts all people.
    pub fn count(&self, mut count: impl FnMut(&Person)) {
        self.inside.read_recursive().by_id.values().for_each(|person| count(person));
    }

    /// How many people are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inside.read_recursive().by_id.len()
    }

    /// Whether nobody has an account.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often a person was answered from here, and how often decoded anew for an operation that had just changed the record.
    #[must_use]
    pub fn lookups(&self) -> (u64, u64) {
        (self.found.load(Relaxed), self.decoded.load(Relaxed))
    }
}

impl Projection for Everybody {
    fn name(&self) -> &'static str {
        "the people in memory"
    }

    fn tables(&self) -> &[TableId] {
        &[tables::USERS.id, tables::RATINGS.id]
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut inside = self.inside.write();
        for change in changes {
            if let Some((id, user)) = change.row(tables::USERS)? {
                let ratings = inside.ratings.get(&id).copied();
                inside.set(id, user.map(|user| Arc::new(Person::new(id, user, ratings))));
            } else if let Some((id, ratings)) = change.row(tables::RATINGS)? {
                inside.rate(id, ratings);
            }
        }
        Ok(())
    }
}

impl Inside {
    fn rate(&mut self, id: UserId, ratings: Option<Ratings>) {
        match ratings {
            Some(ratings) => self.ratings.insert(id, ratings),
            None => self.ratings.remove(&id),
        };
        let person = self.by_id.get(&id).map(|person| Arc::new(person.rated(ratings)));
        self.set(id, person);
    }

    fn set(&mut self, id: UserId, person: Option<Arc<Person>>) {
        if let Some(before) = self.by_id.remove(&id) {
            self.by_role.entry(before.role).or_default().remove(&ByName(before));
        }
        if let Some(person) = person {
            if is_there(&person) {
                self.by_role.entry(person.role).or_default().insert(ByName(person.clone()));
            }
            self.by_id.insert(id, person);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock::{Clock, Timestamp},
        store::{Begin, Reader, Store, records::Verification},
    };

    fn user(first: &str, last: &str) -> User {
        User {
            password_hash: "private-hash".into(),
            phone: Some("private-phone".into()),
            rejection_reason: Some("private-reason".into()),
            license_number: Some("private-licence".into()),
            specialty: Some("Säuglingspflege".into()),
            languages: vec!["Français".into()],
            preferences: "private-preferences".into(),
            ..User::new("private-mail".into(), (first.into(), last.into()), Role::Doctor, Verification::Approved, Timestamp(1))
        }
    }

    #[test]
    fn nothing_private_is_kept() {
        let person = Person::new(UserId(1), user("Zoë", "Ångström"), None);
        let shown = format!("{person:?}");
        assert!(!shown.contains("private") && shown.contains("Ångström"), "{shown}");
    }

    #[test]
    fn words_begin_parts_of_a_name() {
        let person = Person::new(UserId(1), user("Zoë Anne-Marie", "O’Neil ද සිල්වා"), None);
        for found in ["zo", "MARIE zoe", "an", "o’ne", "neil", "සි", "(marie", "zoe, neil"] {
            assert!(person.is_called(&words_of(&fold(found))), "{found}");
        }
        for not in ["oe", "rie", "zoe miller", "ල්වා", "?", "saug"] {
            assert!(!person.is_called(&words_of(&fold(not))), "{not}");
        }
        assert!(person.is_described_by(&words_of("saug anne")) && !person.is_described_by(&words_of("pflege")));
    }

    #[tokio::test]
    async fn it_follows_the_table_and_operations_see_what_they_have_written() {
        let store: Store<()> = Store::in_memory(Clock::system(), Box::new(drop));
        let everybody = Arc::new(Everybody::default());
        store.attach(everybody.clone(), Begin::WithAllRows).unwrap();
        let names = || {
            let mut names = Vec::new();
            everybody.visit(Role::Doctor, |person| names.push(person.name.clone()));
            names
        };
        let (people, known) = ([(1, "Bo"), (2, "Ama")], everybody.clone());
        let within = store.write::<_, _, StoreError>(move |tx| {
            for (id, first) in people {
                tx.put(tables::USERS, &UserId(id), &user(first, "N"))?;
            }
            Ok(known.get(tx, UserId(1))?.map(|person| person.name.clone()))
        });
        assert_eq!(within.await.unwrap().as_deref(), Some("Bo N"));
        assert_eq!(names(), ["Ama N", "Bo N"]);
        let name = |read: &Reader<'_>| everybody.get(read, UserId(1)).unwrap().map(|person| person.name.clone());
        assert_eq!(store.read(name).as_deref(), Some("Bo N"));
        assert_eq!(everybody.lookups(), (1, 1));
        let change = |tx: &mut crate::store::Tx<'_, ()>| {
            tx.put(tables::USERS, &UserId(1), &User { is_active: false, ..user("Cy", "N") })?;
            tx.delete(tables::USERS, &UserId(2));
            Ok::<_, StoreError>(())
        };
        store.write(change).await.unwrap();
        assert_eq!((names().len(), everybody.len()), (0, 1), "who is switched off is known but not there");
    }

    #[tokio::test]
    async fn a_rating_is_seen_at_once_and_only_of_who_practises() {
        let store: Store<()> = Store::in_memory(Clock::system(), Box::new(drop));
        let everybody = Arc::new(Everybody::default());
        store.attach(everybody.clone(), Begin::WithAllRows).unwrap();
        let id = UserId(1);
        store.write::<_, _, StoreError>(move |tx| tx.put(tables::USERS, &id, &user("Bo", "N"))).await.unwrap();
        let known = everybody.clone();
        let within = store.write::<_, _, StoreError>(move |tx| {
            tx.put(tables::RATINGS, &id, &Ratings { stars: [0, 0, 0, 1, 2] })?;
            Ok(known.get(tx, id)?.map(|person| (person.rating, person.review_count)))
        });
        assert_eq!(within.await.unwrap(), Some((4.67, 3)));
        let rated = || store.read(|read| everybody.get(read, id)).unwrap().map(|person| (person.rating, person.review_count));
        assert_eq!(rated(), Some((4.67, 3)));
        let again = Arc::new(Everybody::default());
        store.attach(again.clone(), Begin::WithAllRows).unwrap();
        assert_eq!(again.inside.read().by_id[&id].review_count, 3, "and after a start");
        let off = User { is_active: false, ..user("Bo", "N") };
        store.write::<_, _, StoreError>(move |tx| tx.put(tables::USERS, &id, &off)).await.unwrap();
        assert_eq!(rated(), Some((0.0, 0)));
        let moved = User { specialty: None, ..user("Bo", "N") };
        store.write::<_, _, StoreError>(move |tx| tx.put(tables::USERS, &id, &moved)).await.unwrap();
        assert_eq!(rated(), Some((4.67, 3)), "what is kept is kept");
    }
}
