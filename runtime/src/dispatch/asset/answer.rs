//! In: a file and what a client says of itself. Out: the answer.

use davit_engine::{Body, empty};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use super::super::Refusal;
use super::precondition::{self, Precondition};
use super::range::{self, Part};
use super::{body, encoding};
use crate::assemble::{Asset, Encoding, Representation};

/// The file in the form that suits the client, or as much of it as it asks for, or
/// word that it has it (RFC 9110 §13.2.2).
pub(super) async fn send(
    asset: &Asset,
    caching: &'static str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let (encoding, form) = encoding::choose(asset, headers);
    let mut response = match precondition::of(headers, &form.etag) {
        Precondition::Holds => whole_or_part(asset, encoding, form, method, headers).await?,
        Precondition::Unchanged => bare(StatusCode::NOT_MODIFIED),
        Precondition::Failed => bare(StatusCode::PRECONDITION_FAILED),
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, form.etag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !asset.encoded.is_empty() {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    Ok(response)
}

async fn whole_or_part(
    asset: &Asset,
    encoding: Option<Encoding>,
    form: &Representation,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let part = range::of(method, headers, form);
    let mut response = match part {
        Part::Whole => bare(StatusCode::OK),
        Part::Between(..) => bare(StatusCode::PARTIAL_CONTENT),
        Part::None => bare(StatusCode::RANGE_NOT_SATISFIABLE),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.extend(part.content_range(form.length).map(|range| (header::CONTENT_RANGE, range)));
    let Some((first, length)) = part.extent(form.length) else { return Ok(response) };
    headers.insert(header::CONTENT_TYPE, asset.content_type.clone());
    headers.insert(header::CONTENT_LENGTH, length.into());
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
    }
    if method != Method::HEAD {
        *response.body_mut() = body::of(&form.source, first, length).await?;
    }
    Ok(response)
}

fn bare(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(empty());
    *response.status_mut() = status;
    response
}
