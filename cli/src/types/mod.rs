//! `davit types`: in, a plugin's folder; out, what an author's editor reads, of
//! this version of Davit.

mod declarations;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use davit_plugin::manifest::reference::{SCHEMA_FILE, schema};

use crate::say;

/// The folder for them, beside the manifest. Entries with a dot are no part of a
/// package, so a newer Davit leaves a package's bytes as they are.
pub const FOLDER: &str = ".davit";

/// Write the types and the manifest's schema that editors read into a plugin's .davit folder
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plugin's folder
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {source}", path.display())]
pub struct TypesError {
    /// The file or its folder.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

/// Writes them and says so.
pub fn run(args: &Args) -> ExitCode {
    if !args.path.is_dir() {
        say::error(format_args!("{} is no folder: name the plugin's", args.path.display()));
        return ExitCode::FAILURE;
    }
    match write(&args.path) {
        Ok(files) => {
            files.iter().for_each(|file| say::line(format_args!("wrote {file}")));
            ExitCode::SUCCESS
        }
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

/// The files: path below the plugin's folder, and text.
pub fn files() -> [(String, String); 2] {
    [
        (format!("{FOLDER}/davit.d.ts"), declarations::text()),
        (format!("{FOLDER}/{SCHEMA_FILE}"), format!("{:#}\n", schema())),
    ]
}

/// Writes the files below a plugin's folder, over those of another version, and
/// returns their paths there.
pub fn write(folder: &Path) -> Result<Vec<String>, TypesError> {
    let written = files().map(|(path, text)| {
        let file = folder.join(&path);
        fs::create_dir_all(folder.join(FOLDER))
            .and_then(|()| fs::write(&file, text))
            .map(|()| path)
            .map_err(|source| TypesError { path: file, source })
    });
    written.into_iter().collect()
}
