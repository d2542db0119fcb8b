//! The rules of accounts, from outside the module's parts: a store in memory, a clock that can jump, the cheapest hash.

mod administration;
mod passwords;
mod sign_in;
mod tokens;

use super::{Accounts, AccountsConfig, Actor, Device, Door};
use crate::{
    audit::Audit,
    clock::{Clock, Timestamp},
    config::{self, Approval},
    contract::{
        Audience, Emission, Event, Presence, SignedIn,
        account::{LoginBody, RegisterBody, SetupBody},
    },
    error::{Code, Error, Result},
    store::Store,
};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

pub(super) const SECRET: &[u8; 32] = b"lotus pond, a secret for tests..";
pub(super) const PASSWORD: &str = "four plain words here";
/// A device that says nothing of itself.
pub(super) const NOWHERE: &Device = &Device { user_agent: String::new(), address: String::new() };
const HOUR: Duration = Duration::from_hours(1);

/// A clinic with a clock.
pub(super) struct Clinic {
    pub accounts: Accounts,
    now: Arc<AtomicU64>,
    events: Arc<Mutex<Vec<Emission>>>,
}

impl Clinic {
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut AccountsConfig)) -> Self {
        let settings = config::Config::default().accounts;
        let mut config = AccountsConfig::new(&settings, SECRET.to_vec());
        config.bcrypt_cost = 4;
        change(&mut config);
        let now = Arc::new(AtomicU64::new(1_795_356_643_123));
        let clock = Clock::new({
            let now = now.clone();
            move || Timestamp(now.load(Ordering::SeqCst))
        });
        let events = Arc::new(Mutex::new(Vec::new()));
        let kept = events.clone();
        let store = Store::in_memory(clock, Box::new(move |new| kept.lock().extend(new)));
        let accounts = Accounts::new(Arc::new(Audit::new(Arc::new(store))), config, Arc::new(|_| Presence::offline(None))).unwrap();
        Self { accounts, now, events }
    }

    pub fn wait(&self, time: Duration) {
        self.now.fetch_add(u64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub async fn register(&self, name: &str, role: &str) -> SignedIn {
        self.accounts.register(newcomer(name, role), &Device::default()).await.unwrap()
    }

    pub async fn admin(&self) -> SignedIn {
        let token = self.accounts.begin_setup(None).unwrap();
        self.accounts.setup(first_admin(token), &Device::default()).await.unwrap()
    }

    pub async fn login(&self, name: &str, password: &str) -> Result<SignedIn> {
        let body = LoginBody { email: Some(address(name)), password: Some(password.into()), totp: None };
        self.accounts.login(body, Door::Everybody, &Device::default()).await
    }

    pub fn actor(&self, signed_in: &SignedIn) -> Actor {
        self.accounts.authenticate(&signed_in.token).unwrap()
    }

    pub fn revoked(&self, signed_in: &SignedIn) -> bool {
        self.accounts.authenticate(&signed_in.token).is_err_and(|error| error.code == Code::TokenRevoked)
    }

    /// For whose sockets the end of a sign-in was published since the last look.
    pub fn ended(&self) -> Vec<Audience> {
        let events = std::mem::take(&mut *self.events.lock());
        events.into_iter().filter(|e| matches!(e.event, Event::SessionRevoked { .. })).map(|e| e.to).collect()
    }
}

pub(super) fn address(name: &str) -> String {
    format!("{name}@lotuspond.example")
}

pub(super) fn newcomer(name: &str, role: &str) -> RegisterBody {
    RegisterBody {
        first_name: Some(name.into()),
        last_name: Some("Senanayake".into()),
        email: Some(address(name)),
        password: Some(PASSWORD.into()),
        role: Some(role.into()),
        ..RegisterBody::default()
    }
}

pub(super) fn first_admin(token: Option<String>) -> SetupBody {
    SetupBody {
        token,
        first_name: Some("Ruwani".into()),
        last_name: Some("Senanayake".into()),
        email: Some(address("ruwani")),
        password: Some(PASSWORD.into()),
    }
}

pub(super) fn code<T>(result: Result<T>) -> Code {
    result.err().map(|Error { code, .. }| code).unwrap()
}

#[test]
fn approval_by_hand_is_the_default() {
    assert_eq!(config::Config::default().accounts.approve_professionals, Approval::Manual);
}
