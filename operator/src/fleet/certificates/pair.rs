//! A certificate with its key, and what can be read from it.

use std::time::{Duration, SystemTime};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// A certificate and its key (PKCS #8), as PEM.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// From when to when a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) from: SystemTime,
    pub(super) until: SystemTime,
}

impl Pair {
    /// The certificate, if it is one and the key is its own.
    pub(super) fn certificate(&self) -> Option<CertificateDer<'static>> {
        let certificate = CertificateDer::from_pem_slice(self.certificate.as_bytes()).ok()?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).ok()?;
        let fits = CertifiedKey::from_der(vec![certificate.clone()], key, &ring::default_provider());
        fits.is_ok().then_some(certificate)
    }
}

impl Validity {
    /// What a certificate says of itself; none if it is no certificate.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let time = |seconds: i64| {
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
        };
        let validity = read.validity();
        Some(Self {
            from: time(validity.not_before.timestamp())?,
            until: time(validity.not_after.timestamp())?,
        })
    }

    /// Whether it holds now and a third of its life is left. Later than that it
    /// is made anew, so that nothing expires while the operator is away.
    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        let life = self.until.duration_since(self.from).unwrap_or_default();
        now.duration_since(self.from).is_ok_and(|age| age < life * 2 / 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thirds_of_a_life_are_fresh() {
        let day = |number: u64| SystemTime::UNIX_EPOCH + Duration::from_hours(24 * number);
        let validity = Validity { from: day(100), until: day(400) };
        let table = [(99, false), (100, true), (299, true), (300, false), (401, false)];
        for (number, fresh) in table {
            assert_eq!(validity.is_fresh(day(number)), fresh, "day {number}");
        }
    }
}
