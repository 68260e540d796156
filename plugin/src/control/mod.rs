//! The messages of the control port (interfaces §5), all JSON. The operator
//! asks, a runtime answers.
//!
//! ```text
//! GET  /control/v1/state               → State
//! GET  /control/v1/plan                → CommittedPlan
//! GET  /control/v1/packages/{digest}   → the package's bytes
//! PUT  /control/v1/packages/{digest}     201, 200, 400, 413, 507
//! POST /control/v1/reload/prepare      PrepareRequest → Prepared
//! POST /control/v1/reload/commit       CommitRequest  → Prepared
//! POST /control/v1/reload/abort        Fence          → 204
//! ```
//!
//! Whatever is not as wished is a [`Refusal`].

mod commit;
mod fence;
mod prepare;
mod refusal;
mod state;

pub use commit::{CommitRequest, CommittedPlan};
pub use fence::Fence;
pub use prepare::{MAX_WARM, PluginReport, PrepareRequest, Prepared};
pub use refusal::{Refusal, RefusalCode};
pub use state::{Agreed, State};

/// The path below which all calls are.
pub const PREFIX: &str = "/control/v1";
/// The header of every answer that names the pod by its UID: an answer of
/// another pod than the one that was asked is dropped.
pub const POD_UID: &str = "x-davit-pod-uid";
/// The largest plan, as JSON, in bytes (interfaces §3, "Bounds").
pub const MAX_PLAN: usize = 16 << 20;
/// The longest tag, in bytes. A tag is an HMAC-SHA-256 in hexadecimal digits.
pub const MAX_TAG: usize = 64;
