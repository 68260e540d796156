//! Why an artifact was not pulled or pushed.

use std::time::Duration;

use davit_plugin::{Digest, Reason};

use crate::source::SourceError;

/// Why an artifact was not pulled or pushed. No message holds a credential.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// The text is no reference.
    #[error(
        "`{text}` is not a reference ({why}): write registry/repository:tag or registry/repository@sha256:…"
    )]
    Reference {
        /// The text.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The registry wants other credentials.
    #[error("{registry} refuses {what}: {why}")]
    Denied {
        /// The registry's host.
        registry: String,
        /// What was asked for.
        what: String,
        /// What it said, and what to do.
        why: String,
    },
    /// There is nothing of that name.
    #[error("{registry} has no {what}: push it, or correct the reference")]
    NotFound {
        /// The registry's host.
        registry: String,
        /// What was asked for.
        what: String,
    },
    /// The registry does not answer, or not now.
    #[error("cannot reach {registry}: {why}")]
    Unreachable {
        /// The registry's host.
        registry: String,
        /// Why not, and what to do.
        why: String,
        /// How long it wants to be left alone, if it says so.
        retry_after: Option<Duration>,
    },
    /// The manifest in the registry is not one of a package.
    #[error("{reference} is not a plugin's package: {why}")]
    Manifest {
        /// The artifact.
        reference: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// More bytes than may be.
    #[error(
        "the {what} of {reference} is larger than {limit} bytes: leave out what the plugin does not need"
    )]
    TooLarge {
        /// The artifact.
        reference: String,
        /// `manifest` or `package`.
        what: &'static str,
        /// The most bytes.
        limit: u64,
    },
    /// Other bytes than the digest names.
    #[error("{registry} sent {found} for {expected}: its storage or a proxy is at fault; push it again")]
    DigestMismatch {
        /// The registry's host.
        registry: String,
        /// The digest that was asked for.
        expected: Digest,
        /// What came: a digest, or more bytes than there should be.
        found: String,
    },
    /// The disk said no.
    #[error("cannot keep what the registry sends: {0}")]
    Io(#[from] std::io::Error),
}

impl OciError {
    fn reason(&self) -> Reason {
        match self {
            Self::Reference { .. } => Reason::ReferenceInvalid,
            Self::Denied { .. } => Reason::RegistryDenied,
            Self::NotFound { .. } => Reason::TagNotFound,
            // The operator's disk is no fault of the package: time cures it.
            Self::Unreachable { .. } | Self::Io(_) => Reason::RegistryUnreachable,
            Self::Manifest { .. } => Reason::PackageInvalid,
            Self::TooLarge { .. } => Reason::PackageTooLarge,
            Self::DigestMismatch { .. } => Reason::DigestMismatch,
        }
    }
}

impl From<OciError> for SourceError {
    fn from(error: OciError) -> Self {
        let retry_after = match &error {
            OciError::Unreachable { retry_after, .. } => *retry_after,
            _ => None,
        };
        Self { retry_after, ..Self::new(error.reason(), error.to_string()) }
    }
}
