//! The operator: lead → watch → reconcile.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use kube::Client;
use kube::runtime::controller::{Action, Config, applier};
use kube_lease_manager::{LeaseCreateMode, LeaseManagerBuilder};

use crate::artifact::{self, Artifacts, Keep};
use crate::context::Context;
use crate::options::Options;
use crate::replicas::Replicas;
use crate::rollout::{self, Memories};
use crate::status::Events;
use crate::watch::{self, Queues};

/// Runs until told to end.
pub async fn run(options: Options) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let client = Client::try_default().await?;
    let health = tokio::net::TcpListener::bind((options.listen_address, options.health_port)).await?;
    let router = axum::Router::new()
        .route("/livez", axum::routing::get(async || "ok"))
        .route("/readyz", axum::routing::get(async || "ok"));
    tokio::spawn(async move { axum::serve(health, router).await });
    let namespace = options.watch_namespace.clone().unwrap_or_else(|| "default".into());
    let manager = LeaseManagerBuilder::new(client.clone(), "davit-operator")
        .with_namespace(&namespace)
        .with_create_mode(LeaseCreateMode::AutoCreate)
        .with_duration(10)
        .with_grace(3)
        .build()
        .await?;
    let (mut leads, task) = manager.watch().await;
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = term.recv() => {}
        result = async {
            loop {
                leads.wait_for(|leads| *leads).await?;
                tracing::info!("leading");
                tokio::select! {
                    () = reconcile(&client, &options) => {}
                    _ = leads.wait_for(|leads| !*leads) => tracing::warn!("no longer leading"),
                }
            }
            #[allow(unreachable_code)]
            Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
        } => result?,
    }
    drop(leads);
    let _ = tokio::time::timeout(Duration::from_secs(3), task).await;
    Ok(())
}

async fn reconcile(client: &Client, options: &Options) {
    let (queues, rollouts, artifacts) = Queues::new();
    let stores = watch::start(client, options.watch_namespace.as_deref(), &queues);
    stores.ready().await;
    let ctx = Arc::new(Context {
        client: client.clone(),
        stores: stores.clone(),
        artifacts: Arc::new(Artifacts::default()),
        keep: Arc::new(Keep::open(&options.cache).expect("the cache")),
        replicas: Arc::new(Replicas::default()),
        memories: Memories::default(),
        queues,
        events: Events::new(client.clone(), None),
        options: options.clone(),
    });
    let error_policy = |_: Arc<_>, error: &rollout::RolloutError, _: Arc<Context>| {
        tracing::warn!(%error, "a pass did not come to its end");
        Action::requeue(Duration::from_millis(500))
    };
    let rolled = applier(
        |runtime, ctx| Box::pin(async move { rollout::reconcile(runtime, ctx).await.map(Action::requeue) }),
        error_policy,
        ctx.clone(),
        stores.runtimes.clone(),
        rollouts.map(Ok::<_, Infallible>),
        Config::default().concurrency(16),
    );
    let asked = applier(
        |plugin, ctx| {
            Box::pin(
                async move { Ok::<_, Infallible>(Action::requeue(artifact::reconcile(plugin, ctx).await)) },
            )
        },
        |_, never: &Infallible, _| match *never {},
        ctx,
        stores.plugins.clone(),
        artifacts.map(Ok::<_, Infallible>),
        Config::default().concurrency(8),
    );
    tokio::join!(rolled.for_each(async |_| ()), asked.for_each(async |_| ()));
}
