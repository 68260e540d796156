//! helm, and the release that the suite makes.

use std::time::Duration;

use tokio::process::Command;

use crate::cluster::{Cluster, SYSTEM};
use crate::command;

/// helm's own deadline is 3 minutes.
const LIMIT: Duration = Duration::from_mins(4);

/// Runs helm. `line` is its words, parted by white space.
pub(crate) async fn helm(cluster: &Cluster, line: &str) -> String {
    attempt(cluster, line).await.unwrap_or_else(|error| panic!("{error}"))
}

/// The same; what went wrong, if something did.
pub(crate) async fn attempt(cluster: &Cluster, line: &str) -> Result<String, String> {
    let mut command = Command::new(&cluster.helm);
    command.args(cluster.kubectl.context.iter().map(|context| format!("--kube-context={context}")));
    command::run(command.args(line.split_whitespace()), "", LIMIT).await
}

/// Installs or upgrades the release from a chart, with the images of a version.
pub(crate) async fn install_or_upgrade(cluster: &Cluster, verb: &str, chart: &str, version: &str) -> String {
    let values = values(cluster, version);
    let line = format!("{verb} davit {chart} -n {SYSTEM} --create-namespace --wait --timeout=3m {values}");
    helm(cluster, &line).await
}

/// The values that say where the images are.
pub(crate) fn values(cluster: &Cluster, version: &str) -> String {
    let images = &cluster.images;
    format!(
        "--set image.repository={images}/davit-operator --set image.tag={version} \
         --set runtimeImage.repository={images}/davit-runtime --set runtimeImage.tag={version}"
    )
}
