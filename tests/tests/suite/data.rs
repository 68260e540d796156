//! `ctx.dataDir` and `DAVIT_DATA_DIR`: what a plugin writes stays, and goes a day
//! after its plugin.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use davit_tests::server::Start;
use davit_tests::{Folder, Plugins, Server, until};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Tells its folders, and counts its starts in a file of its own.
const COUNTS: &str = r#"import { existsSync, readFileSync, writeFileSync } from "node:fs";
let told: object;
export default {
  onInit(ctx: any) {
    const file = ctx.dataDir + "/starts";
    const starts = existsSync(file) ? Number(readFileSync(file, "utf8")) + 1 : 1;
    writeFileSync(file, String(starts));
    told = { own: ctx.dataDir, group: process.env.DAVIT_DATA_DIR, bun: Bun.env.DAVIT_DATA_DIR, starts };
  },
  routes: { fetch: () => Response.json(told) },
};
"#;

/// A runtime that can be started again on the same volume.
struct Scene {
    plugins: Plugins,
    home: TempDir,
}

impl Scene {
    fn new() -> Self {
        Self { plugins: Plugins::new(), home: tempfile::tempdir().unwrap() }
    }

    async fn start(&self) -> Server {
        let volume = self.volume();
        Start::runtime([self.plugins.path()]).env("DAVIT_VOLUME", volume.to_str().unwrap()).start().await
    }

    fn volume(&self) -> PathBuf {
        self.home.path().canonicalize().unwrap().join("volume")
    }

    fn data(&self) -> PathBuf {
        self.volume().join("data")
    }

    /// The plugins that are gone, and since when, in seconds since 1970.
    fn left(&self) -> Value {
        let text = std::fs::read_to_string(self.data().join(".left.json")).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Lets a plugin be gone for so long, while nothing runs.
    fn gone_for(&self, plugin: &str, time: Duration) {
        assert!(self.left()[plugin].is_u64(), "its clock runs: {}", self.left());
        let since = (SystemTime::now() - time).duration_since(UNIX_EPOCH).unwrap().as_secs();
        std::fs::write(self.data().join(".left.json"), json!({ plugin: since }).to_string()).unwrap();
    }
}

async fn end(mut server: Server) {
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
}

fn remove(folder: &Folder) {
    std::fs::remove_dir_all(folder.path()).unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn each_plugin_has_a_folder_that_only_the_runtimes_user_enters() {
    let scene = Scene::new();
    let manifest = "name: '@scope/counts'\nbase: /counts\n";
    drop(scene.plugins.folder("counts").manifest(manifest).file("plugin.ts", COUNTS));
    let server = scene.start().await;
    let own = scene.data().join("@scope/counts");
    let told = server.json("/counts").await;
    assert_eq!(told["own"], own.to_str().unwrap());
    assert_eq!((&told["group"], &told["bun"]), (&told["own"], &told["own"]), "the group is this plugin");
    assert_eq!(mode(&own), 0o700);
    assert_eq!(std::fs::read_to_string(own.join("starts")).unwrap(), "1");
}

#[tokio::test]
async fn what_it_writes_is_there_after_changes_reloads_and_restarts() {
    let scene = Scene::new();
    let folder = scene.plugins.plugin("counts", "", COUNTS);
    let server = scene.start().await;
    assert_eq!(server.json("/counts").await["starts"], 1);
    server.reload().await;
    assert_eq!(server.json("/counts").await["starts"], 2);
    folder.write("plugin.ts", &format!("{COUNTS}// changed\n"));
    server.reload().await;
    assert_eq!(server.json("/counts").await["starts"], 3);
    end(server).await;
    assert_eq!(scene.start().await.json("/counts").await["starts"], 4);
}

#[tokio::test]
async fn the_groups_folder_is_that_of_the_plugin_that_starts_first() {
    let scene = Scene::new();
    for (name, needs) in [("top", "dependencies: [base]\n"), ("base", "")] {
        drop(scene.plugins.plugin(name, needs, COUNTS));
    }
    let server = scene.start().await;
    for name in ["top", "base"] {
        let told = server.json(&format!("/{name}")).await;
        let folder = |name: &str| Value::from(scene.data().join(name).to_str().unwrap());
        assert_eq!((&told["own"], &told["group"]), (&folder(name), &folder("base")));
    }
}

#[tokio::test]
async fn data_goes_a_day_after_its_plugin_and_a_restart_does_not_set_the_clock_back() {
    let scene = Scene::new();
    let folder = scene.plugins.plugin("counts", "", COUNTS);
    let server = scene.start().await;
    assert_eq!(server.json("/counts").await["starts"], 1);
    remove(&folder);
    server.reload().await;
    until("its clock", async || scene.left()["counts"].as_u64()).await;
    end(server).await;
    scene.gone_for("counts", Duration::from_hours(23));
    let server = scene.start().await;
    until("a look", async || server.logs().text().contains("serving").then_some(())).await;
    assert!(scene.data().join("counts/starts").exists());
    end(server).await;
    scene.gone_for("counts", Duration::from_hours(25));
    let _server = scene.start().await;
    until("its folder is removed", async || (!scene.data().join("counts").exists()).then_some(())).await;
    until("its clock is forgotten", async || scene.left()["counts"].is_null().then_some(())).await;
}

#[tokio::test]
async fn a_plugin_that_comes_back_within_a_day_finds_its_data() {
    let scene = Scene::new();
    let folder = scene.plugins.plugin("counts", "", COUNTS);
    let server = scene.start().await;
    assert_eq!(server.json("/counts").await["starts"], 1);
    remove(&folder);
    server.reload().await;
    until("its clock", async || scene.left()["counts"].as_u64()).await;
    drop(scene.plugins.plugin("counts", "", COUNTS));
    server.reload().await;
    assert_eq!(server.json("/counts").await["starts"], 2);
    until("its clock is stopped", async || scene.left()["counts"].is_null().then_some(())).await;
}

#[tokio::test]
async fn a_plugin_that_is_there_but_does_not_run_has_not_left() {
    let scene = Scene::new();
    let folder = scene.plugins.plugin("counts", "", COUNTS);
    drop(scene.plugins.plugin("guest", "", COUNTS));
    end(scene.start().await).await;
    folder.write("plugin.ts", "throw new Error('broken');");
    remove(&scene.plugins.folder("guest"));
    let server = scene.start().await;
    server.plugin_when("counts", |plugin| plugin["state"] == "failed").await;
    until("the clock of the one that left", async || scene.left()["guest"].as_u64()).await;
    until("and of nobody else", async || scene.left()["counts"].is_null().then_some(())).await;
}
