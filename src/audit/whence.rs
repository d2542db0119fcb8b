//! Who does something, and from where.

use crate::{
    ids::{SessionId, UserId},
    store::records::audit::{Author, Browser, Program, System},
};
use std::net::IpAddr;

/// From where somebody does something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Whence {
    /// The address; behind a configured proxy the one that it names.
    pub address: Option<IpAddr>,
    /// The program.
    pub browser: Browser,
}

impl Whence {
    /// From an address, with a program as it names itself.
    #[must_use]
    pub fn new(address: Option<IpAddr>, user_agent: &str) -> Self {
        Self { address, browser: browser(user_agent) }.at(address)
    }

    /// The same from another address. One of IPv4 stays one, however it came.
    #[must_use]
    pub fn at(self, address: Option<IpAddr>) -> Self {
        Self { address: address.map(|address| address.to_canonical()), ..self }
    }
}

/// Who does something, in which sign-in, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct By {
    /// Who.
    pub author: Author,
    /// In which sign-in; none before there is one.
    pub session: Option<SessionId>,
    /// From where.
    pub whence: Whence,
}

impl By {
    /// Somebody with an account, as proved.
    #[must_use]
    pub fn person(user: UserId, session: Option<SessionId>, whence: Whence) -> Self {
        Self { author: Author::Person(user), session, whence }
    }

    /// Somebody who has not proved who they are.
    #[must_use]
    pub fn nobody(whence: Whence) -> Self {
        Self { author: Author::Nobody, session: None, whence }
    }

    /// Whoever sits at the machine itself.
    #[must_use]
    pub fn operator() -> Self {
        Self { author: Author::Operator, session: None, whence: Whence::default() }
    }

    /// The program, by itself.
    #[must_use]
    pub fn server() -> Self {
        Self { author: Author::Server, session: None, whence: Whence::default() }
    }
}

/// Marks in what browsers say of themselves. Most name others too, so the one that only few have comes first.
const PROGRAMS: &[(&str, Program)] = &[
    ("Edg", Program::Edge),
    ("OPR/", Program::Opera),
    ("SamsungBrowser/", Program::Samsung),
    ("Firefox/", Program::Firefox),
    ("FxiOS/", Program::Firefox),
    ("CriOS/", Program::Chrome),
    ("Chrome/", Program::Chrome),
    ("Safari/", Program::Safari),
];
const SYSTEMS: &[(&str, System)] = &[
    ("Android", System::Android),
    ("iPhone", System::IPhone),
    ("iPad", System::IPad),
    ("Windows", System::Windows),
    ("Mac OS", System::MacOs),
    ("Linux", System::Linux),
];

/// What a program is, from what it says about itself. Only what is known here is kept of that, so nobody writes into the log.
#[must_use]
pub fn browser(user_agent: &str) -> Browser {
    fn find<T: Copy + Default>(text: &str, table: &[(&str, T)]) -> T {
        table.iter().find(|(mark, _)| text.contains(mark)).map(|(_, known)| *known).unwrap_or_default()
    }
    Browser { program: find(user_agent, PROGRAMS), system: find(user_agent, SYSTEMS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart() {
        let phone =
            "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36";
        assert_eq!(browser(phone), Browser { program: Program::Chrome, system: System::Android });
        let apple = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(browser(apple), Browser { program: Program::Safari, system: System::IPhone });
        let desk =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0";
        assert_eq!(browser(desk), Browser { program: Program::Edge, system: System::Windows });
        assert_eq!(browser("=HYPERLINK(\"words of a stranger\")"), Browser::default());
    }

    #[test]
    fn an_address_is_the_same_however_it_comes() {
        let mapped = Whence::new("::ffff:192.0.2.7".parse().ok(), "");
        assert_eq!(mapped, Whence::new("192.0.2.7".parse().ok(), ""));
    }
}
