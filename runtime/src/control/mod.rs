//! The control port of a managed runtime: the operator puts packages and plans
//! here and learns how they fare (interfaces §5). The messages are in
//! `davit_plugin::control`.
//!
//! ```text
//! TLS → call ┬ state, plan, packages                    read, or put on the volume
//!            └ prepare → (settle) → commit → heal       through one task, the driver
//! ```
//!
//! The driver owns what serves and what is prepared, and publishes it whole;
//! everything else only reads.

mod abort;
mod body;
mod certificates;
mod commit;
mod driver;
mod fence;
mod gauges;
mod name;
mod packages;
mod port;
mod prepare;
mod readiness;
mod refusals;
mod reports;
mod restore;
mod revocable;
mod routes;
mod session_key;
mod standing;
mod state;
mod tls;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use davit_plugin::control::Prepared as Answer;
use davit_plugin::control::{Agreed, CommitRequest, Fence, PluginReport, PrepareRequest, Refusal};
use http::HeaderValue;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::assemble::Assembler;
use crate::keys::Keys;
use crate::listen::Phase;
use crate::volume::{Packages, Volume};

pub use certificates::Certificates;
pub use name::{ControlName, InvalidControlName};
pub use port::serve;
pub use readiness::Waiting;
pub use tls::TlsError;

use driver::{Ask, Driver, Reply};
use prepare::Wish;
use readiness::Readiness;
use refusals::stopping;
use session_key::SessionKey;
use standing::Standing;

/// Calls that may wait for the one before them.
const QUEUE: usize = 32;

/// What makes a runtime a managed one.
pub struct Managed {
    /// Who may call, and as whom it answers.
    pub certificates: Certificates,
    /// The UID of the pod.
    pub pod_uid: PodUid,
    /// How long after its start, or after the operator's last call, a runtime with
    /// a plan on its volume waits for the operator's word.
    pub start_grace: Duration,
}

/// The UID of a pod, fit for a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodUid(HeaderValue);

/// The text cannot be a UID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write the pod's metadata.uid: 1 to 128 visible ASCII characters")]
pub struct InvalidPodUid;

impl std::str::FromStr for PodUid {
    type Err = InvalidPodUid;

    fn from_str(text: &str) -> Result<Self, InvalidPodUid> {
        let fits = (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        let value = HeaderValue::from_str(text).map_err(|_| InvalidPodUid)?;
        fits.then_some(Self(value)).ok_or(InvalidPodUid)
    }
}

impl PodUid {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// What the control port, the admin API and the metrics ask.
pub struct Control {
    assembler: Arc<Assembler>,
    packages: Arc<Packages>,
    standing: watch::Receiver<Standing>,
    asks: mpsc::Sender<Ask>,
    readiness: Readiness,
    certificates: Arc<Certificates>,
    pod_uid: PodUid,
    /// Made anew at each start of the process.
    instance: String,
    phase: watch::Receiver<Phase>,
    restored: watch::Receiver<bool>,
}

/// Starts to serve the plan on the volume, if there is one, and to wait for calls.
/// `keys` are those of each plan that serves, and sign as all replicas do.
/// The task ends as soon as the process is told to.
pub fn start(
    managed: Managed,
    assembler: Arc<Assembler>,
    volume: Arc<Volume>,
    keys: Arc<Keys>,
    phase: watch::Receiver<Phase>,
) -> (Arc<Control>, JoinHandle<()>) {
    let Managed { certificates, pod_uid, start_grace } = managed;
    let packages = Arc::new(Packages::of(volume));
    let (standing, stands) = watch::channel(Standing::default());
    let (restored, is_restored) = watch::channel(false);
    let (asks, asked) = mpsc::channel(QUEUE);
    let certificates = Arc::new(certificates);
    let session_key = SessionKey::share(certificates.folder(), keys.clone());
    let driver =
        Driver { assembler: assembler.clone(), packages: packages.clone(), keys, standing, expires: None };
    let (follows, ends) = (certificates.clone(), phase.clone());
    let task = tokio::spawn(async move {
        tokio::select! {
            () = driver.run(asked, restored, ends) => {}
            () = follows.follow() => {}
            () = session_key.follow() => {}
        }
    });
    let control = Control {
        assembler,
        packages,
        standing: stands,
        asks,
        readiness: Readiness::new(start_grace),
        certificates,
        pod_uid,
        instance: uuid::Uuid::new_v4().to_string(),
        phase,
        restored: is_restored,
    };
    (Arc::new(control), task)
}

impl Control {
    /// What a runtime that is not ready waits for; none if it is ready.
    pub fn waits_for(&self) -> Option<Waiting> {
        self.readiness.waits_for(&self.standing.borrow())
    }

    /// How the plugins of the plan that serves fare, in its order.
    fn reports(&self) -> Vec<PluginReport> {
        reports::of_serving(&self.assembler.current())
    }

    /// The name that the control port goes by.
    pub fn name(&self) -> &ControlName {
        self.certificates.name()
    }

    async fn prepare(&self, request: PrepareRequest) -> Result<Answer, Refusal> {
        let begun = Instant::now();
        let wish = Wish::of(request);
        let (place, times) = (wish.place, wish.times);
        self.ask(|reply| Ask::Prepare(wish, reply)).await?;
        self.settled(place, times, begun + times.deadline).await
    }

    async fn commit(&self, request: CommitRequest) -> Result<Answer, Refusal> {
        let place = Agreed { fence: request.fence, plan: request.plan };
        self.ask(|reply| Ask::Commit(request, reply)).await?;
        let answer = reports::answer(&self.standing.borrow(), &self.assembler.current(), place);
        answer.ok_or_else(stopping)
    }

    async fn abort(&self, fence: Fence) -> Result<(), Refusal> {
        self.ask(|reply| Ask::Abort(fence, reply)).await
    }

    /// Lets the driver do something. It is gone once the process is ending.
    async fn ask(&self, ask: impl FnOnce(Reply) -> Ask) -> Result<(), Refusal> {
        let (reply, replied) = oneshot::channel();
        self.asks.send(ask(reply)).await.map_err(|_| stopping())?;
        replied.await.map_err(|_| stopping())?
    }
}
