//! `davit check`: in, plugin folders; out, for each whether it would run, and why
//! not.
//!
//! ```text
//! paths → folders → package (each alone) → together (names, bases, dependencies) → verdicts
//! ```

mod together;
mod verdict;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::build::{BuildArgs, Built};
use crate::folders::{self, FolderError, PluginFolder};
use crate::package::{Package, PackageError, package};
use crate::say;

pub use verdict::{Passed, Verdict};

/// Check plugins without serving them: manifest, build, package, dependencies
///
/// Each plugin's `build` script runs first. What is wrong is printed as
/// `file:line:column: message`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Plugin folders (with a manifest.yaml), or folders of such
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment here would replace the command's help")]
    pub build: BuildArgs,
}

/// Checks and prints.
pub async fn run(args: &Args) -> ExitCode {
    let verdicts = match check(&args.paths, &args.build).await {
        Ok(verdicts) => verdicts,
        Err(error) => {
            say::error(error);
            return ExitCode::FAILURE;
        }
    };
    for verdict in &verdicts {
        verdict.say(args.build.verbose);
    }
    let failed = verdicts.iter().filter(|verdict| verdict.outcome.is_err()).count();
    if failed == 0 {
        return ExitCode::SUCCESS;
    }
    if verdicts.len() > 1 {
        say::note(format_args!("{failed} of {} plugins failed", verdicts.len()));
    }
    ExitCode::FAILURE
}

/// Checks the plugins at `paths`, each alone and then all of them together.
pub async fn check(paths: &[PathBuf], build: &BuildArgs) -> Result<Vec<Verdict>, FolderError> {
    let mut alone = Vec::new();
    for folder in folders::find(paths)? {
        let package = package(&folder, build).await;
        alone.push(Alone { folder, package });
    }
    let problems = together::problems(&alone);
    Ok(alone.into_iter().zip(problems).map(|(alone, problem)| Verdict::of(alone, problem)).collect())
}

/// What one plugin is, looked at alone.
struct Alone {
    folder: PluginFolder,
    package: Result<Package, PackageError>,
}

impl Alone {
    /// What the build printed, whether it failed or not.
    fn build_output(&self) -> Option<&str> {
        match &self.package {
            Ok(Package { built: Built::Done { output, .. }, .. }) => Some(output),
            Ok(Package { built: Built::NoScript, .. }) => None,
            Err(error) => error.build_output(),
        }
    }
}
