//! Everybody, as others may see them: in memory, decoded once, names folded, in the order of the directory.
//!
//! It follows the table of people commit by commit. Nothing that only the person and administrators may know ever gets in here.

use super::policy::is_there;
use crate::{
    contract::user::full_name,
    fold::fold,
    ids::UserId,
    store::{
        Change, Projection, Read, StoreError, TableId,
        records::{Role, User},
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
    /// The record without what others may not know: those fields are empty.
    public: User,
}

impl Person {
    /// What others may see of a record.
    #[must_use]
    pub fn new(id: UserId, user: User) -> Self {
        let name = full_name(&user);
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
            public,
        }
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
            return Ok(pending.map(|user| Arc::new(Person::new(id, user))));
        }
        self.found.fetch_add(1, Relaxed);
        Ok(self.inside.read_recursive().by_id.get(&id).cloned())
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
        &[tables::USERS.id]
    }

    fn apply(&self, changes: &[Change<'_>]) -> Result<(), StoreError> {
        let mut inside = self.inside.write();
        for change in changes {
            if let Some((id, user)) = change.row(tables::USERS)? {
                inside.set(id, user.map(|user| Arc::new(Person::new(id, user))));
            }
        }
        Ok(())
    }
}

impl Inside {
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
        let person = Person::new(UserId(1), user("Zoë", "Ångström"));
        let shown = format!("{person:?}");
        assert!(!shown.contains("private") && shown.contains("Ångström"), "{shown}");
    }

    #[test]
    fn words_begin_parts_of_a_name() {
        let person = Person::new(UserId(1), user("Zoë Anne-Marie", "O’Neil ද සිල්වා"));
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
}
