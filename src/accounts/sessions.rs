//! Sessions: one row for each sign-in on each device.

use super::{
    Accounts, AccountsConfig, Actor,
    tokens::{Refresh, Tokens},
};
use crate::{
    audit::{self, By, Deed, Whence, note},
    clock::Timestamp,
    contract::{Audience, Emission, Event, SessionView, SignedIn},
    error::{Code, Error, Result},
    ids::{SessionId, UserId},
    store::{
        Direction, Read, Tx,
        records::{Session, User, audit::Action},
        tables::{SESSIONS, USERS},
    },
};

use std::{sync::Arc, time::Duration};

/// Most sign-ins of one person at a time; the one that was not used for longest makes room.
const MOST: usize = 200;
/// Most characters of a program's name for itself.
const AGENT_CHARS: usize = 200;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Device {
    /// The program, as it names itself.
    pub user_agent: String,
    /// The address.
    pub address: String,
}

impl Device {
    /// As the audit log names it.
    #[must_use]
    pub fn whence(&self) -> Whence {
        Whence::new(self.address.parse().ok(), &self.user_agent)
    }

    /// Somebody at it who has not proved who they are.
    #[must_use]
    pub fn nobody(&self) -> By {
        By::nobody(self.whence())
    }

    /// A person at it, before there is a sign-in.
    #[must_use]
    pub fn person(&self, user: UserId) -> By {
        By::person(user, None, self.whence())
    }
}

/// A session that has just begun, with the part of its first refresh token that only the client keeps.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub user: UserId,
    pub session: SessionId,
    pub ends: Timestamp,
    pub refresh_token: String,
    pub record: User,
}

impl Accounts {
    /// Whose token this is, if it and its session are alive.
    pub fn authenticate(&self, token: &str) -> Result<Actor> {
        let (user, session) = self.tokens.read_access(token, self.now())?;
        self.actor(user, session)
    }

    /// The person behind a session at this moment. Long connections ask again, so that they end with it.
    pub fn actor(&self, user: UserId, session: SessionId) -> Result<Actor> {
        let now = self.now();
        let seen = self.seen.get(&(user, session)).map(|seen| *seen);
        let actor = self.store.read(|read| living(read, &self.config, (user, session), seen, now))?;
        self.seen.insert((user, session), now);
        Ok(actor)
    }

    /// Ends the session that asks.
    pub async fn logout(&self, actor: Actor) -> Result<()> {
        self.store
            .write(move |tx| {
                // Whoever asked twice at once has signed out once.
                if tx.get(SESSIONS, &(actor.user, actor.session))?.is_some() {
                    note(tx, &actor.by(), &Deed::new(Action::SignedOut))?;
                }
                end(tx, actor.user, actor.session, "You have signed out.");
                Ok(())
            })
            .await
    }

    /// The caller's own sign-ins, the latest first.
    pub fn sessions(&self, actor: Actor) -> Result<Vec<SessionView>> {
        let now = self.now();
        let rows = self.store.read(|read| of_person(read, actor.user))?;
        let alive = rows.into_iter().filter(|(id, session)| {
            let seen = self.seen.get(&(actor.user, *id)).map(|seen| *seen);
            is_alive(&self.config, session, seen, now)
        });
        let mut views: Vec<_> = alive.map(|(id, session)| SessionView::new(id, &session, actor.session)).collect();
        for view in &mut views {
            view.last_used_at = self.seen.get(&(actor.user, view.id)).map_or(view.last_used_at, |seen| view.last_used_at.max(*seen));
        }
        views.sort_by_key(|view| std::cmp::Reverse((view.last_used_at, view.id)));
        Ok(views)
    }

    /// Ends one of the caller's own sign-ins.
    pub async fn end_session(&self, actor: Actor, session: &str) -> Result<()> {
        let missing = || Error::with(Code::NotFound, "There is no such sign-in.");
        let session: SessionId = session.parse().map_err(|_| missing())?;
        self.store
            .write(move |tx| {
                tx.get(SESSIONS, &(actor.user, session))?.ok_or_else(missing)?;
                end(tx, actor.user, session, "This sign-in was ended from another device.");
                note(tx, &actor.by(), &Deed::new(Action::SessionEnded))?;
                Ok(())
            })
            .await
    }

    /// What a client gets for a session that has just begun.
    pub(super) fn signed_in(&self, opened: Opened) -> Result<SignedIn> {
        let (token, expires_at) = self.tokens.access(opened.user, opened.session, self.now(), opened.ends)?;
        let user = self.full_view(opened.user, &opened.record)?;
        Ok(SignedIn { token, refresh_token: opened.refresh_token, expires_at, user })
    }

    /// Begins a session inside an operation.
    pub(super) fn opener(&self, device: &Device) -> Opener {
        Opener { tokens: self.tokens.clone(), secret: rand::random(), device: device.clone(), max: self.config.session_max }
    }
}

/// What it takes to begin a session inside an operation.
pub(super) struct Opener {
    tokens: Arc<Tokens>,
    secret: [u8; 32],
    pub device: Device,
    max: Duration,
}

impl Opener {
    /// Begins a session.
    pub fn open(&self, tx: &mut Tx<'_, Emission>, user: UserId, record: User) -> Result<Opened> {
        note(tx, &self.device.person(user), &Deed::new(Action::SignedIn))?;
        make_room(tx, user)?;
        let (session, now) = (SessionId(tx.fresh()), tx.now());
        let (refresh_token, Refresh { hash, .. }) = self.tokens.refresh(user, session, 0, &self.secret);
        let row = Session {
            refresh_hash: hash,
            generation: 0,
            created_at: now,
            used_at: now,
            expires_at: now.plus(self.max),
            user_agent: self.device.user_agent.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect(),
            address: self.device.address.clone(),
        };
        tx.put(SESSIONS, &(user, session), &row)?;
        Ok(Opened { user, session, ends: row.expires_at, refresh_token, record })
    }
}

fn make_room(tx: &mut Tx<'_, Emission>, user: UserId) -> Result<()> {
    let mut rows = of_person(tx, user)?;
    rows.sort_by_key(|(_, session)| session.used_at);
    let surplus = (rows.len() + 1).saturating_sub(MOST);
    for (session, _) in rows.into_iter().take(surplus) {
        end(tx, user, session, "Too many devices are signed in.");
    }
    Ok(())
}

/// The person behind a living session; otherwise the token is worth nothing any more.
pub(super) fn living(
    read: &impl Read,
    config: &AccountsConfig,
    (user, session): (UserId, SessionId),
    seen: Option<Timestamp>,
    now: Timestamp,
) -> Result<Actor> {
    let row = read.get(SESSIONS, &(user, session))?.filter(|row| is_alive(config, row, seen, now));
    let person = read.get(USERS, &user)?.filter(|person| person.is_active);
    match (row, person) {
        (Some(row), Some(person)) => {
            let whence = Whence { browser: audit::browser(&row.user_agent), ..Whence::default() };
            Ok(Actor { user, session, role: person.role, verification: person.verification, whence })
        }
        _ => Err(Code::TokenRevoked.into()),
    }
}

/// Whether a session is neither too old nor unused for too long.
pub(super) fn is_alive(config: &AccountsConfig, session: &Session, seen: Option<Timestamp>, now: Timestamp) -> bool {
    let used = seen.map_or(session.used_at, |seen| seen.max(session.used_at));
    now < session.expires_at && now < used.plus(config.session_idle)
}

/// All sessions of a person.
pub(super) fn of_person(read: &impl Read, user: UserId) -> Result<Vec<(SessionId, Session)>> {
    let all = (user, SessionId::MIN)..=(user, SessionId::MAX);
    let rows = read.scan(SESSIONS, all, Direction::Ascending, MOST + 1)?;
    Ok(rows.into_iter().map(|((_, id), session)| (id, session)).collect())
}

/// Ends a session and tells its sockets, which close.
pub(super) fn end(tx: &mut Tx<'_, Emission>, user: UserId, session: SessionId, reason: &'static str) {
    tx.delete(SESSIONS, &(user, session));
    tx.emit(Emission { to: Audience::Session(user, session), event: Event::SessionRevoked { reason } });
}

/// Ends all sessions of a person but one.
pub(super) fn end_all(tx: &mut Tx<'_, Emission>, user: UserId, but: Option<SessionId>, reason: &'static str) -> Result<()> {
    for (session, _) in of_person(tx, user)?.into_iter().filter(|(session, _)| Some(*session) != but) {
        end(tx, user, session, reason);
    }
    Ok(())
}
