//! What a group is started with.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use davit_plugin::manifest::{Mode, Workers};
use davit_plugin::plan::Link;
use davit_plugin::{Base, PackagePath, PluginName, Version};
use serde_json::{Map, Value};

/// A group: plugins in start order, and what their worker may see.
#[derive(Debug, Clone)]
pub struct GroupSpec {
    /// At least one plugin; each stands behind all that it depends on.
    pub plugins: Vec<PluginSpec>,
    /// The worker's whole environment.
    pub env: BTreeMap<String, String>,
    /// How long one plugin's import, factory and `onInit` may take together.
    pub init_timeout: Duration,
}

impl GroupSpec {
    /// The plugins' names, for logs.
    pub fn label(&self) -> String {
        let names: Vec<&str> = self.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
        names.join("+")
    }
}

/// One plugin of a group.
#[derive(Debug, Clone)]
pub struct PluginSpec {
    /// Its name.
    pub name: PluginName,
    /// Its package's version.
    pub version: Version,
    /// Its unpacked package.
    pub root: PathBuf,
    /// The module with its code, in `root`.
    pub entry: PackagePath,
    /// How the module is run.
    pub mode: Mode,
    /// How its Workers are kept, unless it is persistent.
    pub workers: Option<Workers>,
    /// Its own writable folder.
    pub data_dir: Option<PathBuf>,
    /// The path segment it is served under.
    pub base: Option<Base>,
    /// What its factory gets.
    pub config: Map<String, Value>,
    /// The plugins that it may ask for.
    pub dependencies: Vec<Link>,
}

/// What `ctx.runtime` and `ctx.globalConfig` tell a plugin about its host.
#[derive(Debug, Clone)]
pub struct HostInfo {
    /// The path of the admin API.
    pub api: String,
    /// The runtime's version.
    pub version: String,
    /// The plugin directories, as they were given.
    pub plugin_dirs: Vec<String>,
    /// Where the runtime listens: what `server.hostname` and `server.port` say.
    pub listens: SocketAddr,
}
