//! One keep-alive connection. Unlike a pooling client it never opens another
//! one by itself, so a connection that is cut shows.

mod counted;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::server::KEY;
use crate::wait::PATIENCE;

use counted::Counted;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    key: String,
    received: Arc<AtomicU64>,
}

/// A response with its whole body.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Connection {
    /// Connects to a server of the suite, with its [`KEY`].
    pub async fn open(address: SocketAddr) -> Result<Self, String> {
        Self::with_key(address, KEY).await
    }

    /// Connects to a server with this key.
    pub async fn with_key(address: SocketAddr, key: &str) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("cannot connect: {error}"))?;
        let received = Arc::default();
        let stream = Counted::new(stream, Arc::clone(&received));
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, key: key.to_owned(), received })
    }

    /// How many bytes have come so far.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Acquire)
    }

    /// Whether it is closed, so that nothing can be asked any more.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Sends a GET with the key and reads the whole response.
    pub async fn get(&mut self, path: &str) -> Result<Answer, String> {
        timeout(PATIENCE, self.exchange(path)).await.map_err(|_| format!("{path}: no answer in time"))?
    }

    async fn exchange(&mut self, path: &str) -> Result<Answer, String> {
        let failed = |stage: &'static str| move |error: hyper::Error| format!("{path}: {stage}: {error}");
        self.sender.ready().await.map_err(failed("the connection"))?;
        let request = Request::get(path).header("host", "davit.test").header("x-api-key", &self.key);
        let request = request.body(Empty::new()).map_err(|error| error.to_string())?;
        let response = self.sender.send_request(request).await.map_err(failed("the request"))?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(failed("the body"))?.to_bytes();
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}
