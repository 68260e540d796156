//! The calls to one replica's control port (interfaces §5).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::control::{
    CommitRequest, CommittedPlan, Fence, MAX_PLAN, PREFIX, PrepareRequest, Prepared, State,
};
use davit_plugin::manifest::Replacement;
use davit_plugin::package::Limits;
use davit_plugin::plan::Plan;
use reqwest::{Client, Method, RequestBuilder};
use serde::Serialize;

use super::address::Address;
use super::answer::Answer;
use super::client::client;
use super::error::ReplicaError;
use crate::fleet::Credentials;

/// What a replica may take to say what it holds,
const ASK: Duration = Duration::from_secs(2);
/// to hand a plan back,
const PLAN: Duration = Duration::from_secs(10);
/// to take or hand back a package,
const PACKAGE: Duration = Duration::from_mins(1);
/// to answer a prepare after its deadline,
const PREPARE_SLACK: Duration = Duration::from_secs(5);
/// to swap to a plan or to end one,
const SWAP: Duration = Duration::from_secs(10);
/// and to swap to one whose plugins may have to change places before: open requests,
/// `onShutdown` and the start of the new version, or of the old one again.
const EXCHANGE: Duration = Duration::from_mins(3);

/// The largest answer about plugins, in bytes.
const MAX_REPORT: usize = 32 << 20;
/// The largest committed plan with its fence and tag, in bytes.
const MAX_COMMITTED: usize = MAX_PLAN + (4 << 10);

/// The control port of one pod. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Replica(Arc<Inner>);

struct Inner {
    client: Client,
    url: String,
    pod: Address,
}

impl Replica {
    /// Fails if the credentials are not PEM.
    pub(super) fn new(credentials: &Credentials, pod: &Address) -> reqwest::Result<Self> {
        let url = format!("https://{}:{}{PREFIX}", credentials.server_name, pod.at.port());
        Ok(Self(Arc::new(Inner { client: client(credentials, pod.at)?, url, pod: pod.clone() })))
    }

    /// The pod's name.
    pub fn pod_name(&self) -> &str {
        &self.0.pod.name
    }

    /// The pod's UID.
    pub fn pod_uid(&self) -> &str {
        &self.0.pod.uid
    }

    /// What it holds and serves.
    pub async fn state(&self) -> Result<State, ReplicaError> {
        let state: State = self.call(self.get("/state"), ASK).await?.json(MAX_REPORT).await?;
        if state.pod_uid == self.pod_uid() { Ok(state) } else { Err(ReplicaError::OtherPod(state.pod_uid)) }
    }

    /// The plan that it serves. Whose it is, the tag tells.
    pub async fn plan(&self) -> Result<CommittedPlan, ReplicaError> {
        self.call(self.get("/plan"), PLAN).await?.json(MAX_COMMITTED).await
    }

    /// The bytes that it holds under `digest`. They may be any bytes: hash them.
    pub async fn package(&self, digest: &Digest) -> Result<Bytes, ReplicaError> {
        let limit = usize::try_from(Limits::default().packed).unwrap_or(usize::MAX);
        self.call(self.get(&format!("/packages/{digest}")), PACKAGE).await?.bytes(limit).await
    }

    /// Puts a package on its volume, unless it has it.
    pub async fn put(&self, digest: &Digest, bytes: Bytes) -> Result<(), ReplicaError> {
        let request = self.request(Method::PUT, &format!("/packages/{digest}")).body(bytes);
        self.call(request, PACKAGE).await.map(drop)
    }

    /// Builds a snapshot of a plan beside the serving one.
    pub async fn prepare(&self, request: &PrepareRequest) -> Result<Prepared, ReplicaError> {
        let patience = Duration::from_millis(request.deadline).saturating_add(PREPARE_SLACK);
        self.call(self.post("/reload/prepare", request), patience).await?.json(MAX_REPORT).await
    }

    /// Swaps to the prepared `plan`. Whether it has done so stands in the answer.
    pub async fn commit(&self, request: &CommitRequest, plan: &Plan) -> Result<Prepared, ReplicaError> {
        let exclusive = plan.plugins.iter().any(|plugin| plugin.replacement == Replacement::Exclusive);
        let patience = if exclusive { EXCHANGE } else { SWAP };
        self.call(self.post("/reload/commit", request), patience).await?.json(MAX_REPORT).await
    }

    /// Ends what is prepared under `fence`.
    pub async fn abort(&self, fence: &Fence) -> Result<(), ReplicaError> {
        self.call(self.post("/reload/abort", fence), SWAP).await.map(drop)
    }

    #[cfg(test)]
    pub(super) fn shares_connections(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    fn post(&self, path: &str, body: &impl Serialize) -> RequestBuilder {
        self.request(Method::POST, path).json(body)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.0.client.request(method, format!("{}{path}", self.0.url))
    }

    /// Sends the request; `patience` covers all of it, the answer's body too.
    async fn call(&self, request: RequestBuilder, patience: Duration) -> Result<Answer, ReplicaError> {
        let sent = request.timeout(patience).send().await;
        let response = sent.map_err(|error| ReplicaError::unreachable(&error, patience))?;
        Answer::of(response, self.pod_uid(), patience).await
    }
}

impl fmt::Debug for Replica {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Replica").field(&self.0.pod).finish()
    }
}
