//! The certificates of one PluginRuntime's control ports.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, SanType,
};

/// A certificate and its key, as PEM.
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// All of one PluginRuntime.
pub(super) struct Certificates {
    pub(super) authority: Pair,
    pub(super) server: Pair,
    pub(super) client: Pair,
}

/// Makes an authority and what it signs.
pub(super) fn make(server_name: &str) -> Result<Certificates, rcgen::Error> {
    let mut params = named("davit control CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let key = KeyPair::generate()?;
    let pem = key.serialize_pem();
    let authority = CertifiedIssuer::self_signed(params, key)?;
    let mut server = named(server_name);
    server.subject_alt_names = vec![SanType::DnsName(server_name.try_into()?)];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let mut client = named("davit-operator");
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok(Certificates {
        server: sign(&server, &authority)?,
        client: sign(&client, &authority)?,
        authority: Pair { certificate: authority.pem(), key: pem },
    })
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params
}

fn sign(params: &CertificateParams, authority: &CertifiedIssuer<'_, KeyPair>) -> Result<Pair, rcgen::Error> {
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, authority)?.pem();
    Ok(Pair { certificate, key: key.serialize_pem() })
}
