//! In: a request for plugins. Out: the same at its plugin's door, or a hook's
//! answer: authenticating hooks, the gate, the other hooks.

use davit_engine::Body;
use http::{Method, Request, request};

use super::gate::Gate;
use super::hooks::{Asking, IDENTITY, Passed};
use super::{Arrival, Refusal};

/// What a request has become, and its head for the `onResponse` hooks, if there
/// are any.
pub(super) type Entered = (Option<request::Parts>, Passed);

/// Up to the plugin's door. A hook that changes the path changes `arrival`.
pub(super) async fn enter(
    asking: &Asking<'_>,
    gate: &Gate<'_>,
    arrival: &mut Arrival,
    request: Request<Body>,
) -> Result<Entered, Refusal> {
    let came = seen(asking, &request);
    let request = match asking.authenticate(request, arrival).await? {
        Passed::On(request) => request,
        answered @ Passed::Answered(_) => return Ok((came, answered)),
    };
    let vouched = request.headers().contains_key(IDENTITY);
    let judge = |method: &Method, arrival: &Arrival| match &asking.route.target {
        _ if vouched => Ok(()),
        Some(target) => gate.pass(target.plugin(), method, arrival),
        None => gate.pass_nowhere(arrival),
    };
    judge(request.method(), arrival)?;
    let came = seen(asking, &request);
    let passed = asking.pass(request, arrival, judge).await?;
    let seen = if let Passed::On(request) = &passed { seen(asking, request) } else { came };
    Ok((seen, passed))
}

/// The head of a request, if a hook will want to see it.
fn seen(asking: &Asking<'_>, request: &Request<Body>) -> Option<request::Parts> {
    asking.route.on_response().next()?;
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    *head.extensions_mut() = request.extensions().clone();
    Some(head.into_parts().0)
}
