//! A certificate from files that somebody else renews, such as a client of Let's Encrypt. A renewal is taken up without a restart.

use super::{TlsError, server_config};
use parking_lot::Mutex;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio_rustls::rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// How long nobody looks whether the files have changed.
const FRESH: Duration = Duration::from_secs(1);

/// The files, and what was last read from them.
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    state: Mutex<State>,
}

struct State {
    config: Arc<ServerConfig>,
    stamp: Stamp,
    looked: Instant,
}

/// By what a change of the two files is noticed: when each was written, and how long it is.
type Stamp = [Option<(SystemTime, u64)>; 2];

impl Files {
    /// Reads both.
    pub(super) fn open(certificate: PathBuf, key: PathBuf) -> Result<Self, TlsError> {
        let stamp = stamp(&certificate, &key);
        let config = load(&certificate, &key)?;
        Ok(Self { certificate, key, state: Mutex::new(State { config, stamp, looked: Instant::now() }) })
    }

    /// From the files as they are. While a renewal is half done, or went wrong, as they were before.
    pub(super) fn settings(&self) -> Arc<ServerConfig> {
        let mut state = self.state.lock();
        if state.looked.elapsed() >= FRESH {
            state.looked = Instant::now();
            let stamp = stamp(&self.certificate, &self.key);
            if stamp != state.stamp {
                // Looked at again only when it changes again.
                state.stamp = stamp;
                match load(&self.certificate, &self.key) {
                    Ok(config) => {
                        state.config = config;
                        tracing::info!("the renewed certificate is in use");
                    }
                    Err(error) => tracing::warn!(%error, "the changed certificate is not used; the one before stays"),
                }
            }
        }
        state.config.clone()
    }
}

fn stamp(certificate: &Path, key: &Path) -> Stamp {
    let of = |file: &Path| -> io::Result<_> {
        let about = fs::metadata(file)?;
        Ok((about.modified()?, about.len()))
    };
    [of(certificate).ok(), of(key).ok()]
}

fn load(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let wrong = |file: &Path| {
        let name = file.display().to_string();
        move |error| match error {
            tokio_rustls::rustls::pki_types::pem::Error::Io(error) => TlsError::File(name.clone(), error),
            error => TlsError::Pem(name.clone(), error),
        }
    };
    let chain = CertificateDer::pem_file_iter(certificate).map_err(wrong(certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(wrong(certificate))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(wrong(key))?;
    server_config(chain, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, cert: &str, key: &str) {
        fs::write(folder.join("cert.pem"), cert).unwrap();
        fs::write(folder.join("key.pem"), key).unwrap();
    }

    fn made() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["chat.clinic.example".into()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_renewal_is_taken_up_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (made(), made());
        write(folder.path(), &first.0, &first.1);
        let files = Files::open(folder.path().join("cert.pem"), folder.path().join("key.pem")).unwrap();
        let now = || {
            let mut state = files.state.lock();
            state.looked = Instant::now().checked_sub(FRESH).unwrap();
            // Two writes within one tick of the file system's clock.
            state.stamp = [None, None];
            drop(state);
            files.settings()
        };
        let before = now();
        write(folder.path(), &second.0, &first.1);
        assert!(Arc::ptr_eq(&now(), &before), "half of a renewal is not used");
        write(folder.path(), &second.0, &second.1);
        let after = now();
        assert!(!Arc::ptr_eq(&after, &before), "the whole is");
        fs::remove_file(folder.path().join("key.pem")).unwrap();
        assert!(Arc::ptr_eq(&now(), &after), "and stays when there is nothing better");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Files::open(folder.path().join("cert.pem"), folder.path().join("key.pem")).map(|_| ()).unwrap_err();
        assert!(matches!(open(), TlsError::File(name, _) if name.ends_with("cert.pem")));
        let (one, other) = (made(), made());
        write(folder.path(), "nonsense", &one.1);
        assert!(matches!(open(), TlsError::Use(_) | TlsError::Pem(..)));
        write(folder.path(), &one.0, &one.0);
        assert!(matches!(open(), TlsError::Pem(name, _) if name.ends_with("key.pem")));
        write(folder.path(), &one.0, &other.1);
        assert!(matches!(open(), TlsError::Use(_)), "they do not belong together");
    }
}
