//! Signing in.

use super::{
    Accounts, Device, email, existing,
    lockout::{forget, note_failure, note_wrong, refuse_locked},
    password::Password,
    sessions::{Opened, Opener},
    validate::Check,
};
use crate::{
    audit::{By, Deed, Thing, note},
    contract::{Emission, SignedIn, account::LoginBody},
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read as _, Tx,
        records::{Role, User, audit::Action},
        tables::{LOGINS, USERS},
    },
};
use std::sync::Arc;

/// How often a comparison is repeated because the password was changed meanwhile.
const TRIES: usize = 3;

/// For whom a door is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Everybody,
    /// Administrators only.
    Administrators,
}

/// Name and password, complete but unproved.
struct Credentials {
    folded: String,
    password: Password,
}

impl Credentials {
    fn check(body: LoginBody) -> Result<Self> {
        let mut check = Check::default();
        let mut need = |field, text: Option<String>| {
            let text = text.unwrap_or_default();
            if text.is_empty() {
                check.wrong(field, "is required");
            }
            text
        };
        let (email, password) = (need("email", body.email), need("password", body.password));
        check.finish()?;
        Ok(Self { folded: email::fold(&email), password: Password::given(&password) })
    }
}

/// What an attempt came to.
enum Attempt {
    SignedIn(Box<Opened>),
    Refused(Error),
    /// The password was changed between comparing and writing.
    Again,
}

impl Accounts {
    /// Signs in with e-mail and password. An unknown address costs the same time and gets the same answer as a wrong password.
    pub async fn login(&self, body: LoginBody, door: Door, device: &Device) -> Result<SignedIn> {
        let Credentials { folded, password } = Credentials::check(body)?;
        let (folded, by): (Arc<str>, By) = (folded.into(), device.nobody());
        for _ in 0..TRIES {
            let known = self.store.read(|read| {
                refuse_locked(read, &folded, self.now())?;
                let id = read.get(LOGINS, &folded.to_string())?;
                id.map(|id| existing(read, id).map(|user| (id, user.password_hash))).transpose()
            })?;
            let tried = known.as_ref().map(|(id, _)| *id);
            let is_right = self.hasher.verify(&password, known.as_ref().map(|(_, hash)| hash.as_str())).await?;
            let proved = known.filter(|_| is_right);
            let renewed = match &proved {
                Some((_, hash)) if self.hasher.is_outdated(hash) => Some(self.hasher.hash(&password).await?),
                _ => None,
            };
            // Whoever guesses addresses fills no log: that says no more after a thousand times than after the first.
            let tell = tried.is_some() || proved.is_none() && self.audit.is_first(by, Thing::Unknown);
            let (opener, folded) = (self.opener(device), folded.clone());
            let written = self.store.write(move |tx| match &proved {
                None => refuse(tx, &folded, tell.then_some((by, tried))),
                Some((id, hash)) => admit(tx, &folded, (*id, hash), renewed.as_deref(), door, &opener),
            });
            match written.await? {
                Attempt::SignedIn(begun) => return self.signed_in(*begun),
                Attempt::Refused(error) => return Err(error),
                Attempt::Again => {}
            }
        }
        Err(Error::new(Code::Unavailable).retry_after(1))
    }
}

/// A wrong password. Counts, so this must be written although the caller gets an error. Who tried it on whom is told, unless that is
/// nothing new.
fn refuse(tx: &mut Tx<'_, Emission>, folded: &str, tell: Option<(By, Option<UserId>)>) -> Result<Attempt> {
    refuse_locked(tx, folded, tx.now())?;
    let locked = note_failure(tx, folded)?;
    match tell {
        Some((by, Some(person))) => note_wrong(tx, &by, person, locked)?,
        Some((by, None)) => note(tx, &by, &Deed::new(Action::SignInFailed))?,
        None => {}
    }
    Ok(Attempt::Refused(Code::InvalidCredentials.into()))
}

/// A right password, as of when it was compared.
fn admit(
    tx: &mut Tx<'_, Emission>,
    folded: &str,
    (id, compared): (UserId, &str),
    renewed: Option<&str>,
    door: Door,
    opener: &Opener,
) -> Result<Attempt> {
    refuse_locked(tx, folded, tx.now())?;
    let mut user: User = existing(tx, id)?;
    if user.password_hash != compared {
        return Ok(Attempt::Again);
    }
    let mut tell = |why: &str| note(tx, &opener.device.nobody(), &Deed::new(Action::SignInFailed).person(id).detail(why));
    if !user.is_active {
        tell("disabled")?;
        return Ok(Attempt::Refused(Code::AccountDisabled.into()));
    }
    if door == Door::Administrators && user.role != Role::Admin {
        tell("role")?;
        return Ok(Attempt::Refused(Error::with(Code::Forbidden, "Only administrators may sign in here.")));
    }
    forget(tx, folded)?;
    if let Some(hash) = renewed {
        hash.clone_into(&mut user.password_hash);
        tx.put(USERS, &id, &user)?;
    }
    opener.open(tx, id, user).map(|opened| Attempt::SignedIn(Box::new(opened)))
}
