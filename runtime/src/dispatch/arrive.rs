//! In: a request that may pass. Out: its plugin's own answer, which is a file,
//! what its code says, or its page.

use davit_engine::{Body, ServeError};
use http::{Request, Response, StatusCode};

use super::engine::{Bounds, Code};
use super::target::Target;
use super::upgrade::Handshake;
use super::{Arrival, Refusal, asset, engine};

/// What stands behind the door.
pub(super) struct Door<'a> {
    pub(super) target: Option<&'a Target>,
    /// The code that answers, if it runs.
    pub(super) code: Option<Code>,
    pub(super) bounds: Bounds<'a>,
    pub(super) handshake: Option<Handshake>,
}

impl Door<'_> {
    /// The plugin's answer.
    pub(super) async fn answer(
        self,
        arrival: &Arrival,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refusal> {
        let Some(target) = self.target else { return Err(Refusal::not_found(&arrival.path)) };
        if let Some(existing) = asset::existing(target, arrival, request.method()) {
            return existing.respond(request.method(), request.headers()).await;
        }
        if self.code.is_none() && target.lacks_code() {
            return Err(ServeError::Unavailable.into());
        }
        let (head, body) = request.into_parts();
        let page = asset::fallback(target, &head);
        let asked = page.map(|page| (page, head.method.clone(), head.headers.clone()));
        let answer = match self.code {
            Some(code) => {
                let request = Request::from_parts(head, body);
                Some(engine::ask(code, self.bounds, request, self.handshake).await?)
            }
            None => None,
        };
        match (answer, asked) {
            (Some(response), _) if response.status() != StatusCode::NOT_FOUND => Ok(response),
            (_, Some((page, method, headers))) => asset::respond(page, &method, &headers).await,
            (Some(response), None) => Ok(response),
            (None, None) => Err(Refusal::not_found(&arrival.path)),
        }
    }
}
