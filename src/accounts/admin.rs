//! What administrators do with the accounts of others.
//!
//! Nobody changes the own role or switches the own account off. So whoever acts is an administrator afterwards too, and there is
//! always one left.

use super::validate::{Check, SENTENCE};
use super::{Accounts, Actor, existing, sessions};
use crate::{
    audit::{Deed, note},
    contract::{
        Emission, Event, Listing, Notification, ResetLink, UserView, Word as _,
        account::{RejectBody, RoleBody, UsersQuery},
        user::full_name,
    },
    error::{Code, Error, Result},
    files::documents,
    fold::{self, searched},
    ids::UserId,
    store::{
        Direction, Read as _, Reader, Record, Table, Tx,
        records::{Role, User, Verification, audit::Action},
        tables::{RESET_WISHES, USERS},
    },
};
use std::ops::Bound;

/// How many rows are read at once.
const BATCH: usize = 1_000;
/// Most people on a page.
const MOST: u64 = 200;
/// People on a page, unless asked otherwise.
const USUAL: u64 = 20;

/// In which state people are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Is(Verification),
    /// For a decision: who has never had one, and who was refused and has brought documents since.
    Waiting,
    Active,
    Disabled,
}

/// Whom an administrator looks for.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Folded.
    search: String,
    state: Option<State>,
    role: Option<Role>,
    page: u64,
    limit: u64,
}

impl UserFilter {
    /// Checks what was asked for.
    pub fn new(query: UsersQuery) -> Result<Self> {
        let mut check = Check::default();
        let state = query.status.as_deref().filter(|word| !matches!(*word, "" | "all")).and_then(|word| {
            let state = match word {
                "waiting" => Some(State::Waiting),
                "active" => Some(State::Active),
                "disabled" | "inactive" => Some(State::Disabled),
                word => Verification::from_word(word).map(State::Is),
            };
            check.take("status", state.ok_or_else(|| "must be waiting, pending, approved, rejected, active, disabled or all".into()))
        });
        let role = query.role.as_deref().filter(|word| !matches!(*word, "" | "all")).and_then(|word| {
            let role = Role::from_word(word);
            check.take("role", role.ok_or_else(|| "must be mom, doctor, midwife, service_provider, admin or all".into()))
        });
        let (page, limit) = checked_page(&mut check, query.page, query.limit);
        check.finish()?;
        let search = searched("search", query.search.as_deref())?;
        Ok(Self { search, state, role, page, limit })
    }

    fn matches(&self, user: &User) -> bool {
        let state = match self.state {
            None => true,
            Some(State::Is(verification)) => user.verification == verification,
            // Which of the refused have brought something is asked of the few that are left.
            Some(State::Waiting) => user.verification != Verification::Approved,
            Some(State::Active) => user.is_active,
            Some(State::Disabled) => !user.is_active,
        };
        let text = || format!("{}\n{}\n{}", full_name(user), user.email, user.phone.as_deref().unwrap_or_default());
        state && self.role.is_none_or(|role| user.role == role) && (self.search.is_empty() || fold::matches(&text(), &self.search))
    }
}

/// A page of a list of administrators.
pub(super) fn page(page: Option<u64>, limit: Option<u64>) -> Result<(u64, u64)> {
    let mut check = Check::default();
    let wanted = checked_page(&mut check, page, limit);
    check.finish()?;
    Ok(wanted)
}

fn checked_page(check: &mut Check, page: Option<u64>, limit: Option<u64>) -> (u64, u64) {
    let (page, limit) = (page.unwrap_or(1), limit.unwrap_or(USUAL));
    if page == 0 {
        check.wrong("page", "must be 1 or more");
    }
    if !(1..=MOST).contains(&limit) {
        check.wrong("limit", format!("must be from 1 to {MOST}"));
    }
    (page, limit)
}

/// Of people without an approval those for whom there is something to decide.
pub(super) fn waiting(read: &Reader<'_>, people: Vec<(UserId, User)>) -> Result<Vec<(UserId, User)>> {
    let mut wait = Vec::with_capacity(people.len());
    for (id, user) in people {
        let waits = match user.verification {
            Verification::Pending => true,
            Verification::Rejected => documents::count_new(read, id)? > 0,
            Verification::Approved => false,
        };
        if waits {
            wait.push((id, user));
        }
    }
    Ok(wait)
}

impl Accounts {
    /// People, the newest account first.
    pub fn list_users(&self, actor: Actor, filter: &UserFilter) -> Result<Listing<UserView>> {
        actor.admin()?;
        let mut found = self.all_people()?;
        found.retain(|(_, user)| filter.matches(user));
        if filter.state == Some(State::Waiting) {
            found = self.store.read(|read| waiting(read, found))?;
        }
        found.sort_by_key(|(id, user)| std::cmp::Reverse((user.created_at, *id)));
        let Listing { items, page } = Listing::cut(found, filter.page, filter.limit);
        let views = self.store.read(|read| items.iter().map(|(id, user)| self.administered_view(read, *id, user)).collect::<Result<_>>());
        Ok(Listing { items: views?, page })
    }

    /// All people. A clinic has thousands, not millions. Read in batches, so that messages do not wait.
    pub(super) fn all_people(&self) -> Result<Vec<(UserId, User)>> {
        self.all_of(USERS)
    }

    /// All rows of a table that has at most one for each person.
    pub(super) fn all_of<V: Record>(&self, table: Table<UserId, V>) -> Result<Vec<(UserId, V)>> {
        let mut all = Vec::new();
        let mut from = Bound::Unbounded;
        loop {
            let batch = self.store.read(|read| read.scan(table, (from, Bound::Unbounded), Direction::Ascending, BATCH))?;
            let Some((last, _)) = batch.last() else { return Ok(all) };
            from = Bound::Excluded(*last);
            all.extend(batch);
        }
    }

    pub(super) fn administered_view(&self, read: &Reader<'_>, id: UserId, user: &User) -> Result<UserView> {
        let mut view = self.full_view_in(read, id, user)?;
        if let Some(private) = &mut view.private {
            private.reset_requested_at = read.get(RESET_WISHES, &id)?.map(crate::clock::Timestamp);
            private.document_count = Some(documents::count(read, id)?);
            if user.verification == Verification::Rejected {
                private.new_documents = Some(documents::count_new(read, id)?);
            }
        }
        Ok(view)
    }

    /// Lets a professional work.
    pub async fn approve(&self, actor: Actor, id: &str) -> Result<UserView> {
        let deed = Deed::new(Action::Approved);
        self.administer(actor, id, deed, |tx, id, user| verify(tx, id, user, Verification::Approved, None)).await
    }

    /// Refuses a professional, with a reason that the person sees.
    pub async fn reject(&self, actor: Actor, id: &str, body: RejectBody) -> Result<UserView> {
        let mut check = Check::default();
        let reason = check.optional("reason", body.reason, SENTENCE);
        check.finish()?;
        let deed = Deed::new(Action::Rejected);
        self.administer(actor, id, deed, move |tx, id, user| verify(tx, id, user, Verification::Rejected, reason.clone())).await
    }

    /// Switches an account off: all its sign-ins end now.
    pub async fn disable(&self, actor: Actor, id: &str) -> Result<UserView> {
        let change = move |tx: &mut Tx<'_, Emission>, id, user: &mut User| {
            refuse_self(actor, id, "You cannot switch your own account off. Another administrator can.")?;
            user.is_active = false;
            sessions::end_all(tx, id, None, "This account was switched off.")
        };
        self.administer(actor, id, Deed::new(Action::Disabled), change).await
    }

    /// Switches an account on again.
    pub async fn enable(&self, actor: Actor, id: &str) -> Result<UserView> {
        let change = |_: &mut Tx<'_, Emission>, _, user: &mut User| {
            user.is_active = true;
            Ok(())
        };
        self.administer(actor, id, Deed::new(Action::Enabled), change).await
    }

    /// Gives a person another role. All sign-ins of the person end: what they may see has changed.
    pub async fn change_role(&self, actor: Actor, id: &str, body: RoleBody) -> Result<UserView> {
        let role = body.role.as_deref().and_then(Role::from_word);
        let role = role.ok_or_else(|| Error::field("role", "must be mom, doctor, midwife, service_provider or admin"))?;
        let change = move |tx: &mut Tx<'_, Emission>, id, user: &mut User| {
            refuse_self(actor, id, "You cannot change your own role. Another administrator can.")?;
            if user.role == role {
                return Ok(());
            }
            user.role = role;
            // Whoever gives a role vouches for the person.
            documents::decided(tx, id)?;
            (user.verification, user.rejection_reason) = (Verification::Approved, None);
            sessions::end_all(tx, id, None, "Your role has changed. Please sign in again.")
        };
        self.administer(actor, id, Deed::new(Action::RoleChanged).detail(role.word()), change).await
    }

    /// A link for a new password, to be handed to the person.
    pub async fn reset_link(&self, actor: Actor, id: &str, origin: &str) -> Result<ResetLink> {
        actor.admin()?;
        self.make_reset_link(user_id(id)?, Some(actor), origin).await
    }

    /// Changes somebody's account as an administrator, which is written down.
    async fn administer(
        &self,
        actor: Actor,
        id: &str,
        deed: Deed,
        change: impl Fn(&mut Tx<'_, Emission>, UserId, &mut User) -> Result<()> + Send + 'static,
    ) -> Result<UserView> {
        actor.admin()?;
        let id = user_id(id)?;
        let user = self.store.write(move |tx| {
            still_admin(tx, actor)?;
            let before = existing(tx, id)?;
            let user = change_user(tx, id, &change)?;
            if (User { updated_at: before.updated_at, ..user.clone() }) != before {
                note(tx, &actor.by(), &deed.clone().person(id))?;
            }
            Ok::<_, Error>(user)
        });
        self.full_view(id, &user.await?)
    }
}

/// Changes a person's record.
pub(super) fn change_user(
    tx: &mut Tx<'_, Emission>,
    id: UserId,
    change: impl Fn(&mut Tx<'_, Emission>, UserId, &mut User) -> Result<()>,
) -> Result<User> {
    let mut user = existing(tx, id)?;
    change(tx, id, &mut user)?;
    user.updated_at = tx.now();
    tx.put(USERS, &id, &user)?;
    Ok(user)
}

/// Sets the clinic's decision about a professional, who is told of what is new.
pub(super) fn verify(tx: &mut Tx<'_, Emission>, id: UserId, user: &mut User, decision: Verification, reason: Option<String>) -> Result<()> {
    if !user.role.is_professional() {
        return Err(Error::with(Code::Conflict, "Only doctors, midwives and service providers are approved or refused."));
    }
    if (user.verification, &user.rejection_reason) != (decision, &reason) {
        let notification = Notification::Verification { status: decision, reason: reason.clone() };
        tx.emit(Emission::to_users(vec![id], Event::Notification(notification)));
    }
    documents::decided(tx, id)?;
    (user.verification, user.rejection_reason) = (decision, reason);
    Ok(())
}

pub(super) fn user_id(text: &str) -> Result<UserId> {
    text.parse().map_err(|_| Code::UserNotFound.into())
}

fn refuse_self(actor: Actor, id: UserId, message: &str) -> Result<()> {
    if actor.user == id { Err(Error::with(Code::Conflict, message)) } else { Ok(()) }
}

/// Whether the caller is an administrator at this moment: another one may have acted since the request came in.
pub(crate) fn still_admin(tx: &Tx<'_, Emission>, actor: Actor) -> Result<()> {
    let person = tx.get(USERS, &actor.user)?.filter(|person| person.is_active && person.role == Role::Admin);
    if person.is_some() { Ok(()) } else { Err(Code::Forbidden.into()) }
}
