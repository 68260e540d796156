//! `davit push`: in, a plugin's folder; out, its artifact in a registry.
//!
//! ```text
//! path → package (as `davit pack`) → artifact → session (Docker's credential) → upload what is missing → digest
//! ```

mod annotations;
mod artifact;
mod progress;
mod upload;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use oci_client::RegistryOperation;

use crate::build::BuildArgs;
use crate::named::{Named, NamedError};
use crate::registry::{RegistryError, Session, Target, credentials};
use crate::say;

use artifact::Artifact;
use upload::Uploaded;

/// Build a plugin and push its package to an OCI registry
///
/// Prints the reference with the digest, registry/repository@sha256:…, for the
/// field spec.source.oci.reference of a Plugin. The same folder gives the same
/// digest, and what the registry has already is not sent again. Credentials are
/// Docker's: `docker login`, `oras login` and credential helpers work as they are
/// (DOCKER_CONFIG, else ~/.docker). Like `oras push`, the reference comes first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to push: registry/repository:tag; without a tag the plugin's version is the tag
    #[arg(value_name = "REFERENCE")]
    pub reference: Target,

    /// The plugin's folder (with a manifest.yaml)
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Speak plain HTTP with the registry; registries on localhost and 127.0.0.0/8 are always spoken to so
    #[arg(long, env = "DAVIT_INSECURE", value_parser = FalseyValueParser::new())]
    pub insecure: bool,

    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment here would replace the command's help")]
    pub build: BuildArgs,
}

/// Why nothing was pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushFailure {
    /// The folder gives no package.
    #[error(transparent)]
    Named(#[from] NamedError),
    /// The package gives no artifact.
    #[error(transparent)]
    Artifact(#[from] artifact::ArtifactError),
    /// The registry does not take it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

/// Pushes and prints where it is.
pub async fn run(args: &Args) -> ExitCode {
    match push(args).await {
        Ok(pushed) => {
            say::line(pushed);
            ExitCode::SUCCESS
        }
        Err(PushFailure::Named(error)) => {
            error.say(args.build.verbose);
            ExitCode::FAILURE
        }
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

/// Builds, packs, proves and pushes. The reference by digest; the tag appears last,
/// so that nobody finds half of an artifact.
pub async fn push(args: &Args) -> Result<String, PushFailure> {
    let Named { folder, package } = Named::make(&args.path, &args.build).await?;
    let reference = args.reference.reference(&package.contents.manifest.version);
    let artifact = Artifact::of(&folder, &package)?;
    let credential = credentials::of_docker(&reference).await.map_err(RegistryError::from)?;
    let session = Session::open(&reference, args.insecure, credential, RegistryOperation::Push).await?;
    match upload::upload(&session, &artifact).await? {
        Uploaded::Sent => say::note(format_args!("pushed {}", reference.whole())),
        Uploaded::Known => say::note(format_args!("{} is up to date", reference.whole())),
    }
    let (registry, repository) = (reference.registry(), reference.repository());
    Ok(format!("{registry}/{repository}@{}", artifact.digest()))
}
