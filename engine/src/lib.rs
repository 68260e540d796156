//! What runs plugin code. The runtime knows only this trait; `engine/bun` stands
//! behind it with Bun worker processes, other engines could.

mod body;
mod hook;
mod output;
mod serve;
mod socket;
mod spec;
mod state;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response, request};
use tokio::sync::watch;

pub use body::{Body, BodyError, empty, full};
pub use hook::{App, HookCall, Hooked, Hooks, Released};
pub use output::{Level, Output};
pub use serve::{Patience, Peer, ServeError, Served, Wait};
pub use socket::{CloseFrame, Message, Socket, SocketOptions, SocketReader, SocketWriter, Upgradable};
pub use spec::{GroupSpec, HostInfo, PluginSpec};
pub use state::{GroupState, GroupStats, PluginFailure};

/// Starts groups of plugins.
pub trait Engine: Send + Sync + 'static {
    /// The engine and its version, e.g. `bun 1.4.5`, for logs and health.
    fn name(&self) -> String;

    /// Starts a group and returns at once; [`Group::state`] tells how it goes.
    /// The group lives until [`Group::stop`], or until its last handle is dropped.
    /// What its plugins write goes to the log and to `output`.
    fn start(&self, spec: GroupSpec, output: Arc<dyn Output>) -> Arc<dyn Group>;
}

/// Plugins that share one worker, which its engine keeps alive.
#[async_trait]
pub trait Group: Send + Sync + 'static {
    /// The state and its changes.
    fn state(&self) -> watch::Receiver<GroupState>;

    /// Numbers for metrics.
    fn stats(&self) -> GroupStats;

    /// Tells the group, once, that it serves from now on: `onServerStart` runs,
    /// in each later worker too.
    fn live(&self);

    /// Which hooks the plugins have, by their index in the group's spec; none
    /// until a worker has been ready.
    fn hooks(&self) -> Option<Arc<Vec<Hooks>>>;

    /// Lets the plugin at `index` of the group's spec answer a request. The URI
    /// is absolute and its path normalised. Bodies stream both ways under
    /// backpressure. Dropping the future, or the response's body before its end,
    /// aborts the request inside the plugin.
    ///
    /// Extensions of the request that count: [`Peer`], [`Patience`] and
    /// [`Upgradable`].
    async fn serve(&self, index: usize, request: Request<Body>) -> Result<Served, ServeError>;

    /// Asks the `onRequest` of a plugin. The request's body crosses only if the
    /// hook reads it, and goes on whole whatever the hook has read. The request
    /// comes back also if the hook fails.
    async fn on_request(&self, call: HookCall<'_>, request: Request<Body>) -> Hooked;

    /// Asks the `onResponse` of a plugin. The response's body crosses only if the
    /// hook reads it.
    async fn on_response(
        &self,
        call: HookCall<'_>,
        request: &request::Parts,
        response: Response<Body>,
    ) -> Released;

    /// Runs `onShutdown` in reverse start order and ends the worker, by force
    /// once `timeout` is over. Requests still in flight are cut off: drain first.
    async fn stop(&self, timeout: Duration);
}
