//! A response's body on its way from the worker; reading it gives credit back.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use davit_engine::{BodyError, ServeError};
use http_body::{Body, Frame};

use super::stream::{Part, Parts};
use super::taken::Taken;

pub(super) struct Download {
    pub(super) parts: Parts,
    pub(super) taken: Taken,
    pub(super) over: bool,
}

impl Body for Download {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if self.over {
            return Poll::Ready(None);
        }
        Poll::Ready(match ready!(self.parts.poll_recv(cx)) {
            Some(Part::Data(bytes)) => {
                self.taken.take(bytes.len());
                Some(Ok(Frame::data(bytes)))
            }
            Some(Part::End) => {
                self.over = true;
                None
            }
            Some(Part::Broken(error)) => {
                self.over = true;
                Some(Err(error))
            }
            // Without its END a body is cut off, whatever the cause; what is no part
            // of a body never gets here.
            Some(Part::Piece { .. } | Part::Close(_)) | None => {
                self.over = true;
                Some(Err(ServeError::Crashed.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }
}
