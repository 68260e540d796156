//! Static files of a plugin's user interface.
//!
//! ```text
//! path → file, or one that was there a moment ago → form → preconditions → range → answer
//! ```

mod answer;
mod body;
mod encoding;
mod path;
mod precondition;
mod range;

use std::sync::Arc;

use davit_engine::{Body, empty};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request};

use super::target::Target;
use super::{Arrival, Refusal};
use crate::assemble::Asset;
use answer::send;

/// What static files have to say about a request.
pub(super) enum Existing {
    /// This file.
    File {
        /// The file.
        asset: Arc<Asset>,
        /// Whether anybody may have it, so that caches on the way may too.
        public: bool,
    },
    /// The base without its slash: relative addresses in the page would miss it.
    Redirect(String),
}

/// The file that a request names, if there is one, or was one until a moment ago.
pub(super) fn existing(target: &Target, arrival: &Arrival, method: &Method) -> Option<Existing> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let (_, rest) = arrival.path.split_base();
    if rest.is_empty() {
        target.assets()?.entrypoint()?;
        return Some(Existing::Redirect(format!("{}/{}", arrival.path, arrival.query())));
    }
    let name = path::decoded(&rest[1..])?;
    let here = target.assets().and_then(|assets| assets.get(&name).cloned());
    let asset = here.or_else(|| target.shelf().get(&name))?;
    let public = target.plugin().public_routes.allow(Method::GET.as_str(), rest);
    Some(Existing::File { asset, public })
}

/// The page of a single-page application, for a browser that asks for a path
/// that nothing else answers.
pub(super) fn fallback<'a>(target: &'a Target, head: &request::Parts) -> Option<&'a Asset> {
    let accept = head.headers.get(header::ACCEPT)?.to_str().ok()?;
    let wants_page = head.method == Method::GET && accept.contains("text/html");
    target.assets().filter(|_| wants_page)?.entrypoint().map(|asset| &**asset)
}

impl Existing {
    /// The response.
    pub(super) async fn respond(
        self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Response<Body>, Refusal> {
        match self {
            Self::File { asset, public } => {
                let caching = match (asset.immutable, public) {
                    (true, true) => "public, max-age=31536000, immutable",
                    (true, false) => "private, max-age=31536000, immutable",
                    (false, _) => "no-cache",
                };
                send(&asset, caching, method, headers).await
            }
            Self::Redirect(to) => {
                let mut response = Response::new(empty());
                *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                let to = HeaderValue::try_from(to).map_err(|_| body::unreadable())?;
                response.headers_mut().insert(header::LOCATION, to);
                Ok(response)
            }
        }
    }
}

/// The page, whose address stays the same. Browsers ask again each time, so a new
/// version shows at once.
pub(super) async fn respond(
    page: &Asset,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    send(page, "no-cache", method, headers).await
}
