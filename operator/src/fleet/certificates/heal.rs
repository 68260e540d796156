//! In: what the two control Secrets hold. Out: what they shall hold, and the
//! operator's credentials. Pure but for the randomness of new keys.
//!
//! What is right stays; what is missing, malformed, about to expire or not the
//! authority's is made anew. So it does not matter which of the Secrets somebody
//! deleted, or between which two writes an operator died.

use std::time::SystemTime;

use super::super::secret::{Data, random};
use super::authority::Authority;
use super::pair::Pair;
use crate::fleet::{Credentials, FleetError};
use k8s_openapi::ByteString;

/// What came of it.
pub(super) struct Healed {
    pub(super) credentials: Credentials,
    /// What the operator's own Secret shall hold, if not what it does.
    pub(super) authority: Option<Data>,
    /// What the pods' Secret shall hold, if not what it does.
    pub(super) server: Option<Data>,
}

/// Heals; a Secret that is not there holds nothing. Keys of others' stay.
pub(super) fn heal(name: &str, ca: &Data, tls: &Data, now: SystemTime) -> Result<Healed, FleetError> {
    let kept = pair(ca, "ca.crt", "ca.key").and_then(|pair| Authority::read(pair, now));
    let authority = kept.map_or_else(|| Authority::make(now), Ok)?;
    let client = pair(ca, "client.crt", "client.key").filter(|pair| authority.vouches_for_client(pair, now));
    let client = client.map_or_else(|| authority.client(now), Ok)?;
    let server = pair(tls, "tls.crt", "tls.key").filter(|pair| authority.vouches_for_server(pair, name, now));
    let server = server.map_or_else(|| authority.server(name, now), Ok)?;
    let tag_key = key32(ca, "tag.key")?;
    let Pair { certificate: trusted, key: signing } = &authority.pair;
    let own: [(_, &[u8]); 5] = [
        ("ca.crt", trusted.as_bytes()),
        ("ca.key", signing.as_bytes()),
        ("client.crt", client.certificate.as_bytes()),
        ("client.key", client.key.as_bytes()),
        ("tag.key", &tag_key),
    ];
    let pods: [(_, &[u8]); 4] = [
        ("tls.crt", server.certificate.as_bytes()),
        ("tls.key", server.key.as_bytes()),
        ("ca.crt", trusted.as_bytes()),
        ("session.key", &key32(tls, "session.key")?),
    ];
    Ok(Healed {
        authority: changed(ca, &own),
        server: changed(tls, &pods),
        credentials: Credentials {
            server_name: name.to_owned(),
            ca: trusted.clone(),
            certificate: client.certificate,
            key: client.key,
            tag_key,
        },
    })
}

/// The 32 bytes that are there, else new ones: no certificate says how long they
/// count.
fn key32(data: &Data, name: &str) -> Result<[u8; 32], FleetError> {
    let held = data.get(name).and_then(|bytes| <[u8; 32]>::try_from(&bytes.0[..]).ok());
    held.map_or_else(random, Ok)
}

fn pair(data: &Data, certificate: &str, key: &str) -> Option<Pair> {
    let text = |name: &str| String::from_utf8(data.get(name)?.0.clone()).ok();
    Some(Pair { certificate: text(certificate)?, key: text(key)? })
}

fn changed(before: &Data, entries: &[(&str, &[u8])]) -> Option<Data> {
    let mut after = before.clone();
    after.extend(entries.iter().map(|(key, bytes)| ((*key).to_owned(), ByteString(bytes.to_vec()))));
    (after != *before).then_some(after)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NAME: &str = "default.apps.control.davit";

    fn healed(ca: &Data, tls: &Data, now: SystemTime) -> (Data, Data, [bool; 2]) {
        let healed = heal(NAME, ca, tls, now).unwrap();
        let written = [healed.authority.is_some(), healed.server.is_some()];
        let (ca, tls) = (healed.authority.unwrap_or(ca.clone()), healed.server.unwrap_or(tls.clone()));
        assert_right(&ca, &tls, now);
        (ca, tls, written)
    }

    /// Both are whole, the pods' is by the authority of the other one, and
    /// nothing is left to heal.
    fn assert_right(ca: &Data, tls: &Data, now: SystemTime) {
        assert_eq!(ca["ca.crt"], tls["ca.crt"]);
        let authority = Authority::read(pair(ca, "ca.crt", "ca.key").unwrap(), now).unwrap();
        assert!(authority.vouches_for_server(&pair(tls, "tls.crt", "tls.key").unwrap(), NAME, now));
        assert!(authority.vouches_for_client(&pair(ca, "client.crt", "client.key").unwrap(), now));
        let again = heal(NAME, ca, tls, now).unwrap();
        assert!(again.authority.is_none() && again.server.is_none());
        assert_eq!(again.credentials.tag_key[..], ca["tag.key"].0);
        assert_eq!(tls["session.key"].0.len(), 32);
    }

    fn made(now: SystemTime) -> (Data, Data) {
        let (ca, tls, written) = healed(&Data::new(), &Data::new(), now);
        assert_eq!(written, [true, true]);
        (ca, tls)
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 365 * 56)
    }

    #[test]
    fn a_lost_secret_of_the_pods_is_made_anew_by_the_same_authority() {
        let (ca, tls) = made(now());
        let (same, new, written) = healed(&ca, &Data::new(), now());
        assert_eq!((same, written), (ca, [false, true]));
        assert_ne!(new["tls.key"], tls["tls.key"]);
    }

    #[test]
    fn a_lost_secret_of_the_operator_makes_both_anew() {
        let (ca, tls) = made(now());
        let (new, _, written) = healed(&Data::new(), &tls, now());
        assert_eq!(written, [true, true]);
        assert_ne!(new["ca.crt"], ca["ca.crt"]);
        assert_ne!(new["tag.key"], ca["tag.key"]);
    }

    #[test]
    fn what_is_of_another_authority_or_malformed_is_made_anew_and_the_rest_stays() {
        let ((ca, tls), (_, other)) = (made(now()), made(now()));
        let (_, _, written) = healed(&ca, &other, now());
        assert_eq!(written, [false, true]);
        for (key, keeps) in [("client.crt", "ca.crt"), ("client.key", "tag.key"), ("tag.key", "client.key")] {
            let mut broken = ca.clone();
            broken.insert(key.to_owned(), ByteString(b"x".to_vec()));
            let (new, same, written) = healed(&broken, &tls, now());
            assert_eq!((&same, written), (&tls, [true, false]), "{key}");
            assert_eq!(new[keeps], ca[keeps], "{key}");
        }
        for (key, value) in [("session.key", Some(&b"short"[..])), ("session.key", None)] {
            let mut broken = tls.clone();
            broken.remove(key);
            broken.extend(value.map(|value| (key.to_owned(), ByteString(value.to_vec()))));
            let (_, new, written) = healed(&ca, &broken, now());
            assert_eq!((written, &new["tls.key"]), ([false, true], &tls["tls.key"]), "{key}");
        }
        for key in ["ca.crt", "ca.key"] {
            let mut broken = ca.clone();
            broken.remove(key);
            let (new, _, written) = healed(&broken, &tls, now());
            assert_eq!((written, &new["tag.key"]), ([true, true], &ca["tag.key"]), "{key}");
        }
    }

    #[test]
    fn pairs_are_renewed_in_time_and_so_is_the_authority_and_the_other_keys_stay() {
        let (ca, tls) = made(now());
        let later = now() + Duration::from_hours(24 * 250);
        let (new, renewed, written) = healed(&ca, &tls, later);
        assert_eq!((written, &new["ca.crt"]), ([true, true], &ca["ca.crt"]));
        assert_ne!(renewed["tls.crt"], tls["tls.crt"]);
        assert_eq!(renewed["session.key"], tls["session.key"]);
        let much_later = now() + Duration::from_hours(24 * 2_500);
        let (new, renewed, _) = healed(&ca, &tls, much_later);
        assert_ne!(new["ca.crt"], ca["ca.crt"]);
        assert_eq!((&new["tag.key"], &renewed["session.key"]), (&ca["tag.key"], &tls["session.key"]));
    }

    #[test]
    fn keys_that_are_not_of_the_certificates_stay() {
        let (ca, mut tls) = made(now());
        tls.insert("seal.key".into(), ByteString(b"kept".to_vec()));
        tls.remove("tls.crt");
        let (_, new, _) = healed(&ca, &tls, now());
        assert_eq!(new["seal.key"].0, b"kept");
    }
}
