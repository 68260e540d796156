//! Hostile archives, uploaded to a real runtime: each is refused with a code, and
//! leaves nothing anywhere (fault 2 of Buntime contract §5).

mod bombs;
mod forms;
mod look_alikes;
mod manifests;
mod scene;
mod spellings;
mod types;

#[path = "../../../../../plugin/tests/package/case.rs"]
mod case;
#[path = "../../../../../plugin/tests/package/hostile_tar.rs"]
mod hostile_tar;
#[path = "../../../../../plugin/tests/package/hostile_zip.rs"]
mod hostile_zip;
#[path = "../../../../../plugin/tests/package/raw_tar.rs"]
#[allow(dead_code, reason = "the package's own tests write more of them")]
mod raw_tar;
#[path = "../../../../../plugin/tests/package/raw_zip.rs"]
#[allow(dead_code, reason = "the package's own tests write more of them")]
mod raw_zip;

use std::collections::BTreeSet;
use std::path::Path;

use davit_plugin::package::Limits;

use scene::Scene;

/// An archive, and how it is refused.
struct Hostile {
    /// What is bad about it.
    name: String,
    /// The name under which it is sent.
    file: &'static str,
    archive: Vec<u8>,
    code: &'static str,
}

impl Hostile {
    fn new(name: impl Into<String>, code: &'static str, archive: Vec<u8>) -> Self {
        Self { name: name.into(), file: "hostile.tgz", archive, code }
    }
}

/// Those that the package's own tests refuse, as far as the runtime's bounds reach.
fn known(outside: &Path) -> Vec<Hostile> {
    let cases = hostile_tar::cases(outside).into_iter().chain(hostile_zip::cases(outside));
    cases
        .filter(|case| case.limits == Limits::default())
        .map(|case| Hostile::new(case.name, case.code, case.archive))
        .collect()
}

fn all(outside: &Path) -> Vec<Hostile> {
    [known(outside), spellings::cases(), manifests::cases(), types::cases(), bombs::cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[tokio::test]
async fn two_hundred_hostile_archives_are_refused_without_a_trace_while_another_plugin_answers() {
    let scene = Scene::new().await;
    let cases = all(scene.outside());
    let distinct: BTreeSet<(&str, &[u8])> = cases.iter().map(|case| (case.file, &case.archive[..])).collect();
    assert!(distinct.len() >= 200, "{} of {}", distinct.len(), cases.len());
    let watched = scene.server.watch().await;
    let before = scene.look();
    let memory = scene.memory();
    let mut wrong = Vec::new();
    for case in &cases {
        wrong.extend(scene.refuses(case).await);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    memory.stayed_small();
    scene.is_as(&before).await;
    watched.unharmed().await;
}
