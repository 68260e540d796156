//! `davit pack`: in, a plugin's folder; out, its package as a file, or as a
//! ConfigMap.
//!
//! ```text
//! path → package (built, packed, proven) → archive | ConfigMap and Plugin as YAML
//! ```

mod archive;
mod config_map;
mod key;
mod resources;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;

use crate::build::BuildArgs;
use crate::named::{Named, NamedError};
use crate::{say, size};

pub use archive::file_name;

/// Build a plugin and write its package: one .tgz, the same bytes for the same files
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plugin's folder (with a manifest.yaml)
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,

    /// Where to write; without it `<name>-<version>.tgz` in the working directory, or beside the plugin's folder if that is the working directory, and a ConfigMap goes to stdout
    #[arg(short, long, value_name = "FILE", env = "DAVIT_OUTPUT")]
    pub output: Option<PathBuf>,

    /// Write a ConfigMap with the plugin's files and the Plugin that uses it, as YAML for `kubectl apply --server-side -f -`; for packages below 1 MiB
    #[arg(long, env = "DAVIT_CONFIGMAP", value_parser = FalseyValueParser::new())]
    pub configmap: bool,

    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment here would replace the command's help")]
    pub build: BuildArgs,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum PackFailure {
    /// The folder gives no package.
    #[error(transparent)]
    Named(#[from] NamedError),
    /// The package does not fit into a ConfigMap.
    #[error(transparent)]
    ConfigMap(#[from] config_map::ConfigMapError),
    /// It cannot be put there.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
}

/// Packs and prints.
pub async fn run(args: &Args) -> ExitCode {
    match pack(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(PackFailure::Named(error)) => {
            error.say(args.build.verbose);
            ExitCode::FAILURE
        }
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

async fn pack(args: &Args) -> Result<(), PackFailure> {
    let named = Named::make(&args.path, &args.build).await?;
    if args.configmap { as_config_map(args, &named) } else { as_archive(args, &named) }
}

/// The file appears complete or not at all.
fn as_archive(args: &Args, Named { folder, package }: &Named) -> Result<(), PackFailure> {
    let (manifest, packed) = (&package.contents.manifest, &package.packed);
    let file = match &args.output {
        Some(file) => file.clone(),
        None => archive::usual_place(folder.path(), &manifest.name, &manifest.version)?,
    };
    archive::write(&file, folder.path(), &packed.bytes)?;
    let (size, unpacked) = (size::shown(packed.bytes.len() as u64), size::shown(packed.unpacked));
    say::line(format_args!("{}packed{:#}  {}", say::GOOD, say::GOOD, file.display()));
    say::line(format_args!("digest  {}", packed.digest));
    say::line(format_args!("entries {}", packed.entries));
    say::line(format_args!("size    {size} ({unpacked} unpacked)"));
    Ok(())
}

fn as_config_map(args: &Args, Named { folder, package }: &Named) -> Result<(), PackFailure> {
    let files = config_map::Files::read(&package.root())?;
    let text = resources::text(&package.contents.manifest, &files);
    match &args.output {
        Some(file) => {
            archive::write(file, folder.path(), text.as_bytes())?;
            say::line(format_args!("{}packed{:#}  {}", say::GOOD, say::GOOD, file.display()));
        }
        None => say::text(&text),
    }
    Ok(())
}
