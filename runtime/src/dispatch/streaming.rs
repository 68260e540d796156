//! A plugin's response on its way to the client: bounded in silence, and counted
//! as in flight until it is over.
//!
//! A stream of server-sent events would last as long as its client. When its
//! plugin is replaced it ends behind a whole event, with word to come again
//! (`retry:`, WHATWG HTML §9.2).

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use davit_engine::{Body, BodyError, Patience, Wait};
use futures::future::BoxFuture;
use http::{Response, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;

use super::body::IDLE;
use super::events::Boundary;
use crate::assemble::{Lease, told};
use crate::silence::Silence;

/// How long a stream of events may go on, and then take to finish the event that it
/// is in.
const LAST_EVENT: Duration = Duration::from_secs(1);
/// Browsers come again after this many milliseconds.
const RETRY: &[u8] = b"retry: 500\n\n";

/// A response's body.
pub(super) struct Streaming {
    body: Body,
    silence: Silence,
    patience: Patience,
    events: Option<Events>,
    over: bool,
    _lease: Lease,
}

/// What is known of a stream of server-sent events.
struct Events {
    boundary: Boundary,
    farewell: BoxFuture<'static, ()>,
    /// Set once the stream is to end.
    ending: Option<Silence>,
    /// It goes on and on, so it ends behind the event that it is in,
    hurries: bool,
    /// or, if that has no end, in it.
    late: bool,
}

impl Streaming {
    /// The response with its lease; it keeps it to the end of its body.
    pub(super) fn of(response: Response<Body>, lease: Lease, patience: Patience) -> Response<Body> {
        let is_events = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| {
            value.to_str().is_ok_and(|value| value.trim_start().starts_with("text/event-stream"))
        });
        let encoded = response.headers().contains_key(header::CONTENT_ENCODING);
        let farewell = lease.farewell();
        let events = (is_events && !encoded).then(|| Events {
            boundary: Boundary::default(),
            farewell: Box::pin(async move {
                let _whatever_it_says = told(farewell).await;
            }),
            ending: None,
            hurries: false,
            late: false,
        });
        response.map(|body| {
            let silence = Silence::new(IDLE);
            Self { body, silence, patience, events, over: false, _lease: lease }.boxed_unsync()
        })
    }

    /// The last thing that a stream of events says.
    fn farewell(&mut self) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.over = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(RETRY)))))
    }

    /// How near its end a stream of events is.
    fn end(&mut self, cx: &mut Context<'_>) -> End {
        let Some(events) = &mut self.events else { return End::Far };
        if events.ending.is_none() && events.farewell.as_mut().poll(cx).is_ready() {
            events.ending = Some(Silence::new(LAST_EVENT));
        }
        let Some(ending) = &mut events.ending else { return End::Far };
        if ending.over(cx).is_ready() {
            events.late = events.hurries;
            events.hurries = true;
            ending.broken();
            // It wakes this task once more.
            let _just_begun = ending.over(cx);
        }
        match (events.boundary.is_between(), events.hurries, events.late) {
            (_, _, true) | (true, true, _) => End::Now,
            (true, false, _) => End::WhenSilent,
            (false, ..) => End::Far,
        }
    }
}

/// When a stream of events ends: what its plugin had sent by then still arrives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Far,
    /// As soon as nothing more is there.
    WhenSilent,
    Now,
}

impl HttpBody for Streaming {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let end = self.end(cx);
        if end == End::Now {
            return self.farewell();
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            self.silence.broken();
            if let (Some(events), Some(Ok(frame))) = (&mut self.events, &frame)
                && let Some(data) = frame.data_ref()
            {
                events.boundary.pass(data);
            }
            return Poll::Ready(frame);
        }
        if end == End::WhenSilent {
            return self.farewell();
        }
        match self.patience.now() {
            Wait::Unlimited => return Poll::Pending,
            Wait::For(limit) => self.silence.set(limit),
            Wait::AsLimited => {}
        }
        ready!(self.silence.over(cx));
        Poll::Ready(Some(Err("the response's body was silent for too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.over || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // A stream of events may end earlier and with more than the plugin said.
        if self.events.is_some() { SizeHint::default() } else { self.body.size_hint() }
    }
}
