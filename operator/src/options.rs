//! The options of `davit-operator`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Parser;

/// Reconciles Plugins and PluginRuntimes.
#[derive(Debug, Clone, Parser)]
#[command(name = "davit-operator", version)]
pub struct Options {
    /// Namespace to watch
    #[arg(long, env = "DAVIT_WATCH_NAMESPACE")]
    pub watch_namespace: Option<String>,
    /// Class of the PluginRuntimes that this operator serves
    #[arg(long, env = "DAVIT_OPERATOR_CLASS", default_value = "davit")]
    pub operator_class: String,
    /// Image of runtime pods
    #[arg(long, env = "DAVIT_RUNTIME_IMAGE")]
    pub runtime_image: Option<String>,
    /// Folder for packages
    #[arg(long, env = "DAVIT_CACHE", default_value = "/var/cache/davit")]
    pub cache: PathBuf,
    /// Address
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", default_value = "0.0.0.0")]
    pub listen_address: IpAddr,
    /// Port of /livez and /readyz
    #[arg(long, env = "DAVIT_HEALTH_PORT", default_value_t = 8081)]
    pub health_port: u16,
    /// Port of /metrics
    #[arg(long, env = "DAVIT_METRICS_PORT", default_value_t = 9090)]
    pub metrics_port: u16,
}
