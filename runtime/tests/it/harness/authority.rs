//! The authority that signs both sides of a control port.

use std::path::Path;

use davit_tests::cluster::control::Identity;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};

/// The server name of the runtime under test.
pub(crate) const NAME: &str = "default.apps.control.davit";

/// The authority of one PluginRuntime.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate, as PEM.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Its certificate, as DER.
    pub(crate) fn der(&self) -> &[u8] {
        self.0.der()
    }

    /// A certificate for `names`, fit for one purpose.
    pub(crate) fn sign(&self, names: &[&str], purpose: ExtendedKeyUsagePurpose) -> Identity {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap().pem().into_bytes();
        Identity { certificate, key: key.serialize_pem().into_bytes() }
    }

    /// The operator's certificate.
    pub(crate) fn client(&self) -> Identity {
        self.sign(&["operator"], ExtendedKeyUsagePurpose::ClientAuth)
    }

    /// Writes what a pod has mounted, for a server of these names.
    pub(crate) fn write(&self, folder: &Path, names: &[&str]) {
        let Identity { certificate, key } = self.sign(names, ExtendedKeyUsagePurpose::ServerAuth);
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join("tls.crt"), certificate).unwrap();
        std::fs::write(folder.join("tls.key"), key).unwrap();
        std::fs::write(folder.join("ca.crt"), self.pem()).unwrap();
    }
}
