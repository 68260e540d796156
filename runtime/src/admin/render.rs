//! The last layer of the admin API: a refusal becomes its response, and every answer
//! gets the headers that Davit's own answers have.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, StatusCode, header};

use crate::dispatch::{Arrival, Refusal, secure};

/// What a refusal's response takes over from the one that carried it here.
const KEPT: [HeaderName; 2] = [header::ALLOW, header::SET_COOKIE];

/// A handler answers a refusal as it is; only [`finish`] knows the request's number.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every answer its last form.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let arrival = request.extensions().get::<Arrival>().cloned();
    let mut response = next.run(request).await;
    if let Some((arrival, refusal)) = arrival.zip(response.extensions_mut().remove::<Refusal>()) {
        response = render(&arrival, refusal, &response);
    }
    secure(response.headers_mut());
    response
}

fn render(arrival: &Arrival, refusal: Refusal, carried: &Response) -> Response {
    refusal.log(&arrival.id, None);
    let refusal = if is_upload(arrival) { refusal.of_an_upload() } else { refusal };
    let refusal = match carried.headers().get(header::ALLOW).and_then(|methods| methods.to_str().ok()) {
        Some(methods) => refusal.instead(methods),
        None => refusal,
    };
    let mut response = refusal.into_response(&arrival.id).map(Body::new);
    for name in KEPT {
        for value in carried.headers().get_all(&name) {
            response.headers_mut().append(&name, value.clone());
        }
    }
    response
}

/// Errors of an upload say `success` too (Buntime contract §4).
fn is_upload(arrival: &Arrival) -> bool {
    arrival.path.as_str().ends_with("/plugins/upload")
}
