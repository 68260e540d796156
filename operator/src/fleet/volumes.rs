//! What is mounted into the pods, and where.

use k8s_openapi::api::core::v1::{EmptyDirVolumeSource, KeyToPath, SecretVolumeSource, Volume};

use super::admin_key;
use super::names::Names;

/// The volume for packages and the committed plan.
pub(super) const VOLUME: &str = "volume";
pub(super) const TMP: &str = "tmp";
pub(super) const CONTROL: &str = "control";
pub(super) const ADMIN_KEY: &str = "admin-key";

pub(super) const VOLUME_PATH: &str = "/var/lib/davit";
pub(super) const CONTROL_PATH: &str = "/etc/davit/control";
pub(super) const ADMIN_KEY_PATH: &str = "/etc/davit/admin-key";

/// Read by the pod's user and group, written by nobody.
const READ_ONLY: i32 = 0o440;

/// All volumes but [`VOLUME`]. Of the admin key's Secret, which may be anybody's,
/// only the key is mounted.
pub(super) fn shared(names: &Names, admin_key: &str) -> Vec<Volume> {
    let secret = |volume: &str, name: &str, items: Option<Vec<KeyToPath>>| Volume {
        name: volume.to_owned(),
        secret: Some(SecretVolumeSource {
            secret_name: Some(name.to_owned()),
            default_mode: Some(READ_ONLY),
            items,
            optional: None,
        }),
        ..Volume::default()
    };
    let key = KeyToPath { key: admin_key::KEY.to_owned(), path: admin_key::KEY.to_owned(), mode: None };
    vec![
        empty_dir(TMP, EmptyDirVolumeSource::default()),
        secret(CONTROL, &names.server_pair(), None),
        secret(ADMIN_KEY, admin_key, Some(vec![key])),
    ]
}

/// A volume that ends with its pod.
pub(super) fn empty_dir(name: &str, source: EmptyDirVolumeSource) -> Volume {
    Volume { name: name.to_owned(), empty_dir: Some(source), ..Volume::default() }
}
