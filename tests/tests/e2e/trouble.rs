//! What a person needs to see of a row that failed.

use std::any::Any;

use crate::cluster::{Cluster, OWN, SYSTEM};
use crate::table::say;

/// How many characters of one answer are shown: the last ones.
const SHOWN: usize = 12_000;

const QUESTIONS: [&str; 8] = [
    "get pods,deployments,statefulsets,jobs,services,endpointslices,plugins,pluginruntimes -A -o wide",
    "get plugins,pluginruntimes -A -o yaml --show-managed-fields=false",
    "describe pods -n davit-system",
    "describe pods -n davit-e2e",
    "logs -n davit-system -l app.kubernetes.io/name=davit-operator --all-containers --prefix --tail=60",
    "logs -n davit-system -l davit.dev/runtime --all-containers --prefix --tail=60 --max-log-requests=10",
    "logs -n davit-e2e --all-pods deployment/davit-standalone --tail=60",
    "get events -A --sort-by=.metadata.creationTimestamp",
];

/// Shows the objects, logs and events.
pub(crate) async fn show(cluster: &Cluster) {
    say(format_args!("---- what is in {SYSTEM} and {OWN} ----"));
    for question in QUESTIONS {
        let answer = cluster.kubectl.attempt(question).await.unwrap_or_else(|error| error);
        say(format_args!("$ kubectl {question}\n{}", end(&answer)));
    }
    say("----");
}

/// What a panic said.
pub(crate) fn said_by(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    end(text.unwrap_or("a panic without words")).to_owned()
}

fn end(text: &str) -> &str {
    let from = text.len().saturating_sub(SHOWN);
    &text[text.ceil_char_boundary(from)..]
}
