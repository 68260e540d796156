//! The programs of the control plane and the registry, built once for each
//! machine.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::programs::repository;

/// One of the programs that tests/tools/build.sh builds, e.g. `helm`, or a folder
/// that it fills.
pub fn program(name: &str) -> PathBuf {
    built().join(name)
}

/// The folder of etcd, kube-apiserver, kube-controller-manager and registry. What
/// building takes is shown as it happens.
pub(in crate::cluster) fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let script = repository().join("tests/tools/build.sh");
        let output = Command::new(&script).stderr(Stdio::inherit()).output();
        let output = output.unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
        assert!(output.status.success(), "{} failed; go 1.26 or newer must be there", script.display());
        let printed = String::from_utf8(output.stdout).expect("paths are UTF-8");
        PathBuf::from(printed.lines().last().expect("the script prints the folder"))
    })
}
