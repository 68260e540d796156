//! One line for each request, if that is asked for. It has neither the query nor any
//! header but the request's number: those may hold secrets.

use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use davit_engine::{Body, BodyError};
use davit_plugin::PluginName;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::RequestId;

/// The target of these lines, which log filters name.
pub const TARGET: &str = "access";

/// The longest path that is written, in bytes.
const MAX_PATH: usize = 1024;

/// What is known of a request when it comes.
pub(super) struct Entry {
    method: Method,
    path: String,
    id: RequestId,
    came: Instant,
    client: IpAddr,
}

impl Entry {
    pub(super) fn of(request: &Request<Incoming>, id: RequestId, came: Instant, client: IpAddr) -> Self {
        let (method, path) = (request.method().clone(), request.uri().path());
        let path = path[..path.floor_char_boundary(MAX_PATH)].to_owned();
        Self { method, path, id, came, client }
    }

    /// Writes the line once the response's body is over, or cut off.
    pub(super) fn follow(self, response: Response<Body>, plugin: Option<&PluginName>) -> Response<Body> {
        let (status, plugin) = (response.status(), plugin.cloned());
        response.map(|body| Counted { body, bytes: 0, entry: self, status, plugin }.boxed_unsync())
    }
}

/// A response's body with its line.
struct Counted {
    body: Body,
    bytes: u64,
    entry: Entry,
    status: StatusCode,
    plugin: Option<PluginName>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Self { bytes, entry: Entry { method, path, id, came, client }, status, plugin, .. } = self;
        tracing::info!(
            target: TARGET,
            %method,
            path,
            status = status.as_u16(),
            duration_us = u64::try_from(came.elapsed().as_micros()).unwrap_or(u64::MAX),
            bytes = *bytes,
            plugin = plugin.as_ref().map(tracing::field::display),
            request = %id,
            %client,
            trace = %id.trace(),
            "answered"
        );
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            self.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
