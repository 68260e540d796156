//! `davit new`: in, a name; out, a folder with a plugin that runs.

mod template;
mod words;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use davit_plugin::PluginName;

use crate::say;
use crate::types::{self, TypesError};

pub use template::Template;

use words::Words;

/// Write a new plugin: a folder with all that it needs, ready for `davit dev`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The plugin's name: my-plugin or @scope/my-plugin
    #[arg(value_name = "NAME")]
    pub name: PluginName,

    /// What to begin with
    #[arg(long, value_enum, env = "DAVIT_TEMPLATE", default_value_t = Template::Hono)]
    pub template: Template,

    /// The folder to make; without it the name without its scope, in the working directory
    #[arg(long, value_name = "PATH", env = "DAVIT_DIR")]
    pub dir: Option<PathBuf>,
}

/// Why no plugin was written.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// The folder holds something.
    #[error("{} is not empty: nothing is overwritten; name another folder with --dir", .0.display())]
    NotEmpty(PathBuf),
    /// The disk said no.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// What was to be written.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// What editors read could not be written.
    #[error(transparent)]
    Types(#[from] TypesError),
}

/// Writes the plugin and prints what to type next.
pub fn run(args: &Args) -> ExitCode {
    match create(args) {
        Ok(folder) => {
            say_next(args, &folder);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

/// Writes the plugin into a folder that is not there yet, or empty but for a
/// `.git`, and returns the folder.
pub fn create(args: &Args) -> Result<PathBuf, NewError> {
    let words = Words::of(&args.name);
    let folder = args.dir.clone().unwrap_or_else(|| PathBuf::from(&words.folder));
    if !is_free(&folder)? {
        return Err(NewError::NotEmpty(folder));
    }
    for (path, text) in args.template.files() {
        write_new(&folder.join(path), &words.fill(text))?;
    }
    types::write(&folder)?;
    Ok(folder)
}

fn is_free(folder: &Path) -> Result<bool, NewError> {
    let failed = |source| NewError::Io { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(source) => Err(failed(source)),
        Ok(mut entries) => {
            entries.try_fold(true, |free, entry| Ok(free && entry?.file_name() == ".git")).map_err(failed)
        }
    }
}

fn write_new(path: &Path, text: &str) -> Result<(), NewError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| File::create_new(path)?.write_all(text.as_bytes()))
        .map_err(|source| NewError::Io { path: path.to_owned(), source })
}

fn say_next(args: &Args, folder: &Path) {
    say::line(format_args!("{}made{:#} {} in {}", say::GOOD, say::GOOD, args.name, folder.display()));
    say::line("\nNext:");
    say::line(format_args!("  cd {}", folder.display()));
    args.template.next().iter().for_each(|command| say::line(format_args!("  {command}")));
}
