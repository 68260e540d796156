//! A request or a response that passes a plugin's hook.

use std::sync::Arc;
use std::time::Duration;

use davit_engine::{Body, HookCall, Hooked, Released, ServeError};
use http::{Request, Response, header, request};
use http_body::Body as _;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::Link;
use super::exchange::{Guard, body_of};
use super::lender::{Channel, Loan};
use super::stream::{Opened, Parts, Purpose, Reply};
use super::taken::Taken;
use crate::frame::Kind;
use crate::messages::{self, BodyKind, RequestResult, ResponseHead, ResponseResult};

/// A hook that was asked, with the body on loan.
struct Asked {
    opened: Opened,
    guard: Guard,
    loan: Loan,
}

impl Link {
    /// Asks an `onRequest`.
    pub(crate) async fn on_request(&self, call: HookCall<'_>, request: Request<Body>) -> Hooked {
        let (parts, body) = request.into_parts();
        let head = messages::on_request(call, &parts, !body.is_end_stream());
        let asked = head.and_then(|head| self.ask(Kind::OnRequest, &head, Purpose::OnRequest));
        let Asked { opened, guard, loan } = match asked {
            Ok(asked) => asked(self, body),
            Err(error) => return Hooked::Failed(error, Request::from_parts(parts, body)),
        };
        let (reply, followed) = match answer(opened.reply, call.limit).await {
            Ok(answered) => answered,
            Err(error) => {
                let (body, broken) = loan.back().await;
                return Hooked::Failed(broken.unwrap_or(error), Request::from_parts(parts, body));
            }
        };
        let follow = Follow { followed, guard, receive: opened.receive };
        match reply {
            Reply::Response(head) => answered(&head, follow, loan, parts).await,
            Reply::Request(RequestResult::Request { method, url, headers, body }) => {
                let before = parts.clone();
                let same = body == BodyKind::Same;
                let body = follow.body(body, loan).await;
                match messages::changed(parts, (&method, &url, &headers), body) {
                    Ok(mut request) => {
                        if !same {
                            request.headers_mut().remove(header::CONTENT_LENGTH);
                        }
                        Hooked::On(request)
                    }
                    Err(body) => Hooked::Failed(ServeError::Plugin, Request::from_parts(before, body)),
                }
            }
            _ => Hooked::On(Request::from_parts(parts, loan.back().await.0)),
        }
    }

    /// Asks an `onResponse`.
    pub(crate) async fn on_response(
        &self,
        call: HookCall<'_>,
        request: &request::Parts,
        response: Response<Body>,
    ) -> Released {
        let head = messages::on_response(call, request, &response, !response.body().is_end_stream());
        let (parts, body) = response.into_parts();
        let asked = head.and_then(|head| self.ask(Kind::OnResponse, &head, Purpose::OnResponse));
        let Asked { opened, guard, loan } = match asked {
            Ok(asked) => asked(self, body),
            Err(error) => return Released::Failed(error, Response::from_parts(parts, body)),
        };
        let (reply, followed) = match answer(opened.reply, call.limit).await {
            Ok(answered) => answered,
            Err(error) => {
                let (body, broken) = loan.back().await;
                return Released::Failed(broken.unwrap_or(error), Response::from_parts(parts, body));
            }
        };
        let follow = Follow { followed, guard, receive: opened.receive };
        let Reply::Changed(ResponseResult::Response { status, headers, body }) = reply else {
            return Released::Same(Response::from_parts(parts, loan.back().await.0));
        };
        match (ResponseHead { status, headers, body: true }).response(()) {
            Ok(mut made) if body == BodyKind::Same => {
                *made.extensions_mut() = parts.extensions;
                let body = loan.back().await.0;
                Released::Same(made.map(|()| body))
            }
            Ok(mut made) => {
                made.headers_mut().remove(header::CONTENT_LENGTH);
                let body = follow.body(body, loan).await;
                Released::Own(made.map(|()| body))
            }
            Err(error) => Released::Failed(error, Response::from_parts(parts, loan.back().await.0)),
        }
    }

    /// Opens a hook's stream; what it returns lends the body then.
    fn ask(
        &self,
        kind: Kind,
        head: &[u8],
        purpose: fn(Arc<Notify>) -> Purpose,
    ) -> Result<impl FnOnce(&Self, Body) -> Asked + use<>, ServeError> {
        let wanted = Arc::new(Notify::new());
        let (opened, mut guard) = self.begin(kind, head, purpose(wanted.clone()))?;
        Ok(move |link: &Self, body| {
            let (outbox, streams) = (link.outbox.clone(), link.streams.clone());
            let channel = Channel { id: opened.id, credit: opened.send.clone(), outbox, streams };
            let loan = Loan::new(body, channel, wanted, link.lent.clone());
            guard.upload = Some(loan.abort_handle());
            Asked { opened, guard, loan }
        })
    }
}

/// What comes after a hook's reply.
struct Follow {
    followed: Option<Parts>,
    guard: Guard,
    receive: Arc<super::credit::ReceiveCredit>,
}

impl Follow {
    fn own(self, loan: Loan) -> Body {
        loan.keep();
        body_of(self.followed, Taken::new(self.receive, self.guard))
    }

    async fn body(self, kind: BodyKind, loan: Loan) -> Body {
        match kind {
            BodyKind::Own => self.own(loan),
            BodyKind::Same => loan.back().await.0,
            BodyKind::None => davit_engine::empty(),
        }
    }
}

type Replied = tokio::sync::oneshot::Receiver<Result<super::stream::Answered, ServeError>>;

async fn answer(reply: Replied, limit: Duration) -> Result<super::stream::Answered, ServeError> {
    match timeout(limit, reply).await {
        Ok(reply) => reply.map_err(|_| ServeError::Crashed)?,
        Err(_) => Err(ServeError::HookTimeout),
    }
}

/// The hook has answered itself. Its response may still read the request's body.
async fn answered(head: &ResponseHead, follow: Follow, loan: Loan, parts: request::Parts) -> Hooked {
    match head.response(()) {
        Ok(response) if head.body => Hooked::Answered(response.map(|()| follow.own(loan))),
        Ok(response) => Hooked::Answered(response.map(|()| davit_engine::empty())),
        Err(error) => Hooked::Failed(error, Request::from_parts(parts, loan.back().await.0)),
    }
}
