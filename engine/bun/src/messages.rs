//! What the JSON payloads of frames hold (`docs/reference/worker-protocol.md`).

use std::path::Path;

use davit_engine::{GroupSpec, HostInfo, PluginFailure};
use davit_plugin::plan::Link;
use davit_plugin::reason::{Problem, Reason};
use davit_plugin::{PackagePath, PluginName, Version};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The protocol's version.
pub(crate) const PROTOCOL: u32 = 1;

#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    pub(crate) protocol: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Init<'a> {
    runtime: RuntimeInfo<'a>,
    global_config: GlobalConfig<'a>,
    plugins: Vec<PluginInit<'a>>,
}

#[derive(Debug, Serialize)]
struct RuntimeInfo<'a> {
    api: &'a str,
    version: &'a str,
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
        };
        Self {
            runtime: RuntimeInfo { api: &host.api, version: &host.version },
            // A Buntime plugin may read these; no plugin shares a pool or a
            // worker directory with another one here.
            global_config: GlobalConfig { pool_size: 0, plugin_dirs: &host.plugin_dirs, worker_dirs: [] },
            plugins: spec.plugins.iter().map(plugin).collect(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub(crate) enum PluginReport {
    Ready { name: PluginName },
    Failed { name: PluginName, reason: Reason, message: String, position: Option<String> },
}

impl PluginReport {
    /// Whose report it is.
    pub(crate) fn name(&self) -> &PluginName {
        let (Self::Ready { name } | Self::Failed { name, .. }) = self;
        name
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

#[derive(Debug, Serialize)]
pub(crate) struct RequestHead<'a> {
    pub(crate) plugin: usize,
    pub(crate) method: &'a str,
    pub(crate) url: String,
    pub(crate) peer: String,
    pub(crate) body: bool,
    pub(crate) headers: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) headers: Vec<String>,
    pub(crate) body: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Abort {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
}

/// Headers as the wire holds them: names and values in turn, each character one
/// byte (Fetch's `ByteString`).
pub(crate) fn headers_to_wire(headers: &HeaderMap) -> Vec<String> {
    let mut flat = Vec::with_capacity(headers.len() * 2);
    for (name, value) in headers {
        flat.push(name.as_str().to_owned());
        flat.push(value.as_bytes().iter().map(|&byte| char::from(byte)).collect());
    }
    flat
}

/// The way back; `None` if a name or value cannot stand in HTTP.
pub(crate) fn headers_from_wire(flat: &[String]) -> Option<HeaderMap> {
    let (pairs, rest) = flat.as_chunks::<2>();
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for [name, value] in pairs {
        let bytes: Vec<u8> = value.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect::<Option<_>>()?;
        headers.append(HeaderName::try_from(name).ok()?, HeaderValue::from_bytes(&bytes).ok()?);
    }
    rest.is_empty().then_some(headers)
}
