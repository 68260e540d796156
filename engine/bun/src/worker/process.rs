//! In: a group. Out: a Bun process with nothing but what it was granted, and
//! the one connection that it made.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};

use crate::home::Home;
use crate::output;

/// How long a process may take until it connects.
const CONNECT: Duration = Duration::from_secs(20);

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("cannot start {program}: {source}")]
    Spawn { program: String, source: io::Error },
    #[error("cannot make the worker's socket: {0}")]
    Socket(#[from] io::Error),
    #[error("the worker ended before it connected ({0}): see the log for what it printed")]
    Ended(std::process::ExitStatus),
    #[error("the worker did not connect within {CONNECT:?}")]
    Late,
}

/// Starts Bun on the bridge, in its own process group so that a signal to the
/// runtime's group does not end it before its `onShutdown`.
pub(super) async fn launch(
    bun: &Path,
    home: &Home,
    env: &BTreeMap<String, String>,
    label: &str,
) -> Result<(Child, UnixStream), ProcessError> {
    let path = home.socket();
    let listener = UnixListener::bind(&path)?;
    let mut child = Command::new(bun)
        .args(["--no-install", "--no-env-file", "--no-orphans"])
        .arg(home.bridge())
        .arg(&path)
        .current_dir(home.path())
        .env_clear()
        .envs(env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| ProcessError::Spawn { program: bun.display().to_string(), source })?;
    follow_output(&mut child, label);
    let connected = tokio::select! {
        connected = accept(&listener, child.id()) => connected.map_err(ProcessError::Socket),
        status = child.wait() => Err(status.map_or_else(ProcessError::Socket, ProcessError::Ended)),
        () = tokio::time::sleep(CONNECT) => Err(ProcessError::Late),
    };
    let _already_gone = std::fs::remove_file(&path);
    Ok((child, connected?))
}

/// The connection of the child itself; anything else that connects is dropped.
async fn accept(listener: &UnixListener, child: Option<u32>) -> io::Result<UnixStream> {
    loop {
        let (stream, _) = listener.accept().await?;
        let peer = stream.peer_cred()?.pid().and_then(|pid| u32::try_from(pid).ok());
        if peer.is_some() && peer == child {
            return Ok(stream);
        }
    }
}

fn follow_output(child: &mut Child, label: &str) {
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(output::follow(label.to_owned(), "stdout", stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(output::follow(label.to_owned(), "stderr", stderr));
    }
}
