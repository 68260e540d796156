//! The public port: connections in, bounded in number and patience; an end that
//! no client notices.

mod phase;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::Body;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::dispatch::Dispatcher;

pub use phase::{Ending, Phase};

/// More connections than this wait until one is closed.
const MAX_CONNECTIONS: usize = 10_000;
/// How long a request's head may take to come in.
const HEAD: Duration = Duration::from_secs(30);
/// Concurrent requests on one HTTP/2 connection.
const MAX_STREAMS: u32 = 256;

/// Serves until the phase is [`Phase::Closing`], then lets open requests finish
/// for at most `drain`.
pub async fn serve(
    listener: TcpListener,
    dispatcher: Arc<Dispatcher>,
    mut phase: watch::Receiver<Phase>,
    drain: Duration,
) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let builder = builder();
    loop {
        let accepted = tokio::select! {
            _ = phase.wait_for(|phase| *phase == Phase::Closing) => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let (dispatcher, phase) = (dispatcher.clone(), phase.clone());
        let service = service_fn(move |request| answer(dispatcher.clone(), phase.clone(), request, peer));
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%peer, error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections were still open when the drain time was over; they are cut off");
    }
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(MAX_STREAMS).keep_alive_interval(HEAD);
    builder
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = permits.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _small_answers_leave_at_once = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            // Out of descriptors, most likely: others must close first.
            tracing::warn!(%error, "cannot accept a connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

async fn answer(
    dispatcher: Arc<Dispatcher>,
    phase: watch::Receiver<Phase>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<Response<Body>, Infallible> {
    let version = request.version();
    let mut response = dispatcher.answer(request, peer).await;
    if version < Version::HTTP_2 && *phase.borrow() != Phase::Serving {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}
