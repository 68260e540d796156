//! A runtime with a healthy plugin, and everything around it that must not change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use davit_tests::memory::{peak, reset_peak, resident};
use davit_tests::server::Start;
use davit_tests::{Plugins, Server, until};
use serde_json::Value;

use super::Hostile;

/// What the runtime may hold at most beyond what it held before, in bytes: the largest
/// archives here unpack to more than 400 MiB.
const MEMORY: u64 = 64 << 20;

/// What lies where: the content of files, nothing of all else.
type Tree = BTreeMap<PathBuf, Option<Vec<u8>>>;

/// A runtime whose plugin directory lies three folders down.
pub(super) struct Scene {
    pub(super) server: Server,
    built_in: Plugins,
    around: Plugins,
    outside: Plugins,
}

/// The memory before.
pub(super) struct Memory {
    pid: u32,
    before: u64,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let (built_in, around, outside) = (Plugins::new(), Plugins::new(), Plugins::new());
        built_in.add_healthy();
        for folder in ["", "a", "a/b", "a/b/own/canary"] {
            let _canary = around.folder(folder).file("canary", "alive").file("evil.txt", "alive");
        }
        let own = around.folder("a/b/own");
        let server = Start::runtime([built_in.path(), own.path()]).start().await;
        // What is made with the first upload is there.
        let scene = Self { server, built_in, around, outside };
        let refused = scene.refuses(&Hostile::new("nothing", "INVALID_FILE_TYPE", Vec::new())).await;
        assert_eq!(refused, None);
        scene
    }

    /// A folder that the runtime knows nothing of.
    pub(super) fn outside(&self) -> &Path {
        self.outside.path()
    }

    /// The plugin directory.
    pub(super) fn own(&self) -> PathBuf {
        self.around.path().join("a/b/own")
    }

    /// What is wrong with how an archive is refused.
    pub(super) async fn refuses(&self, case: &Hostile) -> Option<String> {
        let Hostile { name, file, archive, code } = case;
        let response = self.server.upload(file, archive).send().await;
        let response = match response {
            Ok(response) => response,
            Err(error) => return Some(format!("{name}: no answer: {error:?}")),
        };
        let (status, text) = (response.status(), response.text().await.unwrap_or_default());
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let message = body["error"].as_str().unwrap_or_default();
        let well = status.is_client_error()
            && body["code"] == *code
            && body["success"] == false
            && body["requestId"].is_string()
            && !message.is_empty()
            && !message.contains(char::is_control)
            && !self.names_the_machine(message);
        (!well).then(|| format!("{name}: {status} {text}, not {code}")).or_else(|| self.left(name))
    }

    /// Whether a text tells where something lies. The folder outside is in archives.
    fn names_the_machine(&self, text: &str) -> bool {
        let own = [self.around.path(), self.built_in.path(), self.server.scratch(), Path::new("/.davit/")];
        own.iter().any(|path| text.contains(path.to_str().expect("paths are UTF-8")))
    }

    /// What an upload has left behind.
    fn left(&self, name: &str) -> Option<String> {
        let incoming = tree(&self.own().join(".davit/incoming"));
        (!incoming.is_empty()).then(|| format!("{name}: it left {:?}", incoming.keys()))
    }

    /// Everything that the runtime could write to.
    pub(super) fn look(&self) -> [Tree; 3] {
        [self.around.path(), self.outside.path(), self.server.scratch()].map(tree)
    }

    /// Waits until all is as it was before: a package leaves the volume a moment later.
    pub(super) async fn is_as(&self, before: &[Tree; 3]) {
        until("everything to be as it was", async || (self.look() == *before).then_some(())).await;
    }

    /// The runtime's memory from now on.
    pub(super) fn memory(&self) -> Memory {
        let pid = self.server.pid();
        reset_peak(pid);
        Memory { pid, before: resident(pid) }
    }
}

impl Memory {
    pub(super) fn stayed_small(&self) {
        let more = peak(self.pid).saturating_sub(self.before);
        davit_tests::report(format!("hostile archives: {} MiB more at the peak", more >> 20));
        assert!(more < MEMORY, "{more} bytes more than before");
    }
}

fn tree(folder: &Path) -> Tree {
    let (mut found, mut open) = (Tree::new(), vec![folder.to_owned()]);
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).into_iter().flatten().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().expect("the entry is there"));
            let content = kind.is_file().then(|| fs::read(&path).unwrap_or_default());
            if kind.is_dir() {
                open.push(path.clone());
            }
            found.insert(path, content);
        }
    }
    found
}
