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
    volume: Arc<Volume>,
    build: Option<Arc<dyn Build>>,
    node_modules: bool,
    declarations: Declarations,
    known: BTreeMap<PathBuf, (Fingerprint, Package)>,
}

impl Scanner {
    pub(super) fn new(volume: Arc<Volume>, options: &Options) -> Self {
        let Options { build, node_modules, declarations, .. } = options.clone();
        Self { volume, build, node_modules, declarations, known: BTreeMap::new() }
    }

    /// Scans all folders, one after the other.
    pub(super) async fn scan(&mut self, folders: Vec<PluginFolder>, switches: &Switches) -> Vec<Found> {
        self.known.retain(|path, _| folders.iter().any(|folder| folder.path == *path));
        let mut found = Vec::with_capacity(folders.len());
        for folder in folders {
            let package = self.package(&folder.path).await;
            let package = package.map_err(|problem| {
                let manifest = contents::manifest(&folder.path);
                Unusable { today: manifest.map(|manifest| self.declarations.today(manifest)), problem }
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
        let declared = name.is_some_and(|name| self.declarations.declare(name));
        switches.of(&folder.path).filter(|_| !declared)
    }

    /// The folder's package as it is declared today.
    async fn package(&mut self, folder: &Path) -> Result<Package, Problem> {
        let name = contents::name(folder);
        if name.is_some_and(|name| self.declarations.suspend(&name)) {
            return self.known.get(folder).map(|(_, package)| package.clone()).ok_or_else(suspended);
        }
        let package = self.packed(folder).await?;
        let contents = self.declarations.contents(&package.listing).map_err(|error| Problem::from(&error))?;
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
        let (volume, node_modules, path) = (self.volume.clone(), self.node_modules, folder.to_owned());
        let declarations = self.declarations.clone();
        let known = self.known.get(folder).cloned();
        let packing = tokio::task::spawn_blocking(move || {
            let before = Fingerprint::of(&path, node_modules).ok().flatten();
            match known.filter(|(fingerprint, _)| before.as_ref() == Some(fingerprint)) {
                Some((_, package)) => Ok((before, package)),
                None => admit(&path, &volume, node_modules, &declarations).map(|package| (before, package)),
            }
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

fn admit(
    folder: &Path,
    volume: &Volume,
    node_modules: bool,
    declarations: &Declarations,
) -> Result<Package, Problem> {
    // The manifest is read where its author knows it, so that a fault names
    // that file; the package is checked again once it is on the volume.
    let shown = folder.display().to_string();
    let read = |root: &Path| -> Result<_, ContentsError> {
        let listing = Listing::read(root, &shown)?;
        Ok((declarations.contents(&listing)?, listing))
    };
    read(folder).map_err(|error| Problem::from(&error))?;
    let packed = pack(folder, &PackOptions { node_modules, ..PackOptions::default() })
        .map_err(|error| unpackable(&error))?;
    let tree = volume.admit(packed.digest, &packed.bytes).map_err(|error| refused(&error))?;
    let (contents, listing) = read(tree.root()).map_err(|error| Problem::from(&error))?;
    let candidate = Candidate { digest: packed.digest, contents: Arc::new(contents), reload: None };
    Ok(Package { candidate, listing: Arc::new(listing), _tree: tree })
}

fn unpackable(error: &PackError) -> Problem {
    let reason = match error {
        PackError::TooLarge { .. } | PackError::TooManyEntries { .. } => Reason::PackageTooLarge,
        PackError::NoManifest { .. } => Reason::ManifestInvalid,
        PackError::Violation(_) | PackError::Changed { .. } | PackError::Io { .. } => Reason::PackageInvalid,
    };
    Problem::new(reason, error.to_string())
}

fn refused(error: &VolumeError) -> Problem {
    invalid(error.to_string())
}

fn invalid(message: String) -> Problem {
    Problem::new(Reason::PackageInvalid, message)
}
