//! Hooks: what plugins do with requests and responses of others.

use std::time::Duration;

use davit_plugin::{Base, PluginName, Version};
use http::{Request, Response};

use crate::{Body, ServeError};

/// Which hooks a plugin has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hooks {
    /// It has `onRequest`.
    pub on_request: bool,
    /// A request goes on if that hook fails (`onRequestFailOpen`).
    pub fail_open: bool,
    /// It has `onResponse`.
    pub on_response: bool,
}

/// The plugin that a request is for, as hooks are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its name.
    pub name: PluginName,
    /// Its package's version.
    pub version: Version,
    /// The path segment it is served under.
    pub base: Option<Base>,
}

/// Whose hook is asked, for whom, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct HookCall<'a> {
    /// The hook's plugin, by its index in the group's spec.
    pub index: usize,
    /// The plugin that the request is for; none if nobody serves its path.
    pub app: Option<&'a App>,
    /// How long the hook may take.
    pub limit: Duration,
}

/// What became of a request at an `onRequest`.
pub enum Hooked {
    /// It goes on, as it was or as the hook has made it.
    On(Request<Body>),
    /// The hook has answered.
    Answered(Response<Body>),
    /// The hook failed; the request as it was.
    Failed(ServeError, Request<Body>),
}

/// What became of a response at an `onResponse`.
pub enum Released {
    /// It goes on with the body that it had; its head may be another one.
    Same(Response<Body>),
    /// The hook has given it a body of its own.
    Own(Response<Body>),
    /// The hook failed; the response as it was.
    Failed(ServeError, Response<Body>),
}
