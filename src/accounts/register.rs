//! Registration.

use super::{
    Accounts, Device,
    email::Email,
    password::Password,
    validate::{Check, SHORT, phone},
};
use crate::{
    audit::{Deed, note},
    contract::{Emission, SignedIn, Word as _, account::RegisterBody},
    error::{Code, Result},
    ids::UserId,
    store::{
        Read, Tx,
        records::{Role, User, Verification, audit::Action},
        tables::{LOGINS, META, USERS},
    },
};

/// Set in `META` as soon as there is an administrator; from then on nobody can make the first one.
pub(super) const ADMIN_MADE: &str = "admin_made";

/// A person who may be added: every field was checked.
#[derive(Clone)]
pub(super) struct Newcomer {
    pub email: Email,
    pub first_name: String,
    pub last_name: String,
    pub role: Role,
    pub verification: Verification,
    pub specialty: Option<String>,
    pub license_number: Option<String>,
    pub phone: Option<String>,
}

impl Newcomer {
    /// Checks what somebody says who registers. Administrators do not register.
    pub fn check(body: RegisterBody, professionals: Verification) -> Result<(Self, Password)> {
        let mut check = Check::default();
        let role = match body.role.as_deref().map(str::trim) {
            None => check.take("role", Err("is required: mom, doctor, midwife or service_provider".into())),
            Some(word) => {
                let role = Role::from_word(word).filter(|role| *role != Role::Admin);
                check.take("role", role.ok_or_else(|| "must be mom, doctor, midwife or service_provider".into()))
            }
        };
        Self::check_as(body, role.unwrap_or(Role::Mom), professionals, check)
    }

    /// Checks everything but the role.
    pub fn check_as(body: RegisterBody, role: Role, professionals: Verification, mut check: Check) -> Result<(Self, Password)> {
        let first_name = check.required("firstName", body.first_name, SHORT);
        let last_name = check.required("lastName", body.last_name, SHORT);
        let shown = body.email.unwrap_or_default();
        let email = check.take("email", if shown.is_empty() { Err("is required".into()) } else { Email::parse(&shown) });
        let about = [shown.as_str(), &first_name, &last_name, &format!("{first_name} {last_name}"), &format!("{first_name}{last_name}")];
        let password = match &body.password {
            None => check.take("password", Err("is required".into())),
            Some(text) => check.take("password", Password::chosen(text, &about)),
        };
        let phone = body.phone.filter(|text| !text.trim().is_empty()).and_then(|text| check.take("phone", phone(&text)));
        let specialty = check.optional("specialty", body.specialty, SHORT);
        let license_number = check.optional("licenseNumber", body.license_number, SHORT);
        check.finish()?;
        let (Some(email), Some(password)) = (email, password) else { return Err(Code::Validation.into()) };
        let verification = if role.is_professional() { professionals } else { Verification::Approved };
        Ok((Self { email, first_name, last_name, role, verification, specialty, license_number, phone }, password))
    }
}

impl Accounts {
    /// Makes an account and signs in.
    pub async fn register(&self, body: RegisterBody, device: &Device) -> Result<SignedIn> {
        let (newcomer, password) = Newcomer::check(body, self.config.approval.at_first())?;
        self.store.read(|read| refuse_taken(read, &newcomer.email))?;
        let hash = self.hasher.hash(&password).await?;
        let opener = self.opener(device);
        let made = self.store.write(move |tx| {
            let (id, user) = add(tx, &newcomer, &hash)?;
            note(tx, &opener.device.person(id), &Deed::new(Action::Registered).detail(user.role.word()))?;
            opener.open(tx, id, user)
        });
        self.signed_in(made.await?)
    }
}

pub(super) fn refuse_taken(read: &impl Read, email: &Email) -> Result<()> {
    if read.get(LOGINS, &email.folded)?.is_some() { Err(Code::EmailInUse.into()) } else { Ok(()) }
}

/// Adds a person.
pub(super) fn add(tx: &mut Tx<'_, Emission>, newcomer: &Newcomer, hash: &str) -> Result<(UserId, User)> {
    refuse_taken(tx, &newcomer.email)?;
    let (id, now) = (UserId(tx.fresh()), tx.now());
    let (email, names) = (newcomer.email.shown.clone(), (newcomer.first_name.clone(), newcomer.last_name.clone()));
    let user = User {
        password_hash: hash.to_owned(),
        phone: newcomer.phone.clone(),
        license_number: newcomer.license_number.clone(),
        specialty: newcomer.specialty.clone(),
        ..User::new(email, names, newcomer.role, newcomer.verification, now)
    };
    tx.put(USERS, &id, &user)?;
    tx.put(LOGINS, &newcomer.email.folded, &id)?;
    if user.role == Role::Admin {
        tx.put(META, &ADMIN_MADE.to_owned(), &1)?;
    }
    Ok((id, user))
}
