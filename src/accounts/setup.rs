//! The first administrator: made once, with a token that only whoever started the server knows.

use super::{
    Accounts, Device, minutes,
    register::{ADMIN_MADE, Newcomer, add},
    seconds_until,
    validate::Check,
};
use crate::{
    audit::{Deed, note},
    clock::Timestamp,
    contract::{
        SignedIn,
        account::{RegisterBody, SetupBody},
    },
    error::{Code, Error, Result},
    store::{
        Read,
        records::{Role, Verification, audit::Action},
        tables::META,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::time::Duration;

/// How long the token lasts after the start.
const LIFETIME: Duration = minutes(60);
/// How many wrong tokens are looked at within [`PAUSE`]; a token of one's own choice may be short.
const MISTAKES: u32 = 10;
/// For how long none is looked at after too many mistakes.
const PAUSE: Duration = minutes(1);
/// Fewest characters of a token of one's own choice.
const MIN_CHARS: usize = 8;

/// What the token is measured against. Kept in memory: it ends with the process.
#[derive(Default)]
pub(super) struct Gate {
    expected: Option<([u8; 32], Timestamp)>,
    mistakes: u32,
    since: Timestamp,
}

impl Accounts {
    /// Makes the token for the first administrator: the given one or a random one. `None` when there is an administrator.
    pub fn begin_setup(&self, chosen: Option<String>) -> Result<Option<String>> {
        if !self.setup_required()? {
            return Ok(None);
        }
        let token = chosen.filter(|token| !token.is_empty()).unwrap_or_else(|| URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>()));
        if token.chars().count() < MIN_CHARS {
            return Err(Error::field("MOMMYCARE_SETUP_TOKEN", format!("must have at least {MIN_CHARS} characters")));
        }
        let expected = (Sha256::digest(&token).into(), self.now().plus(LIFETIME));
        *self.setup.lock() = Gate { expected: Some(expected), ..Gate::default() };
        Ok(Some(token))
    }

    /// Whether a first administrator is still wanted.
    pub fn setup_required(&self) -> Result<bool> {
        self.store.read(|read| no_admin(read))
    }

    /// Makes the first administrator and signs in.
    pub async fn setup(&self, body: SetupBody, device: &Device) -> Result<SignedIn> {
        if !self.setup_required()? {
            return Err(Code::NotFound.into());
        }
        let mut check = Check::default();
        match body.token.as_deref().unwrap_or_default() {
            "" => check.wrong("token", "is required: it stands in the link that the server printed at its start"),
            token => self.check_token(token)?,
        }
        let SetupBody { first_name, last_name, email, password, .. } = body;
        let person = RegisterBody { first_name, last_name, email, password, ..RegisterBody::default() };
        let (newcomer, password) = Newcomer::check_as(person, Role::Admin, Verification::Approved, check)?;
        let hash = self.hasher.hash(&password).await?;
        let opener = self.opener(device);
        let made = self.store.write(move |tx| {
            if !no_admin(tx)? {
                return Err(Code::NotFound.into());
            }
            let (id, user) = add(tx, &newcomer, &hash)?;
            note(tx, &opener.device.person(id), &Deed::new(Action::SetUp))?;
            opener.open(tx, id, user)
        });
        let first = made.await?;
        self.setup.lock().expected = None;
        self.signed_in(first)
    }

    fn check_token(&self, token: &str) -> Result<()> {
        let now = self.now();
        let mut gate = self.setup.lock();
        if gate.since.plus(PAUSE) <= now {
            (gate.mistakes, gate.since) = (0, now);
        }
        if gate.mistakes >= MISTAKES {
            return Err(Error::new(Code::RateLimited).retry_after(seconds_until(gate.since.plus(PAUSE), now)));
        }
        let hash: [u8; 32] = Sha256::digest(token).into();
        if gate.expected.is_some_and(|(expected, until)| expected == hash && now < until) {
            return Ok(());
        }
        gate.mistakes += 1;
        let message = "The setup link is not right or has ended after its hour. Start the server again for a new one.";
        Err(Error::with(Code::Forbidden, message))
    }
}

fn no_admin(read: &impl Read) -> Result<bool> {
    Ok(read.get(META, &ADMIN_MADE.to_owned())?.is_none())
}
