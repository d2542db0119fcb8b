//! Addresses of files: absolute, on the host that the client used, and signed for one reader and a while.
//!
//! A signature says who reads and until when. Whether that person may still read is asked again at each request.

use crate::{
    clock::{Clock, Timestamp},
    contract::{FileView, WithFiles},
    error::{Code, Error, Result},
    ids::UserId,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// How long an address works, in seconds; up to an hour less, so that it stays the same for a while and browsers know it again.
const LASTS: u64 = 12 * 3600;
const HOUR: u64 = 3600;
/// Bytes of a signature.
const SEAL: usize = 16;

/// Signs and checks addresses.
pub struct Links {
    key: Hmac<Sha256>,
    clock: Clock,
    public_url: Option<String>,
    scheme: &'static str,
}

impl Links {
    /// With a key of its own, made from the server's secret. All addresses are on `public_url` if there is one, else on the host that
    /// the client named, with `scheme`.
    pub fn new(secret: &[u8], clock: Clock, public_url: Option<String>, scheme: &'static str) -> Self {
        let derived = keyed(secret).chain_update(b"mommycare: addresses of files, 1").finalize().into_bytes();
        Self { key: keyed(&derived), clock, public_url, scheme }
    }

    /// Scheme and host for a client that named this host.
    pub fn base(&self, host: &str) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("{}://{}", self.scheme, clean_host(host)))
    }

    /// Puts absolute, signed addresses into whatever a reader is about to get.
    pub fn fill(&self, view: &mut impl WithFiles, reader: UserId, base: &str) {
        let expires = (self.clock.now().seconds() / HOUR) * HOUR + LASTS;
        view.each_file(&mut |file: &mut FileView| {
            file.url = self.sign(&file.path, reader, expires, base);
            if let Some(small) = &mut file.thumbnail_url {
                *small = self.sign(small.split('?').next().unwrap_or_default(), reader, expires, base);
            }
        });
    }

    fn sign(&self, path: &str, reader: UserId, expires: u64, base: &str) -> String {
        // A path that has a base already is given another.
        let path = path.find("/uploads/").map_or(path, |at| path.get(at..).unwrap_or_default());
        let mut seal = reader.0.to_be_bytes().to_vec();
        seal.extend_from_slice(self.mac(path, reader, expires).finalize().into_bytes().get(..SEAL).unwrap_or_default());
        format!("{base}{path}?e={expires}&s={}", URL_SAFE_NO_PAD.encode(seal))
    }

    fn mac(&self, path: &str, reader: UserId, expires: u64) -> Hmac<Sha256> {
        let mac = self.key.clone();
        mac.chain_update(reader.0.to_be_bytes()).chain_update(expires.to_be_bytes()).chain_update(path)
    }

    /// For whom an address was made; refuses one that was changed or has run out.
    pub fn reader(&self, path: &str, expires: &str, seal: &str) -> Result<UserId> {
        let wrong = || Error::with(Code::Forbidden, "This address of a file is not valid. Please load the conversation again.");
        let seal = URL_SAFE_NO_PAD.decode(seal).map_err(|_| wrong())?;
        let expires: u64 = expires.parse().map_err(|_| wrong())?;
        let (reader, seal) = seal.split_first_chunk::<8>().filter(|(_, seal)| seal.len() == SEAL).ok_or_else(wrong)?;
        let reader = UserId(u64::from_be_bytes(*reader));
        self.mac(path, reader, expires).verify_truncated_left(seal).map_err(|_| wrong())?;
        if Timestamp(expires.saturating_mul(1000)) <= self.clock.now() {
            return Err(Error::with(Code::Forbidden, "This address of a file has run out. Please load the conversation again."));
        }
        Ok(reader)
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    Hmac::new_from_slice(key).expect("a key of any length")
}

/// A host that can stand in an address; anything else becomes `localhost`.
fn clean_host(host: &str) -> &str {
    let valid = !host.is_empty() && host.len() <= 255 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    if valid { host } else { "localhost" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    };

    const PATH: &str = "/uploads/chat/images/0000000000000abc.jpg";

    fn links() -> (Links, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(1_795_000_000_000));
        let clock = time.clone();
        (Links::new(&[7; 64], Clock::new(move || Timestamp(clock.load(Ordering::Relaxed))), None, "http"), time)
    }

    fn parts(url: &str) -> (String, String) {
        let (e, s) = url.split_once("?e=").unwrap().1.split_once("&s=").unwrap();
        (e.into(), s.into())
    }

    #[test]
    fn an_address_works_for_its_reader_and_its_time() {
        let (links, time) = links();
        let expires = links.clock.now().seconds() + LASTS;
        let url = links.sign(PATH, UserId(5), expires, "http://clinic.example");
        assert!(url.starts_with("http://clinic.example/uploads/chat/images/0000000000000abc.jpg?e="), "{url}");
        let (e, s) = parts(&url);
        assert_eq!(links.reader(PATH, &e, &s), Ok(UserId(5)));
        let later = (e.parse::<u64>().unwrap() + 1).to_string();
        for (path, e, s) in
            [(PATH, later.as_str(), s.as_str()), ("/uploads/chat/images/0000000000000abd.jpg", &e, &s), (PATH, &e, ""), (PATH, "x", &s)]
        {
            assert_eq!(links.reader(path, e, s).unwrap_err().code, Code::Forbidden, "{path} {e} {s}");
        }
        let other = parts(&links.sign(PATH, UserId(6 << 32), expires, "")).1;
        let mixed = format!("{}{}", &other[..10], &s[10..]);
        assert!(links.reader(PATH, &e, &mixed).is_err(), "the reader cannot be changed");
        time.fetch_add(LASTS * 1000 + 1, Ordering::Relaxed);
        assert!(links.reader(PATH, &e, &s).is_err(), "it has run out");
    }

    #[test]
    fn hosts_that_cannot_be_hosts_are_not_repeated() {
        let (links, _) = links();
        assert_eq!(links.base("10.0.0.7:5000"), "http://10.0.0.7:5000");
        for odd in ["", "a/b", "x\"><script>", "a b"] {
            assert_eq!(links.base(odd), "http://localhost");
        }
    }
}
