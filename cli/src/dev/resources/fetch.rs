//! In: where a package is. Out: its files in a new folder, or why they are not
//! there. Asks registries; writes into that folder only.

use std::path::Path;

use davit_crds::{ConfigMapSource, OciSource};
use davit_plugin::contents::Listing;
use davit_plugin::package::{Limits, unpack_bytes};
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{Digest, PluginName};
use k8s_openapi::api::core::v1::ConfigMap;
use oci_client::Reference;

use super::config_map;
use super::place::Placed;
use super::secrets;
use super::wanted::WantedSource;
use crate::registry::credentials::Credential;
use crate::registry::pull;

/// Puts the package's files into `folder`, which is not there yet, unless they are
/// those of the package that is `known`: then there is nothing new.
pub(super) async fn fetch(
    name: &PluginName,
    source: &WantedSource,
    known: Option<Digest>,
    folder: &Path,
) -> Result<Option<Placed>, Problem> {
    let fetched = match source {
        WantedSource::ConfigMap { source, found } => from_config_map(source, found.as_deref(), folder)?,
        WantedSource::Oci { source, secrets, .. } => {
            let reference: Reference = source.reference.parse().map_err(|error| {
                let message = format!("{}: {error}", source.reference);
                Problem::new(Reason::ReferenceInvalid, message)
            })?;
            let credential = secrets::credential(&reference, secrets).await?;
            from_registry(source, &reference, credential, known, folder).await?
        }
    };
    if fetched.is_some() {
        verify(name, source, folder)?;
    }
    Ok(fetched)
}

/// Under another name a package would serve what nobody declared.
fn verify(name: &PluginName, source: &WantedSource, folder: &Path) -> Result<(), Problem> {
    let shown = match source {
        WantedSource::ConfigMap { source, .. } => format!("ConfigMap {}", source.name),
        WantedSource::Oci { source, .. } => source.reference.clone(),
    };
    let own = Listing::read(folder, &shown).and_then(|listing| listing.name());
    let own = own.map_err(|error| Problem::from(&error))?;
    if own == *name {
        return Ok(());
    }
    let message = format!("the package's name is {own} and not {name}: set spec.name to it");
    Err(Problem::new(Reason::NameMismatch, message))
}

fn from_config_map(
    source: &ConfigMapSource,
    found: Option<&ConfigMap>,
    folder: &Path,
) -> Result<Option<Placed>, Problem> {
    let found = found.ok_or_else(|| {
        let message = format!("there is no ConfigMap {}: add it to the files", source.name);
        Problem::new(Reason::ConfigMapNotFound, message)
    })?;
    config_map::write(source, found, folder)?;
    Ok(Some(Placed::Files))
}

async fn from_registry(
    source: &OciSource,
    reference: &Reference,
    credential: Credential,
    known: Option<Digest>,
    folder: &Path,
) -> Result<Option<Placed>, Problem> {
    let pulled = pull(reference, source.insecure, credential, known).await;
    let pulled = pulled.map_err(|error| error.problem())?;
    let Some(bytes) = pulled.bytes else { return Ok(None) };
    let folder = folder.to_owned();
    let unpacked = tokio::task::spawn_blocking(move || unpack_bytes(&bytes, &folder, &Limits::default()));
    let unpacked = unpacked.await.map_err(|error| invalid(&error))?;
    unpacked.map_err(|error| invalid(&error))?;
    Ok(Some(Placed::Package(pulled.digest)))
}

pub(super) fn invalid(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Reason::PackageInvalid, error.to_string())
}
