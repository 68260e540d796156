//! PersistentVolumes for a cluster that makes none: folders on the nodes, which are
//! this machine's.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cluster::{Cluster, OWN};

const LABEL: &str = "davit.test/volume";

/// Makes `count` empty volumes that any claim may have, in place of those that were
/// made `for_whom` before. Somebody else's cluster has a StorageClass of its own.
pub(crate) async fn make(cluster: &Cluster, for_whom: &str, count: usize) {
    if cluster.foreign {
        return;
    }
    cluster.kubectl.run(&format!("delete pv -l {LABEL}={for_whom} --ignore-not-found --timeout=1m")).await;
    empty(&folder().join(for_whom));
    for number in 0..count {
        let folder = folder().join(for_whom).join(number.to_string());
        fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        // What is bound to a path of a node is nobody's to chown for the pod.
        fs::set_permissions(&folder, Permissions::from_mode(0o777)).expect("the folder is ours");
        let volume = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": format!("{OWN}-{for_whom}-{number}"), "labels": {LABEL: for_whom}},
            "spec": {
                "capacity": {"storage": "10Gi"},
                "accessModes": ["ReadWriteOnce"],
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": folder},
            },
        });
        cluster.kubectl.apply(OWN, &volume.to_string()).await;
    }
}

/// Removes them, once what claimed them is gone.
pub(crate) async fn remove(cluster: &Cluster) {
    cluster.kubectl.run(&format!("delete pv -l {LABEL} --ignore-not-found --timeout=1m")).await;
    empty(&folder());
}

fn empty(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{}: {error}", folder.display());
    }
}

/// Not below /run, which every node has for itself.
fn folder() -> PathBuf {
    PathBuf::from("/var/tmp").join(OWN)
}
