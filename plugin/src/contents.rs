//! In: an unpacked package. Out: what it holds, or why it is no plugin. Reads
//! the manifest and looks which files there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::grant::{Consent, Grant};
use crate::manifest::{FILE_NAMES, MAX_SIZE, ManifestError, Mode, Values, Workers};
use crate::reason::{Problem, Reason};
use crate::{Manifest, PackagePath, PluginName, VariableName};

/// Modules that are looked for when the manifest names none (interfaces §8).
const CODE_FALLBACKS: [&str; 2] = ["plugin.ts", "plugin.js"];
const INDEX_FALLBACKS: [&str; 2] = ["index.ts", "index.js"];

/// A plugin's package, checked, under what it is granted: behind this nobody
/// reads raw YAML.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// What the author declares, as far as it counts.
    pub manifest: Manifest,
    /// Values of its environment.
    pub env: BTreeMap<VariableName, String>,
    /// Which plugins it shares its process with by the administrator's word.
    pub consent: Consent,
    /// The module with the plugin's code.
    pub code: Option<PackagePath>,
    /// How that module is run.
    pub mode: Mode,
    /// How its Workers are kept, unless it is persistent.
    pub workers: Option<Workers>,
    /// The HTML file of its user interface.
    pub ui: Option<PackagePath>,
}

/// An unpacked package that is no plugin.
#[derive(Debug, thiserror::Error)]
pub enum ContentsError {
    /// There is no manifest.
    #[error("{folder} has no manifest.yaml: write one with `name: my-plugin`")]
    NoManifest {
        /// The folder as the caller named it.
        folder: String,
    },
    /// The manifest cannot be used.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file that the manifest names is not in the package.
    #[error(
        "{manifest}: {key} names {path}, which is not in the package: build the plugin or correct the path"
    )]
    EntryMissing {
        /// The manifest's file.
        manifest: String,
        /// The manifest's key.
        key: &'static str,
        /// The file that is missing.
        path: PackagePath,
    },
    /// Nothing to serve and nothing to run.
    #[error(
        "{manifest}: the plugin has no code and no user interface: add plugin.ts, or name one with `pluginEntry` or `entrypoint`"
    )]
    Nothing {
        /// The manifest's file.
        manifest: String,
    },
    /// A user interface with no place to be served.
    #[error("{manifest}: the plugin has an entrypoint but no base: write e.g. `base: /my-plugin`")]
    WithoutBase {
        /// The manifest's file.
        manifest: String,
    },
    /// The folder could not be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl From<&ContentsError> for Problem {
    fn from(error: &ContentsError) -> Self {
        let reason = match error {
            ContentsError::Manifest(error) => return error.into(),
            ContentsError::NoManifest { .. } => Reason::ManifestInvalid,
            ContentsError::WithoutBase { .. } => Reason::RoutesWithoutBase,
            ContentsError::EntryMissing { .. } | ContentsError::Nothing { .. } | ContentsError::Io { .. } => {
                Reason::PackageInvalid
            }
        };
        Self::new(reason, error.to_string())
    }
}

impl Contents {
    /// Reads the manifest below `root` and finds the plugin's entries. `shown`
    /// is the folder's name in messages: where its author knows it.
    pub fn read(root: &Path, shown: &str) -> Result<Self, ContentsError> {
        Listing::read(root, shown)?.contents(None)
    }

    /// The variables of the environment that it may read.
    pub fn variables(&self) -> BTreeSet<&VariableName> {
        self.env.keys().chain(&self.manifest.permissions.env).collect()
    }
}

/// What an unpacked package holds, whoever grants it what: it can be read under
/// another grant without the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The manifest's name in messages.
    file: String,
    manifest: Vec<u8>,
    code: Option<PackagePath>,
    ui: Option<PackagePath>,
}

impl Listing {
    /// Reads the manifest below `root` and looks which files there are; `shown`
    /// is the folder's name in messages.
    pub fn read(root: &Path, shown: &str) -> Result<Self, ContentsError> {
        let (file, bytes) = read_manifest(root, shown)?;
        let manifest = Manifest::parse_with(&file, &bytes, &Values::Unjudged)?;
        let code = find_code(root, &manifest, &file)?;
        let ui = present(root, &file, "entrypoint", manifest.entrypoint.as_ref())?;
        if code.is_none() && ui.is_none() {
            return Err(ContentsError::Nothing { manifest: file });
        }
        Ok(Self { file, manifest: bytes, code, ui })
    }

    /// The plugin's name, as its author wrote it.
    pub fn name(&self) -> Result<PluginName, ContentsError> {
        Ok(Manifest::parse_with(&self.file, &self.manifest, &Values::Unjudged)?.name)
    }

    /// The plugin under a grant, or under what the manifest says of itself.
    pub fn contents(&self, grant: Option<&Grant>) -> Result<Contents, ContentsError> {
        let over = |grant: &Grant| Values::Over(grant.config.clone(), grant.variables());
        let values = grant.map_or(Values::Own, over);
        let manifest = Manifest::parse_with(&self.file, &self.manifest, &values)?;
        let manifest = match grant {
            Some(grant) => grant.apply(manifest),
            None => manifest,
        };
        if self.ui.is_some() && manifest.base.is_none() {
            return Err(ContentsError::WithoutBase { manifest: self.file.clone() });
        }
        let mode = self.mode(&manifest);
        let mut contents = Contents {
            manifest,
            env: grant.map(|grant| grant.env.clone()).unwrap_or_default(),
            consent: grant.map(Grant::consent).unwrap_or_default(),
            code: self.code.clone(),
            mode,
            workers: None,
            ui: self.ui.clone(),
        };
        if mode != Mode::Persistent {
            let workers = contents.manifest.workers.clone();
            let (workers, limits) =
                workers.map_err(|findings| ManifestError { file: self.file.clone(), findings })?;
            contents.manifest.limits = limits;
            contents.workers = Some(workers);
        }
        Ok(contents)
    }

    /// `davit.mode` decides; else only a root index that no `pluginEntry` names
    /// may be serverless (interfaces §8).
    fn mode(&self, manifest: &Manifest) -> Mode {
        let is_index = |code: &PackagePath| INDEX_FALLBACKS.contains(&code.as_str());
        match (manifest.mode, &self.code) {
            (Some(mode), Some(_)) => mode,
            (None, Some(code)) if manifest.plugin_entry.is_none() && is_index(code) => Mode::Auto,
            _ => Mode::Persistent,
        }
    }

    /// What the manifest asks for and the grant does not give, for people:
    /// `route GET /api/other/**`.
    pub fn not_granted(&self, grant: &Grant) -> Vec<String> {
        let asked = Manifest::parse_with(&self.file, &self.manifest, &Values::Unjudged);
        asked.map(|asked| grant.lacks(&asked)).unwrap_or_default()
    }
}

/// The manifest in `folder`, if it can be read: what is broken in the rest of the
/// folder then has a name at least, and today's word on what is open.
pub fn manifest(folder: &Path) -> Option<Manifest> {
    let (file, text) = read_manifest(folder, "").ok()?;
    Manifest::parse_bytes(&file, &text).ok()
}

/// The plugin's name in `folder`, if its manifest can be read, whatever its
/// configuration.
pub fn name(folder: &Path) -> Option<PluginName> {
    let (file, text) = read_manifest(folder, "").ok()?;
    Some(Manifest::parse_with(&file, &text, &Values::Unjudged).ok()?.name)
}

/// The manifest's name for messages, and its bytes, at most one more than may be.
fn read_manifest(root: &Path, shown: &str) -> Result<(String, Vec<u8>), ContentsError> {
    for name in FILE_NAMES {
        let path = root.join(name);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(MAX_SIZE as u64 + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => return Ok((format!("{shown}/{name}"), bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(ContentsError::Io { path, source }),
        }
    }
    Err(ContentsError::NoManifest { folder: shown.to_owned() })
}

fn find_code(root: &Path, manifest: &Manifest, file: &str) -> Result<Option<PackagePath>, ContentsError> {
    if manifest.plugin_entry.is_some() {
        return present(root, file, "pluginEntry", manifest.plugin_entry.as_ref());
    }
    let index: &[&str] = if manifest.entrypoint.is_some() { &[] } else { &INDEX_FALLBACKS };
    let found = CODE_FALLBACKS.iter().chain(index).find(|name| root.join(name).is_file());
    Ok(found.and_then(|name| name.parse().ok()))
}

fn present(
    root: &Path,
    manifest: &str,
    key: &'static str,
    path: Option<&PackagePath>,
) -> Result<Option<PackagePath>, ContentsError> {
    match path {
        Some(path) if !path.on_disk(root).is_file() => {
            Err(ContentsError::EntryMissing { manifest: manifest.to_owned(), key, path: path.clone() })
        }
        path => Ok(path.cloned()),
    }
}
