//! A request's body on its way to the worker, as fast as the worker takes it: it
//! waits for the stream's credit, and for room among all that is on its way.

use std::sync::Arc;

use davit_engine::{Body, ServeError};
use http_body_util::BodyExt;

use super::credit::SendCredit;
use super::outbox::Outbox;
use super::streams::Streams;
use crate::frame::{Kind, MAX_DATA};

pub(super) struct Upload {
    pub(super) id: u32,
    pub(super) credit: Arc<SendCredit>,
    pub(super) outbox: Arc<Outbox>,
    pub(super) streams: Arc<Streams>,
}

impl Upload {
    /// Sends the body to its end. Trailers are dropped: Fetch has none.
    pub(super) async fn run(self, mut body: Body) {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return self.give_up() };
            let Ok(mut data) = frame.into_data() else { continue };
            while !data.is_empty() {
                let piece = data.split_to(data.len().min(MAX_DATA));
                if !self.credit.spend(piece.len(), &self.streams.peaks).await {
                    return;
                }
                self.outbox.piece(Kind::Data, self.id, &piece).await;
            }
        }
        self.outbox.send(Kind::End, self.id, &[]);
    }

    /// The client's side of the body broke: the plugin must not take what it
    /// has for the whole.
    fn give_up(self) {
        if self.streams.fail(self.id, ServeError::RequestBody) {
            let abort = br#"{"code":"REQUEST_BODY_INCOMPLETE","message":"the client's body ended early"}"#;
            self.outbox.send(Kind::Abort, self.id, abort);
        }
    }
}
