//! Servers that help two devices to find a way to each other, and the passwords for them.
//!
//! On one network none is needed. A TURN server passes on what cannot go straight; whoever may use it proves that by a name that
//! says until when and who, and a password that only the two servers can make (`use-auth-secret` of coturn). So nothing that a
//! browser learns lasts.

use crate::{clock::Timestamp, config, contract::IceServer, ids::UserId};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use std::{fmt, time::Duration};

/// What the operator has set.
pub struct Ice {
    stun: Vec<String>,
    turn: Vec<String>,
    secret: Option<Hmac<Sha1>>,
    lasts: Duration,
    /// Devices are to use nothing but a TURN server, so that neither learns where the other is.
    pub relay_only: bool,
}

impl fmt::Debug for Ice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ice").field("stun", &self.stun).field("turn", &self.turn).finish_non_exhaustive()
    }
}

impl Ice {
    /// Of the settings. TURN servers without a secret are left out: browsers take none without a password.
    #[must_use]
    pub fn new(settings: &config::Calls) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let keyed = |secret: &String| Hmac::new_from_slice(secret.as_bytes()).expect("a key of any length");
        Self {
            stun: settings.stun.clone(),
            turn: settings.turn.clone(),
            secret: settings.turn_secret.as_ref().map(keyed),
            lasts: settings.turn_ttl,
            relay_only: settings.relay_only,
        }
    }

    /// For how many seconds a password lasts, where there are any.
    #[must_use]
    pub fn ttl(&self) -> Option<u64> {
        self.secret.as_ref().filter(|_| !self.turn.is_empty()).map(|_| self.lasts.as_secs())
    }

    /// The servers, with a name and a password for this person from now on.
    #[must_use]
    pub fn servers(&self, user: UserId, now: Timestamp) -> Vec<IceServer> {
        let mut servers = Vec::new();
        if !self.stun.is_empty() {
            servers.push(IceServer { urls: self.stun.clone(), username: None, credential: None });
        }
        if let Some(secret) = self.secret.as_ref().filter(|_| !self.turn.is_empty()) {
            let name = format!("{}:{user}", now.plus(self.lasts).seconds());
            let password = STANDARD.encode(secret.clone().chain_update(&name).finalize().into_bytes());
            servers.push(IceServer { urls: self.turn.clone(), username: Some(name), credential: Some(password) });
        }
        servers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn passwords_are_those_that_coturn_expects() {
        let settings = config::Calls {
            stun: vec!["stun:stun.example.org".into()],
            turn: vec!["turn:turn.example.org:3478?transport=udp".into()],
            turn_secret: Some("north".into()),
            turn_ttl: Duration::from_mins(10),
            ..Config::default().calls
        };
        let ice = Ice::new(&settings);
        let servers = ice.servers(UserId(7), Timestamp(1_795_000_000_999));
        assert_eq!(servers[0], IceServer { urls: settings.stun.clone(), username: None, credential: None });
        // echo -n 1795000600:0000000000000007 | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(servers[1].username.as_deref(), Some("1795000600:0000000000000007"));
        assert_eq!(servers[1].credential.as_deref(), Some("VxNZsVn3hmmv1gi5k/uDPJjcsUc="));
        assert_eq!(ice.ttl(), Some(600));
        assert!(!format!("{ice:?}").contains("north"));
    }

    #[test]
    fn nothing_is_set_at_first() {
        let ice = Ice::new(&Config::default().calls);
        assert_eq!((ice.servers(UserId(7), Timestamp(0)), ice.ttl()), (vec![], None));
    }
}
