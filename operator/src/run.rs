//! The operator:
//!
//! ```text
//! client → watch → health → lead → reconcile → end
//! ```

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;

use axum::Router;
use kube::Client;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::task::AbortOnDropHandle;

use crate::artifact::{Artifacts, Keep};
use crate::backoff::Failures;
use crate::context::Context;
use crate::fleet::Fleets;
use crate::leader::Lease;
use crate::metrics::{self, Metrics};
use crate::options::Options;
use crate::replicas::Replicas;
use crate::rollout::Memories;
use crate::source::oci::Registries;
use crate::status::Events;
use crate::watch::{self, Queues, Stores};
use crate::{health, reconcile};

/// The operator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody says where the API server is.
    #[error("no API server: set KUBECONFIG, or run in a pod with a service account: {0}")]
    NoApiServer(#[source] kube::Error),
    /// The cache cannot be used.
    #[error("cannot keep packages in {folder}: {why}: name another folder with --cache")]
    Cache {
        /// The folder.
        folder: String,
        /// Why not.
        why: String,
    },
    /// A port is taken.
    #[error("cannot listen on port {port}: {source}: name another one")]
    Port {
        /// The port.
        port: u16,
        /// Why not.
        source: io::Error,
    },
    /// Signals cannot be heard.
    #[error("cannot listen for signals: {0}")]
    Signals(#[source] io::Error),
}

/// Runs until SIGTERM or SIGINT, and lets a standby take over then.
pub async fn run(options: Options) -> Result<(), StartError> {
    let ended = ended().map_err(StartError::Signals)?;
    let operator = Operator::start(options).await?;
    tokio::select! {
        () = ended => tracing::info!("ending"),
        never = operator.lead() => match never {},
    }
    operator.lease.release().await;
    Ok(())
}

/// What goes on whether this process leads or not.
struct Operator {
    options: Options,
    client: Client,
    queues: Queues,
    stores: Stores,
    keep: Arc<Keep>,
    metrics: Arc<Metrics>,
    lease: Lease,
}

impl Operator {
    async fn start(options: Options) -> Result<Self, StartError> {
        let client = connect().await?;
        let keep = open(&options)?;
        let health = bind(&options, options.health_port).await?;
        let counted = bind(&options, options.metrics_port).await?;
        let metrics = Arc::new(Metrics::default());
        let queues = Queues::new(metrics.clone());
        let stores = watch::start(&client, &options.namespaces(), &queues);
        serve(health, health::page(stores.clone()));
        serve(counted, metrics::page(metrics.clone(), stores.clone()));
        let (namespace, name) = (options.lease_namespace(), options.lease_name());
        tracing::info!(lease = name, namespace, identity = options.identity, "started");
        let lease = Lease::new(client.clone(), &namespace, name, options.identity.clone());
        Ok(Self { options, client, queues, stores, keep, metrics, lease })
    }

    /// Waits for the Lease and reconciles as long as this process holds it,
    /// again and again.
    async fn lead(&self) -> Infallible {
        loop {
            self.lease.acquire().await;
            tracing::info!("leading");
            self.metrics.leads(true);
            // In a task of its own, so that no pass can hold up a renewal.
            let held = AbortOnDropHandle::new(tokio::spawn(self.lease.clone().hold()));
            tokio::select! {
                () = reconcile::all(Arc::new(self.context()), self.queues.open()) => {}
                _ = held => tracing::warn!("the Lease is lost: all work is dropped"),
            }
            self.metrics.leads(false);
        }
    }

    fn context(&self) -> Context {
        Context {
            client: self.client.clone(),
            stores: self.stores.clone(),
            artifacts: Arc::new(Artifacts::default()),
            keep: self.keep.clone(),
            registries: Registries::default(),
            replicas: Arc::new(Replicas::default()),
            fleets: Fleets::default(),
            memories: Memories::default(),
            queues: self.queues.clone(),
            events: Events::new(self.client.clone(), Some(self.options.identity.clone())),
            metrics: self.metrics.clone(),
            failures: Failures::default(),
            options: self.options.clone(),
        }
    }
}

/// A client of the API server that KUBECONFIG or the pod's account names.
pub(crate) async fn connect() -> Result<Client, StartError> {
    Client::try_default().await.map_err(StartError::NoApiServer)
}

fn open(options: &Options) -> Result<Arc<Keep>, StartError> {
    let folder = &options.cache;
    let failed = |why: String| StartError::Cache { folder: folder.display().to_string(), why };
    Keep::open(folder, options.cache_size.0).map(Arc::new).map_err(|error| failed(error.to_string()))
}

async fn bind(options: &Options, port: u16) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind((options.listen_address, port)).await;
    listener.map_err(|source| StartError::Port { port, source })
}

/// Serves until the process ends.
fn serve(listener: TcpListener, page: Router) {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, page).await {
            tracing::error!(%error, "a port is not served any more");
        }
    });
}

/// Ends with SIGTERM or SIGINT.
fn ended() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        let heard = tokio::select! {
            heard = terminate.recv() => heard,
            heard = interrupt.recv() => heard,
        };
        if heard.is_none() {
            pending::<()>().await;
        }
    })
}
