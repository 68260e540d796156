use davit_plugin::package::{PackOptions, Packed, pack};
use davit_plugin::reason::Reason;

use super::*;

/// A package with so many bytes that do not compress, and a text of its own.
fn package(text: &str, size: usize) -> Packed {
    let folder = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..size / 32)
        .flat_map(|block| hex::decode(Digest::of(format!("{text}{block}").as_bytes()).hex()).unwrap())
        .collect();
    std::fs::write(folder.path().join("manifest.yaml"), "name: a\n").unwrap();
    std::fs::write(folder.path().join("plugin.js"), text).unwrap();
    std::fs::write(folder.path().join("noise"), noise).unwrap();
    pack(folder.path(), &PackOptions::default()).unwrap()
}

async fn admit(keep: &Keep, packed: &Packed) -> Arc<Listing> {
    keep.admit(packed.digest, packed.bytes.clone().into()).await.unwrap()
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_and_hashed_again() {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (package("good", 0), package("bad", 0));
    let keep = Keep::open(folder.path(), u64::MAX).unwrap();
    let listing = admit(&keep, &good).await;
    admit(&keep, &bad).await;
    std::fs::write(keep.file(&bad.digest), b"something else").unwrap();
    let keep = Keep::open(folder.path(), u64::MAX).unwrap();
    assert_eq!(keep.listing(&good.digest), None);
    assert_eq!(keep.load(&good.digest).await, Some(listing.clone()));
    assert_eq!(keep.listing(&good.digest), Some(listing));
    assert_eq!(keep.bytes(&good.digest).await, Some(Bytes::from(good.bytes)));
    assert_eq!(keep.load(&bad.digest).await, None);
    assert!(!keep.file(&bad.digest).exists());
}

#[tokio::test]
async fn refuses_other_bytes_and_what_is_no_package_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::open(folder.path(), u64::MAX).unwrap();
    let error = keep.admit(Digest::of(b"x"), Bytes::from_static(b"y")).await.unwrap_err();
    assert_eq!(error.problem().reason, Reason::DigestMismatch);
    let error = keep.admit(Digest::of(b"y"), Bytes::from_static(b"y")).await.unwrap_err();
    assert_eq!(error.problem().reason, Reason::PackageInvalid);
    assert_eq!(keep.fault(&Digest::of(b"y")), Some(error.problem()));
    assert_eq!(keep.fault(&Digest::of(b"x")), None);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_no_plugin_names_goes_first_and_then_what_was_used_longest_ago() {
    let folder = tempfile::tempdir().unwrap();
    let packages: Vec<Packed> = (0..4).map(|number| package(&number.to_string(), 64 << 10)).collect();
    let room = packages.iter().take(3).map(|packed| packed.bytes.len() as u64).sum::<u64>() + 100;
    let keep = Keep::open(folder.path(), room).unwrap();
    // Somebody holds on to the first one, and the second was used last.
    let _named = admit(&keep, &packages[0]).await;
    drop(admit(&keep, &packages[1]).await);
    drop(admit(&keep, &packages[2]).await);
    assert!(keep.bytes(&packages[1].digest).await.is_some());
    admit(&keep, &packages[3]).await;
    let there: Vec<bool> = packages.iter().map(|packed| keep.listing(&packed.digest).is_some()).collect();
    assert_eq!(there, [true, true, false, true]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[tokio::test]
async fn a_package_larger_than_the_keep_is_kept_alone() {
    let folder = tempfile::tempdir().unwrap();
    let keep = Keep::open(folder.path(), 1).unwrap();
    let (one, other) = (package("one", 0), package("other", 0));
    let _named = admit(&keep, &one).await;
    admit(&keep, &other).await;
    assert_eq!((keep.listing(&one.digest).is_some(), keep.listing(&other.digest).is_some()), (false, true));
}

#[tokio::test]
async fn what_another_run_left_behind_goes_but_not_what_is_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let old = std::time::SystemTime::now() - 2 * LEFT_BEHIND;
    for (name, time) in [(".under-way-old", Some(old)), (".under-way-new", None), ("other", Some(old))] {
        let file = std::fs::File::create(folder.path().join(name)).unwrap();
        time.iter().for_each(|time| file.set_modified(*time).unwrap());
    }
    Keep::open(folder.path(), u64::MAX).unwrap();
    let mut left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".under-way-new", "other"]);
}
