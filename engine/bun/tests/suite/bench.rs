//! Groups of plugins that are written for a test, in workers of the real Bun.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use davit_engine::{Engine, Group, GroupSpec, GroupState, HostInfo, Level, Output, PluginSpec};
use davit_engine_bun::{BunEngine, DEFAULT_HEARTBEAT};
use davit_plugin::manifest::Mode;

/// Longer than anything here takes.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// A folder for packages and what plugins leave behind.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    engine: BunEngine,
}

impl Bench {
    /// With the Bun at `bun`.
    pub(crate) fn new(bun: &Path) -> Self {
        let host = HostInfo {
            api: "/api".to_owned(),
            version: "0.0.0".to_owned(),
            plugin_dirs: Vec::new(),
            listens: "127.0.0.1:1".parse().unwrap(),
        };
        let engine = BunEngine::new(bun, host, DEFAULT_HEARTBEAT).unwrap();
        Self { folder: tempfile::tempdir().unwrap(), engine }
    }

    /// Starts a group of plugins, each a name and the source of its module. Their
    /// configuration's `folder` is the bench's.
    pub(crate) fn start(&self, plugins: &[(&str, &str)]) -> Arc<dyn Group> {
        let plugins = plugins.iter().map(|(name, source)| self.plugin(name, source)).collect();
        let spec = GroupSpec { plugins, env: BTreeMap::new(), init_timeout: Duration::from_mins(1) };
        self.engine.start(spec, Arc::new(Nowhere))
    }

    fn plugin(&self, name: &str, source: &str) -> PluginSpec {
        let root = self.folder.path().join(name);
        fs::create_dir(&root).unwrap();
        fs::write(root.join("plugin.ts"), source).unwrap();
        let config = serde_json::json!({ "folder": self.folder.path() });
        PluginSpec {
            name: name.parse().unwrap(),
            version: "1.0.0".parse().unwrap(),
            root,
            entry: "plugin.ts".parse().unwrap(),
            mode: Mode::Persistent,
            workers: None,
            data_dir: None,
            base: None,
            config: config.as_object().unwrap().clone(),
            dependencies: Vec::new(),
        }
    }
}

/// What these plugins write is in the log alone.
struct Nowhere;

impl Output for Nowhere {
    fn line(&self, _: Option<usize>, _: Level, _: &str) {}
}

/// The state that a group settles in.
pub(crate) async fn settled(group: &Arc<dyn Group>) -> GroupState {
    let mut state = group.state();
    let settled = state.wait_for(|state| !matches!(state, GroupState::Starting));
    tokio::time::timeout(SOON, settled).await.unwrap().unwrap().clone()
}

/// Waits until a file is there.
pub(crate) async fn appears(path: PathBuf) {
    let deadline = Instant::now() + SOON;
    while !path.exists() {
        assert!(Instant::now() < deadline, "no {}", path.display());
        tokio::task::yield_now().await;
    }
}
