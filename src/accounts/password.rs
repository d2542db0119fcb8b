//! Passwords: which are accepted, and how they are kept.

use crate::error::{Code, Error, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{collections::HashSet, sync::Arc, sync::LazyLock};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};
use unicode_normalization::UnicodeNormalization as _;

/// Fewest characters, as people count them.
const MIN_CHARS: usize = 8;
/// Most bytes: far more than anybody types, and little to digest.
const MAX_BYTES: usize = 1_024;
/// From so many characters on, how many there are is the secret too.
const LONG: usize = 20;
/// How many hashes are computed at once. More would starve everything else on a small machine.
const AT_ONCE: usize = 2;
/// How many more may wait for their turn. At the usual cost the last one waits about half a minute.
const WAITING: usize = 256;

/// The passwords that are tried first, one a line, in small letters.
static COMMON: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("common-passwords.txt").lines().collect());

/// A password in the one form in which it is hashed. Never shown, never stored.
#[derive(Clone)]
pub(super) struct Password(String);

impl Password {
    /// Any password, for comparing. The same letters typed on different keyboards are the same password.
    pub fn given(text: &str) -> Self {
        Self(text.nfc().collect())
    }

    /// A new password, checked. `about` holds what others know about the person.
    pub fn chosen(text: &str, about: &[&str]) -> Result<Self, String> {
        let password = Self::given(text);
        let chars = password.0.chars().count();
        let folded = fold(&password.0);
        if chars < MIN_CHARS || password.0.len() > MAX_BYTES || text.len() > MAX_BYTES {
            return Err(format!("must have at least {MIN_CHARS} characters and at most {MAX_BYTES} bytes"));
        }
        if COMMON.contains(folded.as_str()) || is_monotonous(&folded) {
            return Err("must not be one of the passwords that everybody tries first".into());
        }
        if about.iter().any(|known| fold(known) == folded) {
            return Err("must not be your name or e-mail address".into());
        }
        Ok(password)
    }

    /// What bcrypt gets: 43 characters without NUL for any password, so that nothing of it is cut off. The fixed text in front
    /// makes digests that leaked elsewhere useless here.
    fn digest(&self) -> String {
        let digest = Sha256::new().chain_update(b"mommycare password\0").chain_update(self.0.as_bytes()).finalize();
        STANDARD_NO_PAD.encode(digest)
    }
}

fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Whether a short password is one or two letters again and again, or counts up or down.
fn is_monotonous(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() >= LONG {
        return false;
    }
    let repeats = |run: usize| chars.iter().zip(chars.iter().skip(run)).all(|(a, b)| a == b);
    let steps = |step: i64| chars.windows(2).all(|pair| i64::from(u32::from(pair[1])) - i64::from(u32::from(pair[0])) == step);
    repeats(1) || repeats(2) || steps(1) || steps(-1)
}

/// Computes hashes, away from the threads that serve requests, and a few at a time.
pub(super) struct Hasher {
    cost: u32,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Hasher {
    pub fn new(cost: u32) -> Self {
        Self { cost, turns: Arc::new(Semaphore::new(AT_ONCE)), places: Arc::new(Semaphore::new(AT_ONCE + WAITING)) }
    }

    /// The text to keep for a password.
    pub async fn hash(&self, password: &Password) -> Result<String> {
        let (digest, cost) = (password.digest(), self.cost);
        self.run(move || bcrypt::hash(digest, cost)).await?.map_err(|error| {
            tracing::error!(%error, "a password could not be hashed");
            Code::Internal.into()
        })
    }

    /// Whether a password is the one that was kept. Without one to compare, takes the same time and says no.
    pub async fn verify(&self, password: &Password, kept: Option<&str>) -> Result<bool> {
        let digest = password.digest();
        let compare = kept.map_or_else(|| decoy(self.cost), str::to_owned);
        let same = self.run(move || bcrypt::verify(digest, &compare)).await?.unwrap_or(false);
        Ok(same && kept.is_some())
    }

    /// Whether a kept hash was made with another cost than the present one.
    pub fn is_outdated(&self, kept: &str) -> bool {
        kept.parse::<bcrypt::HashParts>().is_ok_and(|parts| parts.get_cost() != self.cost)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let busy = || Error::new(Code::Unavailable).retry_after(5);
        let place: OwnedSemaphorePermit = self.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| busy())?;
        // The permits go along: work that nobody waits for any more still takes a processor.
        let task = spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        task.await.map_err(|_| Code::Internal.into())
    }
}

/// A well-formed hash of a given cost that no password has.
fn decoy(cost: u32) -> String {
    format!("$2b${cost:02}${}", ".".repeat(53))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_byte_counts() {
        let hasher = Hasher::new(4);
        let long = "x1".repeat(50);
        for (password, other) in [(format!("{long}a"), format!("{long}b")), ("quiet\0lotus".into(), "quiet\0pond!".into())] {
            let kept = hasher.hash(&Password::given(&password)).await.unwrap();
            assert!(hasher.verify(&Password::given(&password), Some(&kept)).await.unwrap());
            assert!(!hasher.verify(&Password::given(&other), Some(&kept)).await.unwrap());
        }
    }

    #[tokio::test]
    async fn keyboards_that_compose_letters_differently_agree() {
        let hasher = Hasher::new(4);
        let kept = hasher.hash(&Password::given("Zo\u{e9} am Teich")).await.unwrap();
        assert!(hasher.verify(&Password::given("Zoe\u{301} am Teich"), Some(&kept)).await.unwrap());
    }

    #[tokio::test]
    async fn nothing_to_compare_means_no() {
        let hasher = Hasher::new(4);
        assert!(!hasher.verify(&Password::given("anything"), None).await.unwrap());
        assert!(bcrypt::verify("x", &decoy(4)).is_ok_and(|same| !same), "the decoy must cost what a real hash costs");
        assert!(Hasher::new(5).is_outdated(&hasher.hash(&Password::given("anything")).await.unwrap()));
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away_rather_than_kept_waiting_for_ever() {
        let hasher = Hasher::new(4);
        let _all = hasher.places.clone().acquire_many_owned(u32::try_from(AT_ONCE + WAITING).unwrap()).await.unwrap();
        let error = hasher.hash(&Password::given("anything")).await.unwrap_err();
        assert_eq!((error.code, error.retry_after), (Code::Unavailable, Some(5)));
    }

    #[test]
    fn weak_passwords_are_refused() {
        let about = ["ruwani@lotuspond.example", "Ruwani Senanayake"];
        for weak in [
            "",
            "short",
            "1234567",
            "password",
            "PassWord",
            "password123",
            "12345678",
            "qwertyuiop",
            "aaaaaaaa",
            "abababab",
            "87654321",
            "abcdefgh",
            "ｐａｓｓｗｏｒｄ",
            "Ruwani@lotuspond.example",
            "ruwani senanayake",
        ] {
            assert!(Password::chosen(weak, &about).is_err(), "{weak}");
        }
        assert!(Password::chosen(&"é".repeat(513), &about).is_err());
    }

    #[test]
    fn long_and_foreign_passwords_are_fine() {
        let unicode: String = "தாமரைக்குளம்ලෝටස්පොකුණ四つの言葉🌸".chars().cycle().take(64).collect();
        for fine in [unicode.as_str(), &"ü".repeat(64), "four plain words here", "quiet\0lotus", "        x"] {
            assert!(Password::chosen(fine, &[]).is_ok(), "{fine}");
        }
    }
}
