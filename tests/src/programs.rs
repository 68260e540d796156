//! The programs under test, built once for each run of the suite.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate has a parent folder").to_owned()
}

/// The Bun that runs workers: `DAVIT_BUN`, or the one that package.json pins.
pub fn bun() -> PathBuf {
    std::env::var_os("DAVIT_BUN").map_or_else(|| repository().join("node_modules/.bin/bun"), PathBuf::from)
}

/// Builds the programs, unless that is done.
pub fn build() {
    built();
}

/// The path of `davit-runtime`.
pub fn davit_runtime() -> PathBuf {
    built().join("davit-runtime")
}

/// The path of `davit-operator`.
pub fn davit_operator() -> PathBuf {
    built().join("davit-operator")
}

/// The path of `davit`.
pub fn davit() -> PathBuf {
    built().join("davit")
}

/// The folder of the built programs: the one that holds the suite's own, in the
/// same profile.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let own = std::env::current_exe().expect("a program knows its own path");
        // target/<profile>/deps/suite, or target/<profile>/program.
        let folder = own.parent().expect("a program lies in a folder");
        let folder =
            if folder.ends_with("deps") { folder.parent().expect("target/<profile>") } else { folder };
        let folder = folder.to_owned();
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(profile) => profile,
        };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let target = folder.parent().expect("target/<profile>");
        let status = Command::new(cargo)
            .args(["build", "--quiet", "--workspace", "--bins", "--profile", profile, "--target-dir"])
            .arg(target)
            .current_dir(repository())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "cargo could not build the programs under test");
        folder
    })
}
