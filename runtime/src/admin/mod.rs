//! Davit's own paths: the admin API at `/_/api` and `/api`, health, and
//! `/.well-known` (Buntime contract §4).
//!
//! ```text
//! fold the name → guard (key, Origin) → route → call (permission, managed, body) → handler → render
//! ```

mod auth;
mod call;
mod calls;
mod described;
mod docs;
mod document;
mod fares;
mod health;
mod keys;
mod listed;
mod local;
mod logs;
mod managed;
mod named;
mod origin;
mod plugins;
mod relative;
mod reload;
mod remove;
mod render;
mod routes;
mod sent;
mod session;
mod switch;
mod unready;
mod upload;
mod well_known;
mod worded;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::any;
use http::{Method, StatusCode};
use tokio::sync::watch;
use tower::Layer as _;
use tower::util::MapRequestLayer;

use crate::assemble::Assembler;
use crate::control::Control;
use crate::directories;
use crate::dispatch::Refusal;
use crate::keys::Keys;
use crate::listen::Phase;

pub use document::openapi;

/// The path of the admin API.
pub const API: &str = "/_/api";
/// Where it is too.
const ALSO: &str = "/api";

/// Where plugins come from.
#[derive(Clone)]
pub enum Source {
    /// From folders on disk.
    Directories(directories::Handle),
    /// From an operator.
    Operator(Arc<Control>),
}

impl Source {
    /// The control port of a managed runtime.
    pub fn control(&self) -> Option<&Arc<Control>> {
        match self {
            Self::Directories(_) => None,
            Self::Operator(control) => Some(control),
        }
    }
}

/// What the admin API works with.
#[derive(Clone)]
pub struct Admin {
    /// What serves.
    pub assembler: Arc<Assembler>,
    /// Where plugins come from.
    pub source: Source,
    /// Who is let in.
    pub keys: Arc<Keys>,
    /// Whether somebody at this machine needs no key (`davit dev` only).
    pub trust_loopback: bool,
    /// The largest package that is taken as an upload, in bytes.
    pub max_upload_size: u64,
    /// Whether the process is ending.
    pub phase: watch::Receiver<Phase>,
}

impl Admin {
    /// The plugin directories, or 409: a managed runtime has none.
    fn directories(&self) -> Result<&directories::Handle, Refusal> {
        match &self.source {
            Source::Directories(directories) => Ok(directories),
            Source::Operator(_) => Err(managed::refusal("it has no plugin directories")),
        }
    }
}

/// Answers everything below `/_`, `/api` and `/.well-known`. What is not open is
/// behind the guard as a whole, calls that do not exist and wrong methods too:
/// nobody without a key learns which calls there are.
pub fn router(admin: Admin) -> Router {
    let guard = from_fn_with_state(admin.clone(), auth::require);
    let guarded = guard.layer(twice(routes::guarded().into_router(&admin)).with_state(admin.clone()));
    let calls = twice(routes::open().into_router(&admin).merge(routes::viewer()))
        .merge(routes::discovery().into_router(&admin))
        .route("/.well-known", any(not_found))
        .route("/.well-known/{*rest}", any(not_found))
        .method_not_allowed_fallback(wrong_method)
        .fallback_service(MapRequestLayer::new(named::fold).layer(guarded))
        .with_state(admin);
    // Around all routes, not within each: it is a route that lists its methods in `Allow`.
    Router::new().fallback_service(from_fn(render::finish).layer(calls))
}

/// The same calls at both prefixes.
fn twice(calls: Router<Admin>) -> Router<Admin> {
    let calls = calls.method_not_allowed_fallback(wrong_method);
    Router::new().nest(API, calls.clone()).nest(ALSO, calls).fallback(not_found)
}

async fn not_found(request: Request) -> Refusal {
    let message = format!("there is no {} {}: see {API}/docs/", request.method(), request.uri().path());
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message)
}

/// Which methods are served instead, axum tells behind this, in `Allow`.
async fn wrong_method(request: Request) -> Refusal {
    let message = format!("{} is not served here", request.method());
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}

/// Whether a method changes something (RFC 9110 §9.2.1: the others are safe).
fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
