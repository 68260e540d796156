//! The certificates as the files have them now: a kubelet swaps them under a
//! running process.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use davit_plugin::Digest;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use super::ControlName;
use super::revocable::Revocable;
use super::tls::{Files, Identity, TlsError};
use crate::listen::Transport;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// The largest of the files, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// The control port's side of mutual TLS.
pub struct Certificates {
    folder: PathBuf,
    name: ControlName,
    current: ArcSwap<Loaded>,
}

struct Loaded {
    files: Files,
    identity: Identity,
    /// Cancelled when the authority no longer counts.
    revoked: CancellationToken,
}

impl Certificates {
    /// Reads `tls.crt`, `tls.key` and `ca.crt` in `folder`.
    pub fn load(folder: &Path, name: ControlName) -> Result<Self, TlsError> {
        let files = read(folder)?;
        let identity = Identity::of(&files, &name)?;
        let current = ArcSwap::from_pointee(Loaded { files, identity, revoked: CancellationToken::new() });
        Ok(Self { folder: folder.to_owned(), name, current })
    }

    /// Where the files are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port's name.
    pub fn name(&self) -> &ControlName {
        &self.name
    }

    /// The SHA-256 of the authority's certificate, as DER.
    pub fn authority(&self) -> Digest {
        self.current.load().identity.authority
    }

    /// Takes the files' new contents for the next connections whenever they have
    /// changed. Connections that another authority vouched for end. Files that cannot be used, maybe only for the moment in which
    /// they are swapped, change nothing.
    pub(super) async fn follow(self: Arc<Self>) {
        let mut said = None;
        loop {
            tokio::time::sleep(EVERY).await;
            let this = self.clone();
            let looked = tokio::task::spawn_blocking(move || this.look()).await;
            match looked.unwrap_or(Ok(false)) {
                Ok(changed) => {
                    said = None;
                    if changed {
                        tracing::info!(authority = %self.authority(), "the control port has new certificates");
                    }
                }
                Err(error) => {
                    let message = error.to_string();
                    if said.as_ref() != Some(&message) {
                        tracing::error!("{message}; the control port goes on with the certificates it has");
                        said = Some(message);
                    }
                }
            }
        }
    }

    /// Whether there is something new, which counts from now on.
    fn look(&self) -> Result<bool, TlsError> {
        let (files, old) = (read(&self.folder)?, self.current.load_full());
        if files == old.files {
            return Ok(false);
        }
        let identity = Identity::of(&files, &self.name)?;
        let same_authority = files.authority == old.files.authority;
        let revoked = if same_authority { old.revoked.clone() } else { CancellationToken::new() };
        self.current.store(Arc::new(Loaded { files, identity, revoked }));
        if !same_authority {
            old.revoked.cancel();
        }
        Ok(true)
    }
}

impl Transport for Certificates {
    type Stream = Revocable<TlsStream<TcpStream>>;

    const HTTP2: bool = false;

    async fn open(&self, stream: TcpStream) -> io::Result<Self::Stream> {
        let now = self.current.load_full();
        let acceptor = TlsAcceptor::from(now.identity.config.clone());
        let late = || io::Error::new(io::ErrorKind::TimedOut, "the handshake takes too long");
        let stream = timeout(HANDSHAKE, acceptor.accept(stream)).await.map_err(|_| late())??;
        Ok(Revocable::new(stream, now.revoked.clone()))
    }
}

fn read(folder: &Path) -> Result<Files, TlsError> {
    let file = |name: &str| {
        let path = folder.join(name);
        let mut bytes = Vec::new();
        match File::open(&path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes)) {
            Ok(_) => Ok(bytes),
            Err(source) => Err(TlsError::File { path: path.display().to_string(), source }),
        }
    };
    Ok(Files { certificate: file("tls.crt")?, key: file("tls.key")?, authority: file("ca.crt")? })
}
