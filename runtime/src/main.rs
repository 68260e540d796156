//! `davit-runtime`: serves plugins from plugin directories.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use davit_engine::{Engine, HostInfo};
use davit_engine_bun::BunEngine;
use davit_runtime::assemble::Timing;
use davit_runtime::directories::{self, Root};
use davit_runtime::keys::Keys;
use davit_runtime::options::Options;
use davit_runtime::runtime::{Runtime, Setup};
use davit_runtime::volume::Volume;
use davit_runtime::{admin, logs};
use tokio::net::TcpListener;

/// How long the port still accepts after SIGTERM: load balancers need so long
/// to notice (interfaces §6).
const LEAVING: Duration = Duration::from_secs(5);

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Logging may be what failed.
            let _closed =
                std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("davit-runtime: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    logs::start(&options.log_level.to_string(), options.log_format)?;
    let directories = plugin_dirs(&options)?;
    let keys = Keys::from_environment()?;
    if !keys.any() {
        tracing::warn!("no RUNTIME_ROOT_KEY and no RUNTIME_ROOT_KEY_FILE: only public routes are open");
    }
    let public = TcpListener::bind((options.listen_address, options.port)).await?;
    let metrics = TcpListener::bind((options.listen_address, options.metrics_port)).await?;
    let timing = Timing { init: options.init_timeout, drain: options.drain_timeout, ..Timing::default() };
    let runtime = Runtime::start(Setup {
        engine: engine(&options, &directories),
        volume: Volume::open(&options.volume)?,
        timing,
        directories: directories::Options {
            roots: directories.into_iter().map(Root::Directory).collect(),
            node_modules: true,
            build: None,
            declarations: directories::Declarations::default(),
            first_settle: options.init_timeout * 2,
            settle: timing.settle,
        },
        keys,
        trust_loopback: false,
    });
    tracing::info!(address = %public.local_addr()?, metrics = %metrics.local_addr()?, "serving");
    runtime.serve_metrics(metrics);
    Ok(runtime.serve(public, LEAVING, options.drain_timeout).await?)
}

/// The flag or `RUNTIME_PLUGIN_DIRS`, else the alias.
fn plugin_dirs(options: &Options) -> Result<Vec<PathBuf>, Failure> {
    let alias = || std::env::var_os("PLUGIN_DIRS").map(|list| std::env::split_paths(&list).collect());
    let named = Some(options.plugin_dirs.clone()).filter(|list| !list.is_empty());
    let list: Vec<PathBuf> = named.or_else(alias).unwrap_or_default();
    if list.is_empty() {
        return Err(
            "no plugin directories: set RUNTIME_PLUGIN_DIRS, e.g. to /data/.plugins:/data/plugins".into()
        );
    }
    Ok(list)
}

/// Bun, if it is there: without it everything but JavaScript is served.
fn engine(options: &Options, directories: &[PathBuf]) -> Option<Arc<dyn Engine>> {
    let host = HostInfo {
        api: admin::API.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        plugin_dirs: directories.iter().map(|directory| directory.display().to_string()).collect(),
    };
    let found = davit_engine_bun::locate().map_err(|error| error.to_string());
    let started = found.and_then(|bun| {
        BunEngine::new(&bun, host, options.heartbeat_timeout).map_err(|error| error.to_string())
    });
    match started {
        Ok(engine) => Some(Arc::new(engine)),
        Err(error) => {
            tracing::error!("{error}");
            None
        }
    }
}
