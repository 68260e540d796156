//! One connection from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use davit_engine::Body;
use http::{HeaderValue, Request, Response, Version, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use super::patience::{Asked, Patient};
use super::{Answer, Limits, Phase, Transport};

/// Concurrent requests on one HTTP/2 connection.
const MAX_STREAMS: u32 = 256;

/// What one connection works with.
pub(super) struct Connection<A> {
    pub(super) answer: Arc<A>,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) limits: Limits,
    pub(super) peer: SocketAddr,
}

/// What is known of a connection so far.
#[derive(Clone)]
struct Seen {
    asked: Asked,
    http2: Arc<Notify>,
}

impl<A: Answer> Connection<A> {
    /// Serves the connection until it is closed. The client is told to go once the
    /// phase calls for it.
    pub(super) async fn serve<T: Transport>(self, transport: &T, stream: TcpStream) {
        match transport.open(stream).await {
            Ok(stream) => self.speak(stream, T::HTTP2).await,
            Err(error) => {
                tracing::debug!(peer = %self.peer, %error, "a connection came to nothing");
            }
        }
    }

    async fn speak(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, http2: bool) {
        let (builder, peer) = (builder(&self.limits, http2), self.peer);
        let (stream, asked) = Patient::new(stream, &self.limits);
        let seen = Seen { asked, http2: Arc::default() };
        let mut go = pin!(must_go(self.phase.clone(), seen.http2.clone()));
        let this = Arc::new(self);
        let service = service_fn(|request| this.clone().reply(request, seen.clone()));
        let mut connection = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut told = false;
        let ended = loop {
            tokio::select! {
                ended = connection.as_mut() => break ended,
                () = &mut go, if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, error, "a connection ended early");
        }
    }

    async fn reply(
        self: Arc<Self>,
        request: Request<Incoming>,
        seen: Seen,
    ) -> Result<Response<Body>, Infallible> {
        seen.asked.tell();
        let version = request.version();
        if version == Version::HTTP_2 {
            seen.http2.notify_one();
        }
        let mut response = self.answer.answer(request, self.peer).await;
        if version < Version::HTTP_2 && *self.phase.borrow() != Phase::Serving {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}

fn builder(limits: &Limits, http2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    if !http2 {
        builder = builder.http1_only();
    }
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(limits.head);
    builder
}

/// HTTP/2 clients are told with GOAWAY as soon as the process is leaving;
/// HTTP/1.1 has `Connection: close` for that, so its idle connections stay until
/// the port closes: closing them would race with the next request.
async fn must_go(phase: watch::Receiver<Phase>, http2: Arc<Notify>) {
    let (mut leaving, mut closing) = (phase.clone(), phase);
    let leaving = async {
        let _ended = leaving.wait_for(|phase| *phase != Phase::Serving).await.is_err();
        http2.notified().await;
    };
    tokio::select! {
        () = leaving => {}
        _ = closing.wait_for(|phase| *phase == Phase::Closing) => {}
    }
}
