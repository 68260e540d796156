//! One request and its response.

use std::sync::Arc;

use davit_engine::{Body, Peer, ServeError, empty};
use http::{Request, Response, StatusCode, request};
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::task::AbortHandle;

use super::Link;
use super::download::Download;
use super::outbox::Outbox;
use super::streams::Streams;
use super::upload::Upload;
use crate::frame::{Kind, MAX_HEAD};
use crate::messages::{RequestHead, ResponseHead, headers_from_wire, headers_to_wire};

impl Link {
    /// Lets the plugin at `index` answer. [`ServeError::Unavailable`] also when
    /// the worker has more to do than it takes.
    pub(crate) async fn serve(
        &self,
        index: usize,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError> {
        let (parts, body) = request.into_parts();
        let has_body = !body.is_end_stream();
        let head = serialize(index, &parts, has_body)?;
        let opened = self.streams.open()?;
        let (outbox, streams) = (self.outbox.clone(), self.streams.clone());
        let mut guard = Guard { id: opened.id, outbox, streams, upload: None };
        if !self.outbox.request(opened.id, &head) {
            // The worker never heard of it: nothing is to be aborted there.
            self.streams.forget(opened.id);
            return Err(ServeError::Unavailable);
        }
        if has_body {
            let (outbox, streams) = (self.outbox.clone(), self.streams.clone());
            let upload = Upload { id: opened.id, credit: opened.send, outbox, streams };
            guard.upload = Some(tokio::spawn(upload.run(body)).abort_handle());
        }
        let (head, parts) = opened.head.await.map_err(|_| ServeError::Crashed)??;
        let body = match parts {
            Some(parts) => {
                Download { parts, credit: opened.receive, guard, taken: 0, over: false }.boxed_unsync()
            }
            None => empty(),
        };
        response(&head, body)
    }
}

fn serialize(plugin: usize, parts: &request::Parts, body: bool) -> Result<Vec<u8>, ServeError> {
    let head = RequestHead {
        plugin,
        method: parts.method.as_str(),
        url: parts.uri.to_string(),
        peer: parts.extensions.get::<Peer>().map(|peer| peer.0.to_string()).unwrap_or_default(),
        body,
        headers: headers_to_wire(&parts.headers),
    };
    let bytes = serde_json::to_vec(&head).map_err(|_| ServeError::HeadTooLarge)?;
    if bytes.len() > MAX_HEAD { Err(ServeError::HeadTooLarge) } else { Ok(bytes) }
}

fn response(head: &ResponseHead, body: Body) -> Result<Response<Body>, ServeError> {
    let status = StatusCode::from_u16(head.status).map_err(|_| ServeError::Plugin)?;
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers_from_wire(&head.headers).ok_or(ServeError::Plugin)?;
    Ok(response)
}

/// Ends the stream, also inside the plugin, when nobody waits for it any more.
pub(super) struct Guard {
    pub(super) id: u32,
    pub(super) outbox: Arc<Outbox>,
    streams: Arc<Streams>,
    upload: Option<AbortHandle>,
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
