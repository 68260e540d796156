//! The Lease: one operator holds it and acts, the others stand by.
//!
//! It only decides who tries: what keeps two operators apart is the fence.
//! kube-lease-manager was left for this: its standby sleeps through a release,
//! and its leader does not notice that it cannot renew.

use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::{Lease as Object, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::{Client, Error};
use tokio::time::{sleep, timeout};

use super::observed::{Held, Observed};

/// How long the Lease is held without a renewal, in seconds.
const DURATION: i32 = 10;
/// How often its holder renews it,
const RENEWAL: Duration = Duration::from_secs(3);
/// and for how long it acts if it cannot: others may act 2 s later.
const GIVE_UP: Duration = Duration::from_secs(8);
/// How often a standby looks at it, and a holder tries again.
const LOOK: Duration = Duration::from_secs(1);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// The Lease, for one process.
#[derive(Clone)]
pub struct Lease {
    api: Api<Object>,
    name: String,
    me: String,
}

impl Lease {
    /// The Lease of this namespace and name, for the process named `me`.
    pub fn new(client: Client, namespace: &str, name: String, me: String) -> Self {
        Self { api: Api::namespaced(client, namespace), name, me }
    }

    /// Waits until this process holds it.
    pub async fn acquire(&self) {
        let (mut observed, mut said) = (Observed::default(), String::new());
        loop {
            let say = match within(self.try_acquire(&mut observed)).await {
                Ok(Held::Mine) => return,
                Ok(Held::Free) => "somebody else was faster".to_owned(),
                Ok(Held::Theirs(holder)) => format!("{holder} has the Lease {}", self.name),
                Err(error) => format!("cannot take the Lease {}: {error}; it is tried again", self.name),
            };
            if say != said {
                tracing::info!("standing by: {say}");
                said = say;
            }
            sleep(LOOK).await;
        }
    }

    /// Renews it, and ends when this process must not act any more.
    pub async fn hold(self) {
        let mut renewed = Instant::now();
        let mut wait = RENEWAL;
        while renewed.elapsed() < GIVE_UP {
            sleep(wait.min(GIVE_UP.saturating_sub(renewed.elapsed()))).await;
            let asked = Instant::now();
            wait = match within(self.renew()).await {
                Ok(true) => {
                    renewed = asked;
                    RENEWAL
                }
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "cannot renew the Lease {}: it is tried again", self.name);
                    LOOK
                }
            };
        }
    }

    /// Gives it back if this process has it, so that a standby takes over at once.
    pub async fn release(&self) {
        match within(self.try_release()).await {
            Ok(true) => tracing::info!("the Lease {} is given back", self.name),
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot give the Lease back: others wait up to {DURATION} s for it");
            }
        }
    }

    async fn try_acquire(&self, observed: &mut Observed) -> Result<Held, Error> {
        let Some(lease) = self.api.get_opt(&self.name).await? else {
            let metadata = ObjectMeta { name: Some(self.name.clone()), ..ObjectMeta::default() };
            let lease = Object { metadata, spec: Some(self.taken(&LeaseSpec::default())) };
            let made = self.api.create(&PostParams::default(), &lease).await;
            return unless_faster(made);
        };
        let spec = lease.spec.clone().unwrap_or_default();
        match observed.look(&spec, &self.me, Instant::now()) {
            Held::Theirs(holder) => Ok(Held::Theirs(holder)),
            Held::Free | Held::Mine => unless_faster(self.replace(lease, self.taken(&spec)).await),
        }
    }

    /// Renews it, if it is still this process's.
    async fn renew(&self) -> Result<bool, Error> {
        let lease = self.api.get(&self.name).await?;
        let Some(spec) = self.mine(&lease) else { return Ok(false) };
        let renewed = LeaseSpec { renew_time: Some(now()), ..spec };
        self.replace(lease, renewed).await.map(|_| true)
    }

    async fn try_release(&self) -> Result<bool, Error> {
        let Some(lease) = self.api.get_opt(&self.name).await? else { return Ok(false) };
        let Some(spec) = self.mine(&lease) else { return Ok(false) };
        self.replace(lease, LeaseSpec { holder_identity: None, ..spec }).await.map(|_| true)
    }

    /// What it says, if this process holds it.
    fn mine(&self, lease: &Object) -> Option<LeaseSpec> {
        lease.spec.clone().filter(|spec| spec.holder_identity.as_ref() == Some(&self.me))
    }

    /// What it says from now on, as this process's.
    fn taken(&self, before: &LeaseSpec) -> LeaseSpec {
        let transitions = before.lease_transitions.unwrap_or_default();
        LeaseSpec {
            holder_identity: Some(self.me.clone()),
            acquire_time: Some(now()),
            renew_time: Some(now()),
            lease_duration_seconds: Some(DURATION),
            lease_transitions: Some(transitions.saturating_add(1)),
            ..LeaseSpec::default()
        }
    }

    /// Replaces what it says, under the resourceVersion that was read.
    async fn replace(&self, lease: Object, spec: LeaseSpec) -> Result<Object, Error> {
        let lease = Object { spec: Some(spec), ..lease };
        self.api.replace(&self.name, &PostParams::default(), &lease).await
    }
}

fn now() -> MicroTime {
    MicroTime(Timestamp::now())
}

fn unless_faster(taken: Result<Object, Error>) -> Result<Held, Error> {
    match taken {
        Ok(_) => Ok(Held::Mine),
        Err(Error::Api(status)) if status.code == 409 => Ok(Held::Free),
        Err(error) => Err(error),
    }
}

/// The answer of the API server, or why there is none in time.
async fn within<T>(answer: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match timeout(ANSWER, answer).await {
        Ok(answer) => answer.map_err(|error| crate::watch::cause(&error)),
        Err(_) => Err(format!("the API server has not answered for {} s", ANSWER.as_secs())),
    }
}
