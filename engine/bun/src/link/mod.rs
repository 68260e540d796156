//! The connection to one worker: requests go in, responses come out, control
//! frames go to whoever supervises the worker.
//!
//! ```text
//! request → open → REQUEST, upload (DATA by credit) → head → download (CREDIT as it is read) → END
//! ```

mod credit;
mod download;
mod exchange;
mod hook;
mod lender;
mod outbox;
mod reader;
mod socket;
mod stream;
mod streams;
mod taken;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::{Semaphore, mpsc};

use crate::frame::Kind;
use crate::output::Printer;
use outbox::Outbox;
use reader::Pong;
use streams::Streams;

pub(crate) use reader::{Control, Lost};

/// The most bytes that one body had in flight, over all workers of a group.
#[derive(Debug, Default)]
pub(crate) struct Peaks {
    pub(crate) upload: AtomicUsize,
    pub(crate) download: AtomicUsize,
}

/// One worker's connection. It is over when [`Control`]'s channel ends.
#[derive(Debug)]
pub(crate) struct Link {
    outbox: Arc<Outbox>,
    streams: Arc<Streams>,
    pong: Pong,
    live: AtomicBool,
    /// Bytes that hooks may hold of bodies that they read.
    lent: Arc<Semaphore>,
}

impl Link {
    /// Starts the reading and the writing task on a worker's socket. `printer`
    /// takes what its plugins log.
    pub(crate) fn open(
        socket: UnixStream,
        printer: Arc<Printer>,
        peaks: Arc<Peaks>,
    ) -> (Arc<Self>, mpsc::Receiver<Control>) {
        let (read, write) = socket.into_split();
        let outbox = Arc::new(Outbox::default());
        let streams = Arc::new(Streams::new(peaks));
        let pong = Pong::default();
        let (control, controls) = mpsc::channel(64);
        tokio::spawn(outbox::pump(outbox.clone(), write));
        let reader = reader::Reader::new(printer, outbox.clone(), streams.clone(), pong.clone(), control);
        tokio::spawn(reader.run(read));
        let live = AtomicBool::new(false);
        let lent = Arc::new(Semaphore::new(lender::MAX_ALL));
        (Arc::new(Self { outbox, streams, pong, live, lent }), controls)
    }

    /// Sends a frame of the connection's own.
    pub(crate) fn send(&self, kind: Kind, payload: &[u8]) {
        self.outbox.send(kind, 0, payload);
    }

    /// Tells the worker, once, that it serves from now on.
    pub(crate) fn live(&self) {
        if !self.live.swap(true, Ordering::AcqRel) {
            self.send(Kind::Live, b"{}");
        }
    }

    /// Asks the worker for a sign of life.
    pub(crate) fn ping(&self) {
        self.send(Kind::Ping, &[0; 8]);
    }

    /// How long the last sign of life is ago.
    pub(crate) fn silence(&self) -> Duration {
        self.pong.age()
    }

    /// Takes the present moment for a sign of life.
    pub(crate) fn reset_silence(&self) {
        self.pong.touch();
    }

    /// Requests in flight.
    pub(crate) fn in_flight(&self) -> usize {
        self.streams.count()
    }

    /// Ends the connection: whatever is in flight fails, the worker sees EOF.
    pub(crate) fn close(&self) {
        self.outbox.close();
        self.streams.close();
    }
}

impl Peaks {
    fn raise(peak: &AtomicUsize, value: usize) {
        peak.fetch_max(value, Ordering::Relaxed);
    }
}
