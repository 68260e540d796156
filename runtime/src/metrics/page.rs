//! Answers `/metrics`, and nothing else, on a port of its own.

use std::net::SocketAddr;
use std::sync::Arc;

use davit_engine::{Body, empty, full};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use tokio::task::spawn_blocking;

use super::Metrics;
use crate::assemble::Assembler;
use crate::control::Control;
use crate::listen::Answer;

/// The media type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The port's only page.
#[derive(Clone)]
pub struct Page {
    /// What was counted.
    pub metrics: Arc<Metrics>,
    /// Whose groups are read.
    pub assembler: Arc<Assembler>,
    /// A managed runtime's control port.
    pub control: Option<Arc<Control>>,
}

impl Page {
    async fn respond(&self, method: &Method, path: &str) -> Result<Response<Body>, StatusCode> {
        if path != "/metrics" {
            return Err(StatusCode::NOT_FOUND);
        }
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let page = self.clone();
        let encoded = spawn_blocking(move || page.metrics.encode(&page.assembler, page.control.as_deref()));
        let text = encoded.await.ok().and_then(Result::ok).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let mut response = Response::new(full(text));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
        Ok(response)
    }
}

impl Answer for Page {
    async fn answer(&self, request: Request<Incoming>, _: SocketAddr) -> Response<Body> {
        self.respond(request.method(), request.uri().path()).await.unwrap_or_else(|status| {
            let mut response = Response::new(empty());
            *response.status_mut() = status;
            response
        })
    }
}
