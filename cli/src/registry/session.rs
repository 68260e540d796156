//! A registry that is asked for one repository.

use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};

use super::credentials::Credential;
use super::{RegistryError, exchange, is_plain, prepare_tls};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a registry may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// A client of one registry, and who it speaks for.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) auth: RegistryAuth,
    pub(crate) reference: Reference,
}

impl Session {
    /// Reaches the registry of `reference` and logs in. `insecure` speaks plain
    /// HTTP.
    pub(crate) async fn open(
        reference: &Reference,
        insecure: bool,
        credential: Credential,
        operation: RegistryOperation,
    ) -> Result<Self, RegistryError> {
        prepare_tls();
        let plain = is_plain(reference.resolve_registry(), insecure);
        let config = ClientConfig {
            protocol: if plain { ClientProtocol::Http } else { ClientProtocol::Https },
            connect_timeout: Some(CONNECT),
            read_timeout: Some(SILENCE),
            user_agent: concat!("davit/", env!("CARGO_PKG_VERSION")),
            // A package is never one of several platforms'.
            platform_resolver: None,
            ..ClientConfig::default()
        };
        let auth = match credential {
            Credential::Anonymous => RegistryAuth::Anonymous,
            Credential::Password { user, password } => RegistryAuth::Basic(user, password),
            Credential::IdentityToken(token) => exchange::token(reference, plain, &token, operation).await?,
        };
        let session = Self { client: Client::new(config), auth, reference: reference.clone() };
        let entered = session.client.auth(reference, &session.auth, operation).await;
        entered.map_err(|error| session.failed(&error))?;
        Ok(session)
    }

    /// An error of the client, for people.
    pub(crate) fn failed(&self, error: &OciDistributionError) -> RegistryError {
        RegistryError::of(&self.reference, error)
    }
}
