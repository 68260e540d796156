//! The program `crdgen`: prints the CRDs, or writes what is made from them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use davit_crds::generate::{File, manifests, reference};

/// Prints the CRDs of Davit as YAML.
///
/// With --write or --docs it writes files instead and prints nothing. What it
/// writes is committed; `make generate` calls it.
#[derive(Debug, Parser)]
#[command(name = "crdgen", version)]
struct Options {
    /// Folder to write each CRD to, as plugins.davit.dev.yaml and pluginruntimes.davit.dev.yaml
    #[arg(long, env = "DAVIT_CRDGEN_WRITE", value_name = "DIR")]
    write: Option<PathBuf>,
    /// Folder to write the reference to, as plugin.md, plugin-runtime.md and conditions.md
    #[arg(long, env = "DAVIT_CRDGEN_DOCS", value_name = "DIR")]
    docs: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "crdgen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<()> {
    if options.write.is_none() && options.docs.is_none() {
        return manifests().iter().try_for_each(|file| write!(io::stdout(), "---\n{}", file.text));
    }
    if let Some(folder) = &options.write {
        write(folder, &manifests())?;
    }
    if let Some(folder) = &options.docs {
        write(folder, &reference())?;
    }
    Ok(())
}

fn write(folder: &Path, files: &[File]) -> io::Result<()> {
    let named = |path: &Path, error: &io::Error| {
        io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
    for file in files {
        let path = folder.join(&file.name);
        fs::write(&path, &file.text).map_err(|error| named(&path, &error))?;
    }
    Ok(())
}
