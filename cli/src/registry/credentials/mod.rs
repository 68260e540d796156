//! Who asks a registry, from Docker's configuration.
//!
//! ```text
//! DOCKER_CONFIG or ~/.docker → config.json → credHelpers | credsStore | auths → credential
//! ```

mod config;
mod helper;

use std::fmt;
use std::path::PathBuf;

use oci_client::Reference;

pub(crate) use config::DockerConfig;

/// Docker's own registry is kept under this name.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What a registry is shown. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    Anonymous,
    /// A user's password, or a token in its place.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token that is exchanged for another one.
    IdentityToken(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anonymous => "Anonymous",
            Self::Password { .. } => "Password",
            Self::IdentityToken(_) => "IdentityToken",
        })
    }
}

/// Docker's configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// It cannot be read.
    #[error("cannot read {file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// It is malformed. What is in it is not shown.
    #[error("{file} is no Docker configuration, near line {line}: correct it, or log in again")]
    Malformed {
        /// The file or Secret.
        file: String,
        /// Where.
        line: usize,
    },
    /// A credential helper gives nothing.
    #[error("`docker-credential-{name} get` {why}: install or repair it, or log in again")]
    Helper {
        /// The helper's name in the configuration.
        name: String,
        /// What it did.
        why: String,
    },
}

/// The credential that Docker keeps for the registry of `reference`.
pub async fn of_docker(reference: &Reference) -> Result<Credential, CredentialsError> {
    match file().filter(|file| file.is_file()) {
        Some(file) => DockerConfig::read(&file)?.credential(reference).await,
        None => Ok(Credential::Anonymous),
    }
}

fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("DOCKER_CONFIG").or_else(|| Some(set("HOME")?.join(".docker")))?;
    Some(folder.join("config.json"))
}

/// The names that a configuration may know a reference's registry by, the most
/// specific first: for `host/a/b` those of `host/a/b`, `host/a` and `host`.
fn names(reference: &Reference) -> Vec<String> {
    let registry = reference.registry();
    let whole = format!("{registry}/{}", reference.repository());
    let ends = whole.match_indices('/').map(|(end, _)| end).chain([whole.len()]);
    let mut names: Vec<String> = ends.map(|end| whole[..end].to_owned()).collect();
    names.reverse();
    if registry == "docker.io" {
        names.extend(["index.docker.io".to_owned(), "registry-1.docker.io".to_owned()]);
    }
    names
}

/// The name that helpers know a reference's registry by.
fn helped(reference: &Reference) -> &str {
    if reference.registry() == "docker.io" { DOCKER_HUB } else { reference.registry() }
}
