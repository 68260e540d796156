//! Ports: connections in, bounded in number and patience; an end that no client
//! notices.

mod connection;
mod limits;
mod patience;
mod phase;
#[cfg(test)]
mod tests;
mod transport;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use connection::Connection;

pub use limits::Limits;
pub use phase::{Ending, Phase};
pub use transport::{Plain, Transport};

/// What answers the requests of a port.
pub trait Answer: Send + Sync + 'static {
    /// Answers one request of the client at `peer`; never fails.
    fn answer(
        &self,
        request: Request<Incoming>,
        peer: SocketAddr,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Serves until the phase is [`Phase::Closing`], then lets open requests finish
/// for at most `drain` and cuts off those that are left.
pub async fn serve<A: Answer>(
    listener: TcpListener,
    answer: Arc<A>,
    phase: watch::Receiver<Phase>,
    limits: Limits,
    drain: Duration,
) {
    serve_over(Arc::new(Plain), listener, answer, phase, limits, drain).await;
}

/// The same over a transport of the port's own.
pub async fn serve_over<T: Transport, A: Answer>(
    transport: Arc<T>,
    listener: TcpListener,
    answer: Arc<A>,
    mut phase: watch::Receiver<Phase>,
    limits: Limits,
    drain: Duration,
) {
    let permits = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = phase.wait_for(|phase| *phase == Phase::Closing) => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = accept(&listener, &permits) => accepted,
        };
        let Some((stream, peer, permit)) = accepted else { continue };
        let connection = Connection { answer: answer.clone(), phase: phase.clone(), limits, peer };
        let transport = transport.clone();
        connections.spawn(async move {
            connection.serve(&*transport, stream).await;
            drop(permit);
        });
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(drain, all_ended).await.is_err() {
        tracing::warn!("connections were still open when the drain time was over; they are cut off");
        connections.shutdown().await;
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
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
