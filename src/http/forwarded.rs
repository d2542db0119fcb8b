//! The address that a proxy names for a client, before anything else looks at it.

use rocket::{
    Data, Request,
    fairing::{Fairing, Info, Kind},
    http::Header,
};
use std::net::{IpAddr, SocketAddr};

/// Leaves exactly one address in the header of the proxy, if one is configured: the one that the proxy itself has put there, which is the
/// last. What stands before it may come from the client. Where that is no address it becomes 0.0.0.0, which is nobody's: Rocket would take the
/// proxy's own address instead, and that is this machine's as a rule.
pub struct Forwarded(pub Option<String>);

#[rocket::async_trait]
impl Fairing for Forwarded {
    fn info(&self) -> Info {
        Info { name: "the client's address", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let Some(name) = &self.0 else { return };
        let Some(said) = request.headers().get(name).last() else { return };
        let address = last(said).unwrap_or(IpAddr::from([0, 0, 0, 0]));
        request.replace_header(Header::new(name.clone(), address.to_string()));
    }
}

/// The last address of a list; some proxies say the port too.
fn last(list: &str) -> Option<IpAddr> {
    let text = list.rsplit(',').next().unwrap_or_default().trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse().map(|address: SocketAddr| address.ip()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_counts() {
        for (list, address) in [
            ("203.0.113.9", Some("203.0.113.9")),
            ("127.0.0.1, 203.0.113.9", Some("203.0.113.9")),
            ("nonsense,203.0.113.9 ", Some("203.0.113.9")),
            ("203.0.113.9:4711", Some("203.0.113.9")),
            ("10.0.0.1, 2001:db8::1", Some("2001:db8::1")),
            ("[2001:db8::1]:443", Some("2001:db8::1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("203.0.113.9, nonsense", None),
            ("203.0.113.9,", None),
            ("", None),
        ] {
            assert_eq!(last(list), address.map(|text| text.parse().unwrap()), "{list:?}");
        }
    }
}
