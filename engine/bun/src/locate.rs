//! Where Bun is.

use std::env;
use std::path::{Path, PathBuf};

/// There is no Bun, or not where it was said to be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// `DAVIT_BUN` names something else.
    #[error("DAVIT_BUN names {0}, which is not a file: set it to the path of the bun executable")]
    Misnamed(PathBuf),
    /// Nothing found.
    #[error(
        "Bun was not found: run `npm install bun`, or set DAVIT_BUN to the path of the bun executable; without it no JavaScript plugin can run"
    )]
    NotFound,
}

/// Finds Bun: `DAVIT_BUN`, then beside this program, then in `node_modules/.bin`
/// of the working directory and the folders above it, then on the PATH.
pub fn locate() -> Result<PathBuf, LocateError> {
    if let Some(named) = env::var_os("DAVIT_BUN").filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        // Absolute, since workers have another working directory.
        return match std::path::absolute(&named) {
            Ok(absolute) if absolute.is_file() => Ok(absolute),
            _ => Err(LocateError::Misnamed(named)),
        };
    }
    let beside = env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("bun")));
    let working = env::current_dir().unwrap_or_default();
    let modules = working.ancestors().map(|folder| folder.join("node_modules/.bin/bun"));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|folder| folder.join("bun")).collect::<Vec<_>>();
    let mut places = beside.into_iter().chain(modules).chain(on_path);
    places.find(|place| is_program(place)).ok_or(LocateError::NotFound)
}

fn is_program(path: &Path) -> bool {
    path.is_absolute() && path.is_file()
}
