//! The two Secrets of the control ports: read → heal → write, the authority
//! first, so that whoever dies in between leaves what the next look heals.

mod authority;
mod heal;
mod pair;

use std::time::SystemTime;

use kube::Client;

use super::names::Names;
use super::secret::{data, read, write};
use super::{Credentials, FleetError};

/// Makes or renews what is not as it must be.
pub(super) async fn ensure(client: &Client, names: &Names) -> Result<Credentials, FleetError> {
    let (ca_name, tls_name) = (names.authority(), names.server_pair());
    let (ca, tls) = tokio::try_join!(read(client, names, &ca_name), read(client, names, &tls_name))?;
    let healed =
        heal::heal(&names.server_name(), &data(ca.as_ref()), &data(tls.as_ref()), SystemTime::now())?;
    if let Some(wanted) = healed.authority {
        tracing::info!(secret = ca_name, namespace = names.namespace, "the authority's Secret is written");
        write(client, names, &ca_name, ca, wanted).await?;
    }
    if let Some(wanted) = healed.server {
        tracing::info!(
            secret = tls_name,
            namespace = names.namespace,
            "the control ports' Secret is written"
        );
        write(client, names, &tls_name, tls, wanted).await?;
    }
    Ok(healed.credentials)
}
