//! Why a call was not done.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// The body of every answer that is no success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code:?}: {error}")]
pub struct Refusal {
    /// What is wrong and what to do.
    pub error: String,
    /// The stable word.
    pub code: RefusalCode,
    /// The packages that are missing, for [`RefusalCode::PackagesMissing`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Digest>,
}

/// The stable words, and with what status they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// 400: the call's body or path is malformed.
    BadRequest,
    /// 400: the bytes are not those that the digest names.
    DigestMismatch,
    /// 400: the bytes are no package; they are not kept.
    PackageInvalid,
    /// 404: there is no such call, plan or package.
    NotFound,
    /// 409: the fence is older than one that the replica has seen, or equal with
    /// another plan.
    StaleFence,
    /// 409: another plan is prepared than the one to be committed, or none.
    NotPrepared,
    /// 409: a plugin of the plan is pending or failed.
    NotReady,
    /// 413: larger than a plan or package may be.
    TooLarge,
    /// 422: a plan format that this version does not read.
    PlanFormat,
    /// 424: packages of the plan are not on the volume.
    PackagesMissing,
    /// 500: the replica cannot use its volume.
    VolumeFailed,
    /// 503: the process is ending.
    Stopping,
    /// 507: the volume is full.
    VolumeFull,
}

impl Refusal {
    /// A refusal of this code.
    pub fn new(code: RefusalCode, error: impl Into<String>) -> Self {
        Self { error: error.into(), code, missing: Vec::new() }
    }
}
