//! What makes a secret easy to guess.

/// Fewest bytes of a secret.
pub const MIN_BYTES: usize = 32;

/// Parts of secrets that stand in public samples, where everybody can read them.
const SAMPLES: &[&str] = &[
    "your-secret",
    "your_secret",
    "yoursecret",
    "your-super-secret",
    "your-jwt-secret",
    "your_jwt_secret",
    "change-this",
    "change_this",
    "changeme",
    "change-me",
    "change_me",
    "mommycare-secret",
    "mommycare_secret",
    "jwt-secret-key",
    "jwt_secret_key",
    "replace-me",
];

/// Why a secret is easy to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`MIN_BYTES`].
    Short,
    /// Stands in a public sample, or is one character again and again.
    Sample,
}

/// What is wrong with a secret, if anything is.
pub fn weakness(secret: &[u8]) -> Option<Weakness> {
    let folded = String::from_utf8_lossy(secret).to_ascii_lowercase();
    if secret.len() < MIN_BYTES {
        Some(Weakness::Short)
    } else if SAMPLES.iter().any(|sample| folded.contains(sample)) || secret.iter().all(|byte| *byte == secret[0]) {
        Some(Weakness::Sample)
    } else {
        None
    }
}
