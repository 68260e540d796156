//! Static files of a plugin's user interface.

use davit_engine::{Body, empty, full};
use futures::TryStreamExt;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use percent_encoding::percent_decode_str;
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use super::target::Target;
use super::{Arrival, Refusal};
use crate::assemble::Asset;

/// Static files are read in pieces of this many bytes.
const CHUNK: usize = 64 << 10;

/// What static files have to say about a request.
pub(super) enum Existing<'a> {
    /// This file.
    File(&'a Asset),
    /// The base without its slash: relative addresses in the page would miss it.
    Redirect(String),
}

/// The file that a request names, if there is one.
pub(super) fn existing<'a>(target: &'a Target, arrival: &Arrival, method: &Method) -> Option<Existing<'a>> {
    let assets = target.assets().filter(|_| matches!(*method, Method::GET | Method::HEAD))?;
    let (_, rest) = arrival.path.split_base();
    if rest.is_empty() {
        assets.entrypoint()?;
        return Some(Existing::Redirect(format!("{}/{}", arrival.path, arrival.query())));
    }
    assets.get(&decoded(&rest[1..])?).map(|asset| Existing::File(asset))
}

/// The page of a single-page application, for a browser that asks for a path
/// that nothing else answers.
pub(super) fn fallback<'a>(target: &'a Target, head: &request::Parts) -> Option<&'a Asset> {
    let accept = head.headers.get(header::ACCEPT)?.to_str().ok()?;
    let wants_page = head.method == Method::GET && accept.contains("text/html");
    target.assets().filter(|_| wants_page)?.entrypoint().map(|asset| &**asset)
}

/// A path as file names, each segment decoded once; none if a segment decodes
/// to something that is no file name.
fn decoded(path: &str) -> Option<String> {
    let segment = |segment: &str| {
        let name = percent_decode_str(segment).decode_utf8().ok()?.into_owned();
        (!name.contains(['/', '\\', '\0'])).then_some(name)
    };
    Some(path.split('/').map(segment).collect::<Option<Vec<_>>>()?.join("/"))
}

impl Existing<'_> {
    /// The response.
    pub(super) async fn respond(
        self,
        method: &Method,
        headers: &HeaderMap,
    ) -> Result<Response<Body>, Refusal> {
        match self {
            Self::File(asset) => respond(asset, method, headers).await,
            Self::Redirect(to) => {
                let mut response = Response::new(empty());
                *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                let to = HeaderValue::try_from(to).map_err(|_| unreadable())?;
                response.headers_mut().insert(header::LOCATION, to);
                Ok(response)
            }
        }
    }
}

/// The file, or 304 if the client has it. Browsers ask again each time, so a new
/// version shows at once.
pub(super) async fn respond(
    asset: &Asset,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let held = headers.get_all(header::IF_NONE_MATCH).iter().any(|held| holds(held, &asset.etag));
    let mut response = Response::new(empty());
    if held {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(header::CONTENT_TYPE, asset.content_type.clone());
        response.headers_mut().insert(header::CONTENT_LENGTH, asset.length.into());
        if method != Method::HEAD {
            *response.body_mut() = body(asset).await?;
        }
    }
    let headers = response.headers_mut();
    headers.insert(header::ETAG, asset.etag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// RFC 9110 §13.1.2, weak comparison.
fn holds(held: &HeaderValue, etag: &HeaderValue) -> bool {
    let (Ok(held), Ok(etag)) = (held.to_str(), etag.to_str()) else { return false };
    held.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == etag)
}

/// A small file is in memory; a larger one is read as it is sent.
async fn body(asset: &Asset) -> Result<Body, Refusal> {
    let unreadable = |error: std::io::Error| {
        tracing::error!(%error, file = %asset.file.display(), "cannot read a static file");
        unreadable()
    };
    if let Some(bytes) = &asset.bytes {
        return Ok(full(bytes.clone()));
    }
    let file = File::open(&asset.file).await.map_err(unreadable)?;
    let chunks = ReaderStream::with_capacity(file, CHUNK).map_ok(Frame::data).map_err(Into::into);
    Ok(StreamBody::new(chunks).boxed_unsync())
}

fn unreadable() -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "ASSET_UNREADABLE",
        "the file cannot be read: reload the plugin",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_each_segment_once_and_lets_none_become_two() {
        let table = [
            ("a/b.js", Some("a/b.js")),
            ("a%20b", Some("a b")),
            ("%252e", Some("%2e")),
            ("a%2fb", None),
            ("a%5Cb", None),
            ("%00", None),
            ("%ff", None),
        ];
        for (path, expected) in table {
            assert_eq!(decoded(path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn knows_what_the_client_holds() {
        let etag = HeaderValue::from_static("\"a\"");
        for (held, expected) in
            [("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false)]
        {
            assert_eq!(holds(&HeaderValue::from_static(held), &etag), expected, "{held}");
        }
    }
}
