//! The options of `davit-runtime`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use davit_plugin::manifest::parse_duration;

use crate::logs::LogFormat;

/// Serves Davit plugins from plugin directories.
///
/// The root key is read from RUNTIME_ROOT_KEY, or from the file that
/// RUNTIME_ROOT_KEY_FILE names. Without one, only public routes are open.
/// Bun is looked for at DAVIT_BUN, beside this program, in node_modules and on
/// the PATH.
#[derive(Debug, Clone, Parser)]
#[command(name = "davit-runtime", version)]
pub struct Options {
    /// Plugin directories, `:`-separated; the first of a name wins (alias: PLUGIN_DIRS)
    #[arg(long, env = "RUNTIME_PLUGIN_DIRS", value_delimiter = ':')]
    pub plugin_dirs: Vec<PathBuf>,
    /// Folder for unpacked packages; what it held before is removed
    #[arg(long, env = "DAVIT_VOLUME", default_value = "/var/lib/davit")]
    pub volume: PathBuf,
    /// Address that the public port and the metrics port listen on
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", default_value = "0.0.0.0")]
    pub listen_address: IpAddr,
    /// Public port
    #[arg(long, env = "PORT", default_value_t = 8000)]
    pub port: u16,
    /// Port of /metrics
    #[arg(long, env = "DAVIT_METRICS_PORT", default_value_t = 9090)]
    pub metrics_port: u16,
    /// Least level of log lines: error, warn, info, debug or trace
    #[arg(long, env = "RUNTIME_LOG_LEVEL", default_value = "info")]
    pub log_level: String,
    /// Form of log lines
    #[arg(long, env = "DAVIT_LOG_FORMAT", value_enum, default_value_t = LogFormat::Auto)]
    pub log_format: LogFormat,
    /// How long a worker may be silent before it is replaced, e.g. 10s
    #[arg(long, env = "DAVIT_HEARTBEAT_TIMEOUT", value_parser = parse_duration, default_value = "10s")]
    pub heartbeat_timeout: Duration,
    /// How long import, factory and onInit of one plugin may take together, e.g. 30s
    #[arg(long, env = "DAVIT_INIT_TIMEOUT", value_parser = parse_duration, default_value = "30s")]
    pub init_timeout: Duration,
    /// How long open requests may go on when their plugin is replaced or the process ends, e.g. 30s
    #[arg(long, env = "DAVIT_DRAIN_TIMEOUT", value_parser = parse_duration, default_value = "30s")]
    pub drain_timeout: Duration,
}
