//! Programs that are run to their end, with a deadline.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// Runs a program with this on its stdin. What it printed, or what it said of its
/// failure.
pub(crate) async fn run(command: &mut Command, input: &str, limit: Duration) -> Result<String, String> {
    let shown = format!("{:?}", command.as_std());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| format!("cannot start {shown}: {error}"))?;
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let whole = async {
        // One that does not read its input says itself what is wrong.
        let _ended_early = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await
    };
    let output = timeout(limit, whole).await.map_err(|_| format!("{shown} took more than {limit:?}"))?;
    let output = output.map_err(|error| format!("{shown}: {error}"))?;
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if output.status.success() {
        Ok(stdout)
    } else {
        Err(format!("{shown} ended with {}:\n{stdout}{stderr}", output.status))
    }
}
