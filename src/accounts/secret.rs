//! The secret that signs tokens.

use crate::{
    config::secret::{MIN_BYTES, Weakness, weakness},
    private_file,
};
use std::{fmt, fs, io, path::Path};

/// Why a secret is refused or cannot be had.
#[derive(Debug)]
pub enum SecretError {
    /// It can be guessed.
    Weak(Weakness),
    /// The file cannot be read or made.
    File(io::Error),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weak(Weakness::Short) => write!(f, "the secret for tokens must have at least {MIN_BYTES} bytes"),
            Self::Weak(Weakness::Sample) => write!(f, "the secret for tokens is a published sample; leave it empty and a good one is made"),
            Self::File(error) => write!(f, "the file with the secret for tokens: {error}"),
        }
    }
}

impl std::error::Error for SecretError {}

/// Refuses secrets that can be guessed.
pub fn check(secret: &[u8]) -> Result<(), SecretError> {
    weakness(secret).map_or(Ok(()), |weakness| Err(SecretError::Weak(weakness)))
}

/// Reads the secret that was made at the first start, or makes one that only the owner of the process can read.
pub fn load_or_create(path: &Path) -> Result<Vec<u8>, SecretError> {
    match fs::read(path) {
        Ok(secret) => check(&secret).map(|()| secret),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path).map_err(SecretError::File),
        Err(error) => Err(SecretError::File(error)),
    }
}

fn create(path: &Path) -> io::Result<Vec<u8>> {
    let secret: [u8; 64] = rand::random();
    private_file::create(path, &secret)?;
    Ok(secret.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_secrets_are_refused() {
        assert!(matches!(check(b"31 bytes are one byte too short"), Err(SecretError::Weak(Weakness::Short))));
        for sample in ["your-secret-key-your-secret-key-your", "YOUR-SUPER-SECRET-jwt-key-change-this-in-production", &"x".repeat(40)] {
            assert!(matches!(check(sample.as_bytes()), Err(SecretError::Weak(Weakness::Sample))), "{sample}");
        }
        assert!(check(&rand::random::<[u8; 32]>()).is_ok());
    }

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.key");
        let made = load_or_create(&path).unwrap();
        assert_eq!((made.len(), load_or_create(&path).unwrap()), (64, made.clone()));
        fs::write(&path, "cut").unwrap();
        assert!(matches!(load_or_create(&path), Err(SecretError::Weak(Weakness::Short))));
    }
}
