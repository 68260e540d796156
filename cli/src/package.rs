//! In: a plugin's folder. Out: its package, proven by unpacking it. Runs the
//! build script, reads the folder, and writes only into a temporary folder.
//!
//! ```text
//! manifest → build → pack → unpack → contents
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use davit_plugin::contents::{Contents, ContentsError};
use davit_plugin::package::{Limits, PackError, PackOptions, Packed, UnpackError, pack, unpack_bytes};

use tempfile::TempDir;

use crate::build::{BuildArgs, BuildError, Built};
use crate::folders::PluginFolder;

/// The unpacked copy's place in its temporary folder.
const ROOT: &str = "package";

/// A package that unpacks to a plugin.
#[derive(Debug)]
pub struct Package {
    /// The archive.
    pub packed: Packed,
    /// What an unpacked copy holds.
    pub contents: Contents,
    /// The number of files in it, without folders and links.
    pub files: usize,
    /// What became of the build.
    pub built: Built,
    /// The unpacked copy; it goes with this value.
    tree: TempDir,
}

impl Package {
    /// The folder with the unpacked copy.
    pub fn root(&self) -> PathBuf {
        self.tree.path().join(ROOT)
    }
}

/// Why a folder gives no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The manifest is at fault, or what it names is not there.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// The build script failed.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The folder cannot be packed.
    #[error("{folder}: {source}")]
    Pack {
        /// The folder as it was named.
        folder: String,
        /// Why not.
        source: PackError,
    },
    /// The package cannot be unpacked.
    #[error("{folder}: its package does not unpack: {source}")]
    Unpack {
        /// The folder as it was named.
        folder: String,
        /// Why not.
        source: UnpackError,
    },
    /// The disk said no.
    #[error("cannot unpack into a temporary folder: {0}")]
    Io(#[from] io::Error),
}

impl PackageError {
    /// One line for each fault.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Contents(ContentsError::Manifest(error)) => {
                let file = &error.file;
                let faults = error.findings.iter();
                faults
                    .map(|fault| format!("{file}:{}:{}: {}", fault.at.line, fault.at.column, fault.message))
                    .collect()
            }
            Self::Contents(_) | Self::Build(_) | Self::Pack { .. } | Self::Unpack { .. } | Self::Io(_) => {
                vec![self.to_string()]
            }
        }
    }

    /// All that the build script printed, if it failed.
    pub fn build_output(&self) -> Option<&str> {
        match self {
            Self::Build(error) => error.output(),
            Self::Contents(_) | Self::Pack { .. } | Self::Unpack { .. } | Self::Io(_) => None,
        }
    }
}

/// Makes the package of `folder` as everything that serves it will find it: what
/// is left out of packages is missing here too.
pub async fn package(folder: &PluginFolder, args: &BuildArgs) -> Result<Package, PackageError> {
    // A broken manifest is told at once, not after a long build.
    folder.manifest()?;
    let built = args.build(folder.path()).await?;
    let shown = folder.path().display().to_string();
    let failed = |source| PackageError::Pack { folder: shown.clone(), source };
    let packed = pack(folder.path(), &PackOptions::default()).map_err(failed)?;
    let tree = tempfile::tempdir()?;
    let root = tree.path().join(ROOT);
    let failed = |source| PackageError::Unpack { folder: shown.clone(), source };
    unpack_bytes(&packed.bytes, &root, &Limits::default()).map_err(failed)?;
    let contents = Contents::read(&root, &shown)?;
    Ok(Package { packed, contents, files: files_below(&root)?, built, tree })
}

fn files_below(folder: &Path) -> io::Result<usize> {
    fs::read_dir(folder)?.try_fold(0, |files, entry| {
        let entry = entry?;
        let kind = entry.file_type()?;
        Ok(files + if kind.is_dir() { files_below(&entry.path())? } else { usize::from(kind.is_file()) })
    })
}
