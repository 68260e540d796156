//! Properties of packing and unpacking, for trees and damage that nobody thought of.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use davit_plugin::package::{Limits, PackOptions, pack};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::arena::{Arena, snapshot};
use crate::raw_tar::{Tar, gz, sum};
use crate::raw_zip::{Entry, Zip};

/// What may stand somewhere in a tree.
#[derive(Debug, Clone)]
enum Node {
    Folder,
    File {
        content: Vec<u8>,
        executable: bool,
    },
    /// A link to the n-th path.
    Link(Index),
}

type Plan = Vec<(String, Node)>;

fn plans() -> impl Strategy<Value = Plan> {
    let long = Box::leak("långt".repeat(20).into_boxed_str());
    let segment = select(vec!["a", "b", "a-b", "a.js", "x y", "日本", long]);
    let path = vec(segment, 1..5).prop_map(|segments| segments.join("/"));
    let node = prop_oneof![
        1 => Just(Node::Folder),
        6 => (vec(any::<u8>(), 0..2_000), any::<bool>())
            .prop_map(|(content, executable)| Node::File { content, executable }),
        2 => any::<Index>().prop_map(Node::Link),
    ];
    vec((path, node), 0..25).prop_map(consistent)
}

/// Without paths that stand in one another's way.
fn consistent(plan: Plan) -> Plan {
    let mut kept: Plan = Vec::new();
    for (path, node) in plan {
        let folded = path.to_lowercase();
        let clash = |other: &String, file: bool| {
            folded == *other
                || (file && folded.starts_with(&format!("{other}/")))
                || other.starts_with(&format!("{folded}/"))
        };
        if !kept.iter().any(|(other, node)| clash(other, !matches!(node, Node::Folder))) {
            kept.push((path, node));
        }
    }
    kept
}

/// The target of the link at `path`: relative, to something that is no link.
fn target(path: &str, plan: &Plan, index: Index) -> String {
    let ends: Vec<&str> =
        plan.iter().filter(|(_, node)| !matches!(node, Node::Link(_))).map(|(path, _)| &path[..]).collect();
    let end = if ends.is_empty() { "manifest.yaml" } else { index.get(&ends) };
    "../".repeat(path.matches('/').count()) + end
}

fn write(folder: &Path, plan: &Plan, order: &[usize]) {
    fs::write(folder.join("manifest.yaml"), "name: random\n").unwrap();
    for (path, node) in order.iter().map(|at| &plan[*at]) {
        let on_disk = folder.join(path);
        fs::create_dir_all(on_disk.parent().unwrap()).unwrap();
        match node {
            Node::Folder => fs::create_dir_all(on_disk).unwrap(),
            Node::File { content, executable } => {
                fs::write(&on_disk, content).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                fs::set_permissions(&on_disk, fs::Permissions::from_mode(mode)).unwrap();
            }
            Node::Link(index) => symlink(target(path, plan, *index), on_disk).unwrap(),
        }
    }
}

fn plans_in_two_orders() -> impl Strategy<Value = (Plan, Vec<usize>, Vec<usize>)> {
    plans().prop_flat_map(|plan| {
        let order: Vec<usize> = (0..plan.len()).collect();
        (Just(plan), Just(order.clone()), Just(order).prop_shuffle())
    })
}

/// A change to some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Insert(Index, Vec<u8>),
    Copy(Index, Index, usize),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let damage = prop_oneof![
        8 => (any::<Index>(), 1..=u8::MAX).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => (any::<Index>(), vec(any::<u8>(), 1..40)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        2 => (any::<Index>(), any::<Index>(), 1..600_usize).prop_map(|(from, to, count)| Damage::Copy(from, to, count)),
    ];
    vec(damage, 1..6)
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match damage {
            Damage::Flip(at, bits) => bytes[at.index(length)] ^= bits,
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Insert(at, more) => drop(bytes.splice(at.index(length)..at.index(length), more.clone())),
            Damage::Copy(from, to, count) => {
                let (from, to) = (from.index(length), to.index(length));
                let count = (*count).min(length - from).min(length - to);
                bytes.copy_within(from..from + count, to);
            }
        }
    }
    bytes
}

fn sample_tar() -> Tar {
    Tar::plugin()
        .folder("dist/")
        .file("dist/plugin.js", "export default {}")
        .pax(&[("path", b"dist/pax.js")])
        .file("cut", "pax")
        .extension(b'L', "dist/gnu.js\0")
        .file("cut", "gnu")
        .link("plugin.js", "dist/plugin.js")
}

/// Unpacked completely inside the target, or refused without a trace.
fn is_all_or_nothing(archive: &[u8]) {
    let arena = Arena::new();
    match arena.unpack(archive, &Limits::default()) {
        Ok(unpacked) => assert_eq!(unpacked.entries, arena.take_unpacked().len()),
        Err(error) => {
            assert!(error.is_packages_fault(), "{error}");
            assert!(arena.is_untouched(), "{error}");
        }
    }
}

proptest! {
    #[test]
    fn unpacking_a_package_gives_the_folder_that_was_packed((plan, order, _) in plans_in_two_orders()) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &plan, &order);
        let packed = pack(folder.path(), &PackOptions::default()).unwrap();
        let arena = Arena::new();
        let unpacked = arena.unpack(&packed.bytes, &Limits::default()).unwrap();
        prop_assert_eq!((unpacked.entries, unpacked.bytes), (packed.entries, packed.unpacked));
        let again = pack(&unpacked.root, &PackOptions::default()).unwrap();
        prop_assert_eq!(again.digest, packed.digest);
        prop_assert_eq!(arena.take_unpacked(), snapshot(folder.path()));
    }

    #[test]
    fn the_order_in_which_a_folder_was_written_does_not_matter((plan, one, other) in plans_in_two_orders()) {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        write(folders[0].path(), &plan, &one);
        write(folders[1].path(), &plan, &other);
        let [one, other] = folders.map(|folder| pack(folder.path(), &PackOptions::default()).unwrap());
        prop_assert_eq!(one.bytes, other.bytes);
    }

    #[test]
    fn a_damaged_gzip_is_unpacked_whole_or_not_at_all(damages in damages()) {
        is_all_or_nothing(&damaged(sample_tar().gz(), &damages));
    }

    #[test]
    fn a_damaged_tar_is_unpacked_whole_or_not_at_all(damages in damages()) {
        let tar = sample_tar();
        let headers = tar.headers.clone();
        let mut bytes = damaged(tar.ended(), &damages);
        // With its sum corrected a damaged header is read for what it says.
        for header in headers {
            if let Some(header) = bytes.get_mut(header..header + 512).filter(|header| header.iter().any(|byte| *byte != 0)) {
                sum(header);
            }
        }
        is_all_or_nothing(&gz(&bytes));
    }

    #[test]
    fn a_damaged_zip_is_unpacked_whole_or_not_at_all(damages in damages()) {
        let zip = Zip::plugin([
            Entry::folder("dist/"),
            Entry::deflated("dist/plugin.js", b"export default {}"),
            Entry::link("plugin.js", "dist/plugin.js"),
        ]);
        is_all_or_nothing(&damaged(zip.bytes(), &damages));
    }
}
