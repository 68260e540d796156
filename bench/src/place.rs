//! Where the programs that are measured are, and where the measurements write.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::BenchError;

/// The programs, and a folder that is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    /// The repository.
    pub(crate) root: PathBuf,
    programs: PathBuf,
    // Inside the repository, so that `hono` is found in its node_modules.
    scratch: TempDir,
}

impl Place {
    /// Looks for the programs beside this one.
    pub(crate) fn find() -> Result<Self, BenchError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = root.canonicalize().map_err(BenchError::io(format!("find {}", root.display())))?;
        let this = std::env::current_exe().map_err(BenchError::io("find this program"))?;
        let target = root.join("target");
        std::fs::create_dir_all(&target).map_err(BenchError::io("make target/"))?;
        let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(target);
        let scratch = scratch.map_err(BenchError::io("make a folder in target/"))?;
        let programs = this.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { root, programs, scratch })
    }

    /// A program of this workspace, built as this one was.
    pub(crate) fn program(&self, name: &str) -> Result<PathBuf, BenchError> {
        there(self.programs.join(name))
    }

    /// Bun as package-lock.json pins it.
    pub(crate) fn bun(&self) -> Result<PathBuf, BenchError> {
        there(self.root.join("node_modules/.bin/bun"))
    }

    /// The bench's own files.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.root.join("bench").join(path)
    }

    /// A new folder to write to.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf, BenchError> {
        let folder = self.scratch.path().join(name);
        std::fs::create_dir_all(&folder).map_err(BenchError::io(format!("make {}", folder.display())))?;
        Ok(folder)
    }
}

fn there(path: PathBuf) -> Result<PathBuf, BenchError> {
    if path.is_file() { Ok(path) } else { Err(BenchError::Missing(path)) }
}
