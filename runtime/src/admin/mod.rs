//! Davit's own paths: the admin API at `/_/api` and `/api`, health, and
//! `/.well-known` (Buntime contract §4).

mod auth;
mod health;
mod listed;
mod local;
mod managed;
mod origin;
mod plugins;
mod reload;
mod well_known;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::{Method, StatusCode};
use tokio::sync::watch;
use tower::Layer as _;

use crate::assemble::Assembler;
use crate::control::Control;
use crate::directories;
use crate::dispatch::{Arrival, Refusal};
use crate::keys::Keys;
use crate::listen::Phase;

/// The path of the admin API.
pub const API: &str = "/_/api";

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
    /// Whether the process is ending.
    pub phase: watch::Receiver<Phase>,
}

/// Answers everything below `/_`, `/api` and `/.well-known`. What is not open is
/// behind the guard as a whole, calls that do not exist and wrong methods too:
/// nobody without a key learns which calls there are.
pub fn router(admin: Admin) -> Router {
    let guard = from_fn_with_state(admin.clone(), auth::require);
    Router::new()
        .nest(API, health())
        .nest("/api", health())
        .route("/.well-known/davit", get(well_known::describe))
        .route("/.well-known/buntime", get(well_known::describe))
        .route("/.well-known", any(not_found))
        .route("/.well-known/{*rest}", any(not_found))
        .method_not_allowed_fallback(wrong_method)
        .fallback_service(guard.layer(guarded(admin.clone())))
        .with_state(admin)
}

fn health() -> Router<Admin> {
    Router::new()
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .method_not_allowed_fallback(wrong_method)
}

fn guarded(admin: Admin) -> Router {
    let calls = Router::new()
        .route("/plugins", get(plugins::list))
        .route("/plugins/loaded", get(plugins::loaded))
        .route("/plugins/reload", post(reload::reload))
        .method_not_allowed_fallback(wrong_method);
    Router::new().nest(API, calls.clone()).nest("/api", calls).fallback(managed::fallback).with_state(admin)
}

/// A refusal as a response, numbered like the request.
fn refuse(refusal: Refusal, request: &Request) -> Response {
    match request.extensions().get::<Arrival>() {
        Some(arrival) => refusal.into_response(&arrival.id).map(axum::body::Body::new),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn not_found(request: Request) -> Response {
    let message = format!("there is no {} {}: see GET {API}/plugins", request.method(), request.uri().path());
    refuse(Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", message), &request)
}

async fn wrong_method(request: Request) -> Response {
    let message = format!("{} is not served here: see the Allow header", request.method());
    refuse(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message), &request)
}

/// Whether a method changes something (RFC 9110 §9.2.1: the others are safe).
fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
