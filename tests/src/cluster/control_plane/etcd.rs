//! Where the API server keeps its objects. A crash may lose them: nothing waits
//! for a disk.

use std::net::Ipv4Addr;
use std::path::Path;

use crate::process::{Process, Program};

pub(super) fn url(address: Ipv4Addr) -> String {
    format!("http://{address}:2379")
}

pub(super) fn start(binaries: &Path, folder: &Path, address: Ipv4Addr) -> Process {
    let (clients, peers) = (url(address), format!("http://{address}:2380"));
    let mut etcd = Program::new(&binaries.join("etcd")).quiet();
    etcd.command()
        .arg("--data-dir")
        .arg(folder.join("etcd"))
        .args(["--listen-client-urls", &clients, "--advertise-client-urls", &clients])
        .args(["--listen-peer-urls", &peers, "--initial-advertise-peer-urls", &peers])
        .args(["--initial-cluster", &format!("default={peers}")])
        .args(["--log-level", "warn", "--unsafe-no-fsync"]);
    etcd.start()
}
