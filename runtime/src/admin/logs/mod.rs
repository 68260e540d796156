//! `GET /plugins/{name}/logs`: what a plugin has written, and then what it writes.
//!
//! ```text
//! name, query, Last-Event-ID → follower → lines that are there → (follow) lines as they come → end
//! ```

mod stream;

use std::time::Duration;

use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::response::sse::{KeepAlive, Sse};
use davit_plugin::PluginName;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use super::named::Named;
use super::{Admin, Source};
use crate::dispatch::Refusal;
use crate::keys::Principal;
use crate::plugin_logs::{From, MAX_FOLLOWERS, MAX_OF_ONE};
use stream::Stream;

/// How often a silent stream says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass events on as they come.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// What of a plugin's lines is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Begin with the last lines, so many; with all that are kept if this is missing.
    #[param(minimum = 0, maximum = 1000, required = false)]
    tail: Option<u16>,
    /// Go on with lines as they come; true if this is missing.
    #[serde(default = "yes")]
    #[param(required = false, default = true)]
    follow: bool,
}

fn yes() -> bool {
    true
}

/// What a plugin has written, then what it writes, as server-sent events.
///
/// Each line is an event with a running number as its `id` and JSON with `time`,
/// `level`, `plugin` and `message` as its data. At most 1,000 lines of a plugin are
/// kept. An event `dropped` says how many lines are missing for a reader who was too
/// slow. Who comes back with `Last-Event-ID`, as browsers do, gets what came behind it.
#[utoipa::path(
    get,
    path = "/plugins/{name}/logs",
    operation_id = "followPluginLogs",
    tag = "plugins",
    params(Named, Asked, ("Last-Event-ID" = Option<u64>, Header, description = "The number of the last line that is known already")),
    responses(
        (status = 200, description = "Events until the reader, the plugin or the runtime goes", body = String, content_type = "text/event-stream",
            example = "id: 1795271712345678\ndata: {\"time\":\"2026-11-21T15:04:05.678Z\",\"level\":\"info\",\"plugin\":\"@acme/hello\",\"message\":\"started\"}\n\n"),
        (status = 400, description = "`INVALID_PLUGIN_NAME`, `INVALID_REQUEST`: a name or a number cannot be read"),
        (status = 404, description = "`PLUGIN_NOT_FOUND`: there is no such plugin"),
        (status = 503, description = "`TOO_MANY_FOLLOWERS`: as many read logs as may at once"),
    )
)]
pub(super) async fn logs(
    State(admin): State<Admin>,
    Extension(principal): Extension<Principal>,
    Named(name): Named,
    asked: Result<Query<Asked>, QueryRejection>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let Query(asked) = asked.map_err(|_| unreadable())?;
    if !exists(&admin, &name) {
        let message = format!("there is no plugin {name}: GET /plugins lists those there are");
        return Err(Refusal::new(StatusCode::NOT_FOUND, "PLUGIN_NOT_FOUND", message));
    }
    let from = from(&headers, &asked);
    let all = admin.assembler.logs();
    let follower = match asked.follow {
        true => all.follow(&name, from, &principal.name()).ok_or_else(too_many)?,
        false => all.look(&name, from),
    };
    let stream = Stream::new(&admin, &principal, headers, name, follower, asked.follow);
    let events = Sse::new(stream.events()).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    Ok(([UNBUFFERED], events))
}

/// A plugin that serves, that is being tried, or that cannot be served.
fn exists(admin: &Admin, name: &PluginName) -> bool {
    let serves = || admin.assembler.current().plugin(name).is_some();
    let listed = || match &admin.source {
        Source::Directories(directories) => {
            directories.statuses().iter().any(|status| status.name.as_ref() == Some(name))
        }
        Source::Operator(_) => false,
    };
    admin.assembler.logs().has(name) || serves() || listed()
}

/// Who comes back knows better than the address that he came with at first.
fn from(headers: &HeaderMap, asked: &Asked) -> From {
    let known = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.parse().ok());
    match (known, asked.tail) {
        (Some(number), _) => From::Behind(number),
        (None, Some(lines)) => From::Tail(lines.into()),
        (None, None) => From::Oldest,
    }
}

fn unreadable() -> Refusal {
    let message = "the query cannot be read: `tail` is a number of lines, `follow` is true or false, \
        and neither may be there twice; write e.g. ?tail=100&follow=false";
    Refusal::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
}

fn too_many() -> Refusal {
    let message = format!(
        "{MAX_FOLLOWERS} readers of logs are there already, or {MAX_OF_ONE} with this key: end one, or try again later"
    );
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_FOLLOWERS", message).retry_after(5)
}
