//! Servers with the plugins of one test.

use davit_tests::server::Start;
use davit_tests::{Folder, Plugins, Server};

/// A plugin directory, and what a runtime makes of it.
pub(super) struct Scene {
    pub(super) server: Server,
    pub(super) plugins: Plugins,
}

/// Tells its configuration.
pub(super) const TELL: &str =
    "export default (config: object) => ({ routes: { fetch: () => Response.json(config) } });\n";

impl Scene {
    /// A runtime with the plugins that `write` writes.
    pub(super) async fn of(write: impl FnOnce(&Plugins)) -> Self {
        Self::started(write, |start| start).await
    }

    /// The same, with more options.
    pub(super) async fn started(write: impl FnOnce(&Plugins), with: impl FnOnce(Start) -> Start) -> Self {
        let plugins = Plugins::new();
        write(&plugins);
        let server = with(Start::runtime([plugins.path()])).start().await;
        Self { server, plugins }
    }

    /// A runtime with one plugin, called `one`, with these further lines of its
    /// manifest and this `plugin.ts`.
    pub(super) async fn one(more: &str, code: &str) -> Self {
        Self::of(|plugins| drop(plugins.plugin("one", more, code))).await
    }

    /// A runtime with one serverless plugin, called `one`.
    pub(super) async fn serverless(more: &str, code: &str) -> Self {
        Self::of(|plugins| drop(serverless(plugins, "one", more, code))).await
    }

    /// The status of a GET without a key.
    pub(super) async fn stranger(&self, method: &str, path: &str) -> u16 {
        let method = method.parse().expect("a method");
        self.server.request(method, path).send().await.expect("the server answers").status().as_u16()
    }

    /// The state and the reason of a plugin, and the message.
    pub(super) async fn fate(&self, name: &str) -> (String, String, String) {
        let plugin = self.server.plugin(name).await;
        let text = |key: &str| plugin[key].as_str().unwrap_or_default().to_owned();
        (text("state"), text("reason"), text("message"))
    }

    /// Asserts that a plugin was left out for this reason, in words that hold `says`.
    pub(super) async fn left_out(&self, name: &str, reason: &str, says: &str) {
        let (state, why, message) = self.fate(name).await;
        assert_eq!((&*state, &*why), ("failed", reason), "{name}: {message}");
        assert!(message.contains(says), "{name}: {says:?} is not in {message:?}");
    }
}

/// A plugin of this name whose code is `index.ts`.
pub(super) fn serverless(plugins: &Plugins, name: &str, more: &str, code: &str) -> Folder {
    plugins.folder(name).manifest(&format!("name: {name}\nbase: /{name}\n{more}")).file("index.ts", code)
}
