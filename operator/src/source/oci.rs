//! OCI artifacts.

use bytes::Bytes;
use davit_crds::{ConditionType, OciSource};
use davit_plugin::Reason;
use jiff::Timestamp;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError as OciError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use super::Found;
use crate::artifact::Resolved;
use crate::context::Context;
use crate::trouble::Trouble;

pub(super) async fn resolve(source: &OciSource, _ctx: &Context) -> Result<Found, Trouble> {
    let stage = ConditionType::SourceResolved;
    let reference: Reference = source.reference.parse().map_err(|error| {
        Trouble::stall(stage, Reason::ReferenceInvalid, format!("{}: {error}", source.reference))
    })?;
    let protocol = if source.insecure { ClientProtocol::Http } else { ClientProtocol::Https };
    let client = Client::new(ClientConfig { protocol, ..ClientConfig::default() });
    let (manifest, digest) =
        client.pull_image_manifest(&reference, &RegistryAuth::Anonymous).await.map_err(|e| trouble(&e))?;
    let [layer] = &manifest.layers[..] else {
        return Err(Trouble::retry(stage, Reason::PackageInvalid, "not exactly one layer"));
    };
    let mut bytes = Vec::new();
    client.pull_blob(&reference, layer, &mut bytes).await.map_err(|e| trouble(&e))?;
    let package = layer
        .digest
        .parse()
        .map_err(|error| Trouble::retry(stage, Reason::PackageInvalid, format!("{error}")))?;
    let resolved = Resolved {
        digest: package,
        reference: format!("{}/{}@{digest}", reference.registry(), reference.repository()),
        time: Timestamp::now(),
    };
    Ok(Found { resolved, bytes: Bytes::from(bytes) })
}

fn trouble(error: &OciError) -> Trouble {
    let reason = match error {
        OciError::AuthenticationFailure(_) | OciError::UnauthorizedError { .. } => Reason::RegistryDenied,
        OciError::ImageManifestNotFoundError(_) | OciError::RegistryError { .. } => Reason::TagNotFound,
        _ => Reason::RegistryUnreachable,
    };
    Trouble::retry(ConditionType::SourceResolved, reason, error.to_string())
}
