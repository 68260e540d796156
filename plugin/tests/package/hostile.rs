//! Hostile archives: each is refused with its code, and leaves nothing anywhere.

use std::collections::BTreeSet;

use crate::arena::Arena;
use crate::case::Case;
use crate::{hostile_tar, hostile_zip};

fn refuses(arena: &Arena, cases: &[Case]) {
    for Case { name, code, archive, limits } in cases {
        let error = match arena.unpack(archive, limits) {
            Ok(unpacked) => panic!("{name}: unpacked as {unpacked:?}"),
            Err(error) => error,
        };
        assert_eq!(error.code(), *code, "{name}: {error}");
        assert!(error.is_packages_fault(), "{name}: {error}");
        let message = error.to_string();
        assert!(!message.contains(char::is_control) && message.chars().count() < 700, "{name}: {message:?}");
        assert!(arena.is_untouched(), "{name}: something was written or left behind");
    }
}

#[test]
fn refuses_hostile_tars_with_a_code_and_without_a_trace() {
    let arena = Arena::new();
    refuses(&arena, &hostile_tar::cases(arena.path()));
}

#[test]
fn refuses_hostile_zips_with_a_code_and_without_a_trace() {
    let arena = Arena::new();
    refuses(&arena, &hostile_zip::cases(arena.path()));
}

#[test]
fn knows_sixty_hostile_archives_and_every_code() {
    let arena = Arena::new();
    let mut cases = hostile_tar::cases(arena.path());
    cases.extend(hostile_zip::cases(arena.path()));
    let distinct: BTreeSet<&[u8]> = cases.iter().map(|case| &case.archive[..]).collect();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert!(distinct.len() >= 60 && names.len() == cases.len(), "{} of {}", distinct.len(), cases.len());
    let codes: BTreeSet<&str> = cases.iter().map(|case| case.code).collect();
    let all = [
        "PATH_TRAVERSAL",
        "NAME_INVALID",
        "PATH_TOO_LONG",
        "PATH_TOO_DEEP",
        "HEADER_TOO_LARGE",
        "DUPLICATE_ENTRY",
        "CASE_COLLISION",
        "PATH_CONFLICT",
        "PATH_THROUGH_LINK",
        "LINK_ESCAPES",
        "LINK_BROKEN",
        "TOO_MANY_LINKS",
        "TOO_MANY_ENTRIES",
        "PACKAGE_TOO_LARGE",
        "UNSUPPORTED_ENTRY",
        "INVALID_FILE_TYPE",
        "PACKAGE_INVALID",
        "NO_MANIFEST",
    ];
    assert_eq!(codes, all.into_iter().collect());
}
