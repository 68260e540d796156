//! What lies between a port and HTTP.

use std::future::Future;
use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Makes of an accepted connection what HTTP is spoken over.
pub trait Transport: Send + Sync + 'static {
    /// What HTTP is spoken over.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Whether clients may speak HTTP/2 too.
    const HTTP2: bool;

    /// Gets the connection ready. Must end by itself, however slow the client is.
    fn open(&self, stream: TcpStream) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// HTTP as it is; TLS is the Ingress's (interfaces §6).
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Transport for Plain {
    type Stream = TcpStream;

    const HTTP2: bool = true;

    async fn open(&self, stream: TcpStream) -> io::Result<TcpStream> {
        Ok(stream)
    }
}
