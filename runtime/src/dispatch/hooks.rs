//! Lets plugins' hooks see a request on its way in and its response on its way
//! out (Buntime contract §3, interfaces §6).

use davit_engine::{App, Body, HookCall, Hooked, Released, ServeError};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, request};
use http_body_util::BodyExt;

use super::body::Held;
use super::engine::Bounds;
use super::route::{Hook, Route};
use super::{Arrival, Refusal};

/// The header by which an authenticating plugin names whom it vouches for.
pub(super) const IDENTITY: HeaderName = HeaderName::from_static("x-identity");

/// What a request's hooks need to know of it.
pub(super) struct Asking<'a> {
    pub(super) route: &'a Route,
    pub(super) app: Option<&'a App>,
    pub(super) bounds: Bounds<'a>,
}

/// What the hooks made of a request.
pub(super) enum Passed {
    /// It goes on.
    On(Request<Body>),
    /// A hook has answered.
    Answered(Response<Body>),
}

impl Asking<'_> {
    /// Asks the `onRequest` hooks that may vouch for the caller. Who it is stands
    /// in the request's [`IDENTITY`].
    pub(super) async fn authenticate(
        &self,
        mut request: Request<Body>,
        arrival: &mut Arrival,
    ) -> Result<Passed, Refusal> {
        for hook in self.route.on_request(true) {
            match self.on_request(&hook, request).await? {
                Passed::On(next) => request = next,
                answered @ Passed::Answered(_) => return Ok(answered),
            }
            if *request.uri() != arrival.uri {
                *arrival = moved(&hook, &mut request, arrival)?;
            }
        }
        Ok(Passed::On(request))
    }

    /// Asks the other `onRequest` hooks. None of them changes who vouched for the
    /// caller; `gate` judges a request whose path or method one of them changes.
    pub(super) async fn pass(
        &self,
        mut request: Request<Body>,
        arrival: &mut Arrival,
        gate: impl Fn(&Method, &Arrival) -> Result<(), Refusal>,
    ) -> Result<Passed, Refusal> {
        for hook in self.route.on_request(false) {
            let identity = request.headers().get(IDENTITY).cloned();
            let method = request.method().clone();
            match self.on_request(&hook, request).await? {
                Passed::On(next) => request = next,
                answered @ Passed::Answered(_) => return Ok(answered),
            }
            restore(request.headers_mut(), identity);
            if *request.method() != method || *request.uri() != arrival.uri {
                *arrival = moved(&hook, &mut request, arrival)?;
                gate(request.method(), arrival)?;
            }
        }
        Ok(Passed::On(request))
    }

    /// Lets the `onResponse` hooks see the response; one that fails changes nothing.
    pub(super) async fn out(&self, request: &request::Parts, response: Response<Body>) -> Response<Body> {
        let mut response = response;
        for hook in self.route.on_response() {
            let Some(lease) = hook.lease.clone() else { continue };
            let group = &hook.hooker.running.group;
            response = match group.on_response(self.call(&hook), request, response).await {
                Released::Same(response) => response,
                Released::Own(response) => response.map(|body| Held::new(body, lease).boxed_unsync()),
                Released::Failed(error, response) => {
                    tracing::warn!(plugin = %hook.plugin, %error, "onResponse failed: the response goes on as it was");
                    response
                }
            };
        }
        response
    }

    async fn on_request(&self, hook: &Hook<'_>, request: Request<Body>) -> Result<Passed, Refusal> {
        let Some(lease) = hook.lease.clone() else {
            return self.failed(hook, &ServeError::Unavailable, request);
        };
        let held = |body: Body| Held::new(body, lease).boxed_unsync();
        match hook.hooker.running.group.on_request(self.call(hook), request).await {
            Hooked::On(request) => Ok(Passed::On(request.map(held))),
            Hooked::Answered(response) => Ok(Passed::Answered(response.map(held))),
            Hooked::Failed(error, request) => self.failed(hook, &error, request),
        }
    }

    fn call(&self, hook: &Hook<'_>) -> HookCall<'_> {
        HookCall { index: hook.hooker.place, app: self.app, limit: self.bounds.limits.request_timeout() }
    }

    /// A request whose hook failed is refused unless its plugin says otherwise.
    fn failed(&self, hook: &Hook<'_>, error: &ServeError, request: Request<Body>) -> Result<Passed, Refusal> {
        match error {
            ServeError::RequestBody => return Err(self.bounds.broken_body()),
            ServeError::HookBodyTooLarge => return Err(error.clone().into()),
            _ => {}
        }
        tracing::warn!(plugin = %hook.plugin, %error, "onRequest failed");
        if hook.hooker.fail_open {
            return Ok(Passed::On(request));
        }
        Err(closed(hook))
    }
}

/// A hook may send the request to another path, but not to another plugin.
fn moved(hook: &Hook<'_>, request: &mut Request<Body>, arrival: &Arrival) -> Result<Arrival, Refusal> {
    let moved = arrival.moved(request.uri());
    let same_base = |moved: &Arrival| moved.path.split_base().0 == arrival.path.split_base().0;
    let Some(moved) = moved.ok().filter(same_base) else {
        let path = request.uri().path();
        tracing::error!(plugin = %hook.plugin, path, "onRequest moved a request away from its plugin's base");
        return Err(closed(hook));
    };
    *request.uri_mut() = moved.uri.clone();
    Ok(moved)
}

/// The request cannot be judged, so it is refused.
fn closed(hook: &Hook<'_>) -> Refusal {
    let message = format!("{} failed to check the request: try again later", hook.plugin);
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "PLUGIN_ONREQUEST_FAILED", message)
}

fn restore(headers: &mut HeaderMap, identity: Option<HeaderValue>) {
    match identity {
        Some(identity) => drop(headers.insert(IDENTITY, identity)),
        None => drop(headers.remove(IDENTITY)),
    }
}
