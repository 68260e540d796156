//! In: a group. Out: a worker whose plugins are all ready, or which of them
//! kept it from that.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use davit_engine::{GroupSpec, HostInfo, PluginFailure};
use davit_plugin::PluginName;
use davit_plugin::reason::{Problem, Reason};
use tokio::time::timeout;

use super::Worker;
use super::launch::{self, ProcessError};
use super::process::Process;
use super::progress::Progress;
use crate::frame::{Kind, MAX_INIT, ProtocolError};
use crate::home::Home;
use crate::link::{Control, Link, Lost, Peaks};
use crate::messages::Init;
use crate::output::Printer;

/// A worker watches the time of its plugins itself; one that is blocked is
/// given this much more.
const GRACE: Duration = Duration::from_secs(2);

/// Why a worker did not become ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("the worker is not of this version: it speaks another protocol")]
    OtherVersion,
    #[error("the worker broke the protocol: it sent {0}")]
    Breach(ProtocolError),
    #[error("the group's configuration is larger than 16 MiB: shorten it")]
    TooLarge,
    #[error("{}", .0.first().map(|failure| failure.problem.to_string()).unwrap_or_default())]
    Plugins(Vec<PluginFailure>),
    #[error("the group was stopped while it started")]
    Stopped,
}

/// What a group's workers are started with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) bun: &'a Path,
    pub(crate) home: &'a Home,
    pub(crate) host: &'a HostInfo,
    pub(crate) spec: &'a GroupSpec,
    pub(crate) printer: &'a Arc<Printer>,
}

/// Starts a worker and all of the group's plugins in it. Once `stop` tells how
/// long that may take, the worker is stopped instead: plugins that did start get
/// their `onShutdown`, as they do when another one fails.
pub(crate) async fn start(
    setting: Setting<'_>,
    peaks: Arc<Peaks>,
    stop: impl Future<Output = Duration>,
) -> Result<Worker, StartError> {
    let Setting { bun, home, host, spec, printer } = setting;
    let init = serde_json::to_vec(&Init::new(spec, host)).map_err(|_| StartError::TooLarge)?;
    if init.len() > MAX_INIT {
        return Err(StartError::TooLarge);
    }
    let mut stop = pin!(stop);
    let (process, socket) = tokio::select! {
        biased;
        _ = &mut stop => return Err(StartError::Stopped),
        launched = launch::launch(bun, home, &spec.env, printer) => launched?,
    };
    let pid = process.id().unwrap_or_default();
    let (link, controls) = Link::open(socket, printer.clone(), peaks);
    let printer = printer.clone();
    let mut worker = Worker { process, pid, link, hooks: Vec::new(), controls, printer };
    let (error, limit) = tokio::select! {
        started = worker.start_plugins(&init, spec) => match started {
            Ok(()) => return Ok(worker),
            Err(error) => (error, GRACE),
        },
        limit = &mut stop => (StartError::Stopped, limit),
    };
    worker.stop(limit).await;
    Err(error)
}

impl Worker {
    async fn start_plugins(&mut self, init: &[u8], spec: &GroupSpec) -> Result<(), StartError> {
        self.link.send(Kind::Init, init);
        let mut progress = Progress::new(&spec.plugins);
        let limit = spec.init_timeout.saturating_add(GRACE);
        loop {
            match timeout(limit, self.controls.recv()).await {
                Ok(Some(Control::Hello(hello))) => progress.hello(&hello)?,
                Ok(Some(Control::Plugin(report))) => progress.plugin(report)?,
                Ok(Some(Control::Ready)) => {
                    self.hooks = progress.ready()?;
                    return Ok(());
                }
                Ok(Some(Control::Lost(Lost::Protocol(error)))) => {
                    let message = format!("the worker broke the protocol: it sent {error}");
                    return Err(fault(progress.waits_for(), Reason::LoadFailed, message));
                }
                Ok(Some(Control::Lost(Lost::Closed) | Control::Bye(_)) | None) => {
                    let how = exit(&mut self.process).await;
                    let message = format!("the worker ended while it started the plugin{how}");
                    return Err(fault(progress.waits_for(), Reason::LoadFailed, message));
                }
                Err(_) => {
                    let message = format!(
                        "it was not ready within {:?} and blocks its worker: look for an endless loop at its start",
                        spec.init_timeout
                    );
                    return Err(fault(progress.waits_for(), Reason::InitTimeout, message));
                }
            }
        }
    }
}

/// Lays a failure at the door of the plugin that was starting.
fn fault(plugin: Option<&PluginName>, reason: Reason, message: String) -> StartError {
    let problem = Problem::new(reason, message);
    let failure = plugin.map(|plugin| PluginFailure::of_plugin(plugin.clone(), problem));
    StartError::Plugins(failure.into_iter().collect())
}

/// How the process ended, as words behind a sentence.
async fn exit(process: &mut Process) -> String {
    match timeout(GRACE, process.ended()).await {
        Ok(Ok(status)) => format!(" ({status})"),
        _ => String::new(),
    }
}
