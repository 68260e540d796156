//! Why a plugin gave no answer, and who asked.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use tokio::sync::watch;

use crate::{Body, Socket};

/// The client's address, as an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// What a plugin made of a request.
pub enum Served {
    /// A response.
    Response(Response<Body>),
    /// It has taken the connection as a WebSocket.
    Socket(Box<Socket>),
}

/// How long a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wait {
    /// As long as the plugin's limits say.
    #[default]
    AsLimited,
    /// So long.
    For(Duration),
    /// For ever.
    Unlimited,
}

/// How long a request may take until its response's head, and its body may be
/// silent, as the plugin says (`server.timeout`): an extension of the request.
#[derive(Debug, Clone, Default)]
pub struct Patience(Arc<watch::Sender<Wait>>);

impl Patience {
    /// Takes what the plugin says; zero is no limit.
    pub fn set(&self, limit: Duration) {
        self.0.send_replace(if limit.is_zero() { Wait::Unlimited } else { Wait::For(limit) });
    }

    /// What the plugin has said.
    pub fn now(&self) -> Wait {
        *self.0.borrow()
    }

    /// What the plugin has said, and the changes.
    pub fn subscribe(&self) -> watch::Receiver<Wait> {
        self.0.subscribe()
    }
}

/// Why a request got no response from its plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServeError {
    /// No worker runs at the moment and another one is being started, or the one
    /// that runs has more to do than it takes.
    #[error("the plugin is being restarted or has too much to do: try again in a moment")]
    Unavailable,
    /// The worker ended while it worked on the request.
    #[error("the plugin's worker ended while it worked on this request: try again")]
    Crashed,
    /// A serverless plugin's Worker gave no response in time and was ended.
    #[error("the plugin did not answer in time: try again later")]
    WorkerTimeout,
    /// A hook reads a body that is larger than what a hook may read.
    #[error("the body is larger than a plugin's hook takes: send less")]
    HookBodyTooLarge,
    /// A hook took too long.
    #[error("a plugin's hook did not end in time: try again later")]
    HookTimeout,
    /// The plugin threw, or answered with something that is no response.
    #[error("the plugin failed to answer: see the runtime's log")]
    Plugin,
    /// The request's body ended with an error before the plugin had answered.
    #[error("the request's body could not be read to its end")]
    RequestBody,
    /// The request's head is larger than an engine takes.
    #[error("the request's head is too large: send fewer or shorter headers")]
    HeadTooLarge,
}

impl ServeError {
    /// The status that clients see.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unavailable | Self::Crashed => StatusCode::SERVICE_UNAVAILABLE,
            Self::WorkerTimeout | Self::HookTimeout => StatusCode::GATEWAY_TIMEOUT,
            Self::HookBodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Plugin => StatusCode::INTERNAL_SERVER_ERROR,
            Self::RequestBody => StatusCode::BAD_REQUEST,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        }
    }

    /// The stable code that clients see.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable => "WORKER_UNAVAILABLE",
            Self::Crashed => "WORKER_CRASHED",
            Self::WorkerTimeout => "WORKER_TIMEOUT",
            Self::HookTimeout => "HOOK_TIMEOUT",
            Self::HookBodyTooLarge => "HOOK_BODY_TOO_LARGE",
            Self::Plugin => "PLUGIN_ERROR",
            Self::RequestBody => "REQUEST_BODY_INCOMPLETE",
            Self::HeadTooLarge => "HEAD_TOO_LARGE",
        }
    }
}
