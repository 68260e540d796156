//! A group as the runtime holds it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use async_trait::async_trait;
use davit_engine::{
    Body, Group, GroupState, GroupStats, HookCall, Hooked, Hooks, Released, ServeError, Served,
};
use http::{Request, Response, request};
use tokio::sync::watch;

use crate::link::{Link, Peaks};

/// The worker that answers now.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) pid: u32,
    pub(crate) link: Arc<Link>,
}

/// What the group's handle and its supervisor share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) current: ArcSwapOption<Current>,
    pub(crate) state: watch::Sender<GroupState>,
    pub(crate) restarts: AtomicU64,
    pub(crate) last_end: ArcSwapOption<String>,
    pub(crate) peaks: Arc<Peaks>,
    /// The hooks of the plugins, once a worker has been ready.
    pub(crate) hooks: ArcSwapOption<Vec<Hooks>>,
    /// Whether the group serves, so that each worker is told so.
    pub(crate) live: AtomicBool,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            current: ArcSwapOption::empty(),
            state: watch::Sender::new(GroupState::Starting),
            restarts: AtomicU64::new(0),
            last_end: ArcSwapOption::empty(),
            peaks: Arc::default(),
            hooks: ArcSwapOption::empty(),
            live: AtomicBool::new(false),
        }
    }
}

impl Shared {
    /// Tells the worker that answers now that it serves, if the group does.
    pub(crate) fn tell_live(&self) {
        if self.live.load(Ordering::Acquire)
            && let Some(current) = self.current.load_full()
        {
            current.link.live();
        }
    }
}

/// The handle. Dropping it ends the worker by force.
pub(crate) struct BunGroup {
    pub(crate) shared: Arc<Shared>,
    pub(crate) stop: watch::Sender<Option<Duration>>,
}

#[async_trait]
impl Group for BunGroup {
    fn state(&self) -> watch::Receiver<GroupState> {
        self.shared.state.subscribe()
    }

    fn stats(&self) -> GroupStats {
        let current = self.shared.current.load();
        let current = current.as_deref();
        GroupStats {
            pid: current.map(|current| current.pid),
            restarts: self.shared.restarts.load(Ordering::Relaxed),
            last_end: self.shared.last_end.load_full().map(|message| (*message).clone()),
            in_flight: current.map_or(0, |current| current.link.in_flight()),
            peak_unacknowledged_upload: self.shared.peaks.upload.load(Ordering::Relaxed),
            peak_unacknowledged_download: self.shared.peaks.download.load(Ordering::Relaxed),
        }
    }

    fn live(&self) {
        self.shared.live.store(true, Ordering::Release);
        self.shared.tell_live();
    }

    fn hooks(&self) -> Option<Arc<Vec<Hooks>>> {
        self.shared.hooks.load_full()
    }

    async fn serve(&self, index: usize, request: Request<Body>) -> Result<Served, ServeError> {
        let current = self.shared.current.load_full().ok_or(ServeError::Unavailable)?;
        current.link.serve(index, request).await
    }

    async fn on_request(&self, call: HookCall<'_>, request: Request<Body>) -> Hooked {
        match self.shared.current.load_full() {
            Some(current) => current.link.on_request(call, request).await,
            None => Hooked::Failed(ServeError::Unavailable, request),
        }
    }

    async fn on_response(
        &self,
        call: HookCall<'_>,
        request: &request::Parts,
        response: Response<Body>,
    ) -> Released {
        match self.shared.current.load_full() {
            Some(current) => current.link.on_response(call, request, response).await,
            None => Released::Failed(ServeError::Unavailable, response),
        }
    }

    async fn stop(&self, timeout: Duration) {
        self.stop.send_replace(Some(timeout));
        let over = |state: &GroupState| matches!(state, GroupState::Stopped | GroupState::Failed(_));
        let mut state = self.shared.state.subscribe();
        let _supervisor_gone = state.wait_for(over).await;
    }
}
