//! In: a group. Out: a Bun process with nothing but what it was granted, and
//! the one connection that it made.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};

use super::process::Process;
use crate::home::Home;
use crate::output::Printer;

/// How long a process may take until it connects.
const CONNECT: Duration = Duration::from_mins(1);

/// Why there is no worker.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error("cannot start {program}: {source}")]
    Spawn { program: String, source: io::Error },
    #[error("cannot make the worker's folder: {0}")]
    Folder(io::Error),
    #[error("cannot make the worker's socket: {0}")]
    Socket(#[from] io::Error),
    #[error("the worker ended before it connected ({0}): see the log for what it printed")]
    Ended(std::process::ExitStatus),
    #[error("the worker did not connect within {CONNECT:?}")]
    Late,
}

/// Starts Bun on the bridge and waits for its connection. Dropping the future
/// ends the process and removes the socket.
pub(super) async fn launch(
    bun: &Path,
    home: &Home,
    env: &BTreeMap<String, String>,
    printer: &Arc<Printer>,
) -> Result<(Process, UnixStream), ProcessError> {
    let folder = home.folder_for_worker().map_err(ProcessError::Folder)?;
    let path = home.socket()?;
    let listener = UnixListener::bind(&path)?;
    let bridge = home.bridge();
    let options = ["--no-install", "--no-env-file", "--no-orphans"].map(OsStr::new);
    let args = options.into_iter().chain([bridge.as_os_str(), path.as_os_str()]);
    let mut process = Process::spawn(bun, args, env, folder, printer)
        .map_err(|source| ProcessError::Spawn { program: bun.display().to_string(), source })?;
    let child = process.id();
    let connected = tokio::select! {
        connected = accept(&listener, child) => connected?,
        status = process.ended() => return Err(status.map_or_else(ProcessError::Socket, ProcessError::Ended)),
        () = tokio::time::sleep(CONNECT) => return Err(ProcessError::Late),
    };
    Ok((process, connected))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_launch_that_is_given_up_leaves_neither_socket_nor_folder() {
        let home = Home::create().unwrap();
        let socket = home.socket().unwrap().with_file_name("1.sock");
        let workers = socket.with_file_name("workers");
        let folders = || std::fs::read_dir(&workers).unwrap().count();
        let (bun, env, printer) = (crate::locate().unwrap(), BTreeMap::new(), Printer::unheard());
        // Polled once, which is as far as it comes without the worker.
        tokio::select! {
            biased;
            launched = launch(&bun, &home, &env, &printer) => panic!("{:?}", launched.err()),
            there = async { (socket.exists(), folders()) } => assert_eq!(there, (true, 1)),
        }
        assert!(!socket.exists());
        assert_eq!(folders(), 0);
    }
}
