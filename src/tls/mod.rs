//! Encryption on the way: the server's own door for TLS. Browsers give microphone, camera and notifications only to pages that came
//! encrypted, so a clinic without a proxy and without a name in the world needs this for calls.
//!
//! Rocket 0.5 can neither change a certificate while it runs nor answer both encrypted and not on one port. So the door stands in front
//! of it: it takes off the encryption and hands the connection on over the loopback.

mod authority;
mod certificate;
mod door;
mod peers;

pub use authority::Authority;
pub use door::Door;
pub use peers::{Arrival, Peers};

use crate::config::{self, TlsMode};
use certificate::Files;
use std::{fmt, io, net::IpAddr, path::Path, sync::Arc};
use tokio_rustls::rustls::{self, ServerConfig, pki_types::pem};

/// With what the server proves who it is.
pub enum Tls {
    /// An authority of its own.
    Own(Box<Authority>),
    /// Files that somebody else keeps up to date.
    Files(Files),
}

impl Tls {
    /// What the settings ask for. An authority is made at the first start and kept in the data folder.
    pub fn open(settings: &config::Tls, data: &Path) -> Result<Option<Self>, TlsError> {
        match settings.mode {
            TlsMode::Off => Ok(None),
            TlsMode::Own => Authority::open(&data.join("tls"), &settings.names).map(|authority| Some(Self::Own(Box::new(authority)))),
            TlsMode::Files => {
                let named = |file: &Option<_>, name| file.clone().ok_or(TlsError::Missing(name));
                let (certificate, key) = (named(&settings.certificate, "tls.certificate")?, named(&settings.key, "tls.key")?);
                Files::open(certificate, key).map(|files| Some(Self::Files(files)))
            }
        }
    }

    /// The authority whose certificate devices are asked to trust, if there is one.
    #[must_use]
    pub fn authority(&self) -> Option<&Authority> {
        match self {
            Self::Own(authority) => Some(authority),
            Self::Files(_) => None,
        }
    }

    /// How a connection is encrypted that has come to this address of the machine.
    fn settings(&self, local: IpAddr) -> Result<Arc<ServerConfig>, TlsError> {
        match self {
            Self::Own(authority) => authority.settings(local),
            Self::Files(files) => Ok(files.settings()),
        }
    }
}

/// Why there is no encryption.
#[derive(Debug)]
pub enum TlsError {
    /// A setting that this mode needs is empty.
    Missing(&'static str),
    /// A file cannot be read or made.
    File(String, io::Error),
    /// A file holds something else.
    Pem(String, pem::Error),
    /// A certificate cannot be made.
    Make(rcgen::Error),
    /// Certificate and key cannot be used, or do not belong together.
    Use(rustls::Error),
    /// The authority was made for other names.
    Name(String),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "with tls.mode = \"files\", {name} must name a file."),
            Self::File(file, error) => write!(f, "{file} cannot be used: {error}."),
            Self::Pem(file, error) => write!(f, "{file} is no PEM file of the right kind: {error}."),
            Self::Make(error) => write!(f, "a certificate cannot be made: {error}."),
            Self::Use(error) => write!(f, "the certificate and its key cannot be used: {error}."),
            Self::Name(name) => write!(
                f,
                "{name} in tls.names is no name that this clinic's authority may vouch for: it was made for other names. \
                 Remove the folder tls in the data folder to have another one made, which all devices must then trust anew."
            ),
        }
    }
}

impl std::error::Error for TlsError {}

/// The settings for a certificate and its key. What is spoken inside is HTTP/1.1, which a `WebSocket` needs.
fn server_config(
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: rustls::pki_types::PrivateKeyDer<'static>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(TlsError::Use)?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, key).map_err(TlsError::Use)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
