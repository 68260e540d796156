//! The calls, each from its request to its answer.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use davit_plugin::Digest;
use davit_plugin::control::{
    CommitRequest, CommittedPlan, Fence, MAX_PLAN, MAX_TAG, MAX_WARM, PREFIX, PrepareRequest, Prepared,
    Refusal, RefusalCode, State as Said,
};
use davit_plugin::plan::{FORMAT, Plan};
use http::{StatusCode, header};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Control;
use super::body::{message, whole};
use super::refusals::{Refused, stopping};
use crate::listen::Phase;

/// The largest prepare, in bytes: a plan and what is held warm beside it.
const MAX_PREPARE: usize = 4 * MAX_PLAN;
/// The largest commit or abort, in bytes.
const MAX_SMALL: usize = 4 << 10;

type Result<T> = std::result::Result<T, Refused>;

/// All calls.
pub(super) fn router(control: Arc<Control>) -> Router {
    let calls = Router::new()
        .route("/state", get(state))
        .route("/plan", get(plan))
        .route("/packages/{digest}", get(package).put(put))
        .route("/reload/prepare", post(prepare))
        .route("/reload/commit", post(commit))
        .route("/reload/abort", post(abort));
    Router::new()
        .nest(PREFIX, calls)
        .method_not_allowed_fallback(not_found)
        .fallback(not_found)
        .with_state(control)
}

async fn not_found() -> Refused {
    Refusal::new(
        RefusalCode::NotFound,
        "there is no such call: ask for state, plan, packages/{digest} or reload",
    )
    .into()
}

async fn state(State(control): State<Arc<Control>>) -> Json<Said> {
    Json(control.state())
}

async fn plan(State(control): State<Arc<Control>>) -> Result<Json<Arc<CommittedPlan>>> {
    Ok(Json(control.plan()?))
}

async fn package(State(control): State<Arc<Control>>, Path(digest): Path<String>) -> Result<Response> {
    let (length, body) = control.package(&parsed(&digest)?).await?;
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    Ok(response)
}

async fn put(
    State(control): State<Arc<Control>>,
    Path(digest): Path<String>,
    body: Body,
) -> Result<StatusCode> {
    let digest = parsed(&digest)?;
    go_on(&control)?;
    let kept = control.put_package(digest, body).await?;
    Ok(match kept {
        crate::volume::Kept::New => StatusCode::CREATED,
        crate::volume::Kept::Already => StatusCode::OK,
    })
}

async fn prepare(State(control): State<Arc<Control>>, body: Body) -> Result<Json<Prepared>> {
    go_on(&control)?;
    let request = read_prepare(&whole(body, MAX_PREPARE).await?)?;
    Ok(Json(control.prepare(request).await?))
}

async fn commit(State(control): State<Arc<Control>>, body: Body) -> Result<Json<Prepared>> {
    go_on(&control)?;
    let request: CommitRequest = message(&whole(body, MAX_SMALL).await?)?;
    Ok(Json(control.commit(request).await?))
}

async fn abort(State(control): State<Arc<Control>>, body: Body) -> Result<impl IntoResponse> {
    let fence: Fence = message(&whole(body, MAX_SMALL).await?)?;
    control.abort(fence).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parsed(digest: &str) -> Result<Digest> {
    Ok(digest.parse().map_err(|error| Refusal::new(RefusalCode::BadRequest, format!("{error}")))?)
}

/// Nothing new begins once the process is ending.
fn go_on(control: &Control) -> Result<()> {
    match *control.phase.borrow() {
        Phase::Serving => Ok(()),
        Phase::Leaving | Phase::Closing => Err(stopping().into()),
    }
}

/// What is looked at before the rest is read: another format may have another
/// shape.
#[derive(Deserialize)]
struct Formats {
    plan: Format,
    #[serde(default)]
    warm: Vec<Format>,
}

#[derive(Deserialize)]
struct Format {
    format: u32,
    /// What a reader must know beside the format; this one knows nothing.
    #[serde(default)]
    requires: Vec<IgnoredAny>,
}

fn read_prepare(bytes: &[u8]) -> std::result::Result<PrepareRequest, Refusal> {
    let Formats { plan, warm } = message(bytes)?;
    if [&plan].into_iter().chain(&warm).any(|plan| plan.format != FORMAT || !plan.requires.is_empty()) {
        let message = format!("this version reads plans of the format {FORMAT} without `requires` only");
        return Err(Refusal::new(RefusalCode::PlanFormat, message));
    }
    let request: PrepareRequest = message(bytes)?;
    let too_large = |what: String| Err(Refusal::new(RefusalCode::TooLarge, what));
    if request.tag.len() > MAX_TAG {
        return too_large(format!("the tag is longer than {MAX_TAG} bytes"));
    }
    if request.warm.len() > MAX_WARM {
        return too_large(format!("there are more than {MAX_WARM} plans to be held warm"));
    }
    if [&request.plan].into_iter().chain(&request.warm).any(is_too_large) {
        return too_large(format!("a plan is larger than {MAX_PLAN} bytes"));
    }
    Ok(request)
}

fn is_too_large(plan: &Plan) -> bool {
    let mut left = Counted(MAX_PLAN);
    serde_json::to_writer(&mut left, plan).is_err()
}

/// Takes so many bytes and forgets them.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(change: impl FnOnce(&mut Value)) -> std::result::Result<PrepareRequest, RefusalCode> {
        let plan = serde_json::to_value(Plan::empty()).unwrap();
        let mut request = json!({
            "epoch": 1, "sequence": 2, "deadline": 3, "settle": 4, "tag": "tag", "plan": plan, "warm": [plan],
        });
        change(&mut request);
        read_prepare(request.to_string().as_bytes()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn reads_only_what_it_understands() {
        assert_eq!(read(|_| ()).unwrap().warm.len(), 1);
        assert_eq!(read(|request| request["plan"]["format"] = 2.into()), Err(RefusalCode::PlanFormat));
        assert_eq!(read(|request| request["warm"][0]["format"] = 2.into()), Err(RefusalCode::PlanFormat));
        // Another format may look quite different.
        assert_eq!(read(|request| request["plan"] = json!({"format": 2})), Err(RefusalCode::PlanFormat));
        let requires = |request: &mut Value| request["plan"]["requires"] = json!(["sandbox"]);
        assert_eq!(read(requires), Err(RefusalCode::PlanFormat));
        assert_eq!(read(|request| request["plan"]["plugins"] = 7.into()), Err(RefusalCode::BadRequest));
        assert_eq!(read(|request| request["epoch"] = (-1).into()), Err(RefusalCode::BadRequest));
    }

    #[test]
    fn everything_has_a_bound() {
        let tag = |request: &mut Value| request["tag"] = "x".repeat(MAX_TAG + 1).into();
        assert_eq!(read(tag), Err(RefusalCode::TooLarge));
        let warm = |request: &mut Value| request["warm"] = vec![request["plan"].clone(); MAX_WARM + 1].into();
        assert_eq!(read(warm), Err(RefusalCode::TooLarge));
        assert!(!is_too_large(&Plan::empty()));
        let mut counted = Counted(3);
        std::io::Write::write_all(&mut counted, b"abc").unwrap();
        std::io::Write::write_all(&mut counted, b"d").unwrap_err();
    }
}
