//! In: a plan and the replicas that shall run it. Out: its packages on their
//! volumes, or which versions may not run because they cannot be put there.

use std::collections::BTreeSet;

use bytes::Bytes;
use davit_plugin::Digest;
use davit_plugin::control::RefusalCode;
use davit_plugin::plan::{Barred, CandidateId, Plan};
use davit_plugin::reason::{Problem, Reason};
use futures::future::join_all;

use super::gather::Reached;
use crate::context::Context;
use crate::replicas::{Replica, ReplicaError};

/// What became of one package on one replica.
enum Put {
    Held,
    /// The replica cannot take it.
    Refused(Problem),
    /// The replica does not answer; the next call to it will tell.
    Unanswered,
}

/// Puts what is missing on `replicas`; `holders` may have what the operator
/// lacks.
pub(super) async fn distribute(
    ctx: &Context,
    plan: &Plan,
    replicas: &[Reached],
    holders: &[Reached],
) -> Barred {
    let wanted: BTreeSet<Digest> = plan.plugins.iter().map(|plugin| plugin.digest).collect();
    let mut barred = Barred::new();
    for digest in wanted {
        let lacking: Vec<&Reached> =
            replicas.iter().filter(|reached| !reached.state.packages.contains(&digest)).collect();
        if lacking.is_empty() {
            continue;
        }
        if let Some(problem) = put_on_all(ctx, digest, &lacking, holders).await {
            let of_package = plan.plugins.iter().filter(|plugin| plugin.digest == digest);
            barred.extend(of_package.map(|plugin| (CandidateId::of(plugin), problem.clone())));
        }
    }
    barred
}

async fn put_on_all(
    ctx: &Context,
    digest: Digest,
    lacking: &[&Reached],
    holders: &[Reached],
) -> Option<Problem> {
    let Some(bytes) = bytes(ctx, digest, holders).await else {
        let message = "its package is on no replica and cannot be fetched: it is asked for again";
        return Some(Problem::new(Reason::RegistryUnreachable, message));
    };
    let puts = lacking.iter().map(|reached| put(&reached.replica, digest, bytes.clone()));
    let refused = |put| match put {
        Put::Refused(problem) => Some(problem),
        Put::Held | Put::Unanswered => None,
    };
    join_all(puts).await.into_iter().find_map(refused)
}

/// The package's bytes: the operator's own, else from a replica that holds them.
async fn bytes(ctx: &Context, digest: Digest, replicas: &[Reached]) -> Option<Bytes> {
    if let Some(bytes) = ctx.keep.bytes(&digest).await {
        return Some(bytes);
    }
    for reached in replicas.iter().filter(|reached| reached.state.packages.contains(&digest)) {
        match reached.replica.package(&digest).await {
            Ok(bytes) if Digest::of(&bytes) == digest => return Some(bytes),
            Ok(_) => {
                tracing::warn!(pod = reached.replica.pod_name(), %digest, "a replica's package is not what it says");
            }
            Err(error) => {
                tracing::warn!(pod = reached.replica.pod_name(), %digest, %error, "cannot read a package back");
            }
        }
    }
    None
}

async fn put(replica: &Replica, digest: Digest, bytes: Bytes) -> Put {
    match replica.put(&digest, bytes).await {
        Ok(()) => Put::Held,
        Err(ReplicaError::Refused(refusal)) => {
            let pod = replica.pod_name();
            let reason = match refusal.code {
                RefusalCode::VolumeFull | RefusalCode::VolumeFailed => Reason::VolumeFull,
                RefusalCode::TooLarge => Reason::PackageTooLarge,
                _ => Reason::PackageInvalid,
            };
            Put::Refused(Problem::new(reason, format!("on {pod}: {}", refusal.error)))
        }
        Err(error) => {
            tracing::warn!(pod = replica.pod_name(), %digest, %error, "cannot put a package on a replica");
            Put::Unanswered
        }
    }
}
