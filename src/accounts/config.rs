//! What of accounts can be set.

use crate::config::{self, Approval};
use std::time::Duration;

/// Settings of accounts.
#[derive(Clone)]
pub struct AccountsConfig {
    /// Whether professionals may work without anybody's approval.
    pub approval: Approval,
    /// Each step doubles the work of guessing, and of signing in.
    pub bcrypt_cost: u32,
    /// Signs tokens. At least 32 bytes; see [`super::secret`].
    pub secret: Vec<u8>,
    /// How long an access token lasts.
    pub token_lifetime: Duration,
    /// A sign-in that nobody uses ends after this.
    pub session_idle: Duration,
    /// Every sign-in ends after this.
    pub session_max: Duration,
    /// Who makes the tokens.
    pub issuer: String,
    /// For whom the tokens are.
    pub audience: String,
}

impl AccountsConfig {
    /// The settings of the server, and the secret that was given or made.
    #[must_use]
    pub fn new(settings: &config::Accounts, secret: Vec<u8>) -> Self {
        Self {
            approval: settings.approve_professionals,
            bcrypt_cost: settings.bcrypt_cost,
            secret,
            token_lifetime: settings.jwt_expire,
            session_idle: settings.session_idle,
            session_max: settings.session_max,
            issuer: "mommycare".into(),
            audience: "mommycare".into(),
        }
    }
}
