//! A person's own page.

use super::{
    Accounts, Actor,
    admin::still_admin,
    existing,
    validate::{Check, PARAGRAPHS, SENTENCE, SHORT, phone, picture},
};
use crate::{
    audit::{Deed, Thing, note},
    contract::{
        Presence, UserView,
        account::{Change, ProfileBody},
    },
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read as _,
        records::{Role, User, audit::Action},
        tables::{RATINGS, USERS},
    },
};
use serde_json::{Map, Value};

/// Most languages of a person.
const LANGUAGES: usize = 20;
/// Most bytes of a person's settings.
const PREFERENCES: usize = 16 << 10;

/// A checked change of a profile.
#[derive(Clone)]
struct ProfileChange {
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Change<String>,
    avatar: Change<String>,
    specialty: Change<String>,
    experience: Change<String>,
    location: Change<String>,
    bio: Change<String>,
    languages: Change<Vec<String>>,
    license_number: Change<String>,
    preferences: Change<Map<String, Value>>,
}

impl ProfileChange {
    fn check(body: ProfileBody) -> Result<Self> {
        let mut check = Check::default();
        let change = Self {
            first_name: check.change_required("firstName", body.first_name, SHORT),
            last_name: check.change_required("lastName", body.last_name, SHORT),
            phone: formed(&mut check, "phone", body.phone, phone),
            avatar: formed(&mut check, "avatar", body.avatar, picture),
            specialty: check.change("specialty", body.specialty, SHORT),
            experience: check.change("experience", body.experience, SENTENCE),
            location: check.change("location", body.location, SENTENCE),
            bio: check.change("bio", body.bio, PARAGRAPHS),
            languages: languages(&mut check, body.languages),
            license_number: check.change("licenseNumber", body.license_number, SHORT),
            preferences: body.preferences,
        };
        check.finish()?;
        Ok(change)
    }

    fn apply(&self, user: &mut User) -> Result<()> {
        if let Some(name) = &self.first_name {
            user.first_name.clone_from(name);
        }
        if let Some(name) = &self.last_name {
            user.last_name.clone_from(name);
        }
        for (change, place) in [
            (&self.phone, &mut user.phone),
            (&self.avatar, &mut user.avatar),
            (&self.specialty, &mut user.specialty),
            (&self.experience, &mut user.experience),
            (&self.location, &mut user.location),
            (&self.bio, &mut user.bio),
            (&self.license_number, &mut user.license_number),
        ] {
            match change {
                Change::Keep => {}
                Change::Clear => *place = None,
                Change::Set(text) => *place = Some(text.clone()),
            }
        }
        match &self.languages {
            Change::Keep => {}
            Change::Clear => user.languages.clear(),
            Change::Set(list) => user.languages.clone_from(list),
        }
        self.apply_preferences(user)
    }

    fn apply_preferences(&self, user: &mut User) -> Result<()> {
        let mut kept: Map<String, Value> = match &self.preferences {
            Change::Keep => return Ok(()),
            Change::Clear => Map::new(),
            Change::Set(_) => serde_json::from_str(&user.preferences).unwrap_or_default(),
        };
        if let Change::Set(new) = &self.preferences {
            kept.extend(new.clone());
            kept.retain(|_, value| !value.is_null());
        }
        let text = Value::Object(kept).to_string();
        if text.len() > PREFERENCES {
            return Err(Error::field("preferences", format!("must have at most {PREFERENCES} bytes")));
        }
        user.preferences = text;
        Ok(())
    }
}

impl Accounts {
    /// The caller.
    pub fn me(&self, actor: Actor) -> Result<UserView> {
        self.store.read(|read| self.full_view_in(read, actor.user, &existing(read, actor.user)?))
    }

    /// As [`Accounts::user`], and notes when an administrator looks at somebody.
    pub async fn look_at(&self, actor: Actor, id: &str, known: impl FnOnce(UserId, &User) -> Result<Option<Presence>>) -> Result<UserView> {
        let view = self.user(actor, id, known)?;
        if view.private.is_some() && view.id != actor.user {
            self.audit.opened(actor.by(), [Thing::Account(view.id)]).await;
        }
        Ok(view)
    }

    /// A person's page: all of it for the person and administrators, a part for those who may know of the person.
    pub fn user(&self, actor: Actor, id: &str, known: impl FnOnce(UserId, &User) -> Result<Option<Presence>>) -> Result<UserView> {
        let id = id.parse().map_err(|_| Error::new(Code::UserNotFound))?;
        let (user, ratings) = self.store.read(|read| Ok::<_, Error>((existing(read, id)?, read.get(RATINGS, &id)?)))?;
        if own_or_administered(actor, id) {
            self.full_view(id, &user)
        } else {
            let presence = known(id, &user)?.ok_or(Code::UserNotFound)?;
            Ok(UserView::public(id, &user, ratings, &presence, self.now()))
        }
    }

    /// Changes the caller's own page.
    pub async fn update_me(&self, actor: Actor, body: ProfileBody) -> Result<UserView> {
        self.update(actor, actor.user, body).await
    }

    /// Changes a page; administrators may correct those of others.
    pub async fn update_user(&self, actor: Actor, id: &str, body: ProfileBody) -> Result<UserView> {
        let id = id.parse().map_err(|_| Error::new(Code::UserNotFound))?;
        if own_or_administered(actor, id) { self.update(actor, id, body).await } else { Err(Code::UserNotFound.into()) }
    }

    async fn update(&self, actor: Actor, id: UserId, body: ProfileBody) -> Result<UserView> {
        let change = ProfileChange::check(body)?;
        let user = self.store.write(move |tx| {
            if actor.user != id {
                still_admin(tx, actor)?;
            }
            let mut user = existing(tx, id)?;
            let before = user.clone();
            change.apply(&mut user)?;
            if actor.user != id && user != before {
                let deed = Deed::new(Action::ProfileChanged).person(id).detail(changed(&before, &user));
                note(tx, &actor.by(), &deed)?;
            }
            user.updated_at = tx.now();
            tx.put(USERS, &id, &user)?;
            Ok::<_, Error>(user)
        });
        self.full_view(id, &user.await?)
    }
}

/// The names of the fields in which two pages differ. What stands in them is nobody's business.
fn changed(before: &User, after: &User) -> String {
    let fields = [
        ("firstName", before.first_name != after.first_name),
        ("lastName", before.last_name != after.last_name),
        ("phone", before.phone != after.phone),
        ("avatar", before.avatar != after.avatar),
        ("specialty", before.specialty != after.specialty),
        ("experience", before.experience != after.experience),
        ("location", before.location != after.location),
        ("bio", before.bio != after.bio),
        ("languages", before.languages != after.languages),
        ("licenseNumber", before.license_number != after.license_number),
        ("preferences", before.preferences != after.preferences),
    ];
    fields.into_iter().filter(|(_, is_other)| *is_other).map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

/// Whether a page may be seen in full and changed.
fn own_or_administered(actor: Actor, id: UserId) -> bool {
    id == actor.user || actor.role == Role::Admin
}

/// A change of a text with a form of its own.
fn formed(check: &mut Check, field: &str, change: Change<String>, rule: fn(&str) -> Result<String, String>) -> Change<String> {
    match change {
        Change::Set(text) if text.trim().is_empty() => Change::Clear,
        Change::Set(text) => check.take(field, rule(&text)).map_or(Change::Keep, Change::Set),
        other => other,
    }
}

fn languages(check: &mut Check, change: Change<Vec<String>>) -> Change<Vec<String>> {
    let Change::Set(list) = change else { return change };
    if list.len() > LANGUAGES {
        check.wrong("languages", format!("must have at most {LANGUAGES} entries"));
    }
    let list = list.into_iter().take(LANGUAGES).filter_map(|language| check.optional("languages", Some(language), SHORT));
    Change::Set(list.collect())
}
