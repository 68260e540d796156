//! A connection whose client may take its time, but not forever.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::Limits;
use crate::silence::Silence;

/// Bytes of a client. Reading fails when its first request is not there in time:
/// HTTP's own timers begin only once the version is known, which a client that
/// sends nothing never tells. Writing fails when the client has taken nothing for
/// too long.
pub(super) struct Patient<IO> {
    io: IO,
    first: Option<Pin<Box<Sleep>>>,
    asked: Asked,
    taking: Silence,
}

/// Whether the client of a connection has sent a request yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked(Arc<AtomicBool>);

impl Asked {
    /// The first request is there.
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_told(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl<IO> Patient<IO> {
    /// The time for the first request begins now; [`Asked::tell`] ends it.
    pub(super) fn new(io: IO, limits: &Limits) -> (Self, Asked) {
        let asked = Asked::default();
        let (first, taking) = (Some(Box::pin(sleep(limits.head))), Silence::new(limits.taking));
        (Self { io, first, asked: asked.clone(), taking }, asked)
    }

    /// Ready once the first request is overdue.
    fn overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.asked.is_told() {
            self.first = None;
        }
        self.first.as_mut().map_or(Poll::Pending, |first| first.as_mut().poll(cx))
    }

    fn judge(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.taking.broken();
            return written;
        }
        ready!(self.taking.over(cx));
        Poll::Ready(Err(timed_out("the client takes nothing of its response")))
    }
}

fn timed_out(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, message)
}

impl<IO: AsyncRead + Unpin> AsyncRead for Patient<IO> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.io).poll_read(cx, buffer);
        if read.is_ready() {
            return read;
        }
        ready!(self.overdue(cx));
        Poll::Ready(Err(timed_out("the client sends no request")))
    }
}

impl<IO: AsyncWrite + Unpin> AsyncWrite for Patient<IO> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.judge(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, parts);
        self.judge(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::poll;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::advance;

    use super::*;

    const LIMITS: Limits =
        Limits { connections: 1, head: Duration::from_secs(30), taking: Duration::from_mins(5) };

    #[tokio::test(start_paused = true)]
    async fn gives_up_a_client_that_begins_and_sends_no_request() {
        let (mut client, server) = duplex(64);
        let (mut server, _asked) = Patient::new(server, &LIMITS);
        let mut buffer = [0; 64];
        for _ in 0..2 {
            client.write_all(b"P").await.unwrap();
            assert_eq!(server.read(&mut buffer).await.unwrap(), 1);
            advance(LIMITS.head * 2 / 3).await;
        }
        assert_eq!(server.read(&mut buffer).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_has_asked_may_be_silent() {
        let (_client, server) = duplex(64);
        let (mut server, asked) = Patient::new(server, &LIMITS);
        asked.tell();
        advance(LIMITS.head * 10).await;
        let mut buffer = [0; 64];
        assert!(poll!(std::pin::pin!(server.read(&mut buffer))).is_pending());
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_a_client_that_takes_nothing_but_not_a_slow_one() {
        let (mut client, server) = duplex(4);
        let (mut server, _asked) = Patient::new(server, &LIMITS);
        server.write_all(b"full").await.unwrap();
        for _ in 0..5 {
            assert!(poll!(std::pin::pin!(server.write(b"x"))).is_pending());
            advance(LIMITS.taking * 2 / 3).await;
            client.read_u8().await.unwrap();
            assert_eq!(server.write(b"x").await.unwrap(), 1);
        }
        let error = server.write(b"x").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
