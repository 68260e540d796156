//! `davit dev`: plugin folders and resources answer requests, and a change to
//! them is live.
//!
//! ```text
//! folders, resources → watch → (build → pack → plan → swap, in the runtime) → show
//! ```

mod builder;
mod given;
mod made;
mod options;
mod resources;
mod show;
mod sources;
mod tree;
mod watch;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use davit_engine::{Engine, HostInfo};
use davit_engine_bun::BunEngine;
use davit_runtime::assemble::Timing;
use davit_runtime::directories::{self, Root};
use davit_runtime::dispatch::TrustedProxies;
use davit_runtime::keys::Keys;
use davit_runtime::runtime::{Plugins, Runtime, Setup};
use davit_runtime::volume::Volume;
use davit_runtime::{admin, logs};
use tokio::net::TcpListener;

use crate::{bun, say};
use builder::Builder;
use given::Given;
pub use options::Args;
use resources::Follower;

type Failure = Box<dyn std::error::Error>;

/// Serves until SIGINT or SIGTERM.
pub async fn run(args: Args) -> ExitCode {
    match serve(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(error);
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), Failure> {
    logs::start(&args.log_filter(), args.log_format)?;
    let given = Given::of(&args.paths)?;
    let listener = listen(&args, args.port, "--port").await?;
    let address = listener.local_addr()?;
    let key = key();
    // The folder for packages is removed when this ends.
    let scratch = tempfile::Builder::new().prefix("davit-dev-").tempdir()?;
    let resources = match given.files.is_empty() {
        true => None,
        false => Some(Follower::open(given.clone(), scratch.path())?),
    };
    let roots = roots(&given, resources.as_ref());
    let declarations = resources.as_ref().map(Follower::declarations).unwrap_or_default();
    let builder = Builder::new(args.build.clone(), scratch.path());
    let timing = Timing { init: args.init_timeout, drain: args.drain_timeout, ..Timing::default() };
    let runtime = Runtime::start(Setup {
        engine: Some(engine(&args, &given, address)?),
        volume: Volume::open(&scratch.path().join("volume"))?,
        timing,
        plugins: Plugins::Directories(directories::Options {
            roots: roots.clone(),
            node_modules: false,
            build: Some(Arc::new(builder)),
            declarations,
            first_settle: timing.settle,
            settle: timing.settle,
        }),
        keys: Keys::root(&key),
        trust_loopback: true,
        max_upload_size: davit_plugin::package::Limits::default().packed,
        proxies: TrustedProxies::default(),
        access_log: args.access_log,
    });
    if let Some(port) = args.metrics_port {
        runtime.serve_metrics(listen(&args, port, "--metrics-port").await?);
    }
    show::greeting(address, &key);
    let directories = runtime.directories().ok_or("the runtime follows no directories")?;
    let changes = watch::follow(&given, resources, directories)?;
    tokio::spawn(show::follow(directories.watch(), address, given, changes));
    let ended = runtime.serve(listener, std::time::Duration::ZERO, args.drain_timeout).await;
    Ok(ended?)
}

/// Where the runtime looks: the folders first, so that they stand in for sources.
fn roots(given: &Given, resources: Option<&Follower>) -> Vec<Root> {
    let named = given.folders.iter().cloned().map(Root::Named);
    named.chain(resources.map(Follower::root)).collect()
}

async fn listen(args: &Args, port: u16, option: &str) -> Result<TcpListener, Failure> {
    let address = SocketAddr::new(args.listen_address, port);
    let bound = TcpListener::bind(address).await;
    bound.map_err(|error| format!("cannot listen on {address}: {error}; choose another {option}").into())
}

fn engine(args: &Args, given: &Given, listens: SocketAddr) -> Result<Arc<dyn Engine>, Failure> {
    let host = HostInfo {
        api: admin::API.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        plugin_dirs: given.folders.iter().map(|path| path.display().to_string()).collect(),
        listens,
    };
    let mut found = args.paths.iter().map(|path| bun::near(path));
    let bun = found.find(Result::is_ok).unwrap_or_else(davit_engine_bun::locate)?;
    Ok(Arc::new(BunEngine::new(&bun, host, args.heartbeat_timeout)?))
}

/// The key of `RUNTIME_ROOT_KEY`, or a new one: two random UUIDs hold 244 random
/// bits.
fn key() -> String {
    let made = || format!("dvt_{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    std::env::var("RUNTIME_ROOT_KEY").ok().filter(|key| !key.is_empty()).unwrap_or_else(made)
}
