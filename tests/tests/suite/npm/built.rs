//! The plugins of tests/npm as `bun build` makes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use davit_tests::Plugins;
use davit_tests::programs::{bun, repository};

/// Puts a built plugin into a plugin directory; `more` are further lines of its
/// manifest.
pub(crate) fn put(plugins: &Plugins, name: &str, more: &str) {
    let folder = plugins.folder(name);
    let built = all().join(name);
    for file in files(&built) {
        let path = file.strip_prefix(&built).expect("it lies there").to_str().expect("UTF-8");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        folder.write(path, if path == "manifest.yaml" { text + more } else { text }.as_str());
    }
}

/// All files of a folder and the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The folder of all of them, built once for each run of the suite.
pub(crate) fn all() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let script = repository().join("tests/tools/npm.sh");
        let output = Command::new(&script).env("DAVIT_BUN", bun()).stderr(Stdio::inherit()).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
        assert!(output.status.success(), "{} failed", script.display());
        let printed = String::from_utf8(output.stdout).expect("paths are UTF-8");
        PathBuf::from(printed.lines().last().expect("the script prints the folder"))
    })
}
