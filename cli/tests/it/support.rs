//! Folders for tests, and how commands are run in them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use davit::build::BuildArgs;
use tempfile::TempDir;

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The Bun that the repository pins.
pub(crate) fn bun() -> PathBuf {
    davit_engine_bun::locate().unwrap()
}

/// A folder with these files, and the repository's installed packages.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    symlink(repository().join("node_modules"), folder.path().join("node_modules")).unwrap();
    folder
}

/// Writes a file and the folders it needs.
pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
}

/// A folder with a package.json whose build script is `script`.
pub(crate) fn with_script(script: &str) -> TempDir {
    let package = serde_json::json!({"scripts": {"build": script}});
    folder(&[("package.json", &package.to_string())])
}

/// The options as they are when nobody names one.
pub(crate) fn build_args() -> BuildArgs {
    BuildArgs { no_build: false, build_timeout: Duration::from_mins(2), verbose: false }
}

/// Runs the program in `folder`.
pub(crate) fn davit(folder: &Path, typed: &[&str]) -> Output {
    command(folder, typed).output().unwrap()
}

/// The program, about to be run in `folder`.
pub(crate) fn command(folder: &Path, typed: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_davit"));
    command.args(typed).current_dir(folder).env("DAVIT_BUN", bun());
    command
}

/// What a process printed, as text.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Waits until `done`, for at most ten seconds.
pub(crate) async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "waited ten seconds for: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
