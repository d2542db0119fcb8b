//! The person behind a request, once proved.

use crate::{
    audit::{By, Whence},
    error::{Code, Result},
    ids::{SessionId, UserId},
    store::records::{Role, Verification},
};

/// Who asks. Made only from a valid token of a living sign-in; every rule starts from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub user: UserId,
    /// The sign-in that the token belongs to.
    pub session: SessionId,
    /// The person's role at this moment, not when the token was made.
    pub role: Role,
    /// Whether the clinic has checked the person.
    pub verification: Verification,
    /// From where: the device of the sign-in, and the address as the door sees it.
    pub whence: Whence,
}

impl Actor {
    /// The same, who asks from an address.
    #[must_use]
    pub fn at(self, address: Option<std::net::IpAddr>) -> Self {
        Self { whence: self.whence.at(address), ..self }
    }

    /// As the audit log names the person.
    #[must_use]
    pub fn by(&self) -> By {
        By::person(self.user, Some(self.session), self.whence)
    }

    /// Refuses professionals whom the clinic has not approved: they reach nobody.
    pub fn verified(&self) -> Result<()> {
        if self.verification == Verification::Approved { Ok(()) } else { Err(Code::VerificationPending.into()) }
    }

    /// Refuses professionals whom the clinic has turned away, also after it had let them in: what they were part of goes on without them.
    /// Who only waits has nothing to see yet.
    pub fn admitted(&self) -> Result<()> {
        if self.verification == Verification::Rejected { Err(Code::VerificationPending.into()) } else { Ok(()) }
    }

    /// Refuses everybody but administrators.
    pub fn admin(&self) -> Result<()> {
        if self.role == Role::Admin { Ok(()) } else { Err(Code::Forbidden.into()) }
    }
}
