//! An authority of the clinic's own, for a clinic that has no name in the world: devices are asked once to trust it, and from then on
//! the server's certificates are renewed without anybody.
//!
//! Whoever steals the authority's key must not be able to pretend to be somebody's bank. So its certificate says what it may vouch for:
//! private addresses, names that exist in local networks only, and the names that the clinic has set. Devices hold it to that.

use super::{TlsError, server_config};
use crate::private_file;
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData as _, SanType,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fmt::Write as _,
    fs::{self, DirBuilder},
    io,
    net::{IpAddr, Ipv6Addr},
    os::unix::fs::DirBuilderExt as _,
    path::Path,
    sync::Arc,
    time::{Duration as StdDuration, Instant},
};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier as _},
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime, pem::PemObject as _},
};

/// Names that no clinic can own and no other authority vouches for.
const LOCAL: [&str; 5] = ["localhost", "local", "lan", "internal", "home.arpa"];
/// Addresses that exist in local networks only.
const PRIVATE_V4: [([u8; 4], u8); 5] =
    [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16), ([169, 254, 0, 0], 16), ([127, 0, 0, 0], 8)];
const PRIVATE_V6: [(Ipv6Addr, u8); 3] =
    [(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7), (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10), (Ipv6Addr::LOCALHOST, 128)];

/// How long devices trust the authority.
const AUTHORITY_LASTS: Duration = Duration::days(3650);
/// How long they trust a certificate; Apple's take none for more than 825 days.
const CERTIFICATE_LASTS: Duration = Duration::days(90);
/// Clocks of phones are wrong.
const BEFORE: Duration = Duration::days(1);
/// A certificate is renewed when it is this old.
const RENEW: StdDuration = StdDuration::from_hours(30 * 24);
/// Addresses of this machine for which a certificate is kept.
const KEPT: usize = 64;

/// The authority, and the certificates it has made since the start.
pub struct Authority {
    key: KeyPair,
    certificate: CertificateDer<'static>,
    /// What the server may be called, as far as the authority may vouch for it.
    names: Vec<String>,
    made: Mutex<HashMap<IpAddr, (Instant, Arc<ServerConfig>)>>,
}

impl Authority {
    /// The authority of this folder, made now if there is none. `names` are the clinic's own; the machine's and `localhost` come by
    /// themselves.
    pub(super) fn open(folder: &Path, names: &[String]) -> Result<Self, TlsError> {
        let (key_file, certificate_file) = (folder.join("authority.key"), folder.join("authority.crt"));
        let failed = |file: &Path, error| TlsError::File(file.display().to_string(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| failed(folder, error))?;
        let key = match fs::read_to_string(&key_file) {
            Ok(pem) => KeyPair::from_pem(&pem).map_err(TlsError::Make)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = KeyPair::generate().map_err(TlsError::Make)?;
                private_file::create(&key_file, key.serialize_pem().as_bytes()).map_err(|error| failed(&key_file, error))?;
                key
            }
            Err(error) => return Err(failed(&key_file, error)),
        };
        if !certificate_file.exists() {
            let made = params_of_authority(&key, names).self_signed(&key).map_err(TlsError::Make)?;
            private_file::create(&certificate_file, made.pem().as_bytes()).map_err(|error| failed(&certificate_file, error))?;
        }
        let certificate = CertificateDer::from_pem_file(&certificate_file)
            .map_err(|error| TlsError::Pem(certificate_file.display().to_string(), error))?;
        let mut authority = Self { key, certificate, names: Vec::new(), made: Mutex::default() };
        authority.names = authority.own_names(names)?;
        Ok(authority)
    }

    /// The certificate that devices are asked to trust, in DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The SHA-256 of the certificate, as devices show it: pairs of digits with colons.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut text = String::new();
        for byte in Sha256::digest(&self.certificate) {
            let colon = if text.is_empty() { "" } else { ":" };
            let _ = write!(text, "{colon}{byte:02X}");
        }
        text
    }

    /// The names that the server can have. One that is set must be possible; the machine's own is left out where it is not.
    fn own_names(&self, set: &[String]) -> Result<Vec<String>, TlsError> {
        let mut names = vec!["localhost".to_owned()];
        for name in set {
            if !self.may_vouch_for(SanType::DnsName(dns(name)?)) {
                return Err(TlsError::Name(name.clone()));
            }
            names.push(name.clone());
        }
        let host = rustix::system::uname().nodename().to_string_lossy().to_ascii_lowercase();
        let of_machine = [format!("{host}.local"), host];
        names.extend(of_machine.into_iter().filter(|name| dns(name).is_ok_and(|name| self.may_vouch_for(SanType::DnsName(name)))));
        names.dedup();
        Ok(names)
    }

    /// How a connection is encrypted that has come to this address. Everybody who got here by an address of a local network finds it in
    /// the certificate, without anybody having to say which addresses the machine has.
    pub(super) fn settings(&self, local: IpAddr) -> Result<Arc<ServerConfig>, TlsError> {
        let local = local.to_canonical();
        if let Some((at, settings)) = self.made.lock().get(&local)
            && at.elapsed() < RENEW
        {
            return Ok(settings.clone());
        }
        let mut subjects = self.names.iter().map(|name| dns(name).map(SanType::DnsName)).collect::<Result<Vec<_>, _>>()?;
        subjects.extend(Some(SanType::IpAddress(local)).filter(|address| self.may_vouch_for(address.clone())));
        let (certificate, key) = self.vouch_for(subjects)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
        let settings = server_config(vec![certificate, self.certificate.clone()], key)?;
        let mut made = self.made.lock();
        if made.len() >= KEPT {
            made.clear();
        }
        made.insert(local, (Instant::now(), settings.clone()));
        Ok(settings)
    }

    /// Makes a certificate.
    fn vouch_for(&self, subjects: Vec<SanType>) -> Result<(CertificateDer<'static>, KeyPair), TlsError> {
        let key = KeyPair::generate().map_err(TlsError::Make)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "MommyCare");
        params.subject_alt_names = subjects;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        (params.not_before, params.not_after) = lasting(CERTIFICATE_LASTS);
        let issuer = params_of_authority(&self.key, &[]);
        let certificate = params.signed_by(&key, &Issuer::from_params(&issuer, &self.key)).map_err(TlsError::Make)?;
        Ok((certificate.der().clone(), key))
    }

    /// Whether a device would believe the authority about this name or address: asked of the rules that devices follow.
    fn may_vouch_for(&self, subject: SanType) -> bool {
        let name = match &subject {
            SanType::IpAddress(address) => ServerName::IpAddress((*address).into()),
            SanType::DnsName(name) => match ServerName::try_from(name.to_string()) {
                Ok(name) => name,
                Err(_) => return false,
            },
            _ => return false,
        };
        let Ok((certificate, _)) = self.vouch_for(vec![subject]) else { return false };
        let mut roots = RootCertStore::empty();
        if roots.add(self.certificate.clone()).is_err() {
            return false;
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::new(default_provider())).build();
        verifier.is_ok_and(|verifier| verifier.verify_server_cert(&certificate, &[], &name, &[], UnixTime::now()).is_ok())
    }
}

/// What the authority says of itself. Its name comes from its key, so that two of them are never taken for one.
fn params_of_authority(key: &KeyPair, names: &[String]) -> CertificateParams {
    let mark: String = Sha256::digest(key.der_bytes()).iter().take(4).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    });
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "MommyCare");
    params.distinguished_name.push(DnType::CommonName, format!("MommyCare at your clinic ({mark})"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let local = LOCAL.iter().map(|name| GeneralSubtree::DnsName((*name).into()));
    let own = names.iter().map(|name| GeneralSubtree::DnsName(name.clone()));
    let v4 = PRIVATE_V4.iter().map(|(address, bits)| CidrSubnet::from_v4_prefix(*address, *bits));
    let v6 = PRIVATE_V6.iter().map(|(address, bits)| CidrSubnet::from_v6_prefix(address.octets(), *bits));
    let addresses = v4.chain(v6).map(GeneralSubtree::IpAddress);
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: local.chain(own).chain(addresses).collect(), excluded_subtrees: Vec::new() });
    (params.not_before, params.not_after) = lasting(AUTHORITY_LASTS);
    params
}

fn lasting(long: Duration) -> (OffsetDateTime, OffsetDateTime) {
    let now = OffsetDateTime::now_utc();
    (now - BEFORE, now + long)
}

fn dns(name: &str) -> Result<rcgen::string::Ia5String, TlsError> {
    name.try_into().map_err(TlsError::Make)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::Ipv4Addr, os::unix::fs::PermissionsExt as _};

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn it_vouches_for_the_clinic_and_for_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), &names(&["chat.clinic.example"])).unwrap();
        let may = |name: &str| match name.parse() {
            Ok(address) => authority.may_vouch_for(SanType::IpAddress(address)),
            Err(_) => authority.may_vouch_for(SanType::DnsName(dns(name).unwrap())),
        };
        for own in [
            "chat.clinic.example",
            "localhost",
            "ward.local",
            "box.lan",
            "127.0.0.1",
            "::1",
            "192.168.7.9",
            "10.1.2.3",
            "172.16.0.1",
            "fd00::5",
        ] {
            assert!(may(own), "{own}");
        }
        for other in ["example.com", "clinic.example", "bank.example", "localhost.example", "8.8.8.8", "172.32.0.1", "2001:db8::1"] {
            assert!(!may(other), "{other}");
        }
    }

    #[test]
    fn it_is_made_once_and_its_key_is_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let first = Authority::open(&folder.path().join("tls"), &[]).unwrap();
        let again = Authority::open(&folder.path().join("tls"), &[]).unwrap();
        assert_eq!(first.certificate(), again.certificate());
        assert!(again.may_vouch_for(SanType::IpAddress(Ipv4Addr::LOCALHOST.into())), "its key is still the one");
        assert_eq!(first.fingerprint().len(), 32 * 3 - 1);
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("tls"), mode("tls/authority.key")), (0o700, 0o600));
        let other = Authority::open(&folder.path().join("tls"), &names(&["chat.clinic.example"]));
        assert!(matches!(other, Err(TlsError::Name(name)) if name == "chat.clinic.example"), "it was made without that name");
    }

    #[test]
    fn each_address_gets_its_certificate_once() {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::open(folder.path(), &[]).unwrap();
        let of = |address: &str| authority.settings(address.parse().unwrap()).unwrap();
        assert!(Arc::ptr_eq(&of("192.168.0.2"), &of("::ffff:192.168.0.2")));
        assert!(!Arc::ptr_eq(&of("192.168.0.2"), &of("192.168.0.3")));
        // An address of the world is not in it, but names are.
        of("8.8.8.8");
        for n in 0..=255 {
            of(&format!("10.0.0.{n}"));
        }
        assert!(authority.made.lock().len() <= KEPT);
    }
}
