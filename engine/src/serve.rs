//! Why a plugin gave no answer, and who asked.

use std::net::IpAddr;

use http::StatusCode;

/// The client's address, as an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

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
            Self::Plugin => "PLUGIN_ERROR",
            Self::RequestBody => "REQUEST_BODY_INCOMPLETE",
            Self::HeadTooLarge => "HEAD_TOO_LARGE",
        }
    }
}
