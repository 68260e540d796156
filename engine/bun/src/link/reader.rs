//! Reads a worker's frames and hands each to whom it is for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use davit_engine::ServeError;
use serde::de::DeserializeOwned;
use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::mpsc;

use super::outbox::Outbox;
use super::stream::Reply;
use super::streams::Streams;
use crate::frame::{self, Frame, Kind, ProtocolError};
use crate::messages::{Abort, Bye, Close, Hello, Log, PluginReport};
use crate::output::Printer;

/// What a worker says about itself.
#[derive(Debug)]
pub(crate) enum Control {
    Hello(Hello),
    Plugin(PluginReport),
    Ready,
    Bye(Bye),
    Lost(Lost),
}

/// Why the connection is over; the last thing that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lost {
    /// The worker closed it.
    Closed,
    /// The worker broke a rule of the protocol.
    Protocol(ProtocolError),
}

/// The last sign of life.
#[derive(Debug, Clone)]
pub(super) struct Pong {
    start: Instant,
    millis: Arc<AtomicU64>,
}

impl Default for Pong {
    fn default() -> Self {
        Self { start: Instant::now(), millis: Arc::default() }
    }
}

impl Pong {
    pub(super) fn touch(&self) {
        let millis = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.store(millis, Ordering::Relaxed);
    }

    pub(super) fn age(&self) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(self.millis.load(Ordering::Relaxed)))
    }
}

pub(super) struct Reader {
    printer: Arc<Printer>,
    outbox: Arc<Outbox>,
    streams: Arc<Streams>,
    pong: Pong,
    control: mpsc::Sender<Control>,
}

impl Reader {
    pub(super) fn new(
        printer: Arc<Printer>,
        outbox: Arc<Outbox>,
        streams: Arc<Streams>,
        pong: Pong,
        control: mpsc::Sender<Control>,
    ) -> Self {
        Self { printer, outbox, streams, pong, control }
    }

    /// Reads until the connection is over, then fails what is in flight.
    pub(super) async fn run(self, socket: OwnedReadHalf) {
        let lost = self.read(socket).await.err().map_or(Lost::Closed, Lost::Protocol);
        self.outbox.close();
        self.streams.close();
        let _gone = self.control.send(Control::Lost(lost)).await;
    }

    async fn read(&self, mut socket: OwnedReadHalf) -> Result<(), ProtocolError> {
        let mut buffer = BytesMut::with_capacity(128 << 10);
        loop {
            while let Some(frame) = frame::decode(&mut buffer)? {
                self.take(frame).await?;
            }
            buffer.reserve(64 << 10);
            if !matches!(socket.read_buf(&mut buffer).await, Ok(1..)) {
                return Ok(());
            }
        }
    }

    async fn take(&self, frame: Frame) -> Result<(), ProtocolError> {
        let Frame { kind, stream, payload } = frame;
        match kind {
            Kind::Response => self.streams.reply(stream, Reply::Response(parse(kind, &payload)?)),
            Kind::WsAccept => self.streams.reply(stream, Reply::Accept(parse(kind, &payload)?)),
            Kind::OnRequestResult => self.streams.reply(stream, Reply::Request(parse(kind, &payload)?)),
            Kind::OnResponseResult => self.streams.reply(stream, Reply::Changed(parse(kind, &payload)?)),
            Kind::BodyWanted => self.streams.body_wanted(stream),
            Kind::Timeout => {
                self.streams.timeout(stream, Duration::from_secs(number(kind, &payload)?.into()))
            }
            Kind::WsText | Kind::WsBinary | Kind::WsPing | Kind::WsPong => {
                self.streams.piece(stream, kind, &payload)
            }
            Kind::WsClose => self.streams.closed_by_plugin(stream, parse::<Close>(kind, &payload)?.into()),
            Kind::Data => self.streams.data(stream, payload),
            Kind::End => self.streams.end(stream),
            Kind::Credit => self.streams.credit(stream, number(kind, &payload)? as usize),
            Kind::Abort => {
                let Abort { code, message } = parse(kind, &payload)?;
                tracing::debug!(
                    plugins = self.printer.label(),
                    stream,
                    code,
                    message,
                    "the worker aborted a request"
                );
                self.streams.fail(stream, error_of(&code));
                Ok(())
            }
            Kind::Pong => {
                self.pong.touch();
                Ok(())
            }
            Kind::Log => {
                self.printer.log(&parse::<Log>(kind, &payload)?);
                Ok(())
            }
            Kind::Hello => self.tell(Control::Hello(parse(kind, &payload)?)).await,
            Kind::Plugin => self.tell(Control::Plugin(parse(kind, &payload)?)).await,
            Kind::Ready => self.tell(Control::Ready).await,
            Kind::Bye => self.tell(Control::Bye(parse(kind, &payload)?)).await,
            Kind::Init
            | Kind::Ping
            | Kind::Shutdown
            | Kind::Live
            | Kind::Request
            | Kind::OnRequest
            | Kind::OnResponse => Err(ProtocolError::Unexpected(kind)),
        }
    }

    async fn tell(&self, control: Control) -> Result<(), ProtocolError> {
        // Nobody listens once the worker is being ended.
        let _gone = self.control.send(control).await;
        Ok(())
    }
}

fn parse<T: DeserializeOwned>(kind: Kind, payload: &Bytes) -> Result<T, ProtocolError> {
    serde_json::from_slice(payload).map_err(|error| ProtocolError::Payload { kind, why: error.to_string() })
}

fn number(kind: Kind, payload: &Bytes) -> Result<u32, ProtocolError> {
    let bytes = <[u8; 4]>::try_from(&payload[..])
        .map_err(|_| ProtocolError::Payload { kind, why: "it has not 4 bytes".to_owned() })?;
    Ok(u32::from_be_bytes(bytes))
}

/// What a worker's ABORT means for the client.
fn error_of(code: &str) -> ServeError {
    match code {
        "WORKER_TIMEOUT" => ServeError::WorkerTimeout,
        "WORKER_UNAVAILABLE" => ServeError::Unavailable,
        "WORKER_CRASHED" => ServeError::Crashed,
        _ => ServeError::Plugin,
    }
}
