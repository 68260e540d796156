//! `davit pack`: in, a plugin's folder; out, its package as a file.
//!
//! ```text
//! path → folder → package (built, packed, proven) → archive
//! ```

mod archive;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::build::{BuildArgs, Built};
use crate::folders::PluginFolder;
use crate::package::{Package, PackageError, package};
use crate::{say, size};

pub use archive::file_name;

/// Build a plugin and write its package: one .tgz, the same bytes for the same files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plugin's folder (with a manifest.yaml)
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Where to write the package; without it `<name>-<version>.tgz` in the working directory, or beside the plugin's folder if that is the working directory
    #[arg(short, long, value_name = "FILE", env = "DAVIT_OUTPUT")]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment here would replace the command's help")]
    pub build: BuildArgs,
}

/// A package on disk.
#[derive(Debug)]
pub struct Written {
    /// The file.
    pub file: PathBuf,
    /// The package.
    pub package: Package,
}

/// Why no package was written.
#[derive(Debug, thiserror::Error)]
pub enum PackFailure {
    /// The folder holds no manifest.
    #[error("there is no plugin in {}: name the folder that has its manifest.yaml", .0.display())]
    NoPlugin(PathBuf),
    /// The folder gives no package.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The package cannot be put there.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
}

/// Packs and prints.
pub async fn run(args: &Args) -> ExitCode {
    match pack(args).await {
        Ok(written) => {
            say_written(&written, args.build.verbose);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say_failure(&error, args.build.verbose);
            ExitCode::FAILURE
        }
    }
}

/// Builds, packs, proves and writes. The file appears complete or not at all.
pub async fn pack(args: &Args) -> Result<Written, PackFailure> {
    let folder = PluginFolder::at(&args.path).ok_or_else(|| PackFailure::NoPlugin(args.path.clone()))?;
    let package = package(&folder, &args.build).await?;
    let manifest = &package.contents.manifest;
    let file = match &args.output {
        Some(file) => file.clone(),
        None => archive::usual_place(folder.path(), &manifest.name, &manifest.version)?,
    };
    archive::write(&file, folder.path(), &package.packed.bytes)?;
    Ok(Written { file, package })
}

fn say_written(Written { file, package }: &Written, verbose: bool) {
    if let (true, Built::Done { output, .. }) = (verbose, &package.built) {
        say::note(output.trim_end());
    }
    let packed = &package.packed;
    let (size, unpacked) = (size::shown(packed.bytes.len() as u64), size::shown(packed.unpacked));
    say::line(format_args!("{}packed{:#}  {}", say::GOOD, say::GOOD, file.display()));
    say::line(format_args!("digest  {}", packed.digest));
    say::line(format_args!("entries {}", packed.entries));
    say::line(format_args!("size    {size} ({unpacked} unpacked)"));
}

fn say_failure(error: &PackFailure, verbose: bool) {
    let PackFailure::Package(error) = error else { return say::error(error) };
    if let Some(output) = error.build_output().filter(|_| verbose) {
        say::note(output.trim_end());
    }
    error.lines().iter().for_each(say::error);
}
