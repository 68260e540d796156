//! The authority of one PluginRuntime: it alone vouches for the two sides of its
//! control ports.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType,
};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;

use super::pair::{Pair, Validity};

/// How long the authority's certificate holds,
const AUTHORITY: Duration = Duration::from_hours(24 * 3_650);
/// and how long those that it signs do.
const SIGNED: Duration = Duration::from_hours(24 * 365);
/// How far clocks may differ: certificates hold from that long before they are made.
const SKEW: Duration = Duration::from_hours(1);

/// An authority that can sign.
pub(super) struct Authority {
    pub(super) pair: Pair,
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    pub(super) fn make(now: SystemTime) -> Result<Self, rcgen::Error> {
        let mut params = params("davit control CA", now, AUTHORITY);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.self_signed(&key)?;
        let pair = Pair { certificate: certificate.pem(), key: key.serialize_pem() };
        Ok(Self { pair, certificate: certificate.der().clone(), issuer: Issuer::new(params, key) })
    }

    /// The one of a pair that was kept; none if it cannot sign or is to be made
    /// anew.
    pub(super) fn read(pair: Pair, now: SystemTime) -> Option<Self> {
        let certificate =
            pair.certificate().filter(|it| Validity::of(it).is_some_and(|it| it.is_fresh(now)))?;
        let key = KeyPair::from_pem(&pair.key).ok()?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).ok()?;
        Some(Self { pair, certificate, issuer })
    }

    /// A new pair for the control ports that go by `name`.
    pub(super) fn server(&self, name: &str, now: SystemTime) -> Result<Pair, rcgen::Error> {
        let mut params = params("davit-runtime", now, SIGNED);
        params.subject_alt_names = vec![SanType::DnsName(name.try_into()?)];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(params)
    }

    /// A new pair for the operator.
    pub(super) fn client(&self, now: SystemTime) -> Result<Pair, rcgen::Error> {
        let mut params = params("davit-operator", now, SIGNED);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(params)
    }

    fn sign(&self, mut params: CertificateParams) -> Result<Pair, rcgen::Error> {
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        Ok(Pair { certificate, key: key.serialize_pem() })
    }

    /// Whether the operator would take this pair for that of the control ports
    /// of `name`, for a good while yet.
    pub(super) fn vouches_for_server(&self, pair: &Pair, name: &str, now: SystemTime) -> bool {
        let verified = |certificate: &CertificateDer<'_>| {
            let verifier =
                WebPkiServerVerifier::builder_with_provider(self.roots()?, provider()).build().ok()?;
            let name = ServerName::try_from(name).ok()?;
            verifier.verify_server_cert(certificate, &[], &name, &[], unix(now)?).ok()
        };
        fresh(pair, now).is_some_and(|certificate| verified(&certificate).is_some())
    }

    /// Whether the control ports would take this pair for the operator's, for a
    /// good while yet.
    pub(super) fn vouches_for_client(&self, pair: &Pair, now: SystemTime) -> bool {
        let verified = |certificate: &CertificateDer<'_>| {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(self.roots()?, provider()).build().ok()?;
            verifier.verify_client_cert(certificate, &[], unix(now)?).ok()
        };
        fresh(pair, now).is_some_and(|certificate| verified(&certificate).is_some())
    }

    fn roots(&self) -> Option<Arc<RootCertStore>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).ok()?;
        Some(Arc::new(roots))
    }
}

fn params(name: &str, now: SystemTime, life: Duration) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params.not_before = (now - SKEW).into();
    params.not_after = (now + life).into();
    params
}

fn fresh(pair: &Pair, now: SystemTime) -> Option<CertificateDer<'static>> {
    pair.certificate().filter(|it| Validity::of(it).is_some_and(|validity| validity.is_fresh(now)))
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn unix(now: SystemTime) -> Option<UnixTime> {
    now.duration_since(SystemTime::UNIX_EPOCH).ok().map(UnixTime::since_unix_epoch)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "default.apps.control.davit";

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 56)
    }

    #[test]
    fn vouches_for_what_it_has_signed_under_the_right_name_and_use_alone() {
        let (authority, other) = (Authority::make(now()).unwrap(), Authority::make(now()).unwrap());
        let (server, client) = (authority.server(NAME, now()).unwrap(), authority.client(now()).unwrap());
        assert!(authority.vouches_for_server(&server, NAME, now()));
        assert!(authority.vouches_for_client(&client, now()));
        assert!(!authority.vouches_for_server(&server, "other.apps.control.davit", now()));
        assert!(!authority.vouches_for_server(&client, NAME, now()));
        assert!(!authority.vouches_for_client(&server, now()));
        assert!(!other.vouches_for_server(&server, NAME, now()));
        assert!(!other.vouches_for_client(&client, now()));
        let swapped = Pair { key: client.key.clone(), ..server };
        assert!(!authority.vouches_for_server(&swapped, NAME, now()));
    }

    #[test]
    fn certificates_hold_a_year_the_authority_ten_and_all_are_renewed_after_two_thirds() {
        let authority = Authority::make(now()).unwrap();
        let (server, client) = (authority.server(NAME, now()).unwrap(), authority.client(now()).unwrap());
        let life = |pair: &Pair| {
            let validity = Validity::of(&pair.certificate().unwrap()).unwrap();
            assert!(validity.from < now());
            validity.until.duration_since(now()).unwrap().as_secs() / 86_400
        };
        assert_eq!([&server, &client, &authority.pair].map(life), [365, 365, 3_650]);
        for (days, fresh) in [(0, true), (240, true), (245, false), (400, false)] {
            let then = now() + Duration::from_hours(24 * days);
            assert_eq!(authority.vouches_for_server(&server, NAME, then), fresh, "{days} days");
            assert_eq!(authority.vouches_for_client(&client, then), fresh, "{days} days");
        }
        for (days, fresh) in [(0, true), (2_400, true), (2_450, false), (3_700, false)] {
            let then = now() + Duration::from_hours(24 * days);
            assert_eq!(Authority::read(authority.pair.clone(), then).is_some(), fresh, "{days} days");
        }
    }

    #[test]
    fn signs_the_same_when_it_is_read_again() {
        let authority = Authority::make(now()).unwrap();
        let read = Authority::read(authority.pair.clone(), now()).unwrap();
        assert!(authority.vouches_for_server(&read.server(NAME, now()).unwrap(), NAME, now()));
        let other = Authority::make(now()).unwrap();
        let mixed = Pair { certificate: authority.pair.certificate, key: other.pair.key };
        assert!(Authority::read(mixed, now()).is_none());
        let garbage = Pair { certificate: "-".into(), key: String::new() };
        assert!(Authority::read(garbage, now()).is_none());
    }
}
