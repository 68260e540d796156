//! One request and its response.

use std::sync::Arc;

use davit_engine::{Body, Patience, ServeError, Served, Upgradable, empty};
use http::Request;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::task::AbortHandle;

use super::Link;
use super::download::Download;
use super::outbox::Outbox;
use super::stream::{Opened, Parts, Purpose, Reply};
use super::streams::Streams;
use super::taken::Taken;
use super::upload::Upload;
use crate::frame::Kind;
use crate::messages;

impl Link {
    /// Lets the plugin at `index` answer. [`ServeError::Unavailable`] also when
    /// the worker has more to do than it takes.
    pub(crate) async fn serve(&self, index: usize, request: Request<Body>) -> Result<Served, ServeError> {
        let (parts, body) = request.into_parts();
        let has_body = !body.is_end_stream();
        let head = messages::request(index, &parts, has_body)?;
        let upgradable = parts.extensions.get::<Upgradable>().is_some();
        let patience = parts.extensions.get::<Patience>().cloned();
        let (opened, mut guard) =
            self.begin(Kind::Request, &head, Purpose::Serve { upgradable, patience })?;
        if has_body {
            let (outbox, streams) = (self.outbox.clone(), self.streams.clone());
            let upload = Upload { id: opened.id, credit: opened.send.clone(), outbox, streams };
            guard.upload = Some(tokio::spawn(upload.run(body)).abort_handle());
        }
        let Opened { reply, send, receive, .. } = opened;
        match reply.await.map_err(|_| ServeError::Crashed)?? {
            (Reply::Response(head), parts) => {
                head.response(body_of(parts, Taken::new(receive, guard))).map(Served::Response)
            }
            (Reply::Accept(accept), Some(parts)) => {
                super::socket::open(&accept, parts, send, Taken::new(receive, guard))
            }
            _ => Err(ServeError::Crashed),
        }
    }

    /// Opens a stream with its first frame.
    pub(super) fn begin(
        &self,
        kind: Kind,
        head: &[u8],
        purpose: Purpose,
    ) -> Result<(Opened, Guard), ServeError> {
        let opened = self.streams.open(purpose)?;
        let (outbox, streams) = (self.outbox.clone(), self.streams.clone());
        let guard = Guard { id: opened.id, outbox, streams, upload: None };
        if !self.outbox.request(kind, opened.id, head) {
            // The worker never heard of it: nothing is to be aborted there.
            self.streams.forget(opened.id);
            return Err(ServeError::Unavailable);
        }
        Ok((opened, guard))
    }
}

/// The body that follows a reply.
pub(super) fn body_of(parts: Option<Parts>, taken: Taken) -> Body {
    match parts {
        Some(parts) => Download { parts, taken, over: false }.boxed_unsync(),
        None => empty(),
    }
}

/// Ends the stream, also inside the plugin, when nobody waits for it any more.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) id: u32,
    pub(super) outbox: Arc<Outbox>,
    pub(super) streams: Arc<Streams>,
    pub(super) upload: Option<AbortHandle>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(upload) = &self.upload {
            upload.abort();
        }
        if self.streams.forget(self.id) {
            let abort = br#"{"code":"CLIENT_GONE","message":"nobody waits for the response any more"}"#;
            self.outbox.send(Kind::Abort, self.id, abort);
        }
    }
}
