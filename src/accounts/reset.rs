//! New passwords: chosen by a person who is signed in, or through a link that an administrator hands over.

use super::{
    Accounts, Actor, Device,
    admin::still_admin,
    email, existing,
    lockout::{forget, note_failure, note_wrong, refuse_locked},
    minutes,
    password::Password,
    sessions,
    tokens::{one_time, read_one_time},
    validate::Check,
};
use crate::{
    audit::{By, Deed, note},
    clock::Timestamp,
    contract::{
        Emission, ResetLink,
        account::{ForgotBody, PasswordBody, ResetBody},
        user::full_name,
    },
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read, Tx,
        records::{Reset, User, audit::Action},
        tables::{LOGINS, RESET_WISHES, RESETS, USERS},
    },
};
use std::time::Duration;

/// How long a link is good. It goes from hand to hand, not by e-mail, so it lasts for a day.
const LIFETIME: Duration = minutes(24 * 60);

impl Accounts {
    /// Sets a new password for the caller and ends all other sign-ins.
    pub async fn change_password(&self, actor: Actor, body: PasswordBody) -> Result<()> {
        let user = self.store.read(|read| {
            let user = existing(read, actor.user)?;
            refuse_locked(read, &email::fold(&user.email), self.now())?;
            Ok::<_, Error>(user)
        })?;
        let mut check = Check::default();
        let current = body.current_password.filter(|text| !text.is_empty());
        let current = check.take("currentPassword", current.ok_or_else(|| "is required".into()));
        let new = chosen(&mut check, "newPassword", body.new_password.as_deref(), &user);
        check.finish()?;
        let (Some(current), Some(new)) = (current, new) else { return Err(Code::Validation.into()) };
        if !self.hasher.verify(&Password::given(&current), Some(&user.password_hash)).await? {
            return self.refuse_current(actor, user).await;
        }
        let (hash, compared) = (self.hasher.hash(&new).await?, user.password_hash);
        let change = self.store.write(move |tx| {
            refuse_locked(tx, &email::fold(&existing(tx, actor.user)?.email), tx.now())?;
            if existing(tx, actor.user)?.password_hash != compared {
                return Err(Error::with(Code::Conflict, "The password was changed meanwhile. Please try again."));
            }
            set_password(tx, actor.user, &hash)?;
            note(tx, &actor.by(), &Deed::new(Action::PasswordChanged))?;
            sessions::end_all(tx, actor.user, Some(actor.session), "Your password was changed on another device.")
        });
        change.await
    }

    /// The present password was wrong: counts like a wrong password at the door, for whoever holds the device may not be its owner.
    async fn refuse_current(&self, actor: Actor, user: User) -> Result<()> {
        let folded = email::fold(&user.email);
        let count = self.store.write(move |tx| {
            refuse_locked(tx, &folded, tx.now())?;
            let locked = note_failure(tx, &folded)?;
            note_wrong(tx, &actor.by(), actor.user, locked)
        });
        count.await?;
        Err(Error::field("currentPassword", "is not right"))
    }

    /// Notes that somebody wishes for a new password. The answer and its time are the same for any address.
    pub fn forgot_password(&self, body: ForgotBody, device: &Device) -> Result<()> {
        let folded = email::fold(&body.email.unwrap_or_default());
        if folded.is_empty() {
            return Err(Error::field("email", "is required"));
        }
        let (store, by) = (self.store.clone(), device.nobody());
        tokio::spawn(async move {
            let wish = store.write(move |tx| {
                if let Some(id) = tx.get(LOGINS, &folded)? {
                    // Who asks again while the clinic has not answered is asking for the same.
                    if tx.get(RESET_WISHES, &id)?.is_none() {
                        note(tx, &by, &Deed::new(Action::ResetAsked).person(id))?;
                    }
                    let now = tx.now().0;
                    tx.put(RESET_WISHES, &id, &now)?;
                }
                Ok::<_, Error>(())
            });
            if let Err(error) = wish.await {
                tracing::warn!(code = error.code.name(), "a wish for a new password was not noted");
            }
        });
        Ok(())
    }

    /// Sets a new password with a link, once, and ends all sign-ins.
    pub async fn reset_password(&self, body: ResetBody, device: &Device) -> Result<()> {
        let token = body.token.unwrap_or_default();
        let (id, hash) = read_one_time(&token).ok_or_else(no_link)?;
        let user = self.store.read(|read| {
            good_link(read, id, &hash, self.now())?;
            existing(read, id)
        })?;
        let mut check = Check::default();
        let new = chosen(&mut check, "password", body.password.as_deref(), &user);
        check.finish()?;
        let Some(new) = new else { return Err(Code::Validation.into()) };
        let (password, by) = (self.hasher.hash(&new).await?, device.person(id));
        let reset = self.store.write(move |tx| {
            good_link(tx, id, &hash, tx.now())?;
            set_password(tx, id, &password)?;
            note(tx, &by, &Deed::new(Action::PasswordReset))?;
            let folded = email::fold(&existing(tx, id)?.email);
            forget(tx, &folded)?;
            sessions::end_all(tx, id, None, "Your password was changed.")
        });
        reset.await
    }

    /// A link for a new password of a person; an earlier one ends.
    pub(super) async fn make_reset_link(&self, id: UserId, maker: Option<Actor>, origin: &str) -> Result<ResetLink> {
        let (token, hash) = one_time(id, &rand::random());
        let made = self.store.write(move |tx| {
            maker.map_or(Ok(()), |actor| still_admin(tx, actor))?;
            existing(tx, id)?;
            let by = maker.map_or_else(By::operator, |actor| actor.by());
            note(tx, &by, &Deed::new(Action::ResetLinkMade).person(id))?;
            let expires_at = tx.now().plus(LIFETIME);
            tx.put(RESETS, &id, &Reset { hash, expires_at })?;
            tx.delete(RESET_WISHES, &id);
            Ok::<_, Error>(expires_at)
        });
        Ok(ResetLink::on(origin, token, made.await?))
    }
}

/// A new password of a known person, checked.
fn chosen(check: &mut Check, field: &str, text: Option<&str>, user: &User) -> Option<Password> {
    let name = full_name(user);
    let about = [user.email.as_str(), &user.first_name, &user.last_name, &name];
    check.take(field, text.ok_or_else(|| "is required".to_owned()).and_then(|text| Password::chosen(text, &about)))
}

fn set_password(tx: &mut Tx<'_, Emission>, id: UserId, hash: &str) -> Result<()> {
    let mut user = existing(tx, id)?;
    hash.clone_into(&mut user.password_hash);
    user.updated_at = tx.now();
    tx.put(USERS, &id, &user)?;
    // A link or wish from before belongs to the password before.
    tx.delete(RESETS, &id);
    tx.delete(RESET_WISHES, &id);
    Ok(())
}

fn good_link(read: &impl Read, id: UserId, hash: &[u8; 32], now: Timestamp) -> Result<()> {
    let link = read.get(RESETS, &id)?.filter(|link| link.hash == *hash && now < link.expires_at);
    link.map(|_| ()).ok_or_else(no_link)
}

fn no_link() -> Error {
    Error::field("token", "is not right, was used before, or has ended; ask the clinic for a new link")
}
