//! What the frames on a request's stream hold.

use std::time::Duration;

use davit_engine::{App, CloseFrame, HookCall, Peer, ServeError, SocketOptions, Upgradable};
use http::{HeaderMap, Request, Response, StatusCode, Uri, request};
use serde::{Deserialize, Serialize};

use super::headers::{headers_from_wire, headers_to_wire};
use crate::frame::MAX_HEAD;

#[derive(Debug, Serialize)]
struct RequestHead<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    plugin: Option<usize>,
    #[serde(skip_serializing_if = "Asked::is_itself")]
    app: Asked<'a>,
    method: &'a str,
    url: String,
    peer: String,
    port: u16,
    body: bool,
    upgrade: bool,
    headers: Vec<String>,
}

/// Who is asked by the request that a frame is about.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Asked<'a> {
    /// The plugin that the frame is for.
    Itself,
    /// Another one, whose request passes a hook.
    App(AppInfo<'a>),
    /// Nobody: the path is no plugin's.
    Nobody,
}

impl<'a> Asked<'a> {
    fn by(call: HookCall<'a>) -> Self {
        call.app.map_or(Self::Nobody, |of| Self::App(app(of)))
    }

    fn is_itself(&self) -> bool {
        matches!(self, Self::Itself)
    }
}

#[derive(Debug, Serialize)]
struct AppInfo<'a> {
    name: &'a str,
    version: String,
    base: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct AnsweredHead<'a> {
    plugin: usize,
    app: Asked<'a>,
    status: u16,
    headers: Vec<String>,
    body: bool,
    request: RequestHead<'a>,
}

/// REQUEST, or ON_REQUEST for a hook's call.
pub(crate) fn request(plugin: usize, parts: &request::Parts, body: bool) -> Result<Vec<u8>, ServeError> {
    bounded(&RequestHead { plugin: Some(plugin), ..head(parts, body) })
}

/// ON_REQUEST.
pub(crate) fn on_request(
    call: HookCall<'_>,
    parts: &request::Parts,
    body: bool,
) -> Result<Vec<u8>, ServeError> {
    bounded(&RequestHead { plugin: Some(call.index), app: Asked::by(call), ..head(parts, body) })
}

/// ON_RESPONSE.
pub(crate) fn on_response<B>(
    call: HookCall<'_>,
    parts: &request::Parts,
    response: &Response<B>,
    body: bool,
) -> Result<Vec<u8>, ServeError> {
    bounded(&AnsweredHead {
        plugin: call.index,
        app: Asked::by(call),
        status: response.status().as_u16(),
        headers: headers_to_wire(response.headers()),
        body,
        request: head(parts, false),
    })
}

fn app(app: &App) -> AppInfo<'_> {
    let base = app.base.as_ref().map(davit_plugin::Base::as_str);
    AppInfo { name: app.name.as_str(), version: app.version.to_string(), base }
}

fn head(parts: &request::Parts, body: bool) -> RequestHead<'_> {
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    RequestHead {
        plugin: None,
        app: Asked::Itself,
        method: parts.method.as_str(),
        url: parts.uri.to_string(),
        peer: peer.map(|peer| peer.ip().to_string()).unwrap_or_default(),
        port: peer.map_or(0, |peer| peer.port()),
        body,
        upgrade: parts.extensions.get::<Upgradable>().is_some(),
        headers: headers_to_wire(&parts.headers),
    }
}

fn bounded(head: &impl Serialize) -> Result<Vec<u8>, ServeError> {
    let bytes = serde_json::to_vec(head).map_err(|_| ServeError::HeadTooLarge)?;
    if bytes.len() > MAX_HEAD { Err(ServeError::HeadTooLarge) } else { Ok(bytes) }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) headers: Vec<String>,
    pub(crate) body: bool,
}

impl ResponseHead {
    pub(crate) fn response<B>(&self, body: B) -> Result<Response<B>, ServeError> {
        let mut response = Response::new(body);
        let status = StatusCode::from_u16(self.status).ok().filter(|status| !status.is_informational());
        *response.status_mut() = status.ok_or(ServeError::Plugin)?;
        *response.headers_mut() = headers_from_wire(&self.headers).ok_or(ServeError::Plugin)?;
        Ok(response)
    }
}

/// Which body a hook's result has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BodyKind {
    /// The one that it was asked with.
    Same,
    /// One that follows.
    Own,
    /// None.
    None,
}

/// ON_REQUEST_RESULT.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum RequestResult {
    Continue,
    Request { method: String, url: String, headers: Vec<String>, body: BodyKind },
}

/// ON_RESPONSE_RESULT.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum ResponseResult {
    Continue,
    Response { status: u16, headers: Vec<String>, body: BodyKind },
}

/// The request as a hook has made it; extensions stay. The body comes back if the
/// rest is no request.
pub(crate) fn changed<B>(
    mut parts: request::Parts,
    (method, url, headers): (&str, &str, &[String]),
    body: B,
) -> Result<Request<B>, B> {
    let uri = url.parse::<Uri>().ok().filter(|uri| uri.authority().is_some());
    match (method.parse(), uri, headers_from_wire(headers)) {
        (Ok(method), Some(uri), Some(headers)) => {
            (parts.method, parts.uri, parts.headers) = (method, uri, headers);
            Ok(Request::from_parts(parts, body))
        }
        _ => Err(body),
    }
}

/// WS_ACCEPT.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accept {
    headers: Vec<String>,
    max_payload: usize,
    idle_timeout: u64,
    send_pings: bool,
}

/// The largest message that a plugin may take, whatever it says.
const MAX_MESSAGE: usize = 64 << 20;

impl Accept {
    pub(crate) fn headers(&self) -> Option<HeaderMap> {
        headers_from_wire(&self.headers)
    }

    pub(crate) fn options(&self) -> SocketOptions {
        SocketOptions {
            max_payload: self.max_payload.min(MAX_MESSAGE),
            idle_timeout: (self.idle_timeout > 0).then(|| Duration::from_secs(self.idle_timeout)),
            send_pings: self.send_pings,
        }
    }
}

/// WS_CLOSE.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Close {
    code: u16,
    reason: String,
}

impl From<Close> for CloseFrame {
    fn from(Close { code, reason }: Close) -> Self {
        Self { code, reason }
    }
}

impl From<CloseFrame> for Close {
    fn from(CloseFrame { code, reason }: CloseFrame) -> Self {
        Self { code, reason }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Abort {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) message: String,
}
