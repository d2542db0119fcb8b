//! What the operator does at the machine itself, without signing in.

use super::{
    Accounts, admin, email,
    register::{Newcomer, add},
    validate::Check,
};
use crate::{
    audit::{By, Deed, note},
    contract::{ResetLink, UserView, Word as _, account::RegisterBody},
    error::{Code, Error, Result},
    ids::UserId,
    store::{
        Read as _,
        records::{Role, Verification, audit::Action},
        tables::LOGINS,
    },
};

/// A person to be made by the operator.
#[derive(Clone)]
pub struct NewPerson {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Role; all roles are allowed.
    pub role: Role,
    /// Field of work.
    pub specialty: Option<String>,
}

impl Accounts {
    /// Makes a person who may work at once.
    pub async fn create_person(&self, person: NewPerson) -> Result<UserView> {
        let NewPerson { first_name, last_name, email, password, role, specialty } = person;
        let body = RegisterBody {
            first_name: Some(first_name),
            last_name: Some(last_name),
            email: Some(email),
            password: Some(password),
            specialty,
            ..RegisterBody::default()
        };
        let (newcomer, password) = Newcomer::check_as(body, role, Verification::Approved, Check::default())?;
        let hash = self.hasher.hash(&password).await?;
        let made = self.store.write(move |tx| {
            let (id, user) = add(tx, &newcomer, &hash)?;
            note(tx, &By::operator(), &Deed::new(Action::PersonMade).person(id).detail(role.word()))?;
            Ok::<_, Error>((id, user))
        });
        let (id, user) = made.await?;
        self.full_view(id, &user)
    }

    /// Lets a professional work.
    pub async fn approve_by_email(&self, email: &str) -> Result<UserView> {
        let id = self.find_by_email(email)?;
        let approve = |tx: &mut crate::store::Tx<'_, _>, id, user: &mut _| admin::verify(tx, id, user, Verification::Approved, None);
        let changed = self.store.write(move |tx| {
            note(tx, &By::operator(), &Deed::new(Action::Approved).person(id))?;
            admin::change_user(tx, id, approve)
        });
        let user = changed.await?;
        self.full_view(id, &user)
    }

    /// A link for a new password.
    pub async fn reset_link_by_email(&self, email: &str, origin: &str) -> Result<ResetLink> {
        self.make_reset_link(self.find_by_email(email)?, None, origin).await
    }

    /// Everybody, the oldest account first.
    pub fn everybody(&self) -> Result<Vec<UserView>> {
        let mut people = self.all_people()?;
        people.sort_by_key(|(id, user)| (user.created_at, *id));
        self.store.read(|read| people.iter().map(|(id, user)| self.administered_view(read, *id, user)).collect())
    }

    fn find_by_email(&self, email: &str) -> Result<UserId> {
        let folded = email::fold(email);
        let found: Option<UserId> = self.store.read(|read| read.get(LOGINS, &folded)).map_err(Error::from)?;
        found.ok_or_else(|| Code::UserNotFound.into())
    }
}
