//! A worker's process with all that it started: it can be signalled as a whole,
//! and nothing of it outlives this value.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::output::{Pipe, Printer};

/// A worker's process. Dropping it ends it by force and removes its folder.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Its working directory, which no other worker has.
    _folder: TempDir,
}

impl Process {
    /// Starts a program in a process group of its own, so that a signal to the
    /// runtime's group does not end it before its `onShutdown`.
    pub(super) fn spawn<'a>(
        program: &Path,
        args: impl IntoIterator<Item = &'a OsStr>,
        env: &BTreeMap<String, String>,
        folder: TempDir,
        printer: &Arc<Printer>,
    ) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(args)
            .current_dir(folder.path())
            .env_clear()
            .envs(env)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        follow_output(&mut child, printer);
        Ok(Self { child, _folder: folder })
    }

    /// Its id; none once it has ended.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until it has ended, and ends what it left behind.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        let mut children = signal(SignalKind::child())?;
        while self.group().is_some_and(runs) {
            children.recv().await;
        }
        // Before the process is reaped: its number is not another one's yet.
        self.signal(Signal::KILL);
        self.child.wait().await
    }

    /// Signals the process and all that it started.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(group) = self.group() {
            let _already_gone = kill_process_group(group, signal);
        }
    }

    /// The process group, which has the number of the process; none once that
    /// is reaped, since the number may then be given to another one.
    fn group(&self) -> Option<Pid> {
        self.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Whether a child still runs; looks without reaping it.
fn runs(child: Pid) -> bool {
    let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    matches!(waitid(WaitId::Pid(child), look), Ok(None))
}

fn follow_output(child: &mut Child, printer: &Arc<Printer>) {
    if let Some(stdout) = child.stdout.take() {
        tokio::spawn(printer.clone().follow(Pipe::Stdout, stdout));
    }
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(printer.clone().follow(Pipe::Stderr, stderr));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::path::PathBuf;
    use std::time::{Duration, Instant};

    use rustix::process::kill_process;
    use tokio::io::AsyncReadExt;
    use tokio::net::unix::pipe;
    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_secs(10);

    /// A process with a child of its own, which holds the pipe open as long as it runs.
    async fn family() -> (Process, pipe::Receiver, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let held = path.join("held");
        let script = "mkfifo held; (echo up; exec sleep 600) > held & sleep 600";
        let args = ["-c", script].map(OsStr::new);
        let env = std::env::vars().filter(|(name, _)| name == "PATH").collect();
        let process = Process::spawn(Path::new("/bin/sh"), args, &env, folder, &Printer::unheard()).unwrap();
        let deadline = Instant::now() + SOON;
        let mut pipe = loop {
            match pipe::OpenOptions::new().open_receiver(&held) {
                Ok(pipe) => break pipe,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::task::yield_now().await;
        };
        while timeout(SOON, pipe.read(&mut [0; 3])).await.unwrap().unwrap() == 0 {
            assert!(Instant::now() < deadline, "the child never came up");
            tokio::task::yield_now().await;
        }
        (process, pipe, path)
    }

    async fn is_let_go(mut pipe: pipe::Receiver) -> bool {
        timeout(SOON, pipe.read_to_end(&mut Vec::new())).await.is_ok_and(|read| read.is_ok())
    }

    #[tokio::test]
    async fn dropping_a_process_ends_its_children_and_removes_its_folder() {
        let (process, pipe, folder) = family().await;
        drop(process);
        assert!(is_let_go(pipe).await);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_process_that_ends_leaves_no_child_behind() {
        let (mut process, pipe, _) = family().await;
        kill_process(process.group().unwrap(), Signal::KILL).unwrap();
        let status = timeout(SOON, process.ended()).await.unwrap().unwrap();
        assert_eq!(status.signal(), Some(9));
        assert!(is_let_go(pipe).await);
        assert_eq!(process.group(), None);
    }
}
