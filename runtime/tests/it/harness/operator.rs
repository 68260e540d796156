//! The operator's side of one control port.

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::control::{
    CommitRequest, CommittedPlan, Fence, POD_UID, PrepareRequest, Prepared, Refusal, RefusalCode, State,
};
use davit_plugin::plan::Plan;
use davit_tests::cluster::control::Control;
use reqwest::{Body, Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Package;
use super::replica::POD;

/// What a call came to: a refusal comes with its status.
pub(crate) type Said<T> = Result<T, (u16, Refusal)>;

/// A client with a certificate of the runtime's authority.
pub(crate) struct Operator(pub(crate) Control);

impl Operator {
    pub(crate) async fn state(&self) -> State {
        self.0.state().await
    }

    pub(crate) async fn plan(&self) -> Said<CommittedPlan> {
        self.json(self.0.request(Method::GET, "/plan")).await
    }

    /// The bytes of a package that is held.
    pub(crate) async fn package(&self, digest: &Digest) -> Said<Bytes> {
        let (_, bytes) = self.call(self.0.request(Method::GET, &format!("/packages/{digest}"))).await?;
        Ok(bytes)
    }

    /// Puts a package; the status of success.
    pub(crate) async fn put(&self, package: &Package) -> Said<u16> {
        self.put_bytes(package.digest, package.bytes.clone()).await
    }

    pub(crate) async fn put_bytes(&self, digest: Digest, body: impl Into<Body>) -> Said<u16> {
        let request = self.0.request(Method::PUT, &format!("/packages/{digest}")).body(body);
        Ok(self.call(request).await?.0.as_u16())
    }

    pub(crate) async fn prepare(&self, request: &PrepareRequest) -> Said<Prepared> {
        self.post("/reload/prepare", request).await
    }

    pub(crate) async fn commit(&self, fence: Fence, plan: &Plan) -> Said<Prepared> {
        self.post("/reload/commit", &CommitRequest { fence, plan: plan.digest(), degraded: false }).await
    }

    pub(crate) async fn commit_degraded(&self, fence: Fence, plan: &Plan) -> Said<Prepared> {
        self.post("/reload/commit", &CommitRequest { fence, plan: plan.digest(), degraded: true }).await
    }

    pub(crate) async fn abort(&self, fence: Fence) -> Said<()> {
        self.call(self.0.request(Method::POST, "/reload/abort").json(&fence)).await.map(drop)
    }

    /// Puts the packages, prepares and commits their plan.
    pub(crate) async fn go_live(&self, fence: Fence, packages: &[&Package]) -> Plan {
        for package in packages {
            self.put(package).await.unwrap();
        }
        let plan = super::plan(packages.iter().copied());
        self.prepare(&request(fence, &plan)).await.unwrap();
        let committed = self.commit(fence, &plan).await.unwrap();
        assert!(committed.committed, "{committed:?}");
        plan
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Said<T> {
        self.json(self.0.request(Method::POST, path).json(body)).await
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Said<T> {
        let (_, bytes) = self.call(request).await?;
        Ok(serde_json::from_slice(&bytes).expect("the call's answer"))
    }

    async fn call(&self, request: RequestBuilder) -> Said<(StatusCode, Bytes)> {
        let answer = request.send().await.expect("the control port answers");
        assert_eq!(answer.headers()[POD_UID], POD, "every answer names the pod");
        let status = answer.status();
        let body = answer.bytes().await.expect("the whole answer");
        match status.is_success() {
            true => Ok((status, body)),
            false => Err((status.as_u16(), serde_json::from_slice(&body).expect("a refusal"))),
        }
    }
}

/// A prepare with times that suit a test.
pub(crate) fn request(fence: Fence, plan: &Plan) -> PrepareRequest {
    let tag = plan.digest().hex();
    PrepareRequest { fence, deadline: 20_000, settle: 2_000, plan: plan.clone(), tag, warm: Vec::new() }
}

/// The status and code of a call that was refused.
pub(crate) fn refused<T: std::fmt::Debug>(said: Said<T>) -> (u16, RefusalCode) {
    let (status, refusal) = said.expect_err("a refusal");
    (status, refusal.code)
}
