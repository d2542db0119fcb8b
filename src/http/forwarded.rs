//! The address that a proxy names for a client, before anything else looks at it.

use rocket::{
    Data, Request,
    fairing::{Fairing, Info, Kind},
    http::Header,
};
use std::{
    net::{IpAddr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
};

/// Leaves exactly one address in the header of the proxy, if one is configured. Of a proxy that is known it is the one that the proxy
/// itself has put there, which is the last: what stands before it may come from the client. Where that is no address it becomes 0.0.0.0,
/// which is nobody's: Rocket would take the proxy's own address instead, and that is this machine's as a rule. Of everybody else it is the
/// address from which they speak, whatever they claim.
pub struct Forwarded {
    header: Option<String>,
    proxies: Vec<IpAddr>,
    /// Whether the operator has been told of somebody else.
    told: AtomicBool,
}

#[rocket::async_trait]
impl Fairing for Forwarded {
    fn info(&self) -> Info {
        Info { name: "the client's address", kind: Kind::Request }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let Some(name) = &self.header else { return };
        let Some(said) = request.headers().get(name).last() else { return };
        let peer = request.remote().map(|peer| peer.ip());
        let is_known = peer.is_some_and(|peer| self.is_proxy(peer));
        if !is_known && !self.told.swap(true, Ordering::Relaxed) {
            // Once: whoever can reach the port can claim something. It may also be a proxy that nobody has listed.
            tracing::warn!(
                peer = peer.map(tracing::field::display),
                header = name,
                "somebody who is not in server.proxies names a client; that is not believed"
            );
        }
        let address = if is_known { last(said) } else { peer };
        let address = address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        request.replace_header(Header::new(name.clone(), address.to_string()));
    }
}

impl Forwarded {
    /// Believes the `header`, if there is one, of the `proxies` alone.
    #[must_use]
    pub fn new(header: Option<String>, proxies: Vec<IpAddr>) -> Self {
        Self { header, proxies, told: AtomicBool::new(false) }
    }

    fn is_proxy(&self, peer: IpAddr) -> bool {
        self.proxies.iter().any(|proxy| proxy.to_canonical() == peer.to_canonical())
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
    use rocket::{get, local::asynchronous::Client, routes};

    #[get("/")]
    fn seen(address: IpAddr) -> String {
        address.to_string()
    }

    #[rocket::async_test]
    async fn only_a_proxy_that_is_known_names_its_client() {
        let proxies = ["127.0.0.1", "::1", "10.0.0.5"].map(|text| text.parse().unwrap()).into();
        let figment = rocket::Config::figment().merge(("ip_header", "X-Real-IP")).merge(("log_level", "off"));
        let forwarded = Forwarded::new(Some("X-Real-IP".into()), proxies);
        let client = Client::untracked(rocket::custom(figment).attach(forwarded).mount("/", routes![seen])).await.unwrap();
        for (peer, said, address) in [
            ("127.0.0.1:9", &["203.0.113.9"][..], "203.0.113.9"),
            ("[::1]:9", &["203.0.113.9"], "203.0.113.9"),
            ("[::ffff:10.0.0.5]:9", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.5:9", &["nonsense"], "0.0.0.0"),
            ("10.0.0.5:9", &[], "10.0.0.5"),
            ("10.0.0.6:9", &["127.0.0.1"], "10.0.0.6"),
            ("10.0.0.6:9", &["203.0.113.9", "127.0.0.1"], "10.0.0.6"),
            ("10.0.0.6:9", &["nonsense"], "10.0.0.6"),
            ("10.0.0.6:9", &[], "10.0.0.6"),
            ("[2001:db8::7]:9", &["::1"], "2001:db8::7"),
        ] {
            let request = client.get("/").remote(peer.parse().unwrap());
            let request = said.iter().fold(request, |request, said| request.header(Header::new("x-real-ip", *said)));
            assert_eq!(request.dispatch().await.into_string().await.as_deref(), Some(address), "{peer} says {said:?}");
        }
    }

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
