//! In: bytes under their digest. Out: what the package holds, or why it is none.
//! Unpacks into a temporary folder, which goes again.

use std::io;
use std::path::Path;
use std::sync::Arc;

use davit_crds::condition::{condition_of, stalls};
use davit_plugin::Reason;
use davit_plugin::contents::{ContentsError, Listing};
use davit_plugin::package::{Limits, UnpackError, Violation, unpack_file};
use davit_plugin::reason::Problem;

use super::fetch::Fetched;
use crate::trouble::{Next, Trouble};

/// Bytes that are a plugin's package. Only this stage makes it.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) fetched: Fetched,
    pub(super) listing: Arc<Listing>,
}

/// Bytes that are no plugin's package, or cannot be unpacked here.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// No archive, or a hostile one.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// No plugin in it.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The operator's disk says no.
    #[error("the operator cannot unpack the package: {0}; look at the disk of its cache")]
    Io(#[from] io::Error),
}

/// Unpacks a package below `scratch` and reads what it holds.
pub(super) fn verify(fetched: Fetched, scratch: &Path) -> Result<Verified, VerifyError> {
    let listing = Arc::new(listing(fetched.file.path(), scratch)?);
    Ok(Verified { fetched, listing })
}

/// What an archive holds.
pub(super) fn listing(archive: &Path, scratch: &Path) -> Result<Listing, VerifyError> {
    let folder = tempfile::Builder::new().prefix(super::keep::TEMPORARY).tempdir_in(scratch)?;
    let root = folder.path().join("package");
    unpack_file(archive, &root, &Limits::default())?;
    Ok(Listing::read(&root, "package")?)
}

impl VerifyError {
    /// What is wrong, if the package itself is at fault: the same bytes are never
    /// good then.
    pub(super) fn fault(&self) -> Option<Problem> {
        match self {
            Self::Contents(ContentsError::Io { .. }) | Self::Io(_) => None,
            Self::Contents(error) => Some(error.into()),
            Self::Unpack(error) if !error.is_packages_fault() => None,
            Self::Unpack(error) => Some(Problem::new(reason(error), error.to_string())),
        }
    }

    /// What is wrong, whoever is at fault.
    pub(super) fn problem(&self) -> Problem {
        // The operator's disk: time may cure it.
        self.fault().unwrap_or_else(|| Problem::new(Reason::RegistryUnreachable, self.to_string()))
    }
}

fn reason(error: &UnpackError) -> Reason {
    match error {
        UnpackError::Violation(Violation::PackageTooLarge { .. } | Violation::TooManyEntries { .. }) => {
            Reason::PackageTooLarge
        }
        _ => Reason::PackageInvalid,
    }
}

/// A problem of a package that a source names: it stalls if no time can cure it,
/// that is if the source names these very bytes for ever (interfaces §3).
pub(super) fn of_package(problem: Problem, pinned: bool) -> Trouble {
    let next = if pinned && stalls(problem.reason) { Next::Stall } else { Next::Retry };
    Trouble { stage: condition_of(problem.reason), problem, next }
}

/// A problem of the resource alone: it stalls wherever the package comes from.
pub(super) fn of_spec(problem: Problem) -> Trouble {
    Trouble { stage: condition_of(problem.reason), problem, next: Next::Stall }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule of interfaces §3 over all reasons that a package can have.
    #[test]
    fn what_time_can_cure_never_stalls() {
        let table = [
            (Reason::TagNotFound, false),
            (Reason::RegistryUnreachable, false),
            (Reason::RegistryDenied, false),
            (Reason::ConfigMapNotFound, false),
            (Reason::SecretNotFound, false),
            (Reason::DigestMismatch, false),
            (Reason::PackageInvalid, true),
            (Reason::PackageTooLarge, true),
            (Reason::ManifestInvalid, true),
            (Reason::NameMismatch, true),
            (Reason::ConfigInvalid, true),
            (Reason::RoutesWithoutBase, true),
            (Reason::BaseReserved, true),
        ];
        for (reason, stays) in table {
            let next = |pinned| of_package(Problem::new(reason, ""), pinned).next;
            assert_eq!(next(false), Next::Retry, "{reason}");
            assert_eq!(next(true) == Next::Stall, stays, "{reason}");
        }
    }

    #[test]
    fn the_disk_is_never_the_packages_fault() {
        let io = || io::Error::from(io::ErrorKind::StorageFull);
        let table = [
            (VerifyError::Io(io()), None),
            (ContentsError::Io { path: "x".into(), source: io() }.into(), None),
            (UnpackError::Io { doing: "write", path: "x".into(), source: io() }.into(), None),
            (UnpackError::InvalidFileType.into(), Some(Reason::PackageInvalid)),
            (
                UnpackError::Violation(Violation::TooManyEntries { limit: 1 }).into(),
                Some(Reason::PackageTooLarge),
            ),
            (ContentsError::NoManifest { folder: "x".into() }.into(), Some(Reason::ManifestInvalid)),
        ];
        for (error, reason) in table {
            assert_eq!(error.fault().map(|problem| problem.reason), reason, "{error}");
        }
    }
}
