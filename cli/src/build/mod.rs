//! In: a plugin's folder. Out: the same folder after the `build` script of its
//! package.json, or one line that says where it failed. Runs Bun in the folder.
//!
//! ```text
//! package.json → script → process (time limit, bounded output) → built | diagnosis
//! ```

mod args;
mod capture;
mod diagnosis;
mod error;
mod process;
mod script;

use std::path::Path;
use std::time::{Duration, Instant};

pub use args::BuildArgs;
pub use error::{BuildError, Place};
pub use process::DEFAULT_LIMIT;

use process::Ended;

/// What became of a folder's build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Built {
    /// There is no script: the folder is complete as it is.
    NoScript,
    /// The script ran and ended well.
    Done {
        /// How long it took.
        took: Duration,
        /// What it printed, without colours; the middle is left out if it is long.
        output: String,
    },
}

/// Whether the folder has a `build` script. Needs no Bun.
pub fn has_script(folder: &Path) -> Result<bool, BuildError> {
    script::read(folder).map(|script| script.is_some())
}

/// Runs the folder's `build` script, if it has one, with the Bun at `bun` for at
/// most [`DEFAULT_LIMIT`]. Dropping the future ends the script and whatever it
/// started. `folder` is shown in errors as it is given.
pub async fn build(folder: &Path, bun: &Path) -> Result<Built, BuildError> {
    build_within(folder, bun, DEFAULT_LIMIT).await
}

/// As [`build`], for at most `limit`.
pub async fn build_within(folder: &Path, bun: &Path, limit: Duration) -> Result<Built, BuildError> {
    let Some(script) = script::read(folder)? else { return Ok(Built::NoScript) };
    let start = Instant::now();
    let ran =
        process::run(folder, bun, limit).await.map_err(|source| BuildError::start(folder, bun, source))?;
    match ran.ended {
        Ended::Exited(status) if status.success() => {
            Ok(Built::Done { took: start.elapsed(), output: ran.output })
        }
        Ended::Exited(status) => Err(BuildError::failed(folder, status, ran.output)),
        Ended::TimedOut => Err(BuildError::timed_out(folder, &script, limit, ran.output)),
    }
}
