//! `davit-runtime`: serves plugins from plugin directories, or those that an
//! operator puts here.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use davit_engine::{Engine, HostInfo};
use davit_engine_bun::BunEngine;
use davit_runtime::assemble::Timing;
use davit_runtime::control::{Certificates, Managed};
use davit_runtime::directories::{self, Root};
use davit_runtime::keys::Keys;
use davit_runtime::options::{Options, Source};
use davit_runtime::runtime::{Plugins, Runtime, Setup};
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
    let source =
        options.source(std::env::var_os("PLUGIN_DIRS").as_deref()).unwrap_or_else(|error| error.exit());
    let source = source
        .ok_or("no plugin directories: set RUNTIME_PLUGIN_DIRS, e.g. to /data/.plugins:/data/plugins")?;
    logs::start(&options.log_filter(), options.log_format)?;
    let keys = Keys::from_environment()?;
    if !keys.any() {
        tracing::warn!(
            "no RUNTIME_ROOT_KEY and no RUNTIME_ROOT_KEY_FILE: only public routes are open, and the rest to keys that were made before"
        );
    }
    let public = listen(&options, options.port, "plugins", "PORT").await?;
    let metrics = listen(&options, options.metrics_port, "metrics", "DAVIT_METRICS_PORT").await?;
    let control = match source {
        Source::Directories(_) => None,
        Source::Operator { .. } => {
            Some(listen(&options, options.control_port, "control", "DAVIT_CONTROL_PORT").await?)
        }
    };
    let timing = Timing { init: options.init_timeout, drain: options.drain_timeout, ..Timing::default() };
    let runtime = Runtime::start(Setup {
        engine: engine(&options, &source, public.local_addr()?),
        volume: Volume::open(&options.volume)?,
        timing,
        plugins: plugins(source, &options, timing)?,
        keys,
        trust_loopback: false,
        max_upload_size: options.max_upload_size.0,
        proxies: options.trusted_proxies.clone(),
        access_log: options.access_log,
    });
    let controlled = control.as_ref().map(TcpListener::local_addr).transpose()?.map(tracing::field::display);
    tracing::info!(address = %public.local_addr()?, metrics = %metrics.local_addr()?, control = controlled, "serving");
    runtime.serve_metrics(metrics);
    if let Some(listener) = control {
        runtime.serve_control(listener);
    }
    Ok(runtime.serve(public, LEAVING, options.drain_timeout).await?)
}

/// Listens on a port, of which a failure says what it is for and what sets it.
async fn listen(options: &Options, port: u16, purpose: &str, variable: &str) -> Result<TcpListener, Failure> {
    let address = SocketAddr::new(options.listen_address, port);
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("cannot listen on {address} ({purpose}): {error}; set {variable}").into())
}

fn plugins(source: Source, options: &Options, timing: Timing) -> Result<Plugins, Failure> {
    Ok(match source {
        Source::Directories(directories) => Plugins::Directories(directories::Options {
            roots: directories.into_iter().map(Root::Directory).collect(),
            node_modules: true,
            build: None,
            declarations: directories::Declarations::default(),
            first_settle: options.init_timeout * 2,
            settle: timing.settle,
        }),
        Source::Operator { tls, name, pod_uid } => Plugins::Managed(Managed {
            certificates: Certificates::load(&tls, name)?,
            pod_uid,
            start_grace: options.start_grace,
        }),
    })
}

/// Bun, if it is there: without it everything but JavaScript is served.
fn engine(options: &Options, source: &Source, listens: SocketAddr) -> Option<Arc<dyn Engine>> {
    let directories = match source {
        Source::Directories(directories) => &directories[..],
        Source::Operator { .. } => &[],
    };
    let host = HostInfo {
        api: admin::API.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        plugin_dirs: directories.iter().map(|directory| directory.display().to_string()).collect(),
        listens,
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
