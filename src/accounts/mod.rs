//! Accounts: who somebody is, and how they prove it.

mod actor;

pub use actor::Actor;

/// Placeholder until the accounts arrive.
pub struct Accounts;
impl Accounts {
    /// Refuses everybody.
    pub fn authenticate(&self, _: &str) -> crate::error::Result<Actor> {
        Err(crate::error::Code::Unauthorized.into())
    }
}
