//! `davit-operator`: reconciles Plugins and PluginRuntimes, or installs their CRDs.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use davit_operator::install_crds::install_crds;
use davit_operator::options::{Command, Options};
use davit_operator::run::run;

#[tokio::main]
async fn main() -> ExitCode {
    match start(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Logging may be what failed.
            let _closed = std::io::stderr().write_fmt(format_args!("davit-operator: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn start(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // Fails only if there is one already.
    let _first = rustls::crypto::ring::default_provider().install_default();
    match options.command {
        Some(Command::InstallCrds) => Ok(install_crds().await?),
        None => reconcile(options).await,
    }
}

async fn reconcile(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    // What these would say with each attempt is said once, by who made it.
    let filter = format!("{},kube_runtime::watcher=off,kube_client::client=off", options.log_level);
    davit_logs::start(&filter, options.log_format)?;
    Ok(run(options).await?)
}
