//! Who may reach whom: a table of roles that the clinic sets.

use super::parse::Value;
use crate::store::records::Role;

/// How far one role reaches another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not at all: neither knows that the other exists.
    Never,
    /// Only in a conversation in which the other has written.
    InAnswer,
    /// Finds, opens and writes.
    Always,
}

impl Value for Reach {
    fn read(text: &str) -> Option<Self> {
        match text {
            "never" => Some(Self::Never),
            "in_answer" => Some(Self::InAnswer),
            "always" => Some(Self::Always),
            _ => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Never => "never".into(),
            Self::InAnswer => "in_answer".into(),
            Self::Always => "always".into(),
        }
    }
}

/// How far a role reaches each role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The roles.
pub struct Reaches {
    pub mom: Reach,
    pub doctor: Reach,
    pub midwife: Reach,
    pub service_provider: Reach,
    pub admin: Reach,
}

impl Reaches {
    fn entry(&mut self, to: Role) -> &mut Reach {
        match to {
            Role::Mom => &mut self.mom,
            Role::Doctor => &mut self.doctor,
            Role::Midwife => &mut self.midwife,
            Role::ServiceProvider => &mut self.service_provider,
            Role::Admin => &mut self.admin,
        }
    }
}

/// The table, by the role that reaches out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // The roles.
pub struct Policy {
    pub mom: Reaches,
    pub doctor: Reaches,
    pub midwife: Reaches,
    pub service_provider: Reaches,
    pub admin: Reaches,
}

impl Default for Policy {
    fn default() -> Self {
        use Reach::{Always as Y, InAnswer as A, Never as N};
        let row = |[mom, doctor, midwife, service_provider, admin]: [Reach; 5]| Reaches { mom, doctor, midwife, service_provider, admin };
        Self {
            //        mom doctor midwife service admin
            mom: row([N, Y, Y, Y, N]),
            doctor: row([Y, Y, Y, Y, Y]),
            midwife: row([Y, Y, Y, Y, Y]),
            service_provider: row([A, Y, Y, N, Y]),
            // Answers colleagues, looks into nothing.
            admin: row([N, Y, Y, Y, Y]),
        }
    }
}

impl Policy {
    /// How far `from` reaches `to`.
    #[must_use]
    pub fn reach(mut self, from: Role, to: Role) -> Reach {
        *self.entry(from, to)
    }

    /// The same table with one entry changed.
    #[must_use]
    pub fn with(mut self, from: Role, to: Role, reach: Reach) -> Self {
        *self.entry(from, to) = reach;
        self
    }

    fn entry(&mut self, from: Role, to: Role) -> &mut Reach {
        match from {
            Role::Mom => self.mom.entry(to),
            Role::Doctor => self.doctor.entry(to),
            Role::Midwife => self.midwife.entry(to),
            Role::ServiceProvider => self.service_provider.entry(to),
            Role::Admin => self.admin.entry(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Admin, Doctor, Midwife, Mom, ServiceProvider};

    #[test]
    fn the_default_is_the_clinics_table() {
        let policy = Policy::default();
        for (from, to, reach) in [
            (Mom, Mom, Reach::Never),
            (Mom, Doctor, Reach::Always),
            (Mom, Midwife, Reach::Always),
            (Mom, ServiceProvider, Reach::Always),
            (Mom, Admin, Reach::Never),
            (Doctor, Mom, Reach::Always),
            (Midwife, Doctor, Reach::Always),
            (Doctor, Admin, Reach::Always),
            (ServiceProvider, Mom, Reach::InAnswer),
            (ServiceProvider, Doctor, Reach::Always),
            (ServiceProvider, ServiceProvider, Reach::Never),
            (ServiceProvider, Admin, Reach::Always),
            (Admin, Mom, Reach::Never),
        ] {
            assert_eq!(policy.reach(from, to), reach, "{from:?} to {to:?}");
        }
        assert_eq!(policy.with(Doctor, Mom, Reach::InAnswer).reach(Doctor, Mom), Reach::InAnswer);
    }
}
