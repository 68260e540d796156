//! What the JSON payloads of frames hold (`docs/reference/worker-protocol.md`).

mod headers;
mod request;

use std::path::Path;

use davit_engine::{GroupSpec, Hooks, HostInfo, Level, PluginFailure};
use davit_plugin::manifest::{DEFAULT_WORKERS, Mode, Workers};
use davit_plugin::plan::Link;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{PackagePath, PluginName, Version};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use request::{
    Abort, Accept, BodyKind, Close, RequestResult, ResponseHead, ResponseResult, changed, on_request,
    on_response, request,
};

/// The protocol's version.
pub(crate) const PROTOCOL: u32 = 2;

#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Init<'a> {
    runtime: RuntimeInfo<'a>,
    server: ServerInfo,
    global_config: GlobalConfig<'a>,
    plugins: Vec<PluginInit<'a>>,
}

#[derive(Debug, Serialize)]
struct RuntimeInfo<'a> {
    api: &'a str,
    version: &'a str,
}

#[derive(Debug, Serialize)]
struct ServerInfo {
    hostname: String,
    port: u16,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GlobalConfig<'a> {
    pool_size: u32,
    plugin_dirs: &'a [String],
    worker_dirs: [String; 0],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PluginInit<'a> {
    name: &'a PluginName,
    version: &'a Version,
    root: &'a Path,
    entry: &'a PackagePath,
    base: Option<&'a str>,
    config: &'a Map<String, Value>,
    dependencies: &'a [Link],
    init_timeout_ms: u128,
    mode: Mode,
    workers: Option<&'a Workers>,
    data_dir: Option<&'a Path>,
}

impl<'a> Init<'a> {
    pub(crate) fn new(spec: &'a GroupSpec, host: &'a HostInfo) -> Self {
        let plugin = |plugin: &'a davit_engine::PluginSpec| PluginInit {
            name: &plugin.name,
            version: &plugin.version,
            root: &plugin.root,
            entry: &plugin.entry,
            base: plugin.base.as_ref().map(davit_plugin::Base::as_str),
            config: &plugin.config,
            dependencies: &plugin.dependencies,
            init_timeout_ms: spec.init_timeout.as_millis(),
            mode: plugin.mode,
            workers: plugin.workers.as_ref(),
            data_dir: plugin.data_dir.as_deref(),
        };
        let server = ServerInfo { hostname: host.listens.ip().to_string(), port: host.listens.port() };
        Self {
            runtime: RuntimeInfo { api: &host.api, version: &host.version },
            server,
            // A Buntime plugin may read these. The pool is the plugin's own, and no
            // plugin shares a worker directory with another one.
            global_config: GlobalConfig {
                pool_size: DEFAULT_WORKERS,
                plugin_dirs: &host.plugin_dirs,
                worker_dirs: [],
            },
            plugins: spec.plugins.iter().map(plugin).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub(crate) enum PluginReport {
    #[serde(rename_all = "camelCase")]
    Ready {
        name: PluginName,
        hooks: Vec<String>,
        on_request_fail_open: bool,
    },
    Failed {
        name: PluginName,
        reason: Reason,
        message: String,
        position: Option<String>,
    },
}

impl PluginReport {
    /// Whose report it is.
    pub(crate) fn name(&self) -> &PluginName {
        let (Self::Ready { name, .. } | Self::Failed { name, .. }) = self;
        name
    }

    /// The hooks that it has.
    pub(crate) fn hooks(&self) -> Hooks {
        let Self::Ready { hooks, on_request_fail_open: fail_open, .. } = self else {
            return Hooks::default();
        };
        let has = |name: &str| hooks.iter().any(|hook| hook == name);
        Hooks { on_request: has("onRequest"), fail_open: *fail_open, on_response: has("onResponse") }
    }

    /// The failure, with its position in the author's words: `file:line:column: message`.
    pub(crate) fn failure(self) -> Option<PluginFailure> {
        let Self::Failed { name, reason, message, position } = self else { return None };
        let message = position.map_or(message.clone(), |position| format!("{position}: {message}"));
        Some(PluginFailure::of_plugin(name, Problem::new(reason, message)))
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Log {
    #[serde(default)]
    pub(crate) plugin: Option<String>,
    pub(crate) level: LogLevel,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Debug => Self::Debug,
            LogLevel::Info => Self::Info,
            LogLevel::Warn => Self::Warn,
            LogLevel::Error => Self::Error,
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shutdown {
    pub(crate) timeout_ms: u128,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Bye {
    pub(crate) errors: Vec<ShutdownError>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ShutdownError {
    pub(crate) plugin: String,
    pub(crate) message: String,
}
