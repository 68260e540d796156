//! A client of the control port with whatever certificates a test wants.

use std::net::SocketAddr;

use davit_plugin::control::{PREFIX, State};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use reqwest::{Certificate, Client, Method, RequestBuilder};

use crate::client;

/// A client's certificate and key, as PEM.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
}

impl Identity {
    /// One by an authority that no runtime knows.
    pub fn stranger() -> Self {
        let authority = KeyPair::generate().expect("a key pair");
        let mut of_authority = CertificateParams::default();
        of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = Issuer::new(of_authority, authority);
        let key = KeyPair::generate().expect("a key pair");
        let mut parameters = CertificateParams::default();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = parameters.signed_by(&key, &issuer).expect("a certificate");
        Self { certificate: certificate.pem().into_bytes(), key: key.serialize_pem().into_bytes() }
    }
}

/// A control port as one client sees it.
#[derive(Debug)]
pub struct Control {
    client: Client,
    base: String,
}

impl Control {
    /// Will dial `address`, expect a certificate of `server_name` by the authority in
    /// `authority` (PEM), and show `identity` if there is one. Connects with the first
    /// request.
    pub fn dial(
        address: SocketAddr,
        server_name: &str,
        authority: &[u8],
        identity: Option<&Identity>,
    ) -> Self {
        let authority = Certificate::from_pem(authority).expect("a certificate");
        let mut builder =
            client::builder().tls_certs_only([authority]).resolve(server_name, address).no_proxy();
        if let Some(Identity { certificate, key }) = identity {
            let pem = [&certificate[..], b"\n", &key[..]].concat();
            builder = builder.identity(reqwest::Identity::from_pem(&pem).expect("a certificate and its key"));
        }
        let base = format!("https://{server_name}:{}{PREFIX}", address.port());
        Self { client: builder.build().expect("an HTTP client"), base }
    }

    /// A request to a path below the prefix of all calls.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// What the replica says of itself.
    pub async fn state(&self) -> State {
        let answer = self.request(Method::GET, "/state").send().await.expect("the control port answers");
        answer.error_for_status().expect("the state").json().await.expect("a state")
    }
}
