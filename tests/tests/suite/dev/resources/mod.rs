//! `davit dev` with resources: what a Plugin says counts, wherever its package
//! comes from.

mod counts;
mod files;
mod registry;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use davit_tests::server::Start;
use davit_tests::wait::until;
use davit_tests::{Plugins, Server};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Answers with its greeting, whatever the path.
const CODE: &str =
    "export default (config) => ({ routes: { fetch: () => new Response(config.greeting ?? \"none\") } });\n";

/// A file with resources, and folders of plugins.
struct Scene {
    plugins: Plugins,
    files: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { plugins: Plugins::new(), files: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.files.path().join("resources.yaml")
    }

    /// Saves the resources, as an editor does: by way of another file.
    fn save(&self, resources: &[Value]) {
        let text: Vec<String> = resources.iter().map(|resource| format!("---\n{resource}\n")).collect();
        self.save_text(&text.concat());
    }

    fn save_text(&self, text: &str) {
        let draft = self.files.path().join("draft");
        fs::write(&draft, text).unwrap();
        fs::rename(draft, self.file()).unwrap();
    }

    /// `davit dev` with the file and the folder of plugins.
    async fn start(&self) -> Server {
        Start::dev(self.plugins.path()).arg(self.file().to_str().unwrap()).start().await
    }

    /// `davit dev` with the file alone.
    async fn start_alone(&self) -> Server {
        Start::dev(&self.file()).start().await
    }
}

fn plugin(name: &str, spec: Value) -> Value {
    let mut plugin =
        json!({"apiVersion": "davit.dev/v1alpha1", "kind": "Plugin", "metadata": {"name": name}});
    plugin["spec"] = spec;
    plugin
}

/// A Plugin made of the ConfigMap of the same name; `spec` is an object with more.
fn of_config_map(name: &str, mut spec: Value) -> Value {
    spec["source"] = json!({"configMap": {"name": name}});
    plugin(name, spec)
}

fn config_map(name: &str, data: Value) -> Value {
    let mut map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}});
    map["data"] = data;
    map
}

/// The files of a plugin that answers with `text`.
fn answering(name: &str, text: &str) -> Value {
    let code = format!("export default {{ routes: {{ fetch: () => new Response({text:?}) }} }};\n");
    config_map(name, json!({"manifest.yaml": format!("name: {name}\nbase: /{name}\n"), "plugin.js": code}))
}

async fn answers(server: &Server, path: &str, text: &str) {
    until(&format!("the answer {text:?} of {path}"), async || {
        let response = server.get(path).send().await.ok()?;
        (response.text().await.ok()? == text).then_some(())
    })
    .await;
}

async fn is(server: &Server, path: &str, status: u16) {
    until(&format!("{status} for {path} without a key"), async || {
        let response = server.request(Method::GET, path).send().await.ok()?;
        (response.status() == status).then_some(())
    })
    .await;
}

fn manifest(folder: &Path, text: &str) {
    fs::write(folder.join("manifest.yaml"), text).unwrap();
}
