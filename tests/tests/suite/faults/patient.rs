//! One plugin that is broken in one way, beside a healthy one.

use davit_tests::server::Start;
use davit_tests::{Plugins, Server, until};
use serde_json::Value;

/// The plugin while it is well.
const MANIFEST: &str = "name: patient\nversion: 1.0.0\nbase: /patient\n";

fn code(answer: &str) -> String {
    format!("export default {{ routes: {{ fetch: () => new Response({answer:?}) }} }};\n")
}

/// How the plugin `patient` is broken, and what must be said about it.
pub(super) struct Fault {
    /// What stands in these files; the others are those of the good version.
    pub(super) files: &'static [(&'static str, &'static str)],
    /// The reason.
    pub(super) reason: &'static str,
    /// Parts of the message: which file, what is wrong, what to do.
    pub(super) says: &'static [&'static str],
}

impl Fault {
    /// Broken from the start: nothing of it serves.
    pub(super) async fn at_the_start(self) {
        let plugins = Plugins::new();
        plugins.add_healthy();
        let folder = plugins.folder("patient").manifest(MANIFEST).file("plugin.ts", &code("good"));
        self.files.iter().for_each(|(file, text)| folder.write(file, text));
        let server = Start::runtime([plugins.path()]).env("DAVIT_INIT_TIMEOUT", "2s").start().await;
        let healthy = server.watch().await;
        self.check(&server.plugin("patient").await, "failed");
        self.is_logged(&server).await;
        let refused = server.get("/patient").send().await.unwrap();
        assert_eq!(refused.status(), 404);
        let loaded = server.json("/_/api/plugins/loaded").await;
        assert!(!loaded.to_string().contains("patient"), "{loaded}");
        healthy.unharmed().await;
    }

    /// Broken by a change: the last good version serves on, until the change is
    /// mended.
    pub(super) async fn after_a_good_version(self) {
        let plugins = Plugins::new();
        plugins.add_healthy();
        let folder = plugins.folder("patient").manifest(MANIFEST).file("plugin.ts", &code("good"));
        let server = Start::dev(plugins.path()).env("DAVIT_INIT_TIMEOUT", "2s").start().await;
        answers(&server, "good").await;
        let healthy = server.watch().await;
        self.files.iter().for_each(|(file, text)| folder.write(file, text));
        let listed = server.plugin_when("patient", |plugin| plugin["reason"] == self.reason).await;
        self.check(&listed, "lastGood");
        self.is_printed(&server).await;
        assert_eq!(server.text("/patient").await, "good");
        folder.write("manifest.yaml", MANIFEST);
        folder.write("plugin.ts", &code("mended"));
        answers(&server, "mended").await;
        server
            .plugin_when("patient", |plugin| plugin["state"] == "ready" && plugin["reason"].is_null())
            .await;
        healthy.unharmed().await;
    }

    fn check(&self, listed: &Value, state: &str) {
        assert_eq!(listed["state"], state, "{listed:#}");
        assert_eq!(listed["reason"], self.reason, "{listed:#}");
        let message = listed["message"].as_str().unwrap_or_default();
        for part in self.says {
            assert!(message.contains(part), "{part:?} is not in {message:?}");
        }
    }

    /// `davit-runtime` logs reason and message.
    async fn is_logged(&self, server: &Server) {
        let fits = |record: &Value| {
            let message = record["message"].as_str().unwrap_or_default();
            record["reason"] == self.reason && self.says.iter().all(|part| message.contains(part))
        };
        let record = server.logs().record(self.reason, fits).await;
        assert_eq!(record["plugin"], "patient", "{record}");
    }

    /// `davit dev` prints them in one line.
    async fn is_printed(&self, server: &Server) {
        let fits = |line: &String| {
            line.contains("patient")
                && line.contains(self.reason)
                && self.says.iter().all(|part| line.contains(part))
        };
        until("the printed line", async || server.logs().lines().into_iter().find(fits)).await;
    }
}

/// Waits until the patient answers this.
async fn answers(server: &Server, text: &str) {
    let answers = async || {
        let response = server.get("/patient").send().await.ok()?;
        (response.text().await.ok()? == text).then_some(())
    };
    until(&format!("the patient to answer {text:?}"), answers).await;
}
