//! The options of `davit dev`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use davit_runtime::dispatch::ACCESS_LOG;
use davit_runtime::logs::{LogFormat, LogLevel};
use davit_runtime::options::{DRAIN_TIMEOUT, HEARTBEAT_TIMEOUT, INIT_TIMEOUT, duration_between};

use crate::build::BuildArgs;

/// Serve plugin folders and resources on this machine; a change to them is live at once
///
/// A .yaml file holds what `kubectl apply` takes: Plugins, and the ConfigMaps and
/// Secrets that they name. What a Plugin says counts for its plugin, and not its
/// manifest: base, dependencies, public routes, configuration, enabled, suspend. Its
/// package comes from its source; a folder whose manifest has the Plugin's name
/// stands in for that. Registries are asked with the Plugin's pullSecrets, or else
/// with Docker's credentials.
///
/// A change that does not work is shown in one line and leaves the last good
/// version serving. The key is that of RUNTIME_ROOT_KEY, or a new one at each
/// start. Somebody at this machine needs no key for the admin API.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Plugin folders (with a manifest.yaml), folders of such, or .yaml files with resources
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Port to serve on; 0 takes a free one
    #[arg(long, short, env = "DAVIT_PORT", default_value_t = 8000)]
    pub port: u16,

    /// Address to listen on
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", default_value = "127.0.0.1")]
    pub listen_address: IpAddr,

    /// Port of /metrics; not served without it
    #[arg(long, env = "DAVIT_METRICS_PORT")]
    pub metrics_port: Option<u16>,

    /// Least level of log lines; plugins' own lines show from info on at least
    #[arg(long, env = "DAVIT_LOG_LEVEL", value_enum, ignore_case = true, default_value_t = LogLevel::Warn)]
    pub log_level: LogLevel,

    /// Form of log lines
    #[arg(long, env = "DAVIT_LOG_FORMAT", value_enum, default_value_t = LogFormat::Human)]
    pub log_format: LogFormat,

    /// Write a line for each request
    #[arg(long, env = "DAVIT_ACCESS_LOG", value_parser = BoolishValueParser::new())]
    pub access_log: bool,

    /// How long a worker may be silent before it is replaced, e.g. 10s
    #[arg(long, env = "DAVIT_HEARTBEAT_TIMEOUT", value_parser = duration_between(HEARTBEAT_TIMEOUT), default_value = "10s")]
    pub heartbeat_timeout: Duration,

    /// How long import, factory and onInit of one plugin may take together, e.g. 30s
    #[arg(long, env = "DAVIT_INIT_TIMEOUT", value_parser = duration_between(INIT_TIMEOUT), default_value = "30s")]
    pub init_timeout: Duration,

    /// How long open requests may go on when their plugin is replaced or this command ends, e.g. 5s
    #[arg(long, env = "DAVIT_DRAIN_TIMEOUT", value_parser = duration_between(DRAIN_TIMEOUT), default_value = "5s")]
    pub drain_timeout: Duration,

    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment here would replace the command's help")]
    pub build: BuildArgs,
}

impl Args {
    /// What the plugins say is shown; how they fare is shown by this command
    /// itself.
    pub(super) fn log_filter(&self) -> String {
        let (level, plugins) = (self.log_level, self.log_level.max(LogLevel::Info));
        let access = if self.access_log { LogLevel::Info } else { level };
        format!(
            "{level},plugin={plugins},{ACCESS_LOG}={access},notify=error,davit_runtime::directories=error"
        )
    }
}
