//! In: where bytes are, and which of them. Out: a body.

use std::io::SeekFrom;

use davit_engine::{Body, full};
use futures::TryStreamExt;
use http::StatusCode;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::super::Refusal;
use crate::assemble::Source;

/// Files are read in pieces of this many bytes.
const CHUNK: usize = 64 << 10;

/// `length` bytes from `first` on, which the source has. A small file is in memory;
/// a larger one is read as it is sent.
pub(super) async fn of(source: &Source, first: u64, length: u64) -> Result<Body, Refusal> {
    let file = match source {
        Source::Memory(bytes) => {
            let [first, end] = [first, first + length].map(|at| usize::try_from(at).unwrap_or(usize::MAX));
            return Ok(full(bytes.slice(first..end)));
        }
        Source::File(file) => file,
    };
    let open = async || {
        let mut file = File::open(file).await?;
        file.seek(SeekFrom::Start(first)).await.map(|_| file.take(length))
    };
    let reader = open().await.map_err(|error| {
        tracing::error!(%error, file = %file.display(), "cannot read a static file");
        unreadable()
    })?;
    let chunks = ReaderStream::with_capacity(reader, CHUNK).map_ok(Frame::data).map_err(Into::into);
    Ok(StreamBody::new(chunks).boxed_unsync())
}

pub(super) fn unreadable() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "ASSET_UNREADABLE",
        "the file cannot be read: reload the plugin",
    )
}
