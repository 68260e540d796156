//! The control port: each answer names the pod, is counted, and says that the
//! operator is there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use davit_engine::Body;
use davit_plugin::control::{POD_UID, PREFIX};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{Control, routes};
use crate::listen::{self, Answer, Limits};
use crate::metrics::Metrics;

/// How long open calls may go on once the process accepts nothing new.
const DRAIN: Duration = Duration::from_secs(1);

struct Port {
    control: Arc<Control>,
    router: Router,
    metrics: Arc<Metrics>,
}

/// Serves the control port until the process is ending. Answers nobody before
/// the plan on the volume serves again.
pub async fn serve(control: Arc<Control>, listener: TcpListener, metrics: Arc<Metrics>) {
    let mut restored = control.restored.clone();
    if restored.wait_for(|restored| *restored).await.is_err() {
        return;
    }
    let (transport, phase) = (control.certificates.clone(), control.phase.clone());
    let port = Port { router: routes::router(control.clone()), control, metrics };
    listen::serve_over(transport, listener, Arc::new(port), phase, Limits::control(), DRAIN).await;
}

impl Answer for Port {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        let _hearing = self.control.readiness.hear();
        let call = call(request.method(), request.uri().path());
        let Ok(response) = self.router.clone().oneshot(request.map(axum::body::Body::new)).await;
        let mut response = response.map(|body| body.map_err(Into::into).boxed_unsync());
        response.headers_mut().insert(POD_UID, self.control.pod_uid.0.clone());
        self.metrics.called(call, response.status());
        response
    }
}

/// The call's name for metrics: few, whatever is asked for.
fn call(method: &Method, path: &str) -> &'static str {
    match (method.as_str(), path.strip_prefix(PREFIX).unwrap_or_default()) {
        ("GET", "/state") => "state",
        ("GET", "/plan") => "plan",
        ("POST", "/reload/prepare") => "prepare",
        ("POST", "/reload/commit") => "commit",
        ("POST", "/reload/abort") => "abort",
        ("GET", path) if path.starts_with("/packages/") => "get_package",
        ("PUT", path) if path.starts_with("/packages/") => "put_package",
        _ => "unknown",
    }
}
