//! Volumes on the disk, left by earlier processes in whatever state.

use std::io::Write;

use davit_plugin::control::{CommittedPlan, Fence};
use davit_plugin::package::{PackOptions, STAGING_PREFIX, pack};
use davit_plugin::plan::Plan;
use tempfile::TempDir;

use super::*;

fn package(name: &str) -> (Digest, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("manifest.yaml"), format!("name: {name}\n")).unwrap();
    let packed = pack(folder.path(), &PackOptions::default()).unwrap();
    (packed.digest, packed.bytes)
}

fn managed(root: &TempDir) -> Packages {
    Packages::of(Arc::new(Volume::open(root.path()).unwrap()))
}

fn keep(packages: &Packages, digest: Digest, bytes: &[u8]) -> Result<Kept, VolumeError> {
    let incoming = packages.receive().unwrap();
    incoming.writer().unwrap().write_all(bytes).unwrap();
    packages.keep(incoming, digest, Digest::of(bytes))
}

fn committed(sequence: u64) -> CommittedPlan {
    CommittedPlan { fence: Fence { epoch: 3, sequence }, tag: "tag".into(), plan: Plan::empty() }
}

/// What lies in the folder of packages.
fn names(root: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(root.path().join("packages")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn takes_no_bytes_but_those_that_the_digest_names() {
    let root = tempfile::tempdir().unwrap();
    let volume = Volume::open(root.path()).unwrap();
    let ((digest, _), (_, other)) = (package("one"), package("other"));
    assert!(matches!(volume.admit(digest, &other), Err(VolumeError::DigestMismatch { .. })));
    assert!(volume.tree(&digest).is_none());
}

#[test]
fn keeps_a_package_as_long_as_something_uses_it() {
    let root = tempfile::tempdir().unwrap();
    let volume = Volume::open(root.path()).unwrap();
    let (digest, bytes) = package("one");
    let tree = volume.admit(digest, &bytes).unwrap();
    assert!(Arc::ptr_eq(&tree, &volume.admit(digest, &bytes).unwrap()));
    let files = tree.root().to_owned();
    drop(tree);
    assert!(volume.tree(&digest).is_none() && !files.exists());
    assert!(volume.admit(digest, &bytes).unwrap().root().join("manifest.yaml").is_file());
}

#[test]
fn takes_no_folder_that_holds_something_of_somebody_elses() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("packages/react")).unwrap();
    assert!(matches!(Volume::open(root.path()), Err(VolumeError::NotAVolume { .. })));
    assert!(root.path().join("packages/react").exists());
}

#[test]
fn belongs_to_one_runtime_and_forgets_what_an_earlier_one_left() {
    let root = tempfile::tempdir().unwrap();
    let volume = Volume::open(root.path()).unwrap();
    assert!(matches!(Volume::open(root.path()), Err(VolumeError::InUse { .. })));
    drop(volume);
    let packages = root.path().join("packages");
    fs::create_dir_all(packages.join(format!("{}-3", Digest::of(b"").hex())).join("dist")).unwrap();
    fs::create_dir_all(packages.join(format!("{STAGING_PREFIX}x/tree"))).unwrap();
    fs::write(packages.join(format!("{}y", entry::INCOMING_PREFIX)), "half").unwrap();
    Volume::open(root.path()).unwrap();
    assert_eq!(names(&root), Vec::<String>::new());
}

#[test]
fn a_package_that_is_kept_and_the_plan_outlive_the_process() {
    let root = tempfile::tempdir().unwrap();
    let (digest, bytes) = package("one");
    let packages = managed(&root);
    assert_eq!(keep(&packages, digest, &bytes).unwrap(), Kept::New);
    assert_eq!(keep(&packages, digest, &bytes).unwrap(), Kept::Already);
    for sequence in [1, 2] {
        packages.write_plan(&committed(sequence)).unwrap();
    }
    drop(packages);
    let packages = managed(&root);
    assert_eq!(names(&root), [entry::packed(&digest), entry::PLAN.to_owned()]);
    assert_eq!(packages.list(), [digest]);
    assert_eq!(packages.read_plan(), Some(committed(2)));
    assert!(packages.provide(&digest).unwrap());
    assert_eq!(fs::read(packages.file(&digest).unwrap()).unwrap(), bytes);
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let root = tempfile::tempdir().unwrap();
    let packages = managed(&root);
    let (digest, _) = package("one");
    let garbage = b"no archive at all";
    assert!(matches!(keep(&packages, digest, garbage), Err(VolumeError::DigestMismatch { .. })));
    let invalid = keep(&packages, Digest::of(garbage), garbage);
    assert!(matches!(invalid, Err(VolumeError::Unpack(_))), "{invalid:?}");
    drop(packages.receive().unwrap());
    assert_eq!((names(&root), packages.list()), (Vec::new(), Vec::new()));
}

#[test]
fn a_damaged_package_is_removed_before_it_is_used() {
    let root = tempfile::tempdir().unwrap();
    let ((one, bytes), (two, other)) = (package("one"), package("two"));
    {
        let packages = managed(&root);
        keep(&packages, one, &bytes).unwrap();
        keep(&packages, two, &other).unwrap();
    }
    fs::write(root.path().join("packages").join(entry::packed(&one)), &other).unwrap();
    let packages = managed(&root);
    assert!(!packages.provide(&one).unwrap());
    assert!(packages.provide(&two).unwrap());
    assert_eq!(packages.list(), [two]);
    assert!(!names(&root).contains(&entry::packed(&one)));
    assert_eq!(keep(&packages, one, &bytes).unwrap(), Kept::New);
    assert!(packages.provide(&one).unwrap());
}

#[test]
fn only_old_packages_that_nobody_names_are_collected() {
    let root = tempfile::tempdir().unwrap();
    let packages = managed(&root);
    let ((named, bytes), (unnamed, other)) = (package("one"), package("two"));
    keep(&packages, named, &bytes).unwrap();
    keep(&packages, unnamed, &other).unwrap();
    packages.collect(&[named].into(), std::time::Duration::from_mins(10));
    assert_eq!(packages.list().len(), 2);
    packages.collect(&[named].into(), std::time::Duration::ZERO);
    assert_eq!(packages.list(), [named]);
    let left = names(&root);
    assert!(left.iter().all(|name| name.starts_with(&named.hex())), "{left:?}");
}

#[test]
fn a_plan_that_cannot_be_read_is_none() {
    let root = tempfile::tempdir().unwrap();
    let packages = managed(&root);
    assert_eq!(packages.read_plan(), None);
    let mut newer = serde_json::to_value(committed(1)).unwrap();
    newer["plan"]["format"] = 2.into();
    for text in ["", "{", "[]", &newer.to_string()] {
        fs::write(root.path().join("packages/plan.json"), text).unwrap();
        assert_eq!(packages.read_plan(), None, "{text:?}");
    }
}

#[test]
fn a_runtime_that_is_not_managed_leaves_what_a_managed_one_needs() {
    let root = tempfile::tempdir().unwrap();
    let (digest, bytes) = package("one");
    {
        let packages = managed(&root);
        keep(&packages, digest, &bytes).unwrap();
        packages.write_plan(&committed(1)).unwrap();
    }
    {
        let volume = Volume::open(root.path()).unwrap();
        assert!(volume.tree(&digest).is_none());
        drop(volume.admit(digest, &bytes).unwrap());
    }
    let packages = managed(&root);
    assert!(packages.provide(&digest).unwrap());
    assert_eq!(packages.read_plan(), Some(committed(1)));
}

#[test]
fn no_room_is_told_from_other_trouble() {
    use std::io::{Error, ErrorKind};
    let path = Path::new("/volume");
    for (kind, full) in [
        (ErrorKind::StorageFull, true),
        (ErrorKind::QuotaExceeded, true),
        (ErrorKind::FileTooLarge, true),
        (ErrorKind::PermissionDenied, false),
    ] {
        assert_eq!(VolumeError::io(path, Error::from(kind)).is_full(), full, "{kind}");
        let source = Error::from(kind);
        let unpacking = davit_plugin::package::UnpackError::Io { doing: "write", path: path.into(), source };
        assert_eq!(VolumeError::from(unpacking).is_full(), full, "{kind}");
    }
}
