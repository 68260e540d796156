//! A proxy before a registry that answers as a registry in trouble would.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use http::{HeaderName, StatusCode, header};
use reqwest::Client;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{PORT, Registry};
use crate::client::client;
use crate::cluster::loopback;

/// How long a response stalls before it is cut off.
const STALL: Duration = Duration::from_millis(50);

/// What a request meets in place of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with a Retry-After of so many seconds.
    TooManyRequests(u64),
    /// 500.
    InternalServerError,
    /// The connection stays open and silent.
    Silence,
    /// The registry's own answer, cut off after so many bytes of its body.
    CutOff(usize),
}

/// The proxy. It ends when it is dropped.
#[derive(Debug)]
pub struct Faults {
    address: Ipv4Addr,
    state: Arc<Proxy>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Proxy {
    registry: String,
    client: Client,
    next: Mutex<VecDeque<Fault>>,
    seen: Mutex<Vec<String>>,
}

impl Faults {
    /// A proxy before `registry`, without faults at first.
    pub async fn before(registry: &Registry) -> Self {
        let address = loopback::address();
        let listener = TcpListener::bind((address, PORT)).await.expect("the address is ours");
        let (next, seen) = (Mutex::default(), Mutex::default());
        let state = Arc::new(Proxy { registry: registry.host(), client: client(), next, seen });
        let router = Router::new().fallback(answer).with_state(state.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("a listening socket goes on accepting");
        });
        Self { address, state, task }
    }

    /// The reference of `repository:tag` by way of this proxy.
    pub fn reference(&self, within: &str) -> String {
        format!("{}:{PORT}/{within}", self.address)
    }

    /// Lets the next `count` requests meet this fault, behind what was said before.
    pub fn next(&self, count: usize, fault: Fault) {
        held(&self.state.next).extend(std::iter::repeat_n(fault, count));
    }

    /// From now on no request meets a fault.
    pub fn over(&self) {
        held(&self.state.next).clear();
    }

    /// The requests so far, as `GET /v2/…`.
    pub fn requests(&self) -> Vec<String> {
        held(&self.state.seen).clone()
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    held(&proxy.seen).push(format!("{} {}", request.method(), request.uri()));
    let fault = held(&proxy.next).pop_front();
    match fault {
        None => forward(&proxy, request, usize::MAX).await,
        Some(Fault::CutOff(length)) => forward(&proxy, request, length).await,
        Some(Fault::Silence) => std::future::pending().await,
        Some(Fault::InternalServerError) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::TooManyRequests(seconds)) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
        }
    }
}

/// The registry's own answer, with at most `length` bytes of its body. Only what
/// pulls is forwarded.
async fn forward(proxy: &Proxy, request: Request, length: usize) -> Response {
    let (head, _) = request.into_parts();
    let url = format!("http://{}{}", proxy.registry, head.uri);
    let forwarded = proxy.client.request(head.method, url).headers(head.headers).send().await;
    let Ok(answer) = forwarded else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = Response::builder().status(answer.status());
    let of_the_connection =
        |name: &HeaderName| *name == header::CONNECTION || *name == header::TRANSFER_ENCODING;
    for (name, value) in answer.headers().iter().filter(|(name, _)| !of_the_connection(name)) {
        response = response.header(name, value);
    }
    let body = match length {
        usize::MAX => Body::from_stream(answer.bytes_stream()),
        _ => cut_off(answer, length).await,
    };
    response.body(body).expect("the registry's head is valid")
}

/// The first bytes of an answer, and a moment later, when they are on their way, an
/// error that closes the connection.
async fn cut_off(answer: reqwest::Response, length: usize) -> Body {
    let whole = answer.bytes().await.unwrap_or_default();
    let first = whole.slice(..length.min(whole.len()));
    let broken = async {
        tokio::time::sleep(STALL).await;
        Err(std::io::Error::other("cut off"))
    };
    Body::from_stream(stream::iter([Ok(first)]).chain(stream::once(broken)))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
