//! The process that runs a build script: in the plugin's folder, in a process
//! group of its own, for a limited time.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::capture::Capture;

/// How long a build script may take if nobody says otherwise.
pub const DEFAULT_LIMIT: Duration = Duration::from_mins(2);
/// How long output is read after the script's end from what outlives it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How a script ended.
#[derive(Debug)]
pub(super) enum Ended {
    Exited(ExitStatus),
    TimedOut,
}

/// A script that ended, and what it printed.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) ended: Ended,
    pub(super) output: String,
}

/// Runs `bun run build` in `folder`. No process of its group outlives this
/// future, whether it ends or is dropped.
pub(super) async fn run(folder: &Path, bun: &Path, limit: Duration) -> io::Result<Ran> {
    let bun = std::path::absolute(bun)?;
    let (reader, writer) = io::pipe()?;
    // One pipe for both streams keeps their lines in the order they were written.
    let mut child = command(folder, &bun).stdout(writer.try_clone()?).stderr(writer).spawn()?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let mut pipe = Receiver::from_owned_fd(reader.into())?;
    let mut capture = Capture::default();
    let ended = match timeout(limit, exited(&mut child, &mut pipe, &mut capture)).await {
        Ok(status) => Ended::Exited(status?),
        Err(_) => Ended::TimedOut,
    };
    drop(group);
    // Only a process that left the group can still hold the pipe open after this.
    let _ = timeout(LAST_WORDS, read_all(&mut pipe, &mut capture)).await;
    Ok(Ran { ended, output: capture.into_text() })
}

fn command(folder: &Path, bun: &Path) -> Command {
    let mut command = Command::new(bun);
    command.args(["run", "build"]).current_dir(folder).stdin(Stdio::null());
    command.process_group(0).kill_on_drop(true);
    // Scripts say `bun`, also where only Davit knows where it is.
    command.env("PATH", path_with(bun.parent()));
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR");
    // The runtime's own settings, its key among them, are not the script's business.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("RUNTIME_") || name.starts_with("DAVIT_")) {
            command.env_remove(name);
        }
    }
    command
}

fn path_with(first: Option<&Path>) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let places = first.map(Path::to_owned).into_iter().chain(env::split_paths(&path));
    env::join_paths(places).unwrap_or(path)
}

/// Reads until the process has ended.
async fn exited(child: &mut Child, pipe: &mut Receiver, capture: &mut Capture) -> io::Result<ExitStatus> {
    tokio::select! {
        status = child.wait() => status,
        error = async {
            let closed = read_all(pipe, capture).await;
            match closed { Ok(()) => std::future::pending().await, Err(error) => error }
        } => Err(error),
    }
}

async fn read_all(pipe: &mut Receiver, capture: &mut Capture) -> io::Result<()> {
    let mut chunk = vec![0; 16 << 10];
    loop {
        match pipe.read(&mut chunk).await? {
            0 => return Ok(()),
            read => capture.take(&chunk[..read]),
        }
    }
}

/// Ends a process group when dropped.
#[derive(Debug)]
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // An empty group is what is wanted.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}
