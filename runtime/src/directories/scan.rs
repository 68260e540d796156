//! In: a folder. Out: its package on the volume, or why there is none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use davit_plugin::contents::{self, ContentsError, Listing};
use davit_plugin::package::{PackError, PackOptions, pack};
use davit_plugin::plan::Candidate;
use davit_plugin::reason::{Problem, Reason};

use super::declared::{Declarations, Today, suspended};
use super::fingerprint::Fingerprint;
use super::switches::Switches;
use super::{Build, Options, PluginFolder};
use crate::volume::{Tree, Volume, VolumeError};

/// A folder's package, verified and on the volume.
#[derive(Debug, Clone)]
pub(super) struct Package {
    pub(super) candidate: Candidate,
    listing: Arc<Listing>,
    /// Keeps the package on the volume.
    _tree: Arc<Tree>,
}

/// What a folder held at one pass.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) folder: PluginFolder,
    /// Whether an administrator turned it on or off.
    pub(super) switched: Option<bool>,
    pub(super) package: Result<Package, Unusable>,
}

/// A folder that gives no package.
#[derive(Debug, Clone)]
pub(super) struct Unusable {
    /// What counts today, if at least the manifest can be read.
    pub(super) today: Option<Today>,
    pub(super) problem: Problem,
}

/// Packs folders, and remembers what they held so that one that has not changed
/// is not packed again.
pub(super) struct Scanner {
    packing: Packing,
    build: Option<Arc<dyn Build>>,
    known: BTreeMap<PathBuf, (Fingerprint, Package)>,
}

impl Scanner {
    pub(super) fn new(packing: Packing, build: Option<Arc<dyn Build>>) -> Self {
        Self { packing, build, known: BTreeMap::new() }
    }

    /// Scans all folders, one after the other.
    pub(super) async fn scan(&mut self, folders: Vec<PluginFolder>, switches: &Switches) -> Vec<Found> {
        self.known.retain(|path, _| folders.iter().any(|folder| folder.path == *path));
        let mut found = Vec::with_capacity(folders.len());
        for folder in folders {
            let package = self.package(&folder.path).await;
            let package = package.map_err(|problem| {
                let manifest = contents::manifest(&folder.path);
                Unusable {
                    today: manifest.map(|manifest| self.packing.declarations.today(manifest)),
                    problem,
                }
            });
            found.push(Found { switched: self.switched(&folder, &package, switches), folder, package });
        }
        found
    }

    /// What a resource declares counts, and not a switch.
    fn switched(
        &self,
        folder: &PluginFolder,
        package: &Result<Package, Unusable>,
        switches: &Switches,
    ) -> Option<bool> {
        let name = match package {
            Ok(package) => Some(package.candidate.name()),
            Err(unusable) => unusable.today.as_ref().map(|today| &today.manifest.name),
        };
        let declared = name.is_some_and(|name| self.packing.declarations.declare(name));
        switches.of(&folder.path).filter(|_| !declared)
    }

    /// The folder's package as it is declared today.
    async fn package(&mut self, folder: &Path) -> Result<Package, Problem> {
        let name = contents::name(folder);
        if name.is_some_and(|name| self.packing.declarations.suspend(&name)) {
            return self.known.get(folder).map(|(_, package)| package.clone()).ok_or_else(suspended);
        }
        let package = self.packed(folder).await?;
        let contents = self.packing.declarations.contents(&package.listing);
        let contents = contents.map_err(|error| Problem::from(&error))?;
        let candidate = Candidate { contents: Arc::new(contents), ..package.candidate };
        let package = Package { candidate, ..package };
        if let Some((_, known)) = self.known.get_mut(folder) {
            *known = package.clone();
        }
        Ok(package)
    }

    async fn packed(&mut self, folder: &Path) -> Result<Package, Problem> {
        if let Some(build) = &self.build {
            build.build(folder).await?;
        }
        let (packing, path) = (self.packing.clone(), folder.to_owned());
        let known = self.known.get(folder).cloned();
        let packing = tokio::task::spawn_blocking(move || {
            let before = Fingerprint::of(&path, packing.node_modules).ok().flatten();
            let unchanged = known.filter(|(fingerprint, _)| before.as_ref() == Some(fingerprint));
            if let Some((_, package)) = unchanged {
                return Ok((before, package));
            }
            // A fault in the manifest is named where its author knows it.
            let admitted = packing.admit(&path, &path.display().to_string());
            Ok((before, admitted.map_err(|error| error.problem())?))
        });
        let packed =
            packing.await.unwrap_or_else(|error| Err(invalid(format!("packing was cut off: {error}"))));
        match packed {
            Ok((Some(fingerprint), package)) => {
                self.known.insert(folder.to_owned(), (fingerprint, package.clone()));
                Ok(package)
            }
            Ok((None, package)) => Ok(package),
            Err(problem) => {
                self.known.remove(folder);
                Err(problem)
            }
        }
    }
}

/// How a folder becomes a package.
#[derive(Clone)]
pub(super) struct Packing {
    volume: Arc<Volume>,
    node_modules: bool,
    declarations: Declarations,
}

/// A folder gives no package.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// What it holds is no plugin.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// It cannot be packed.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The volume does not take it.
    #[error(transparent)]
    Volume(#[from] VolumeError),
}

impl Packing {
    pub(super) fn new(volume: Arc<Volume>, options: &Options) -> Self {
        let Options { node_modules, declarations, .. } = options.clone();
        Self { volume, node_modules, declarations }
    }

    /// The folder's package, on the volume. `shown` is the folder's name in messages.
    /// Blocks on the disk.
    pub(super) fn admit(&self, folder: &Path, shown: &str) -> Result<Package, AdmitError> {
        let read = |root: &Path| -> Result<_, ContentsError> {
            let listing = Listing::read(root, shown)?;
            Ok((self.declarations.contents(&listing)?, listing))
        };
        // The package is checked again once it is on the volume.
        read(folder)?;
        let packed =
            pack(folder, &PackOptions { node_modules: self.node_modules, ..PackOptions::default() })?;
        let tree = self.volume.admit(packed.digest, &packed.bytes)?;
        let (contents, listing) = read(tree.root())?;
        let candidate = Candidate { digest: packed.digest, contents: Arc::new(contents), reload: None };
        Ok(Package { candidate, listing: Arc::new(listing), _tree: tree })
    }
}

impl AdmitError {
    /// Why the folder's plugin does not run.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Contents(error) => Problem::from(error),
            Self::Pack(error) => Problem::new(unpackable(error), error.to_string()),
            Self::Volume(error) => invalid(error.to_string()),
        }
    }

    /// Whether the folder's content is at fault and not the machine, of which the
    /// message may name a path then.
    pub fn is_packages_fault(&self) -> bool {
        match self {
            Self::Contents(error) => !matches!(error, ContentsError::Io { .. }),
            Self::Pack(error) => !matches!(error, PackError::Io { .. }),
            Self::Volume(error) => matches!(error, VolumeError::Unpack(error) if error.is_packages_fault()),
        }
    }
}

fn unpackable(error: &PackError) -> Reason {
    match error {
        PackError::TooLarge { .. } | PackError::TooManyEntries { .. } => Reason::PackageTooLarge,
        PackError::NoManifest { .. } => Reason::ManifestInvalid,
        PackError::Violation(_) | PackError::Changed { .. } | PackError::Io { .. } => Reason::PackageInvalid,
    }
}

fn invalid(message: String) -> Problem {
    Problem::new(Reason::PackageInvalid, message)
}
