//! One stream as the table holds it: what is awaited on it, and who takes it.

use std::sync::Arc;

use bytes::Bytes;
use davit_engine::{BodyError, CloseFrame, Patience, ServeError};
use tokio::sync::{Notify, mpsc, oneshot};

use super::credit::{ReceiveCredit, SendCredit};
use crate::frame::Kind;
use crate::messages::{Accept, BodyKind, RequestResult, ResponseHead, ResponseResult};

/// What a stream was opened for, which says what may come on it.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A plugin answers a request, or takes its connection.
    Serve { upgradable: bool, patience: Option<Patience> },
    /// An `onRequest`; it may ask for the request's body.
    OnRequest(Arc<Notify>),
    /// An `onResponse`; it may ask for the response's body.
    OnResponse(Arc<Notify>),
}

/// The first thing that comes on a stream.
#[derive(Debug)]
pub(super) enum Reply {
    Response(ResponseHead),
    Accept(Accept),
    Request(RequestResult),
    Changed(ResponseResult),
}

/// What comes after a reply.
#[derive(Debug)]
pub(super) enum Part {
    Data(Bytes),
    End,
    Broken(BodyError),
    /// A piece of a WebSocket's message.
    Piece {
        kind: Kind,
        last: bool,
        bytes: Bytes,
    },
    Close(CloseFrame),
}

/// What comes after a reply, bounded by the window: more is a breach of the
/// protocol.
pub(super) type Parts = mpsc::UnboundedReceiver<Part>;

/// A reply, and what follows it.
pub(super) type Answered = (Reply, Option<Parts>);

/// A stream as its request sees it.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) id: u32,
    pub(super) reply: oneshot::Receiver<Result<Answered, ServeError>>,
    pub(super) send: Arc<SendCredit>,
    pub(super) receive: Arc<ReceiveCredit>,
}

#[derive(Debug)]
pub(super) struct Stream {
    pub(super) purpose: Purpose,
    pub(super) answer: Answer,
    pub(super) send: Arc<SendCredit>,
    pub(super) receive: Arc<ReceiveCredit>,
}

#[derive(Debug)]
pub(super) enum Answer {
    Awaited(oneshot::Sender<Result<Answered, ServeError>>),
    Body(mpsc::UnboundedSender<Part>),
    Socket { parts: mpsc::UnboundedSender<Part>, closes: Closes },
}

/// Which sides of a WebSocket have closed it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Closes {
    pub(super) sent: bool,
    pub(super) received: bool,
}

impl Stream {
    /// A stream, and what its request keeps of it.
    pub(super) fn open(id: u32, purpose: Purpose) -> (Self, Opened) {
        let (answer, reply) = oneshot::channel();
        let (send, receive) = (Arc::new(SendCredit::new()), Arc::new(ReceiveCredit::default()));
        let opened = Opened { id, reply, send: send.clone(), receive: receive.clone() };
        (Self { purpose, answer: Answer::Awaited(answer), send, receive }, opened)
    }

    /// Whether this may come first.
    pub(super) fn takes(&self, reply: &Reply) -> bool {
        let fits = match (&self.purpose, reply) {
            (Purpose::Serve { upgradable, .. }, Reply::Accept(_)) => *upgradable,
            (Purpose::Serve { .. } | Purpose::OnRequest(_), Reply::Response(_))
            | (Purpose::OnRequest(_), Reply::Request(_))
            | (Purpose::OnResponse(_), Reply::Changed(_)) => true,
            _ => false,
        };
        fits && matches!(self.answer, Answer::Awaited(_))
    }

    pub(super) fn fail(self, error: ServeError) {
        self.send.close();
        match self.answer {
            Answer::Awaited(answer) => drop(answer.send(Err(error))),
            Answer::Body(parts) | Answer::Socket { parts, .. } => {
                drop(parts.send(Part::Broken(error.into())));
            }
        }
    }
}

impl Reply {
    /// The frame that it came in.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Response(_) => Kind::Response,
            Self::Accept(_) => Kind::WsAccept,
            Self::Request(_) => Kind::OnRequestResult,
            Self::Changed(_) => Kind::OnResponseResult,
        }
    }

    /// What carries what follows: the table's half and the request's; neither if
    /// nothing does.
    pub(super) fn follow(&self) -> Option<(Answer, Parts)> {
        let own = match self {
            Self::Response(head) => head.body,
            Self::Accept(_) => true,
            Self::Request(RequestResult::Request { body, .. })
            | Self::Changed(ResponseResult::Response { body, .. }) => *body == BodyKind::Own,
            Self::Request(RequestResult::Continue) | Self::Changed(ResponseResult::Continue) => false,
        };
        own.then(|| {
            let (parts, receiver) = mpsc::unbounded_channel();
            let answer = match self {
                Self::Accept(_) => Answer::Socket { parts, closes: Closes::default() },
                _ => Answer::Body(parts),
            };
            (answer, receiver)
        })
    }
}
