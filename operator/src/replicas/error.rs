//! Why a replica has not done what it was asked.

use std::error::Error;
use std::time::Duration;

use davit_plugin::control::{POD_UID, Refusal};

/// Why a replica has not done what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplicaError {
    /// No answer came, or it broke off.
    #[error("its control port does not answer: {0}")]
    Unreachable(String),
    /// The answer is another pod's, or does not say whose it is.
    #[error(
        "another pod answered at its address ({POD_UID}: {0}): the answer is dropped, and it is asked again"
    )]
    OtherPod(String),
    /// It has a reason not to.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The answer is nothing that a replica of this version says.
    #[error(
        "its answer cannot be used: {0}; look whether spec.image and the operator are of versions that fit"
    )]
    Malformed(String),
}

impl ReplicaError {
    /// What became of a call that had `patience` to be answered.
    pub(super) fn unreachable(error: &reqwest::Error, patience: Duration) -> Self {
        if error.is_timeout() && !error.is_connect() {
            return Self::Unreachable(format!("no answer within {} s", patience.as_secs()));
        }
        Self::Unreachable(causes(error))
    }
}

/// The whole chain of causes, which is where TLS and the network say what is
/// wrong.
fn causes(error: &dyn Error) -> String {
    let mut said = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let words = error.to_string();
        if said.last() != Some(&words) {
            said.push(words);
        }
        next = error.source();
    }
    said.join(": ")
}
