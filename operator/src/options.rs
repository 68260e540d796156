//! The options of `davit-operator`.

mod namespace;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use davit_logs::{LogFormat, LogLevel};
use davit_plugin::manifest::ByteSize;
use uuid::Uuid;

use namespace::{Namespace, lease_namespace, of_this_account};

/// The class of operators that PluginRuntimes have if they name none.
const DEFAULT_CLASS: &str = "davit";

/// Reconciles Plugins and PluginRuntimes: makes the runtimes' pods, and brings
/// the same plan to each of them.
///
/// The API server is found as kubectl finds it: by KUBECONFIG or ~/.kube/config,
/// and in a pod by its service account.
#[derive(Debug, Clone, Parser)]
#[command(name = "davit-operator", version, args_conflicts_with_subcommands = true)]
pub struct Options {
    /// What to do instead of reconciling.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Namespaces to watch, `,`-separated or repeated [default: all]
    #[arg(
        long = "watch-namespace",
        env = "DAVIT_WATCH_NAMESPACE",
        value_name = "NAMESPACE",
        value_delimiter = ','
    )]
    watch_namespaces: Vec<Namespace>,
    /// Class of the PluginRuntimes that this operator looks after; those of others, and their Plugins, are left alone
    #[arg(long, env = "DAVIT_OPERATOR_CLASS", value_name = "CLASS", default_value = DEFAULT_CLASS)]
    pub operator_class: String,
    /// Image of the runtime pods of PluginRuntimes that name none
    #[arg(long, env = "DAVIT_RUNTIME_IMAGE", value_name = "IMAGE")]
    pub runtime_image: Option<String>,
    /// Folder for packages; it may be lost
    #[arg(long, env = "DAVIT_CACHE", value_name = "FOLDER", default_value = "/var/cache/davit")]
    pub cache: PathBuf,
    /// How much the packages in the cache may take, in bytes, e.g. 500Mi
    #[arg(long, env = "DAVIT_CACHE_SIZE", value_name = "SIZE", default_value = "2Gi")]
    pub cache_size: ByteSize,
    /// Address that all ports listen on
    #[arg(long, env = "DAVIT_LISTEN_ADDRESS", value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub listen_address: IpAddr,
    /// Port of /livez and /readyz
    #[arg(long, env = "DAVIT_HEALTH_PORT", value_name = "PORT", default_value_t = 8081)]
    pub health_port: u16,
    /// Port of /metrics
    #[arg(long, env = "DAVIT_METRICS_PORT", value_name = "PORT", default_value_t = 9090)]
    pub metrics_port: u16,
    /// Namespace of the Lease that lets one operator act [default: the service account's, else the single watched one, else `default`]
    #[arg(long, env = "DAVIT_LEASE_NAMESPACE", value_name = "NAMESPACE")]
    lease_namespace: Option<Namespace>,
    /// Name of that Lease [default: davit-operator, with another class davit-operator-<CLASS>]
    #[arg(long, env = "DAVIT_LEASE_NAME", value_name = "NAME")]
    lease_name: Option<String>,
    /// Name of this process among the operators that want the Lease; no two may have the same [default: made up]
    #[arg(long, env = "DAVIT_IDENTITY", value_name = "NAME", default_value_t = Uuid::new_v4().to_string(), hide_default_value = true)]
    pub identity: String,
    /// Least level of log lines
    #[arg(long, env = "DAVIT_LOG_LEVEL", value_name = "LEVEL", value_enum, ignore_case = true, default_value_t = LogLevel::Info)]
    pub log_level: LogLevel,
    /// Form of log lines
    #[arg(long, env = "DAVIT_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Auto)]
    pub log_format: LogFormat,
}

/// What it does instead of reconciling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Brings the CRDs of Plugin and PluginRuntime to what this version knows, waits until they are established, and ends
    ///
    /// Needs the rights to get, create and patch customresourcedefinitions.apiextensions.k8s.io. A CRD may take a minute.
    InstallCrds,
}

impl Options {
    /// The namespaces to watch, each once; none stands for all.
    pub fn namespaces(&self) -> Vec<String> {
        let mut namespaces: Vec<String> = self
            .watch_namespaces
            .iter()
            .filter_map(|namespace| namespace.name().map(str::to_owned))
            .collect();
        namespaces.sort_unstable();
        namespaces.dedup();
        namespaces
    }

    /// Where the Lease is.
    pub fn lease_namespace(&self) -> String {
        let given = self.lease_namespace.as_ref().and_then(Namespace::name);
        lease_namespace(given, of_this_account().as_deref(), &self.namespaces())
    }

    /// What the Lease is called: operators of two classes never wait for each
    /// other.
    pub fn lease_name(&self) -> String {
        let by_class = || match self.operator_class.as_str() {
            DEFAULT_CLASS => "davit-operator".to_owned(),
            class => format!("davit-operator-{class}"),
        };
        self.lease_name.clone().unwrap_or_else(by_class)
    }
}

#[cfg(test)]
mod tests;
