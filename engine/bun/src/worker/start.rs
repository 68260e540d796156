//! In: a group. Out: a worker whose plugins are all ready, or which of them
//! kept it from that.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::{GroupSpec, HostInfo, PluginFailure};
use davit_plugin::reason::{Problem, Reason};
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::Worker;
use super::process::{self, ProcessError};
use crate::frame::{Kind, MAX_INIT};
use crate::home::Home;
use crate::link::{Control, Link, Lost, Peaks};
use crate::messages::{Init, PROTOCOL};

/// A worker watches the time of its plugins itself; one that is blocked is
/// given this much more.
const GRACE: Duration = Duration::from_secs(2);

/// Why a worker did not become ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("the worker is not of this version: it speaks another protocol")]
    Protocol,
    #[error("the group's configuration is larger than 16 MiB: shorten it")]
    TooLarge,
    #[error("{}", .0.first().map(|failure| failure.problem.to_string()).unwrap_or_default())]
    Plugins(Vec<PluginFailure>),
}

/// What a group's workers are started with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) bun: &'a Path,
    pub(crate) home: &'a Home,
    pub(crate) host: &'a HostInfo,
    pub(crate) spec: &'a GroupSpec,
}

/// Starts a worker and all of the group's plugins in it.
pub(crate) async fn start(setting: Setting<'_>, peaks: Arc<Peaks>) -> Result<Worker, StartError> {
    let Setting { bun, home, host, spec } = setting;
    let init = serde_json::to_vec(&Init::new(spec, host)).map_err(|_| StartError::TooLarge)?;
    if init.len() > MAX_INIT {
        return Err(StartError::TooLarge);
    }
    let label = spec.label();
    let (child, socket) = process::launch(bun, home, &spec.env, &label).await?;
    let pid = child.id().unwrap_or_default();
    let (link, controls) = Link::open(socket, &label, peaks);
    let mut worker = Worker { child, pid, link, controls };
    let started = worker.start_plugins(&init, spec).await;
    match started {
        Ok(()) => Ok(worker),
        Err(error) => {
            // Plugins that did start get their onShutdown.
            worker.stop(GRACE).await;
            Err(error)
        }
    }
}

impl Worker {
    async fn start_plugins(&mut self, init: &[u8], spec: &GroupSpec) -> Result<(), StartError> {
        self.link.send(Kind::Init, init);
        let mut failures = Vec::new();
        let mut reported = 0;
        loop {
            // Behind the last plugin only READY is awaited.
            let waits_for = &spec.plugins[reported.min(spec.plugins.len() - 1)].name;
            let fault = |reason, message: String| {
                let problem = Problem::new(reason, message);
                StartError::Plugins(vec![PluginFailure { plugin: waits_for.clone(), problem }])
            };
            match timeout(spec.init_timeout + GRACE, self.controls.recv()).await {
                Ok(Some(Control::Hello(hello))) if hello.protocol != PROTOCOL => {
                    return Err(StartError::Protocol);
                }
                Ok(Some(Control::Hello(_))) => {}
                Ok(Some(Control::Plugin(report))) if report.name() != waits_for => {
                    return Err(StartError::Protocol);
                }
                Ok(Some(Control::Plugin(report))) => {
                    reported += 1;
                    failures.extend(report.failure());
                }
                Ok(Some(Control::Ready)) if failures.is_empty() => return Ok(()),
                Ok(Some(Control::Ready)) => return Err(StartError::Plugins(failures)),
                Ok(Some(Control::Lost(Lost::Protocol(error)))) => {
                    return Err(fault(
                        Reason::LoadFailed,
                        format!("the worker broke the protocol: it sent {error}"),
                    ));
                }
                Ok(Some(Control::Lost(Lost::Closed) | Control::Bye(_)) | None) => {
                    let how = exit(&mut self.child).await;
                    return Err(fault(
                        Reason::LoadFailed,
                        format!("the worker ended while it started the plugin{how}"),
                    ));
                }
                Err(_) => {
                    let message = format!(
                        "it was not ready within {:?} and blocks its worker: look for an endless loop at its start",
                        spec.init_timeout
                    );
                    return Err(fault(Reason::InitTimeout, message));
                }
            }
        }
    }
}

/// How the process ended, as words behind a sentence.
async fn exit(child: &mut Child) -> String {
    match timeout(GRACE, child.wait()).await {
        Ok(Ok(status)) => format!(" ({status})"),
        _ => String::new(),
    }
}

/// The control channel's end as the supervisor waits for it.
pub(super) async fn drain(controls: &mut mpsc::Receiver<Control>) -> Option<crate::messages::Bye> {
    while let Some(control) = controls.recv().await {
        match control {
            Control::Bye(bye) => return Some(bye),
            Control::Lost(_) => return None,
            _ => {}
        }
    }
    None
}
