//! Packages in and out, in pieces: none is held in memory as a whole.

use std::io;

use axum::body::Body;
use davit_plugin::Digest;
use davit_plugin::control::{Refusal, RefusalCode};
use davit_plugin::package::Limits;
use tokio::fs::File;
use tokio::io::{AsyncWriteExt as _, BufWriter};
use tokio::task::spawn_blocking;
use tokio_util::io::ReaderStream;

use super::Control;
use super::body::Bounded;
use super::refusals::{broken, of_volume};
use crate::volume::{Hasher, Incoming, Kept, VolumeError};

/// Packages are read and written in pieces of this many bytes.
const PIECE: usize = 256 << 10;

impl Control {
    /// Takes a package in: nothing of it stays unless its bytes have the digest and
    /// it unpacks within its bounds.
    pub(super) async fn put_package(&self, digest: Digest, body: Body) -> Result<Kept, Refusal> {
        let mut body = Bounded::new(body, Limits::default().packed)?;
        if self.packages.file(&digest).is_some() {
            // A caller that is still sending may miss an answer that comes before.
            while body.next().await?.is_some() {}
            return Ok(Kept::Already);
        }
        let packages = self.packages.clone();
        let incoming = on_disk(move || packages.receive()).await?;
        let found = write(&incoming, &mut body).await?;
        let packages = self.packages.clone();
        on_disk(move || packages.keep(incoming, digest, found)).await
    }

    /// A package as it came, and its length in bytes.
    pub(super) async fn package(&self, digest: &Digest) -> Result<(u64, Body), Refusal> {
        let absent = || {
            let message = format!("the package {digest} is not on this volume: ask another replica");
            Refusal::new(RefusalCode::NotFound, message)
        };
        let path = self.packages.file(digest).ok_or_else(absent)?;
        let opened = async {
            let file = File::open(&path).await?;
            let length = file.metadata().await?.len();
            Ok((length, Body::from_stream(ReaderStream::with_capacity(file, PIECE))))
        };
        opened.await.map_err(|error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => absent(),
            _ => of_volume(&VolumeError::io(&path, error)),
        })
    }
}

/// Writes a body and hashes it on its way.
async fn write(incoming: &Incoming, body: &mut Bounded) -> Result<Digest, Refusal> {
    let failed = |source| of_volume(&incoming.failed(source));
    let mut file = BufWriter::with_capacity(PIECE, File::from_std(incoming.writer().map_err(failed)?));
    let mut hasher = Hasher::default();
    while let Some(piece) = body.next().await? {
        hasher.update(&piece);
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok(hasher.finish())
}

async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VolumeError> + Send + 'static,
) -> Result<T, Refusal> {
    spawn_blocking(work).await.map_err(|error| broken(&error))?.map_err(|error| of_volume(&error))
}
